//! `allymap report`: the map on paper, for an audience, as one HTML file that a browser prints.

use std::collections::BTreeSet;
use std::path::PathBuf;

use allymap_domain::kind::field::Audience;
use allymap_domain::words::folded_words;
use allymap_home::files::paper::{self, BlankForm, Printed, ReportPart};
use serde_json::json;

use crate::about::who::AUDIENCES;
use crate::app::App;
use crate::terminal::failure::{Failure, reason};
use crate::terminal::handed_out::save;
use crate::terminal::typed::{one_of, word_of};
use crate::terminal::words::count;

/// Make a report to print or hand over
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap report --for group\n  allymap report --directory --for public -o directory.html\n  allymap report --about choir --for partner\n  allymap report --blank meeting"
)]
pub(crate) struct Args {
    /// Who will read it: nothing that they may not see is in it
    #[arg(long = "for", value_name = "AUDIENCE", default_value = "group", value_parser = one_of(&AUDIENCES))]
    audience: Audience,
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
    #[arg(long, value_name = "FORM", value_parser = one_of(&FORMS), conflicts_with_all = ["about", "template", "directory", "wallchart"])]
    blank: Option<BlankForm>,
    #[arg(long, short, value_name = "FILE", help = "Into this file; - for standard output")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if let Some(form) = args.blank {
        return hand_over(app, &args, &format!("{}-form", word_of(&FORMS, form)), &paper::blank(form));
    }
    let (circle, word) = (args.audience, word_of(&AUDIENCES, args.audience));
    let Some(about) = &args.about else {
        let reported = paper::report(app.visit()?, &parts(&args), circle)?;
        return hand_over(app, &args, &format!("{}-for-{word}", reported.map), &reported.printed);
    };
    let card = app.visit()?.find(about)?;
    let printed = paper::understanding(app.visit()?, card.id, circle)?.ok_or_else(|| {
        Failure::usage(format!("{} is known to members of our groups only.", card.name)).hint(
            "People who are in no public role are left out of what goes further. Use --for group. Nothing was written.",
        )
    })?;
    hand_over(app, &args, &format!("{}-for-{word}", card.name), &printed)
}

/// Those that were named, or all.
fn parts(args: &Args) -> BTreeSet<ReportPart> {
    let all = [
        (ReportPart::Template, args.template),
        (ReportPart::Directory, args.directory),
        (ReportPart::WallChart, args.wallchart),
    ];
    let none_named = all.iter().all(|(_, named)| !named);
    all.into_iter().filter(|(_, named)| *named || none_named).map(|(part, _)| part).collect()
}

fn hand_over(app: &mut App<'_>, args: &Args, name: &str, printed: &Printed) -> Result<(), Failure> {
    if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        if app.output.json {
            app.output.json(&json!({ "html": printed.html, "entries": printed.entries }));
            return Ok(());
        }
        return app
            .output
            .bytes(printed.html.as_bytes())
            .map_err(|error| Failure::usage(format!("Standard output cannot be written: {}.", reason(&error))));
    }
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.html", file_name(name))));
    save(app, &path, printed.html.as_bytes(), args.replace)?;
    let left_out: Vec<&str> = printed.left_out.iter().copied().collect();
    if app.output.json {
        let audience = if args.blank.is_some() { Audience::Public } else { args.audience };
        app.output.json(&json!({
            "file": path.display().to_string(), "for": word_of(&AUDIENCES, audience), "entries": printed.entries, "left_out": left_out,
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
        circle(args.audience),
        count(printed.entries, "entry", "entries")
    ));
    if !left_out.is_empty() {
        app.output.say(format_args!("Leaves out: {}.", left_out.join(", ").to_lowercase()));
    }
    app.output.status("It is not sealed: whoever has it can read it. A printed sheet cannot be taken back.");
    Ok(())
}

const FORMS: [(&str, BlankForm); 2] = [("meeting", BlankForm::Meeting), ("template", BlankForm::Template)];

fn circle(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "everybody",
        Audience::Partner => "partners",
        Audience::Group => "members of our groups",
        Audience::Staff => "staff",
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
