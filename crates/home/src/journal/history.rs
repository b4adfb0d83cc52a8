//! Who changed what, and when, from which device: of one entry, of the map itself, or of everything of late.

use allymap_document::{ActorId, ChangeInfo, Document};
use allymap_domain::author::Author;
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::history::{Line, field_named, lines, recorded_hours};
use allymap_domain::ids::EntryId;
use allymap_domain::words::folded;
use allymap_wire::DocumentId;

use crate::authors::Authors;
use crate::discreet::LEFT_OUT;
use crate::journal::acts::Act;
use crate::journal::arrivals::Arrivals;
use crate::trouble::{Journal, Trouble};
use crate::visit::Visit;

/// Which changes are told.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// One field, by its name or its label.
    pub field: Option<String>,
    /// From this day on.
    pub since: Option<Date>,
    /// The newest so many.
    pub newest: Option<usize>,
}

/// What happened to one entry, or to the map itself, the newest change first.
#[derive(Clone, Debug)]
pub struct History {
    pub name: String,
    pub blocks: Vec<Block>,
    /// So many more, which are older.
    pub older: usize,
    /// When it is told.
    pub now_ms: u64,
}

/// What changed while somebody was away.
#[derive(Clone, Debug)]
pub struct Since {
    pub since: Date,
    /// Rights holders first.
    pub changed: Vec<Changed>,
    /// Entries that two groups approached, each without knowing of the other.
    pub double_approaches: Vec<String>,
    /// Entries about which people said different things, and how many things.
    pub to_settle: Vec<(String, usize)>,
    /// So many of the entries are new.
    pub added: usize,
    pub now_ms: u64,
}

#[derive(Clone, Debug)]
pub struct Changed {
    pub name: String,
    /// None of the map itself.
    pub id: Option<EntryId>,
    pub blocks: Vec<Block>,
}

/// What one command did to one document.
#[derive(Clone, Debug)]
pub struct Block {
    pub by: Author,
    /// The command, if it was one of this computer; where somebody else may read, only which command it was.
    pub said: Option<String>,
    pub time: Option<Time>,
    /// Values that the map may not know any more are left out where somebody else may read.
    pub lines: Vec<Line>,
}

/// When something was done, as well as that is known here. None of it decides anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// By this computer's own clock.
    Done(u64),
    /// By the clock of the device that wrote it, to the hour.
    Recorded(u64),
    /// It came to this computer then.
    Received(u64),
}

const HOUR_MS: u64 = 3_600_000;

impl Block {
    /// The entry was made by it.
    pub fn adds(&self) -> bool {
        self.lines.iter().any(Line::adds)
    }
}

impl Time {
    pub fn ms(self) -> u64 {
        match self {
            Time::Done(ms) | Time::Recorded(ms) | Time::Received(ms) => ms,
        }
    }

    pub fn day(self) -> Date {
        Date::of_ms(self.ms())
    }
}

/// What happened to an entry.
pub fn of(v: &mut Visit<'_>, entry: &Card, only: &Only) -> Result<History, Trouble> {
    of_document(v, DocumentId(entry.id.0), entry.name.clone(), only)
}

/// What happened to the map itself: its questions, dates and campaigns.
pub fn of_map(v: &mut Visit<'_>, only: &Only) -> Result<History, Trouble> {
    let id = v.map_document()?;
    let name = v.map()?.name;
    of_document(v, id, name, only)
}

fn of_document(v: &mut Visit<'_>, id: DocumentId, name: String, only: &Only) -> Result<History, Trouble> {
    let document = v.document(id)?.unwrap_or_else(|| Document::new(ActorId([0; 16])));
    let wanted = only.field.as_deref().map(|typed| {
        let no_field =
            |none: allymap_domain::history::NoField| Journal::NoField { said: typed.to_owned(), nearest: none.nearest };
        field_named(&document, typed).map_err(no_field)
    });
    let wanted = wanted.transpose()?;
    let read = Read { acts: v.acts()?, authors: v.authors()?, discreet: v.request.hidden.is_on() };
    let mut blocks = read.blocks(&document, EntryId(id.0), &v.arrivals(id)?);
    if let Some(wanted) = &wanted {
        blocks.iter_mut().for_each(|(_, block)| block.lines.retain(|line| folded(&line.what) == *wanted));
    }
    let shown = |block: &Block| only.since.is_none_or(|since| block.time.is_some_and(|time| time.day() >= since));
    blocks.retain(|(_, block)| !block.lines.is_empty() && shown(block));
    let mut blocks: Vec<Block> = blocks.into_iter().map(|(_, block)| block).collect();
    name_entries(v, &mut blocks)?;
    let older = only.newest.map_or(0, |newest| blocks.len().saturating_sub(newest));
    blocks.truncate(blocks.len() - older);
    Ok(History { name, blocks, older, now_ms: v.now_ms() })
}

/// Whoever is meant by id is told by name.
fn name_entries(v: &mut Visit<'_>, blocks: &mut [Block]) -> Result<(), Trouble> {
    let is_id = |text: &str| text.parse::<EntryId>().is_ok();
    if !blocks.iter().flat_map(|block| &block.lines).any(|line| is_id(&line.before) || is_id(&line.after)) {
        return Ok(());
    }
    let names = v.names()?;
    let lines = blocks.iter_mut().flat_map(|block| &mut block.lines);
    for text in lines.flat_map(|line| [&mut line.before, &mut line.after]) {
        if let Some(name) = text.parse().ok().and_then(|id: EntryId| names.get(&id)) {
            text.clone_from(name);
        }
    }
    Ok(())
}

/// What changed from a day on: what wants a person first, then entry by entry.
pub fn since(v: &mut Visit<'_>, since: Date) -> Result<Since, Trouble> {
    let cards = v.cards()?;
    let read = Read { acts: v.acts()?, authors: v.authors()?, discreet: v.request.hidden.is_on() };
    let map = (v.map_document()?, v.map()?.name);
    let entries = cards.iter().map(|card| (DocumentId(card.id.0), card.name.clone(), Some(card)));
    let mut changed: Vec<(Option<&Card>, Changed)> = Vec::new();
    for (id, name, card) in entries.chain([(map.0, map.1, None)]) {
        let arrivals = v.arrivals(id)?;
        let ours =
            read.acts.iter().filter(|act| Date::of_ms(act.at_ms) >= since).any(|act| act.documents().contains(&id));
        // Only what is known to have changed is opened: a map may have thousands of entries.
        if !ours && Date::of_ms(arrivals.newest_ms()) < since {
            continue;
        }
        let Some(document) = v.document(id)? else { continue };
        let mut blocks = read.blocks(&document, EntryId(id.0), &arrivals);
        blocks.retain(|(change, block)| {
            !block.lines.is_empty() && came(change, block, &arrivals).is_some_and(|day| day >= since)
        });
        if !blocks.is_empty() {
            let blocks = blocks.into_iter().map(|(_, block)| block).collect();
            changed.push((card, Changed { name, id: card.map(|card| card.id), blocks }));
        }
    }
    changed.sort_by_key(|(card, _)| !card.is_some_and(Card::rights_holders));
    let resolve = |actor| read.authors.of(actor);
    let cards = || changed.iter().filter_map(|(card, _)| *card);
    Ok(Since {
        since,
        double_approaches: cards()
            .filter(|card| card.approached_twice(&resolve))
            .map(|card| card.name.clone())
            .collect(),
        to_settle: cards()
            .filter(|card| card.conflicts > 0)
            .map(|card| (card.name.clone(), card.conflicts as usize))
            .collect(),
        added: changed.iter().filter(|(card, of)| card.is_some() && of.blocks.iter().any(Block::adds)).count(),
        changed: changed.into_iter().map(|(_, changed)| changed).collect(),
        now_ms: v.now_ms(),
    })
}

/// The day on which it was done here or came here.
fn came(change: &ChangeInfo, block: &Block, arrivals: &Arrivals) -> Option<Date> {
    match block.time {
        Some(Time::Done(at_ms)) => Some(Date::of_ms(at_ms)),
        _ => arrivals.of(change).map(Date::of_ms),
    }
}

/// What every history is read with.
struct Read {
    acts: Vec<Act>,
    authors: Authors,
    discreet: bool,
}

impl Read {
    /// What each command did, with its newest change, the newest command first. The changes of one command are one block.
    fn blocks(&self, document: &Document, id: EntryId, arrivals: &Arrivals) -> Vec<(ChangeInfo, Block)> {
        let hours = recorded_hours(document, id);
        let mut blocks: Vec<(ChangeInfo, Block)> = Vec::new();
        for change in document.changes().into_iter().rev() {
            let lines = lines(document, &change, id);
            let own = self.acts.iter().find(|act| Some(act.id()) == change.act);
            let recorded = change.keys.iter().filter_map(|key| hours.get(key)).max();
            let time = own.map(|act| Time::Done(act.at_ms));
            let time = time.or_else(|| recorded.map(|hour| Time::Recorded(u64::from(*hour) * HOUR_MS)));
            let time = time.or_else(|| arrivals.of(&change).map(Time::Received));
            let same = |(newest, _): &&mut (ChangeInfo, Block)| {
                newest.act.is_some() && (newest.act, newest.actor) == (change.act, change.actor)
            };
            match blocks.last_mut().filter(same) {
                Some((_, block)) => {
                    for line in lines {
                        match block.lines.iter_mut().find(|later| later.key == line.key) {
                            Some(later) => later.before = line.before,
                            None => block.lines.push(line),
                        }
                    }
                    block.time = block.time.or(time);
                }
                None => {
                    let said = own.map(|act| if self.discreet { act.shown(true) } else { &act.said }.to_owned());
                    let by = self.authors.of(change.actor);
                    blocks.push((change, Block { by, said, time, lines }));
                }
            }
        }
        if self.discreet {
            // Names and notes of earlier, which the map does not know any more.
            blocks.iter_mut().flat_map(|(_, block)| &mut block.lines).for_each(leave_out);
        }
        blocks
    }
}

fn leave_out(line: &mut Line) {
    for text in [&mut line.before, &mut line.after] {
        if !text.is_empty() {
            *text = LEFT_OUT.to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use allymap_document::ActId;
    use allymap_domain::entry::{Entry, NewEntry};
    use allymap_domain::kind::Kind;

    use super::*;

    /// Of a choir whose number was written twice by one command.
    fn blocks(discreet: bool) -> Vec<Block> {
        let mut document = Document::new(ActorId([1; 16]));
        let new = NewEntry::new(Kind::named("organisation").unwrap(), "Wharf Choir").with("phone", "02 5550 0001");
        document.edit(ActId([1; 16]), |edit| Entry::create(edit, &new)).unwrap().unwrap();
        for phone in ["02 5550 0002", "02 5550 0003"] {
            document.edit(ActId([2; 16]), |edit| Entry::set(edit, "phone", phone)).unwrap().unwrap();
        }
        let acts = vec![Act::new(ActId([2; 16]), "edit choir phone", 9)];
        let read = Read { acts, authors: Authors::default(), discreet };
        let blocks = read.blocks(&document, EntryId([7; 16]), &Arrivals::default());
        blocks.into_iter().map(|(_, block)| block).collect()
    }

    fn told(block: &Block) -> Vec<(&str, &str)> {
        block.lines.iter().map(|line| (line.before.as_str(), line.after.as_str())).collect()
    }

    #[test]
    fn the_changes_of_one_command_are_one_block_and_the_newest_comes_first() {
        let blocks = blocks(false);
        let [newest, first] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!(told(newest), [("02 5550 0001", "02 5550 0003")]);
        assert_eq!((newest.said.as_deref(), newest.time), (Some("edit choir phone"), Some(Time::Done(9))));
        assert!(first.adds() && !newest.adds());
        assert_eq!((&first.said, first.time), (&None, None), "it was no command of this computer");
    }

    #[test]
    fn where_somebody_else_may_read_a_history_says_neither_what_was_there_nor_what_was_typed() {
        let blocks = blocks(true);
        assert_eq!(told(&blocks[0]), [(LEFT_OUT, LEFT_OUT)]);
        assert_eq!(blocks[0].said.as_deref(), Some("edit"));
        let of_the_first = told(&blocks[1]);
        assert!(of_the_first.iter().all(|(before, after)| before.is_empty() && *after == LEFT_OUT), "{of_the_first:?}");
    }
}
