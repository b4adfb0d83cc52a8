//! `allymap log add|list`: meetings, calls, asks and favours.

use allymap_domain::{Entry, LogKind, LogLine, When, parse_coming_date, parse_date, parse_when};
use allymap_wire::DocumentId;

use crate::app::{App, now, today};
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
        #[arg(long, help = "Only of this kind")]
        kind: Option<String>,
        #[arg(long, value_name = "DAY", help = "Only since")]
        since: Option<String>,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    #[arg(
        long,
        default_value = "contact",
        help = "What it was: meeting, call, consulted, heads-up, statement, solidarity …"
    )]
    kind: String,
    #[arg(long, value_name = "DAY", help = "When")]
    on: Option<String>,
    #[arg(long, value_name = "WHOM", help = "With whom of them")]
    with: Option<String>,
    #[arg(long, help = "What was said (this stays in your shell's history; - reads standard input)")]
    note: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5), help = "Of an ask or a favour: 1 a mention … 5 money, a name")]
    size: Option<u8>,
    #[arg(long, help = "Where it is known from; a statement of theirs needs it")]
    source: Option<String>,
    #[arg(long, value_name = "DAY", help = "Follow up when; of a call for solidarity: until when they need us")]
    followup: Option<String>,
    #[arg(long, value_name = "WHY", help = "Although nobody has looked into them yet (co-host and ask, category c)")]
    anyway: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List { .. })
    }
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List { who, kind, since } => list(app, &who, kind.as_deref(), since.as_deref()),
    }
}

fn add(app: &mut App, args: Add) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let kind = LogKind::typed(&args.kind)?;
    let joined = super::relation::find_joined(app, &args.who)?;
    super::relation::consulted_first(&joined, kind)?;
    // A contact may be noted whatever is known; work together is not begun unseen.
    let all_the_same = match kind.slug {
        "approach" => None,
        _ => super::relation::researched_first(&joined, kind, args.anyway.as_deref())?,
    };
    let on = match args.on {
        Some(typed) => parse_when(&typed, today())?,
        None => When::on(today()),
    };
    let follow_up = args.followup.map(|typed| parse_coming_date(&typed, today())).transpose()?;
    let note = match args.note {
        Some(note) => Some(super::free_text(&note)?),
        None => app.ask().text("What was said? Write as if they will read it")?,
    };
    let text = note.into_iter().chain(all_the_same).collect::<Vec<_>>().join("\n");
    let line = LogLine {
        with: args.with,
        size: args.size,
        source: args.source,
        follow_up,
        ..LogLine::new(kind, on, &text, now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::log(edit, id, &line))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "kind": kind.slug, "on": line.on.to_string() }));
        return Ok(());
    }
    app.output.say(format_args!("Kept for {}: {}, {}.", row.name, kind.label, line.on));
    if let Some(date) = follow_up {
        app.output.say(format_args!("Follow-up due {}.", date.spelled()));
    }
    super::partner::who_sees(app)
}

fn list(app: &mut App, who: &str, kind: Option<&str>, since: Option<&str>) -> Result<(), Failure> {
    let row = app.find(who)?;
    let kind = kind.map(LogKind::typed).transpose()?;
    let since = since.map(|typed| parse_date(typed, today())).transpose()?;
    let mut entry = app.entry(row.id)?;
    entry.log.retain(|logged| {
        kind.is_none_or(|kind| kind.slug == logged.line.kind)
            && since.is_none_or(|since| logged.line.on.date.is_some_and(|on| on >= since))
    });
    if app.output.json {
        let lines: Vec<_> = entry
            .log
            .iter()
            .rev()
            .map(|logged| {
                serde_json::json!({
                    "id": logged.id.to_string(), "kind": logged.line.kind, "on": logged.line.on.typed,
                    "date": logged.line.on.date.map(|date| date.to_string()), "with": logged.line.with,
                    "text": logged.line.text, "size": logged.line.size, "source": logged.line.source,
                    "label": LogKind::label_of(&logged.line.kind),
                    "follow_up": logged.line.follow_up.map(|date| date.to_string()),
                    "by": logged.author.name, "group": logged.author.group,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "log": lines }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = entry
        .log
        .iter()
        .rev()
        .map(|logged| {
            vec![
                logged.line.on.to_string(),
                LogKind::label_of(&logged.line.kind).to_owned(),
                format!("{} ({})", logged.author.name, logged.author.group),
                text(&logged.line),
            ]
        })
        .collect();
    app.output.table(&["When", "What", "Who", "Said"], &cells);
    Ok(())
}

/// What was said, and where that is known from.
fn text(line: &LogLine) -> String {
    match &line.source {
        Some(source) => format!("{} ({source})", line.text).trim().to_owned(),
        None => line.text.clone(),
    }
}
