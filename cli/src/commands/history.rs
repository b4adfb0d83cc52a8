//! `allymap history WHO`: who changed what, and when, from which device. Without WHO: what changed on the whole map.

use allymap_domain::date::typed::parse_date;
use allymap_domain::history::Line;
use allymap_domain::words::folded;
use allymap_home::journal::history::{self, Block, Changed, History, Only, Since, Time};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::words::{columns, count, wrapped};

/// Who changed an entry, and what it said before
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap history choir\n  allymap history choir --field phone\n  allymap history --since \"1 nov\"\n  allymap history map"
)]
pub(crate) struct Args {
    /// Which entry, or "map" for questions, dates and campaigns; left out: everything that changed of late
    who: Option<String>,
    /// Only this field, by its name or its label
    #[arg(long, value_name = "FIELD", requires = "who")]
    field: Option<String>,
    /// Only from this day on; without an entry, two weeks if not said
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// All of it, not only the newest 30 changes
    #[arg(long)]
    all: bool,
}

/// How many changes are shown unless all are asked for.
const SHOWN: usize = 30;
/// Without a day: the last fortnight.
const DAYS: i32 = 14;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Entries that are shown to a person at once; `--json` has all.
const ENTRIES: usize = 40;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let since = args.since.as_deref().map(|typed| parse_date(typed, app.today())).transpose()?;
    let only = Only { field: args.field, since, newest: (!args.all).then_some(SHOWN) };
    match &args.who {
        Some(who) if folded(who) == "map" => {
            let history = history::of_map(app.visit()?, &only)?;
            app.tell(&history)
        }
        Some(who) => {
            let entry = app.visit()?.find(who)?;
            let history = history::of(app.visit()?, &entry, &only)?;
            app.tell(&history)
        }
        None => {
            let since = since.or_else(|| app.today().plus_days(-DAYS)).unwrap_or(app.today());
            let since = history::since(app.visit()?, since)?;
            app.tell(&since)
        }
    }
}

impl Answer for History {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.name, "history": blocks(&self.blocks), "older": self.older })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{}, the newest change first", self.name));
        for block in &self.blocks {
            let by = &block.by;
            let when = block.time.map(|time| format!("{}  ", when(time, self.now_ms))).unwrap_or_default();
            let column = columns(&when);
            out.line(&when, column, format_args!("{} ({}), device {}", by.name, by.group, by.device));
            for line in &block.lines {
                out.line(&format!("  {}", line.what), 22, words(line));
            }
        }
        if self.older > 0 {
            out.status(format_args!("{} older changes: allymap history NAME --all", self.older));
        }
    }
}

/// What wants a person first, then entry by entry.
impl Answer for Since {
    fn json(&self) -> impl Serialize {
        let changed = self.changed.iter().map(|changed| {
            let id = changed.id.map(|id| id.to_string());
            json!({ "entry": changed.name, "id": id, "history": blocks(&changed.blocks) })
        });
        let to_settle = self.to_settle.iter().map(|(name, _)| name);
        json!({
            "since": self.since.to_string(), "changed": changed.collect::<Vec<_>>(),
            "double_approaches": self.double_approaches, "to_settle": to_settle.collect::<Vec<_>>(),
        })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("What changed since {}", self.since.spelled()));
        for name in &self.double_approaches {
            out.say(format_args!("! Double approach: {name}. See: allymap approach check NAME"));
        }
        for (name, things) in &self.to_settle {
            let wants = if *things == 1 { "wants" } else { "want" };
            out.say(format_args!("! {name}: {} {wants} to be settled", count(*things, "thing", "things")));
        }
        for Changed { name, blocks, .. } in self.changed.iter().take(ENTRIES) {
            out.say(name);
            for block in blocks {
                let by = &block.by;
                let when = block.time.map(|time| format!("{}, ", when(time, self.now_ms))).unwrap_or_default();
                let text = format!("{when}{} ({}): {}", by.name, by.group, summary(block));
                for (number, line) in wrapped(&text, 76).iter().enumerate() {
                    out.say(format_args!("{}{line}", if number == 0 { "  " } else { "    " }));
                }
            }
        }
        if self.changed.len() > ENTRIES {
            out.status(format_args!("{} more entries: --json has all", self.changed.len() - ENTRIES));
        }
        out.status(format_args!(
            "{} changed, {} of them new. One of them: allymap history NAME",
            count(self.changed.len(), "entry", "entries"),
            self.added
        ));
    }
}

/// `added; Phone 02 5550 0001; Log tea`
fn summary(block: &Block) -> String {
    let lines = block.lines.iter().filter(|line| !block.adds() || line.adds());
    let words: Vec<String> = lines
        .map(|line| match line.adds() {
            true => "added".to_owned(),
            false => format!("{}: {}", line.what, words(line).replace('\n', " ")),
        })
        .collect();
    words.join("; ").chars().take(300).collect()
}

fn words(line: &Line) -> String {
    match (line.before.as_str(), line.after.as_str()) {
        ("", after) => after.to_owned(),
        (before, "") => format!("{before} → (emptied)"),
        (before, after) => format!("{before} → {after}"),
    }
}

fn blocks(blocks: &[Block]) -> Vec<Value> {
    let line = |line: &Line| json!({ "field": line.what, "before": line.before, "after": line.after });
    let block = |Block { by, said, time, lines }: &Block| {
        json!({
            "by": by.name, "group": by.group, "device": by.device, "command": said,
            "at_ms": time.map(Time::ms), "time_is": time.map(is), "changes": lines.iter().map(line).collect::<Vec<_>>(),
        })
    };
    blocks.iter().map(block).collect()
}

fn is(time: Time) -> &'static str {
    match time {
        Time::Done(_) => "done",
        Time::Recorded(_) => "recorded",
        Time::Received(_) => "received",
    }
}

fn when(time: Time, now_ms: u64) -> String {
    let ms_ago = now_ms.saturating_sub(time.ms());
    match time {
        Time::Done(_) => ago(ms_ago),
        // Its hour is known, not its minute; and no clock is told what it does not know of another's time zone.
        Time::Recorded(_) if ms_ago < 2 * HOUR_MS => "within two hours".to_owned(),
        Time::Recorded(_) if ms_ago < 2 * DAY_MS => format!("about {}", ago(ms_ago)),
        Time::Recorded(_) => time.day().spelled(),
        Time::Received(_) => format!("received {}", time.day().spelled()),
    }
}

fn ago(ms: u64) -> String {
    let minutes = ms / 60_000;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}
