//! `allymap import FILE`: other people's tables, with a look at what would happen first.

use std::io::Read;
use std::path::{Path, PathBuf};

use allymap_domain::entry;
use allymap_domain::import::{FILE_BYTES, ImportError, Register, plan, read_csv, read_popolo};
use allymap_domain::kind::Kind;
use allymap_wire::DocumentId;

use super::status::count;
use crate::app::App;
use crate::failure::{Exit, Failure};

/// Bring in a spreadsheet (CSV) or a register (Popolo JSON)
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap import contacts.csv\n  allymap import councillors.json --apply")]
pub(crate) struct Args {
    /// A .csv or .json file
    file: PathBuf,
    /// What the rows of a table are, where no column says so
    #[arg(long, value_parser = ["organisation", "person", "institution", "place"])]
    kind: Option<String>,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let register = read(&args.file, args.kind.as_deref().and_then(Kind::from_slug))?;
    let rows = app.rows()?;
    let mut looked_up: Option<(allymap_domain::said::RowId, entry::Entry)> = None;
    let plan = plan(&register, &rows, |row, field| {
        if looked_up.as_ref().is_none_or(|(id, _)| *id != row.id) {
            looked_up = app.entry(row.id).ok().map(|entry| (row.id, entry));
        }
        looked_up.as_ref().and_then(|(_, entry)| entry.value(field).map(str::to_owned))
    });
    let file = args.file.display();
    if !app.output.json {
        app.output.say(format_args!(
            "{file}: {}. New {} · the same {} · changed {} · unclear {} · refused {}",
            count(register.rows, "row", "rows"),
            plan.new.len(),
            plan.same,
            plan.changed.len(),
            plan.unclear.len(),
            register.refused.len()
        ));
        for remark in &register.remarks {
            app.output.status(format_args!("  {remark}"));
        }
        for (incoming, row) in plan.unclear.iter().take(10) {
            app.output.status(format_args!(
                "  unclear: {} is much like {} on the map",
                incoming.field("name").unwrap_or_default(),
                row.name
            ));
        }
        for refused in register.refused.iter().take(10) {
            let line = refused.line.map_or_else(String::new, |line| format!("line {line}: "));
            app.output.status(format_args!("  refused: {line}{} ({})", refused.reason, refused.what));
        }
    }
    let nothing = plan.new.is_empty() && plan.changed.is_empty();
    let go = !nothing && !args.dry_run && (args.apply || app.prompt.confirm("Nothing is saved yet. Bring them in?")?);
    if go {
        for incoming in &plan.new {
            let id = app.fresh_id();
            let mut fields: Vec<(&str, &str)> =
                incoming.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            fields.extend(incoming.source_id.as_deref().map(|id| ("source-ids", id)));
            app.edit(DocumentId(id.0), |edit| entry::create(edit, incoming.kind, &fields))?;
        }
        for change in &plan.changed {
            let kind = change.row.kind();
            app.edit(DocumentId(change.row.id.0), |edit| {
                change.fields.iter().try_for_each(|(name, value)| entry::set(edit, kind, name, value))
            })?;
        }
        app.commit()?;
    }
    let report = report(&args.file, &register)?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "file": file.to_string(), "rows": register.rows, "memberships": register.memberships,
            "new": plan.new.len(), "same": plan.same, "changed": plan.changed.len(), "unclear": plan.unclear.len(),
            "refused": register.refused.len(), "saved": go, "report": report.map(|path| path.display().to_string()),
        }));
        return Ok(());
    }
    if go {
        app.output.say(format_args!(
            "Kept: {} added, {} completed.",
            count(plan.new.len(), "entry", "entries"),
            plan.changed.len()
        ));
    } else if nothing {
        app.output.say("Nothing new: everything in it is on the map already.");
    } else {
        app.output.say("Nothing was saved. Do it with --apply.");
    }
    if let Some(path) = report {
        app.output.status(format_args!("Rows that could not be taken, with reasons: {}", path.display()));
    }
    Ok(())
}

/// Reads a file that may be anything: a folder, a pipe, gigabytes.
fn read(path: &Path, kind: Option<Kind>) -> Result<Register, Failure> {
    let unread = |error: &std::io::Error| Failure::io("Reading", path, error).hint("Nothing was changed.");
    let metadata = std::fs::metadata(path).map_err(|error| unread(&error))?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{} is not a file.", path.display()))
            .hint("Give a .csv or .json file. Nothing was changed."));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(&error))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
    let read = if first == Some(&b'{') { read_popolo(&bytes, &name) } else { read_csv(&bytes, &name, kind) };
    read.map_err(|error| {
        let hint = match error {
            ImportError::NoName { .. } => "Call one column \"name\". Nothing was changed.",
            _ => "Nothing was changed.",
        };
        Failure::new("AM-IMPORT", Exit::Failed, format!("{} cannot be brought in: {error}.", path.display())).hint(hint)
    })
}

/// What was refused, beside the file, with the reason of each.
fn report(path: &Path, register: &Register) -> Result<Option<PathBuf>, Failure> {
    if register.refused.is_empty() {
        return Ok(None);
    }
    let beside = path.with_extension("not-imported.csv");
    let mut text = String::from("line,what,reason\n");
    for refused in &register.refused {
        let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let line = refused.line.map(|line| line.to_string()).unwrap_or_default();
        text.push_str(&format!("{line},{},{}\n", cell(&refused.what), cell(&refused.reason)));
    }
    std::fs::write(&beside, text).map_err(|error| Failure::io("Writing", &beside, &error))?;
    Ok(Some(beside))
}
