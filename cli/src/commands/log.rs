//! `allymap log add|list`: meetings, calls, asks and favours.

use allymap_domain::card::Card;
use allymap_domain::date::typed::{parse_coming_date, parse_since, parse_when};
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::log::{LogKind, LogLine, Logged};
use allymap_wire::DocumentId;

use super::approach::holds;
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::typed;
use crate::terminal::words::quoted;

/// Meetings, calls and messages with partners
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap log add choir --kind meeting --on 2026-11-20\n  allymap log list choir\n  allymap log list --since \"1 month\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Note a contact
    #[command(
        after_help = "Examples:\n  allymap log add choir --kind meeting --on 2026-11-20\n  allymap log add choir --kind statement --source \"The Courier, 3 May\""
    )]
    Add(Add),
    /// What was noted, newest first
    #[command(after_help = "Examples:\n  allymap log list choir\n  allymap log list choir --kind meeting")]
    List {
        /// Which entry; left out: the lines of all
        who: Option<String>,
        #[arg(long, help = "Only of this kind")]
        kind: Option<String>,
        #[arg(long, value_name = "DAY", help = "Only since: a day, a month, \"3 weeks\"")]
        since: Option<String>,
        #[arg(long, value_name = "GROUP", help = "Only of entries that this group of ours holds; me: your own")]
        held_by: Option<String>,
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

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List { who, kind, since, held_by } => {
            let only = Only {
                kind: kind.as_deref().map(LogKind::typed).transpose()?,
                since: since.map(|typed| parse_since(&typed, app.today())).transpose()?,
                held_by: held_by.map(|wanted| Holder::of(app, &wanted)).transpose()?,
            };
            list(app, who.as_deref(), &only)
        }
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let row = app.find_joined(&args.who)?;
    let kind = LogKind::typed(&args.kind)?;
    super::relation::consulted_first(&row, kind)?;
    // A contact may be noted whatever is known; work together is not begun unseen.
    let all_the_same = match kind.slug {
        "approach" => None,
        _ => super::relation::researched_first(&row, kind, args.anyway.as_deref())?,
    };
    let on = match args.on {
        Some(typed) => parse_when(&typed, app.today())?,
        None => When::on(app.today()),
    };
    super::relation::has_been(&on, kind, app.today())?;
    let follow_up = args.followup.map(|typed| parse_coming_date(&typed, app.today())).transpose()?;
    let note = match args.note {
        Some(note) => Some(typed::free_text(&app.output, &note)?),
        None => app.ask().text("What was said? Write as if they will read it")?,
    };
    let text = note.into_iter().chain(all_the_same).collect::<Vec<_>>().join("\n");
    let line = LogLine {
        with: args.with,
        size: args.size,
        source: args.source,
        follow_up,
        ..LogLine::new(kind, on, &text, app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::log(edit, id, &line))?;
    app.commit()?;
    let findings = if kind.slug == "one-to-one" {
        allymap_home::relations::meet::findings(app.visit()?, row.id)?
    } else {
        Vec::new()
    };
    let answered = findings.iter().filter(|(_, answer)| answer.is_some()).count();
    if app.output.json {
        let questions = (!findings.is_empty()).then_some(answered);
        app.output.json(&serde_json::json!({
            "entry": row.name, "kind": kind.slug, "on": line.on.to_string(), "questions_answered": questions,
        }));
        return Ok(());
    }
    app.output.say(format_args!("Kept for {}: {}, {}.", row.name, kind.label, line.on));
    if answered > 0 {
        app.output.say(format_args!(
            "Eight questions of a first meeting: {answered} answered. See them: allymap partner show {} --questions",
            quoted(&row.name)
        ));
    }
    if let Some(date) = follow_up {
        app.output.say(format_args!("Follow-up due {}.", date.spelled()));
    }
    super::partner::who_sees(app)
}

/// Which lines are wanted.
struct Only {
    kind: Option<&'static LogKind>,
    since: Option<Date>,
    held_by: Option<Holder>,
}

impl Only {
    fn fits(&self, line: &LogLine) -> bool {
        self.kind.is_none_or(|kind| kind.slug == line.kind)
            && self.since.is_none_or(|since| line.on.date.is_some_and(|on| on >= since))
    }
}

fn list(app: &mut App<'_>, who: Option<&str>, only: &Only) -> Result<(), Failure> {
    let rows = match who {
        Some(who) => vec![app.find(who)?],
        // Only entries that have lines are opened.
        None => app.cards()?.iter().filter(|row| row.log_lines > 0 && !row.archived).cloned().collect(),
    };
    let named = who.and_then(|_| rows.first()).map(|row: &Card| row.name.clone());
    let mut lines: Vec<(&Card, Logged)> = Vec::new();
    for row in &rows {
        if only.held_by.as_ref().is_some_and(|held_by| !held_by.holds(row)) {
            continue;
        }
        let log = app.entry(row.id)?.log.into_iter().rev().filter(|logged| only.fits(&logged.line));
        lines.extend(log.map(|logged| (row, logged)));
    }
    // Those without a day last; of one day rights holders first, and then as they were.
    lines.sort_by_key(|(row, logged)| (std::cmp::Reverse(logged.line.on.date), !row.rights_holders()));
    if app.output.json {
        let log: Vec<_> = lines.iter().map(|(row, logged)| line_json(who.is_none().then_some(*row), logged)).collect();
        app.output.json(&serde_json::json!({ "entry": named, "log": log }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = lines
        .iter()
        .map(|(row, logged)| {
            let whom = who.is_none().then(|| row.name.clone());
            [Some(logged.line.on.to_string()), whom]
                .into_iter()
                .flatten()
                .chain([
                    LogKind::label_of(&logged.line.kind).to_owned(),
                    format!("{} ({})", logged.author.name, logged.author.group),
                    text(&logged.line),
                ])
                .collect()
        })
        .collect();
    let headings: &[&str] =
        if who.is_some() { &["When", "What", "Who", "Said"] } else { &["When", "Whom", "What", "Who", "Said"] };
    app.output.table(headings, &cells);
    if cells.is_empty() {
        app.output.status("The log has no such line.");
    }
    Ok(())
}

/// Whose relationships are wanted.
pub(crate) struct Holder(Vec<String>);

impl Holder {
    /// One of our groups, or somebody of us; `me` is whoever asks, and their group.
    pub(crate) fn of(app: &mut App<'_>, wanted: &str) -> Result<Holder, Failure> {
        if wanted != "me" {
            return Ok(Holder(vec![wanted.to_owned()]));
        }
        let map = app.map()?;
        Ok(Holder(vec![map.group, map.person]))
    }

    pub(crate) fn holds(&self, row: &Card) -> bool {
        row.held_by().is_some_and(|holder| self.0.iter().any(|wanted| holds(holder, wanted)))
    }
}

fn line_json(row: Option<&Card>, logged: &Logged) -> serde_json::Value {
    let mut value = serde_json::json!({
        "id": logged.id.to_string(), "kind": logged.line.kind, "on": logged.line.on.typed,
        "date": logged.line.on.date.map(|date| date.to_string()), "with": logged.line.with,
        "text": logged.line.text, "size": logged.line.size, "source": logged.line.source,
        "label": LogKind::label_of(&logged.line.kind),
        "follow_up": logged.line.follow_up.map(|date| date.to_string()),
        "by": logged.author.name, "group": logged.author.group,
    });
    if let Some(row) = row {
        value["entry"] = row.name.clone().into();
    }
    value
}

/// What was said, and where that is known from.
fn text(line: &LogLine) -> String {
    match &line.source {
        Some(source) => format!("{} ({source})", line.text).trim().to_owned(),
        None => line.text.clone(),
    }
}
