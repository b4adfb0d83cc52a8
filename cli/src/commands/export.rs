//! `allymap export`: the whole map as JSON Lines, or the directory as a table.

use std::path::PathBuf;

use allymap_domain::{Audience, Entry, Map, digest, export_lines, partners_csv};

use crate::app::App;
use crate::failure::Failure;

/// Save as JSON Lines or CSV
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap export --format jsonl\n  allymap export --format csv -o partners.csv")]
pub(crate) struct Args {
    /// jsonl: everything, the same bytes on every device with the same edits; csv: the directory
    #[arg(long, default_value = "jsonl", value_parser = ["jsonl", "csv"])]
    format: String,
    #[arg(long, short, value_name = "FILE", help = "Into a file; otherwise to standard output")]
    output: Option<PathBuf>,
    /// Only the digest of the JSON Lines: two devices with the same digest have the same map
    #[arg(long)]
    digest: bool,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
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
    let bytes = match args.format.as_str() {
        "csv" => {
            let entries: Vec<Entry> = documents
                .iter()
                .filter(|(_, document)| !Map::is(document))
                .map(|(id, document)| Entry::read(document, *id, &resolve))
                .collect();
            partners_csv(&entries, Audience::Group, false)
        }
        _ => export_lines(documents.iter().map(|(id, document)| (*id, document)), &resolve),
    };
    match args.output {
        Some(path) => {
            write_aside(&path, &bytes).map_err(|error| Failure::io("Writing", &path, &error))?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "wrote": path.display().to_string(), "entries": entries }));
            }
            app.output.status(format_args!(
                "Wrote {} ({} entries). It is not sealed: whoever has it can read it.",
                path.display(),
                entries
            ));
        }
        None => app.output.bytes(&bytes).map_err(|error| {
            Failure::usage(format!("Standard output cannot be written: {}.", crate::failure::reason(&error)))
        })?,
    }
    Ok(())
}

/// A file appears whole or not at all.
fn write_aside(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    let aside = path.with_extension("part");
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, path)
}
