//! `allymap log add|list`: meetings, calls, asks and favours.

use allymap_domain::entry;
use allymap_domain::said::{LogKind, LogLine};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::failure::Failure;

/// Meetings, calls and messages with partners
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap log add choir --kind meeting --on 2026-11-20\n  allymap log list choir")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Note a contact
    Add(Add),
    /// What was noted, newest first
    List {
        /// Which entry
        who: String,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    #[arg(long, default_value = "contact", value_parser = [
        "contact", "one-to-one", "meeting", "call", "message", "approach", "ask", "gave", "got", "statement", "check-in",
    ], help = "What it was")]
    kind: String,
    #[arg(long, value_name = "DAY", help = "When")]
    on: Option<String>,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
    #[arg(long, help = "What was said (this stays in your shell's history; - reads standard input)")]
    note: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5), help = "Of an ask or a favour: 1 a mention … 5 money, a name")]
    size: Option<u8>,
    #[arg(long, value_name = "DAY", help = "Follow up when")]
    followup: Option<String>,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List { who } => list(app, &who),
    }
}

fn add(app: &mut App, args: Add) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let kind = LogKind::from_slug(&args.kind).unwrap_or(LogKind::Contact);
    let note = match args.note {
        Some(note) => Some(super::free_text(&note)?),
        None => app.prompt.text("What was said? Write as if they will read it")?,
    };
    let source = app.source();
    let on = Some(args.on.map_or_else(super::today, Ok)?);
    let line = LogLine { kind, on, with: args.with, note, size: args.size, follow_up: args.followup, source };
    let id = app.fresh_id();
    app.edit(DocumentId(row.id.0), |edit| entry::log(edit, id, &line))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "kind": kind.slug(), "on": line.on }));
        return Ok(());
    }
    app.output.say(format_args!(
        "Kept: {} with {}, {}.",
        kind.label(),
        row.name,
        line.on.as_deref().unwrap_or_default()
    ));
    super::partner::who_sees(app)
}

fn list(app: &mut App, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let entry = app.entry(row.id)?;
    let mut log: Vec<_> = entry.log.iter().collect();
    log.sort_by(|a, b| b.what.on.cmp(&a.what.on).then(b.order.cmp(&a.order)).then(a.id.cmp(&b.id)));
    if app.output.json {
        let lines: Vec<_> = log.iter().map(|said| allymap_domain::export::log_json(said)).collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "log": lines }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = log
        .iter()
        .map(|said| {
            vec![
                said.what.on.clone().unwrap_or_default(),
                said.what.kind.label().to_owned(),
                format!("{} ({})", said.by.name, said.by.group),
                said.what.note.clone().unwrap_or_default(),
            ]
        })
        .collect();
    app.output.table(&["When", "What", "Who", "Said"], &cells);
    Ok(())
}
