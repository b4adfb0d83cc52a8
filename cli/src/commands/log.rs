//! `allymap log add|list`: meetings, calls, asks and favours.

use allymap_domain::advice::before::{Plan, has_been};
use allymap_domain::date::When;
use allymap_domain::date::typed::{parse_coming_date, parse_since, parse_when};
use allymap_domain::entry::log::{LogKind, LogLine, Logged};
use allymap_home::relations::log::{self, Lines, NewLine, Noted, Only};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;

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
            let kind = kind.as_deref().map(LogKind::typed).transpose()?;
            let since = since.map(|typed| parse_since(&typed, app.today())).transpose()?;
            let visit = app.visit()?;
            let of = who.map(|who| visit.find(&who)).transpose()?.map(|card| card.id);
            let lines = log::list(visit, &Only { of, kind, since, held_by })?;
            app.tell(&lines)
        }
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let card = app.visit()?.find_joined(&args.who)?;
    let (kind, today) = (LogKind::typed(&args.kind)?, app.today());
    Plan::noted(kind).may_begin(&card, args.anyway.as_deref())?;
    let on = args.on.map_or(Ok(When::on(today)), |typed| parse_when(&typed, today))?;
    has_been(&on, kind, today)?;
    let follow_up = args.followup.map(|typed| parse_coming_date(&typed, today)).transpose()?;
    let note = match args.note {
        Some(note) => Some(typed::free_text(&app.output, &note)?),
        None => app.ask().text("What was said? Write as if they will read it")?,
    };
    let Add { with, size, source, anyway, .. } = args;
    let new = NewLine { of: card.id, kind, on, with, note, size, source, follow_up, anyway };
    let noted = log::add(app.visit()?, &new)?;
    app.tell(&noted)
}

impl Answer for Noted {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.who.name, "kind": self.kind.slug, "on": self.on.to_string(),
            "questions_answered": self.found_out,
        })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept for {}: {}, {}.", self.who.name, self.kind.label, self.on));
        if let Some(answered) = self.found_out.filter(|answered| *answered > 0) {
            out.say(format_args!(
                "Eight questions of a first meeting: {answered} answered. See them: {}",
                suggested::command("partner show", &self.who.name, "--questions")
            ));
        }
        if let Some(date) = self.follow_up {
            out.say(format_args!("Follow-up due {}.", date.spelled()));
        }
        say_who_sees(out, &self.seen_by);
    }
}

impl Answer for Lines {
    fn json(&self) -> impl Serialize {
        let line = |(name, logged): &(String, Logged)| {
            let mut value = json!({
                "id": logged.id.to_string(), "kind": logged.line.kind, "on": logged.line.on.typed,
                "date": logged.line.on.date.map(|date| date.to_string()), "with": logged.line.with,
                "text": logged.line.text, "size": logged.line.size, "source": logged.line.source,
                "label": LogKind::label_of(&logged.line.kind),
                "follow_up": logged.line.follow_up.map(|date| date.to_string()),
                "by": logged.author.name, "group": logged.author.group,
            });
            if self.of.is_none() {
                value["entry"] = name.as_str().into();
            }
            value
        };
        json!({ "entry": self.of, "log": self.lines.iter().map(line).collect::<Vec<Value>>() })
    }

    fn say(&self, out: &Output) {
        let row = |(name, logged): &(String, Logged)| {
            let whom = self.of.is_none().then(|| name.clone());
            let kind = LogKind::label_of(&logged.line.kind).to_owned();
            let by = format!("{} ({})", logged.author.name, logged.author.group);
            let cells = [Some(logged.line.on.to_string()), whom, Some(kind), Some(by), Some(text(&logged.line))];
            cells.into_iter().flatten().collect()
        };
        let cells: Vec<Vec<String>> = self.lines.iter().map(row).collect();
        let headings: &[&str] =
            if self.of.is_some() { &["When", "What", "Who", "Said"] } else { &["When", "Whom", "What", "Who", "Said"] };
        out.table(headings, &cells);
        if cells.is_empty() {
            out.status("The log has no such line.");
        }
    }
}

/// What was said, and where that is known from.
fn text(line: &LogLine) -> String {
    match &line.source {
        Some(source) => format!("{} ({source})", line.text).trim().to_owned(),
        None => line.text.clone(),
    }
}
