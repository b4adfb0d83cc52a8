//! `allymap import FILE`: other people's tables, with a look at what would happen first.

use std::io::Read;
use std::path::{Path, PathBuf};

use allymap_domain::{Date, Entry, ImportError, Kind, MAX_FILE_BYTES, Plan, Register, plan, read_register};
use allymap_wire::DocumentId;

use super::status::count;
use crate::app::{App, today};
use crate::failure::{Exit, Failure};

/// Bring in a spreadsheet (CSV) or a register (Popolo JSON)
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap import contacts.csv\n  allymap import councillors.json --apply")]
pub(crate) struct Args {
    /// A .csv or .json file
    file: PathBuf,
    /// What the rows of a table are, where no column says so
    #[arg(long)]
    kind: Option<String>,
    /// Do it without asking
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let kind = args.kind.as_deref().map(Kind::typed).transpose()?.map(|(kind, _)| kind);
    let (register, dated) = read(&args.file, kind)?;
    let rows = app.rows()?;
    let plan = plan(&register, &rows, dated, today());
    let file = args.file.display();
    let preview = plan.preview();
    if !app.output.json {
        app.output.say(format_args!(
            "{file}: {}, {}. New {} · the same {} · changed {} · unclear {} · refused {}",
            register.form,
            count(register.rows.len() + register.refused.len(), "row", "rows"),
            preview.new,
            preview.same,
            preview.changed,
            preview.unclear,
            preview.refused
        ));
        let unused: Vec<&str> = register
            .columns
            .iter()
            .filter(|column| column.means.is_none())
            .map(|column| column.header.as_str())
            .collect();
        if !unused.is_empty() {
            app.output.status(format_args!("  columns that were not taken: {}", unused.join(", ")));
        }
        for warning in &register.warnings {
            app.output.status(format_args!("  {warning}"));
        }
        for unclear in plan.unclear.iter().take(10) {
            let near = unclear.near.first().and_then(|id| rows.iter().find(|row| row.id == *id));
            app.output.status(format_args!(
                "  unclear: {} is much like {} on the map",
                unclear.entry.name(),
                near.map_or("an entry", |row| row.name.as_str())
            ));
        }
        for remark in plan.remarks.iter().take(10) {
            app.output.status(format_args!("  {}: {} ({})", remark.spot, remark.reason, remark.name));
        }
        for refused in register.refused.iter().take(10) {
            app.output.status(format_args!("  refused: {}: {} ({})", refused.spot, refused.reason, refused.name));
        }
    }
    let nothing = plan.new.is_empty() && plan.changed.is_empty();
    let go = !nothing && !args.dry_run && (args.apply || app.prompt.confirm("Nothing is saved yet. Bring them in?")?);
    if go {
        for planned in &plan.new {
            let id = app.fresh_entry();
            app.edit(DocumentId(id.0), |edit| Entry::create(edit, &planned.entry))?;
        }
        for changed in &plan.changed {
            app.edit(DocumentId(changed.id.0), |edit| changed.apply(edit))?;
        }
        app.commit()?;
    }
    let report = report(&args.file, &plan)?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "file": file.to_string(), "rows": register.rows.len() + register.refused.len(), "memberships": register.memberships,
            "new": preview.new, "same": preview.same, "changed": preview.changed, "unclear": preview.unclear,
            "refused": preview.refused, "remarks": plan.remarks.len(), "blank": register.blank, "saved": go,
            "report": report.map(|path| path.display().to_string()),
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
        app.output.status(format_args!("Rows that want a look, with reasons: {}", path.display()));
    }
    Ok(())
}

/// Reads a file that may be anything: a folder, a pipe, gigabytes. With it, the day it was last written.
fn read(path: &Path, kind: Option<&'static Kind>) -> Result<(Register, Option<Date>), Failure> {
    let unread = |error: &std::io::Error| Failure::io("Reading", path, error).hint("Nothing was changed.");
    let metadata = std::fs::metadata(path).map_err(|error| unread(&error))?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{} is not a file.", path.display()))
            .hint("Give a .csv or .json file. Nothing was changed."));
    }
    let cannot = |error: ImportError| {
        let hint = match error {
            ImportError::NoNameColumn { .. } => "Call one column \"name\". Nothing was changed.",
            _ => "Nothing was changed.",
        };
        Failure::new("AM-IMPORT", Exit::Failed, format!("{} cannot be brought in: {error}.", path.display())).hint(hint)
    };
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > MAX_FILE_BYTES {
        return Err(cannot(ImportError::TooLarge { bytes: size, limit: MAX_FILE_BYTES }));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(&error))?;
    let written = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let dated = written.map(|since| Date::of_ms(since.as_millis() as u64));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let register = read_register(&bytes, &name, kind).map_err(cannot)?;
    Ok((register, dated))
}

/// What was not taken, beside the file, with the reason of each.
fn report(path: &Path, plan: &Plan) -> Result<Option<PathBuf>, Failure> {
    let table = plan.not_imported();
    if table.is_empty() {
        return Ok(None);
    }
    let beside = path.with_extension("not-imported.csv");
    std::fs::write(&beside, table).map_err(|error| Failure::io("Writing", &beside, &error))?;
    Ok(Some(beside))
}
