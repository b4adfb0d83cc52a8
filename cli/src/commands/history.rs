//! `allymap history WHO`: who changed what, and when, from which device. Without WHO: what changed on the whole map.

use allymap_document::{ChangeInfo, Document};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_date;
use allymap_domain::ids::EntryId;
use allymap_domain::undo::fields_of;
use allymap_domain::undo::row_words;
use allymap_domain::undo::{self, recorded_hours};
use allymap_home::authors::Authors;
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::{columns, count, wrapped};
use allymap_home::discreet::LEFT_OUT;
use allymap_home::journal::acts::Act;
use allymap_home::journal::arrivals::Arrivals;

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

/// What one command did to one document.
struct Block {
    change: ChangeInfo,
    /// The command, if it was one of this computer.
    said: Option<String>,
    time: Option<Time>,
    lines: Vec<Line>,
}

/// What was done to one field.
struct Line {
    key: String,
    what: String,
    before: String,
    after: String,
}

/// When something was done, as well as that is known here. None of it decides anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Time {
    /// By this computer's own clock.
    Done(u64),
    /// By the clock of the device that wrote it, to the hour.
    Recorded(u64),
    /// It came to this computer then.
    Received(u64),
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
    match &args.who {
        Some(who) if allymap_domain::words::folded(who) == "map" => {
            let id = app.map_document()?;
            let name = app.map()?.name;
            of_one(app, id, &name, &args, since)
        }
        Some(who) => {
            let row = app.find(who)?;
            of_one(app, DocumentId(row.id.0), &row.name, &args, since)
        }
        None => of_all(app, since.or_else(|| app.today().plus_days(-DAYS)).unwrap_or(app.today())),
    }
}

fn of_one(app: &mut App<'_>, id: DocumentId, name: &str, args: &Args, since: Option<Date>) -> Result<(), Failure> {
    let document = app.document(id)?.unwrap_or_else(|| Document::new(allymap_document::ActorId([0; 16])));
    let wanted = args.field.as_deref().map(|typed| field_named(&document, typed)).transpose()?;
    let (acts, arrivals, authors) = (app.acts()?, app.arrivals(id)?, app.authors()?);
    let shown = |block: &Block| since.is_none_or(|since| block.time.is_some_and(|time| time.day() >= since));
    let mut blocks = blocks(&document, EntryId(id.0), &acts, &arrivals, app.output.hidden.is_on());
    if let Some(wanted) = &wanted {
        blocks
            .iter_mut()
            .for_each(|block| block.lines.retain(|line| allymap_domain::words::folded(&line.what) == *wanted));
    }
    blocks.retain(|block| !block.lines.is_empty() && shown(block));
    // Whoever is meant by id is told by name.
    let is_id = |text: &str| text.parse::<EntryId>().is_ok();
    if blocks.iter().flat_map(|block| &block.lines).any(|line| is_id(&line.before) || is_id(&line.after)) {
        let names = app.names()?;
        for text in
            blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| [&mut line.before, &mut line.after])
        {
            if let Some(name) = text.parse().ok().and_then(|id: EntryId| names.get(&id)) {
                text.clone_from(name);
            }
        }
    }
    let left = if args.all { 0 } else { blocks.len().saturating_sub(SHOWN) };
    blocks.truncate(blocks.len() - left);
    if app.output.json {
        let changes: Vec<_> = blocks.iter().map(|block| block.json(&authors)).collect();
        app.output.json(&serde_json::json!({ "entry": name, "history": changes, "older": left }));
        return Ok(());
    }
    app.output.say(format_args!("{name}, the newest change first"));
    for block in &blocks {
        let by = authors.of(block.change.actor);
        let when = block.time.map(|time| format!("{}  ", time.words(app.now().0))).unwrap_or_default();
        let column = columns(&when);
        app.output.line(&when, column, format_args!("{} ({}), device {}", by.name, by.group, by.device));
        for line in &block.lines {
            app.output.line(&format!("  {}", line.what), 22, line.words());
        }
    }
    if left > 0 {
        app.output.status(format_args!("{left} older changes: allymap history NAME --all"));
    }
    Ok(())
}

/// What changed while somebody was away: what wants a person first, then entry by entry.
fn of_all(app: &mut App<'_>, since: Date) -> Result<(), Failure> {
    let rows = app.cards()?;
    let (acts, authors) = (app.acts()?, app.authors()?);
    let map = (app.map_document()?, app.map()?.name);
    let entries = rows.iter().map(|row| (DocumentId(row.id.0), row.name.clone(), Some(row)));
    let mut changed = Vec::new();
    for (id, name, row) in entries.chain([(map.0, map.1.clone(), None)]) {
        let arrivals = app.arrivals(id)?;
        let ours = acts.iter().filter(|act| Date::of_ms(act.at_ms) >= since).any(|act| act.documents().contains(&id));
        // Only what is known to have changed is opened: a map may have thousands of entries.
        if !ours && Date::of_ms(arrivals.newest_ms()) < since {
            continue;
        }
        let Some(document) = app.document(id)? else { continue };
        let mut blocks = blocks(&document, EntryId(id.0), &acts, &arrivals, app.output.hidden.is_on());
        blocks.retain(|block| !block.lines.is_empty() && block.came(&arrivals).is_some_and(|day| day >= since));
        if !blocks.is_empty() {
            changed.push((name, row, blocks));
        }
    }
    changed.sort_by_key(|(_, row, _)| !row.is_some_and(Card::rights_holders));
    let resolve = |actor| authors.of(actor);
    let twice: Vec<&Card> =
        changed.iter().filter_map(|(_, row, _)| *row).filter(|row| row.approached_twice(&resolve)).collect();
    let open: Vec<&Card> = changed.iter().filter_map(|(_, row, _)| *row).filter(|row| row.conflicts > 0).collect();
    if app.output.json {
        let changed: Vec<_> = changed
            .iter()
            .map(|(name, row, blocks)| {
                let history: Vec<_> = blocks.iter().map(|block| block.json(&authors)).collect();
                serde_json::json!({ "entry": name, "id": row.map(|row| row.id.to_string()), "history": history })
            })
            .collect();
        let names = |rows: &[&Card]| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        app.output.json(&serde_json::json!({
            "since": since.to_string(), "changed": changed,
            "double_approaches": names(&twice), "to_settle": names(&open),
        }));
        return Ok(());
    }
    app.output.say(format_args!("What changed since {}", since.spelled()));
    for row in &twice {
        app.output.say(format_args!("! Double approach: {}. See: allymap approach check NAME", row.name));
    }
    for row in &open {
        let wants = if row.conflicts == 1 { "wants" } else { "want" };
        let number = count(row.conflicts as usize, "thing", "things");
        app.output.say(format_args!("! {}: {number} {wants} to be settled", row.name));
    }
    for (name, _, blocks) in changed.iter().take(ENTRIES) {
        app.output.say(name);
        for block in blocks {
            let by = authors.of(block.change.actor);
            let when = block.time.map(|time| format!("{}, ", time.words(app.now().0))).unwrap_or_default();
            let text = format!("{when}{} ({}): {}", by.name, by.group, block.summary());
            for (number, line) in wrapped(&text, 76).iter().enumerate() {
                app.output.say(format_args!("{}{line}", if number == 0 { "  " } else { "    " }));
            }
        }
    }
    if changed.len() > ENTRIES {
        app.output.status(format_args!("{} more entries: --json has all", changed.len() - ENTRIES));
    }
    let added = changed.iter().filter(|(_, row, blocks)| row.is_some() && blocks.iter().any(Block::adds)).count();
    app.output.status(format_args!(
        "{} changed, {added} of them new. One of them: allymap history NAME",
        count(changed.len(), "entry", "entries")
    ));
    Ok(())
}

/// Which field is meant, as its folded label; a word that is none is refused with the nearest.
fn field_named(document: &Document, typed: &str) -> Result<String, Failure> {
    let folded = allymap_domain::words::folded(typed);
    let fields = fields_of(document);
    if let Some(field) = fields.iter().find(|field| allymap_domain::words::folded(field.name) == folded) {
        return Ok(allymap_domain::words::folded(field.label));
    }
    let labels = document.changes().into_iter().flat_map(|change| change.keys);
    let mut labels: Vec<String> = labels.map(|key| undo::label(document, &key)).collect();
    labels.extend(fields.iter().map(|field| field.label.to_owned()));
    if labels.iter().any(|label| allymap_domain::words::folded(label) == folded) {
        return Ok(folded);
    }
    let names = fields.iter().map(|field| field.name.to_owned()).chain(labels);
    let nearest = allymap_domain::words::nearest(&folded, names);
    let hint = match nearest {
        Some(nearest) => format!("Did you mean {nearest}?"),
        None => "Without --field all fields are shown, with their names.".to_owned(),
    };
    Err(Failure::usage(format!("There is no field called \"{}\".", typed.chars().take(40).collect::<String>()))
        .hint(hint))
}

/// What each command did, the newest first. The changes of one command are one block.
fn blocks(document: &Document, id: EntryId, acts: &[Act], arrivals: &Arrivals, discreet: bool) -> Vec<Block> {
    let hours = recorded_hours(document, id);
    let mut blocks: Vec<Block> = Vec::new();
    for change in document.changes().into_iter().rev() {
        let lines = lines(document, &change, id);
        let own = acts.iter().find(|act| Some(act.id()) == change.act);
        let recorded = change.keys.iter().filter_map(|key| hours.get(key)).max();
        let time = own.map(|act| Time::Done(act.at_ms));
        let time = time.or_else(|| recorded.map(|hour| Time::Recorded(u64::from(*hour) * HOUR_MS)));
        let time = time.or_else(|| arrivals.of(&change).map(Time::Received));
        let same = |block: &&mut Block| {
            block.change.act.is_some() && (block.change.act, block.change.actor) == (change.act, change.actor)
        };
        match blocks.last_mut().filter(same) {
            Some(block) => {
                for line in lines {
                    match block.lines.iter_mut().find(|later| later.key == line.key) {
                        Some(later) => later.before = line.before,
                        None => block.lines.push(line),
                    }
                }
                block.time = block.time.or(time);
            }
            None => {
                let said = own.map(|act| if discreet { act.shown(true).to_owned() } else { act.said.clone() });
                blocks.push(Block { said, change, time, lines });
            }
        }
    }
    if discreet {
        // Names and notes of earlier, which the map does not know any more.
        blocks.iter_mut().flat_map(|block| &mut block.lines).for_each(Line::leave_out);
    }
    blocks
}

impl Block {
    /// The day on which it was done here or came here.
    fn came(&self, arrivals: &Arrivals) -> Option<Date> {
        match self.time {
            Some(Time::Done(at_ms)) => Some(Date::of_ms(at_ms)),
            _ => arrivals.of(&self.change).map(Date::of_ms),
        }
    }

    fn adds(&self) -> bool {
        self.lines.iter().any(|line| line.key == "kind")
    }

    /// `added; Phone 02 5550 0001; Log tea`
    fn summary(&self) -> String {
        let lines = self.lines.iter().filter(|line| !self.adds() || line.key == "kind");
        let words: Vec<String> = lines
            .map(|line| match line.key.as_str() {
                "kind" => "added".to_owned(),
                _ => format!("{}: {}", line.what, line.words().replace('\n', " ")),
            })
            .collect();
        words.join("; ").chars().take(300).collect()
    }

    fn json(&self, authors: &Authors) -> serde_json::Value {
        let by = authors.of(self.change.actor);
        let lines: Vec<_> = self
            .lines
            .iter()
            .map(|line| serde_json::json!({ "field": line.what, "before": line.before, "after": line.after }))
            .collect();
        serde_json::json!({
            "by": by.name, "group": by.group, "device": by.device, "command": self.said,
            "at_ms": self.time.map(Time::ms), "time_is": self.time.map(Time::is), "changes": lines,
        })
    }
}

impl Line {
    fn leave_out(&mut self) {
        for text in [&mut self.before, &mut self.after] {
            if !text.is_empty() {
                *text = LEFT_OUT.to_owned();
            }
        }
    }

    fn words(&self) -> String {
        match (self.before.as_str(), self.after.as_str()) {
            ("", after) => after.to_owned(),
            (before, "") => format!("{before} → (emptied)"),
            (before, after) => format!("{before} → {after}"),
        }
    }
}

impl Time {
    fn ms(self) -> u64 {
        match self {
            Time::Done(ms) | Time::Recorded(ms) | Time::Received(ms) => ms,
        }
    }

    fn is(self) -> &'static str {
        match self {
            Time::Done(_) => "done",
            Time::Recorded(_) => "recorded",
            Time::Received(_) => "received",
        }
    }

    fn day(self) -> Date {
        Date::of_ms(self.ms())
    }

    fn words(self, now_ms: u64) -> String {
        let ms_ago = now_ms.saturating_sub(self.ms());
        match self {
            Time::Done(_) => ago(ms_ago),
            // Its hour is known, not its minute; and no clock is told what it does not know of another's time zone.
            Time::Recorded(_) if ms_ago < 2 * HOUR_MS => "within two hours".to_owned(),
            Time::Recorded(_) if ms_ago < 2 * DAY_MS => format!("about {}", ago(ms_ago)),
            Time::Recorded(_) => self.day().spelled(),
            Time::Received(_) => format!("received {}", self.day().spelled()),
        }
    }
}

fn lines(document: &Document, change: &ChangeInfo, id: EntryId) -> Vec<Line> {
    let (Some(before), Some(after)) = (document.at(&change.deps), document.at(&[change.hash])) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for key in &change.keys {
        let what = undo::label(&after, key);
        let read = |document: &Document| match key.split_once('/').map_or("", |(prefix, _)| prefix) {
            "t" => document.text(key).unwrap_or_default(),
            "a" | "l" | "x" => String::new(),
            _ => document.value(key).map(|value| undo::said(document, key, &value)).unwrap_or_default(),
        };
        let (before, after) = match key.as_bytes().first() {
            Some(b'a' | b'l' | b'x') => (String::new(), row_words(&after, id, key)),
            _ => (read(&before), read(&after)),
        };
        if before != after {
            lines.push(Line { key: key.clone(), what, before, after });
        }
    }
    lines
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
