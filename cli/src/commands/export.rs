//! `allymap export`: the whole map as JSON Lines, or the directory as a table.

use std::path::PathBuf;

use allymap_domain::entry::Entry;
use allymap_domain::files::export::{digest, export_lines};
use allymap_domain::kind::field::Audience;
use allymap_domain::map::Map;
use allymap_home::files::export::partners_csv;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::count;

/// Save as JSON Lines or CSV
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap export --format jsonl\n  allymap export -o partners.csv --for partner")]
pub(crate) struct Args {
    /// jsonl: everything, the same bytes on every device with the same edits; csv: the entries as a table. Without it, as
    /// the file's name ends
    #[arg(long, value_parser = ["jsonl", "csv"])]
    format: Option<String>,
    /// Who will read the table: columns that they may not see are not in it
    #[arg(long = "for", value_name = "AUDIENCE", value_parser = ["public", "partner", "group", "staff"])]
    audience: Option<String>,
    #[arg(long, short, value_name = "FILE", help = "Into a file; otherwise to standard output")]
    output: Option<PathBuf>,
    /// Only the digest of the JSON Lines: two devices with the same digest have the same map
    #[arg(long)]
    digest: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let documents = app.all_documents()?;
    let authors = app.authors()?;
    app.release();
    let resolve = |actor| authors.of(actor);
    let entries = documents.iter().filter(|(_, document)| !Map::is(document)).count();
    if args.digest {
        let lines = export_lines(documents.iter().map(|(id, document)| (*id, document)), &resolve);
        let digest = digest(&lines);
        if app.output.json {
            app.output.json(&serde_json::json!({ "digest": digest, "entries": entries }));
        } else {
            app.output.say(digest);
        }
        return Ok(());
    }
    let named_csv = args.output.as_ref().is_some_and(|path| path.extension().is_some_and(|end| end == "csv"));
    let is_table = args.format.as_deref().map_or(named_csv, |format| format == "csv");
    let bytes = if is_table {
        let entries: Vec<Entry> = documents
            .iter()
            .filter(|(_, document)| !Map::is(document))
            .map(|(id, document)| Entry::read(document, *id, &resolve))
            .collect();
        let audience = args.audience.as_deref().map_or(Audience::Group, audience);
        let table = partners_csv(&entries, audience, false);
        // Spreadsheet programs take a file for UTF-8 only with this mark.
        if named_csv { [b"\xef\xbb\xbf", table.as_slice()].concat() } else { table }
    } else if args.audience.is_some() {
        return Err(Failure::usage("JSON Lines hold the whole map, for whoever may see all of it.")
            .hint("For an audience there are: allymap export --format csv --for …, and allymap report --for …"));
    } else {
        export_lines(documents.iter().map(|(id, document)| (*id, document)), &resolve)
    };
    match args.output {
        Some(path) => {
            write_aside(&path, &bytes).map_err(|error| Failure::io("Writing", &path, &error))?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "wrote": path.display().to_string(), "entries": entries }));
            }
            let of = if is_table { "a table" } else { "the whole map" };
            app.output.status(format_args!(
                "Wrote {} ({of}: {}). It is not sealed: whoever has it can read it.",
                path.display(),
                count(entries, "entry", "entries")
            ));
        }
        None if app.output.json => {
            let format = if is_table { "csv" } else { "jsonl" };
            let text = String::from_utf8_lossy(&bytes);
            app.output.json(&serde_json::json!({ "format": format, "entries": entries, "text": text }));
        }
        None => app.output.bytes(&bytes).map_err(|error| {
            Failure::usage(format!("Standard output cannot be written: {}.", crate::terminal::failure::reason(&error)))
        })?,
    }
    Ok(())
}

/// The circle that a word names.
pub(super) fn audience(word: &str) -> Audience {
    match word {
        "public" => Audience::Public,
        "partner" => Audience::Partner,
        "staff" => Audience::Staff,
        _ => Audience::Group,
    }
}

/// A file appears whole or not at all.
fn write_aside(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    let aside = path.with_extension("part");
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, path)
}
