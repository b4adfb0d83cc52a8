//! `allymap import FILE`: other people's tables, or a whole map of ours, with a look at what would happen first.

use std::io::Read;
use std::path::{Path, PathBuf};

use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::files::refused::{ImportError, MAX_FILE_BYTES, RefusedReason};
use allymap_domain::files::whole::{Whole, WholeMap, is_whole_map, read_whole_map};
use allymap_domain::kind::Kind;
use allymap_domain::map::Map;
use allymap_home::files::import::{Plan, plan};
use allymap_home::files::import::{Register, read_register};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::words::count;

/// Bring in a spreadsheet, a register or an exported map
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap import contacts.csv\n  allymap import councillors.json --apply\n  allymap import old-map.jsonl"
)]
pub(crate) struct Args {
    /// A table (.csv), a register in the Popolo form (.json), or what export wrote (.jsonl)
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

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let kind = args.kind.as_deref().map(Kind::typed).transpose()?.map(|(kind, _)| kind);
    let (input, dated) = read(&args.file, kind)?;
    let register = match input {
        Input::Register(register) => register,
        Input::Map(whole) => return bring_in_map(app, &args, &whole, dated),
    };
    let rows = app.cards()?;
    let plan = plan(&register, &rows, dated, app.today());
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
    let go = !nothing && agreed(app, &args)?;
    if go {
        for planned in &plan.new {
            let id = app.fresh_entry();
            app.edit(DocumentId(id.0), |edit| Entry::create(edit, &planned.entry))?;
        }
        for changed in &plan.changed {
            app.edit(DocumentId(changed.id.0), |edit| changed.addition().write(edit))?;
        }
        app.commit()?;
    }
    let report = report(&args.file, &plan)?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "file": file.to_string(), "rows": register.rows.len() + register.refused.len(), "memberships": register.memberships,
            "new": preview.new, "same": preview.same, "changed": preview.changed, "unclear": preview.unclear,
            "refused": preview.refused, "remarks": plan.remarks.len(), "blank": register.blank, "kept": go,
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
    } else if nothing && plan.unclear.is_empty() && plan.refused.is_empty() {
        app.output.say("Nothing new: everything in it is on the map already.");
    } else if nothing {
        app.output.say("Nothing was kept: what is not on the map yet wants a look first.");
    } else {
        app.output.say("Nothing was kept. Do it with --apply.");
    }
    if let Some(path) = report {
        app.output.status(format_args!("Rows that want a look, with reasons: {}", path.display()));
    }
    Ok(())
}

fn agreed(app: &mut App<'_>, args: &Args) -> Result<bool, Failure> {
    Ok(!args.dry_run && (args.apply || app.ask().confirm("Nothing is kept yet. Bring them in?")?))
}

/// A map that was exported, here or elsewhere: its entries come with their ids, and nothing that is here is written over.
fn bring_in_map(app: &mut App<'_>, args: &Args, whole: &WholeMap, dated: Option<Date>) -> Result<(), Failure> {
    let (mut new, mut same, mut remarks) = (Vec::new(), 0, Vec::new());
    for entry in &whole.entries {
        match entry.on(app.document(DocumentId(entry.id.0))?.as_ref()) {
            Whole::New => new.push(entry),
            Whole::Same => same += 1,
            Whole::Differs => remarks.push(entry.remark(RefusedReason::OnTheMap)),
        }
    }
    let differ = remarks.len();
    let rows = whole.entries.len() + whole.refused.len();
    if !app.output.json {
        app.output.say(format_args!(
            "{}: the map {}, {}. New {} · the same {same} · different here {differ} · refused {}",
            args.file.display(),
            if whole.name.is_empty() { "without a name" } else { &whole.name },
            count(rows, "entry", "entries"),
            new.len(),
            whole.refused.len()
        ));
        if whole.newer > 0 {
            app.output.status("  A newer allymap wrote it. What only that one understands comes along unread.");
        }
        for refused in whole.refused.iter().chain(&remarks).take(10) {
            app.output.status(format_args!("  {}: {} ({})", refused.spot, refused.reason, refused.name));
        }
    }
    let go = !new.is_empty() && agreed(app, args)?;
    if go {
        let source = match dated {
            Some(date) => format!("{} ({date})", whole.file),
            None => whole.file.clone(),
        };
        let map = app.map_document()?;
        if app.document(map)?.as_ref().is_some_and(Map::is) {
            app.edit(map, |edit| whole.complete_map(edit))?;
        }
        for entry in &new {
            for number in 0..entry.edits() {
                app.edit(DocumentId(entry.id.0), |edit| entry.write(number, &source, edit))?;
            }
            let parts = entry.differences(&app.entry(entry.id)?);
            if !parts.is_empty() {
                remarks.push(entry.remark(RefusedReason::ReadsDifferently { parts }));
            }
        }
        app.commit()?;
    }
    let report = report(&args.file, &Plan::of_remarks(whole.refused.clone(), remarks.clone()))?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "file": args.file.display().to_string(), "map": whole.name, "rows": rows, "new": new.len(), "same": same,
            "changed": 0, "unclear": differ, "refused": whole.refused.len(), "remarks": remarks.len() - differ,
            "kept": go, "report": report.map(|path| path.display().to_string()),
        }));
        return Ok(());
    }
    match (go, new.is_empty()) {
        (true, _) => app.output.say(format_args!(
            "Kept: {} added. Who wrote them first is in their source; from now on they are yours.",
            count(new.len(), "entry", "entries")
        )),
        (false, true) if differ + whole.refused.len() == 0 => {
            app.output.say("Nothing new: everything in it is on the map already.");
        }
        (false, true) => app.output.say("Nothing was kept: what is on the map already is not written over."),
        (false, false) => app.output.say("Nothing was kept. Do it with --apply."),
    }
    if let Some(path) = report {
        app.output.status(format_args!("Lines that want a look, with reasons: {}", path.display()));
    }
    Ok(())
}

/// What a file holds.
enum Input {
    Register(Register),
    Map(WholeMap),
}

/// Reads a file. With it, the day it was last written.
fn read(path: &Path, kind: Option<&'static Kind>) -> Result<(Input, Option<Date>), Failure> {
    let bytes = read_bounded(path)?;
    let written = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since = written.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let dated = since.map(|since| Date::of_ms(since.as_millis() as u64));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let input = if is_whole_map(&bytes) {
        read_whole_map(&bytes, &name).map(Input::Map)
    } else {
        read_register(&bytes, &name, kind).map(Input::Register)
    };
    Ok((input.map_err(|error| cannot(path, &error))?, dated))
}

/// The bytes of what may be anything: a folder, a pipe, gigabytes.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |error: &std::io::Error| Failure::io("Reading", path, error).hint("Nothing was changed.");
    let metadata = std::fs::metadata(path).map_err(|error| unread(&error))?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{} is not a file.", path.display()))
            .hint("Give a .csv, .json or .jsonl file. Nothing was changed."));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > MAX_FILE_BYTES {
        return Err(cannot(path, &ImportError::TooLarge { bytes: size, limit: MAX_FILE_BYTES }));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(&error))?;
    Ok(bytes)
}

fn cannot(path: &Path, error: &ImportError) -> Failure {
    let hint = match error {
        ImportError::NoNameColumn { .. } => "Call one column \"name\". Nothing was changed.",
        _ => "Nothing was changed.",
    };
    Failure::new("AM-IMPORT", Exit::Failed, format!("{} cannot be brought in: {error}.", path.display())).hint(hint)
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
