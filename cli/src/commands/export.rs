//! `allymap export`: the whole map as JSON Lines, or the directory as a table.

use std::path::PathBuf;

use allymap_domain::kind::field::Audience;
use allymap_home::files::export::{self, Digest, Exported};
use serde::Serialize;
use serde_json::json;

use crate::about::who::AUDIENCES;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Failure, reason};
use crate::terminal::handed_out::write_over;
use crate::terminal::output::Output;
use crate::terminal::typed::one_of;
use crate::terminal::words::count;

/// Save as JSON Lines or CSV
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap export --format jsonl\n  allymap export -o partners.csv --for partner")]
pub(crate) struct Args {
    /// jsonl: everything, the same bytes on every device with the same edits; csv: the entries as a table. Without it, as
    /// the file's name ends
    #[arg(long, value_parser = one_of(&[("jsonl", Form::Lines), ("csv", Form::Table)]))]
    format: Option<Form>,
    /// Who will read the table: columns that they may not see are not in it
    #[arg(long = "for", value_name = "AUDIENCE", value_parser = one_of(&AUDIENCES))]
    audience: Option<Audience>,
    #[arg(long, short, value_name = "FILE", help = "Into a file; otherwise to standard output")]
    output: Option<PathBuf>,
    /// Only the digest of the JSON Lines: two devices with the same digest have the same map
    #[arg(long)]
    digest: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if args.digest {
        let digest = export::digest(app.visit()?)?;
        return app.tell(&digest);
    }
    let named_csv = args.output.as_ref().is_some_and(|path| path.extension().is_some_and(|end| end == "csv"));
    let form = args.format.unwrap_or(if named_csv { Form::Table } else { Form::Lines });
    let visit = app.visit()?;
    let mut exported = match (form, args.audience) {
        (Form::Table, audience) => export::table(visit, audience.unwrap_or(Audience::Group))?,
        (Form::Lines, None) => export::lines(visit)?,
        (Form::Lines, Some(_)) => {
            // Without a map that is what is said.
            visit.map()?;
            return Err(Failure::usage("JSON Lines hold the whole map, for whoever may see all of it.")
                .hint("For an audience there are: allymap export --format csv --for …, and allymap report --for …"));
        }
    };
    let Some(path) = args.output else { return hand_out(app, form, &exported) };
    if form == Form::Table && named_csv {
        // Spreadsheet programs take a file for UTF-8 only with this mark.
        exported.bytes.splice(..0, *b"\xef\xbb\xbf");
    }
    write_over(&path, &exported.bytes)?;
    if app.output.json {
        app.output.json(&json!({ "wrote": path.display().to_string(), "entries": exported.entries }));
    }
    let of = match form {
        Form::Table => "a table",
        Form::Lines => "the whole map",
    };
    app.output.status(format_args!(
        "Wrote {} ({of}: {}). It is not sealed: whoever has it can read it.",
        path.display(),
        count(exported.entries, "entry", "entries")
    ));
    Ok(())
}

/// As what the map is exported.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Table,
    Lines,
}

/// To standard output.
fn hand_out(app: &App<'_>, form: Form, exported: &Exported) -> Result<(), Failure> {
    if app.output.json {
        let format = match form {
            Form::Table => "csv",
            Form::Lines => "jsonl",
        };
        let text = String::from_utf8_lossy(&exported.bytes);
        app.output.json(&json!({ "format": format, "entries": exported.entries, "text": text }));
        return Ok(());
    }
    app.output
        .bytes(&exported.bytes)
        .map_err(|error| Failure::usage(format!("Standard output cannot be written: {}.", reason(&error))))
}

impl Answer for Digest {
    fn json(&self) -> impl Serialize {
        json!({ "digest": self.digest, "entries": self.entries })
    }

    fn say(&self, out: &Output) {
        out.say(&self.digest);
    }
}
