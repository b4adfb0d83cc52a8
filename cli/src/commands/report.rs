//! `allymap report`: the map on paper, for an audience, as one HTML file that a browser prints.

use std::collections::BTreeSet;
use std::path::PathBuf;

use allymap_domain::entry::Entry;
use allymap_domain::ids::EntryId;
use allymap_domain::map::Map;
use allymap_domain::words::folded_words;
use allymap_home::files::paper::understanding;
use allymap_home::files::paper::{BlankForm, blank_form};
use allymap_home::files::paper::{Material, Printed, ReportPart, report};

use super::export::audience;
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::handed_out::save;
use crate::terminal::words::count;

/// Make a report to print or hand over
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap report --for group\n  allymap report --directory --for public -o directory.html\n  allymap report --about choir --for partner\n  allymap report --blank meeting"
)]
pub(crate) struct Args {
    /// Who will read it: nothing that they may not see is in it
    #[arg(long = "for", value_name = "AUDIENCE", default_value = "group", value_parser = ["public", "partner", "group", "staff"])]
    audience: String,
    /// Only the filled template with its seven sections
    #[arg(long)]
    template: bool,
    /// Only the directory: name, contact, who holds it, stage
    #[arg(long)]
    directory: bool,
    /// Only the wall chart: where everybody stands
    #[arg(long)]
    wallchart: bool,
    /// One page about one entry: what we share with them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["template", "directory", "wallchart"])]
    about: Option<String>,
    /// An empty form for pen and paper
    #[arg(long, value_name = "FORM", value_parser = ["meeting", "template"], conflicts_with_all = ["about", "template", "directory", "wallchart"])]
    blank: Option<String>,
    #[arg(long, short, value_name = "FILE", help = "Into this file; - for standard output")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if let Some(form) = args.blank.as_deref() {
        let which = if form == "meeting" { BlankForm::Meeting } else { BlankForm::Template };
        let printed = Printed { html: blank_form(which), entries: 0, left_out: BTreeSet::new() };
        return hand_over(app, &args, &format!("{form}-form"), &printed);
    }
    let audience = audience(&args.audience);
    let map = app.map_entry()?.unwrap_or_default();
    let about = args.about.as_deref().map(|name| app.find(name)).transpose()?;
    let entries = match &about {
        Some(row) => vec![app.entry(row.id)?],
        None => entries(app)?,
    };
    let rows = app.cards_once()?;
    app.release();
    let material = Material { map: &map, entries: &entries, rows: &rows, audience, today: app.today() };
    let Some(row) = about else {
        let chosen = [
            (ReportPart::Template, args.template),
            (ReportPart::Directory, args.directory),
            (ReportPart::WallChart, args.wallchart),
        ];
        let none_chosen = chosen.iter().all(|(_, chosen)| !chosen);
        let parts = chosen.into_iter().filter(|(_, chosen)| *chosen || none_chosen).map(|(part, _)| part).collect();
        return hand_over(app, &args, &format!("{}-for-{}", map.name(), args.audience), &report(&material, &parts));
    };
    let printed = entries.first().and_then(|entry| understanding(&material, entry)).ok_or_else(|| {
        Failure::usage(format!("{} is known to members of our groups only.", row.name)).hint(
            "People who are in no public role are left out of what goes further. Use --for group. Nothing was written.",
        )
    })?;
    hand_over(app, &args, &format!("{}-for-{}", row.name, args.audience), &printed)
}

/// Each entry once: of those that are the same, the one that stands for all.
fn entries(app: &mut App<'_>) -> Result<Vec<Entry>, Failure> {
    let ids: BTreeSet<EntryId> = app.cards_once()?.iter().map(|row| row.id).collect();
    let documents = app.all_documents()?;
    let authors = app.authors()?;
    let once = documents.iter().filter(|(id, document)| !Map::is(document) && ids.contains(id));
    Ok(once.map(|(id, document)| app.read(document, *id, &authors)).collect())
}

fn hand_over(app: &mut App<'_>, args: &Args, name: &str, printed: &Printed) -> Result<(), Failure> {
    if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        if app.output.json {
            app.output.json(&serde_json::json!({ "html": printed.html, "entries": printed.entries }));
            return Ok(());
        }
        return app.output.bytes(printed.html.as_bytes()).map_err(|error| {
            Failure::usage(format!("Standard output cannot be written: {}.", crate::terminal::failure::reason(&error)))
        });
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.html", file_name(name))));
    save(app, &path, printed.html.as_bytes(), args.replace)?;
    let left_out: Vec<&str> = printed.left_out.iter().copied().collect();
    if app.output.json {
        let audience = if args.blank.is_some() { "public" } else { &args.audience };
        app.output.json(&serde_json::json!({
            "file": path.display().to_string(), "for": audience, "entries": printed.entries, "left_out": left_out,
        }));
        return Ok(());
    }
    if args.blank.is_some() {
        app.output.say(format_args!("Wrote {}. Open it in a browser and print it.", path.display()));
        return Ok(());
    }
    app.output.say(format_args!(
        "Wrote {} for {} ({}). Open it in a browser and print it.",
        path.display(),
        circle(&args.audience),
        count(printed.entries, "entry", "entries")
    ));
    if !left_out.is_empty() {
        app.output.say(format_args!("Leaves out: {}.", left_out.join(", ").to_lowercase()));
    }
    app.output.status("It is not sealed: whoever has it can read it. A printed sheet cannot be taken back.");
    Ok(())
}

fn circle(audience: &str) -> &'static str {
    match audience {
        "public" => "everybody",
        "partner" => "partners",
        "staff" => "staff",
        _ => "members of our groups",
    }
}

/// `Kept Town` as a file is called: `kept-town`.
fn file_name(name: &str) -> String {
    let words = folded_words(name).join("-");
    let short: String = words.chars().take(60).collect();
    if short.is_empty() { "report".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_the_map_and_never_leaves_the_folder() {
        assert_eq!(file_name("Kept Town-for-group"), "kept-town-for-group");
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("…"), "report");
    }
}
