//! A relational meeting: its findings written each to where it belongs, in one act.

use allymap_domain::advice::due::next_check_in;
use allymap_domain::advice::meeting::{Answer, Finding, known, words};
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::Assertion;
use allymap_domain::entry::fact::Stage;
use allymap_domain::entry::link::{Direction, Link, Strength};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field;
use allymap_domain::map::campaign::Campaign;
use allymap_wire::DocumentId;

use crate::relations::facts::{self, Moved};
use crate::relations::log;
use crate::together::member::{self, WhoSees};
use crate::trouble::{self, Trouble};
use crate::visit::Visit;

/// What came out of it: everything is understood before anything is written.
#[derive(Clone, Debug)]
pub struct Meeting {
    pub who: Card,
    /// Who of us was there.
    pub from_us: Option<String>,
    /// Whether they were told that we keep notes.
    pub told: Option<bool>,
    pub on: When,
    pub with: Option<String>,
    pub follow_up: Option<Date>,
    pub answers: Vec<Answer>,
    pub position: Option<(Campaign, Place)>,
    /// With whom they work.
    pub relations: Others,
    /// Who listens to them.
    pub influence: Others,
    pub note: Option<String>,
}

/// Entries that were named, and names that are nobody's yet.
#[derive(Clone, Debug, Default)]
pub struct Others {
    pub found: Vec<EntryId>,
    pub strangers: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Met {
    pub name: String,
    pub on: When,
    /// In the order in which it was written.
    pub kept: Vec<Kept>,
    pub from_us: Option<String>,
    pub told: Option<bool>,
    /// What has no place of its own.
    pub in_words: Vec<String>,
    pub strangers: Vec<String>,
    pub stage: Stage,
    pub moved: Option<Moved>,
    pub next_check_in: Option<Date>,
    pub seen_by: WhoSees,
}

/// What a meeting brought beside its line in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Does,
    Position { place: Place, campaign: String },
    Capacities(usize),
    Links(usize),
    Field(&'static str),
}

impl Meeting {
    fn in_words(&self) -> impl Iterator<Item = &String> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::InWords(words) => Some(words),
            _ => None,
        })
    }

    fn strangers(&self) -> impl Iterator<Item = &String> {
        self.relations.strangers.iter().chain(&self.influence.strangers)
    }
}

/// Each of the eight things to find out with its answer, wherever that is kept, also under another name of theirs.
pub fn findings(v: &mut Visit<'_>, id: EntryId) -> Result<Vec<(&'static Finding, Option<String>)>, Trouble> {
    let mut entries = vec![v.entry(id)?];
    for other in v.one_and_the_same(id)?.into_iter().filter(|other| *other != id) {
        entries.push(v.entry(other)?);
    }
    let campaigns = crate::allies::campaign::all(v)?;
    Ok(known::known(&entries, &campaigns, &v.cards()?))
}

/// One answer for the finding of this name, as it is kept of this entry.
pub fn understand(v: &mut Visit<'_>, id: EntryId, slug: &str, typed: &str) -> Result<Answer, Trouble> {
    Ok(Answer::understood(v.entry(id)?.kind, slug, typed)?)
}

/// Entries by their names, with commas between, and the names that are nobody's. Two that fit one name are not guessed at.
pub fn named(v: &mut Visit<'_>, typed: &str) -> Result<Others, Trouble> {
    let mut others = Others::default();
    for name in typed.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()) {
        match v.find(name) {
            Ok(card) => others.found.push(card.id),
            Err(Trouble::Which(trouble::Which::None { .. }) | Trouble::Entry(trouble::Entry::Unreadable)) => {
                others.strangers.push(name.chars().take(200).collect());
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(others)
}

pub fn keep(v: &mut Visit<'_>, meeting: &Meeting) -> Result<Met, Trouble> {
    let id = meeting.who.id;
    let document = DocumentId(id.0);
    let source = format!("told at a meeting, {}", meeting.on);
    let said = meeting.note.iter().chain(meeting.in_words());
    let text = words(meeting.from_us.as_deref(), meeting.told, said, meeting.strangers());
    let line = LogLine {
        with: meeting.with.clone(),
        follow_up: meeting.follow_up,
        ..LogLine::new(LogKind::typed("one-to-one")?, meeting.on.clone(), &text, v.now_ms())
    };
    let mut kept = Vec::new();
    for does in meeting.answers.iter().filter_map(does) {
        let before = v.entry(id)?.value(&field::DESCRIPTION).unwrap_or_default().to_owned();
        let now = if before.is_empty() { does.to_owned() } else { format!("{before}\n{does}") };
        v.edit(document, |edit| Entry::set(edit, "description", &now))??;
        kept.push(Kept::Does);
    }
    if let Some((campaign, place)) = &meeting.position {
        let placed = v.entry(id)?.placed(campaign.id, *place, meeting.on.clone(), v.now_ms());
        let assertion = Assertion { source: Some(source.clone()), ..placed };
        let row = v.fresh_row();
        v.edit(document, |edit| Entry::assert(edit, row, &assertion))??;
        kept.push(Kept::Position { place: *place, campaign: campaign.sentence.clone() });
    }
    for capacity in meeting.answers.iter().filter_map(capacity) {
        v.edit(document, |edit| capacity.iter().try_for_each(|(field, value)| Entry::change(edit, field, value)))??;
        kept.push(Kept::Capacities(capacity.len()));
    }
    kept.extend(Some(link(v, meeting, &source)?).filter(|links| *links > 0).map(Kept::Links));
    for answer in &meeting.answers {
        if let Answer::Field(field, answer) = answer {
            v.edit(document, |edit| Entry::change(edit, field, answer))??;
            kept.push(Kept::Field(field));
        }
    }
    log::keep(v, id, &line)?;
    let moved = facts::reach(v, &meeting.who, Stage::Acquainted, "a relational meeting")?;
    v.commit()?;
    let (map, today) = (v.map_entry()?.unwrap_or_default(), v.today());
    Ok(Met {
        name: meeting.who.name.clone(),
        on: line.on,
        kept,
        from_us: meeting.from_us.clone(),
        told: meeting.told,
        in_words: meeting.in_words().cloned().collect(),
        strangers: meeting.strangers().cloned().collect(),
        stage: moved.as_ref().map_or(meeting.who.stage(), |_| Stage::Acquainted),
        moved,
        next_check_in: next_check_in(&v.card(id)?, &map, today),
        seen_by: member::who_sees(v)?,
    })
}

/// Links to those whom they named. Returns how many.
fn link(v: &mut Visit<'_>, meeting: &Meeting, source: &str) -> Result<usize, Trouble> {
    let id = meeting.who.id;
    let mut links = 0;
    for (others, direction, strength, how) in [
        (&meeting.relations, Direction::Both, Strength::Weak, "they work together"),
        (&meeting.influence, Direction::Out, Strength::Medium, "they are listened to"),
    ] {
        for other in others.found.iter().filter(|other| **other != id) {
            let influence = Link::influence(*other, direction, strength, v.now_ms());
            let link = Link { how: Some(how.to_owned()), source: Some(source.to_owned()), ..influence };
            let row = v.fresh_row();
            v.edit_entry(id, |edit| Entry::link(edit, id, row, &link))??;
            links += 1;
        }
    }
    Ok(links)
}

fn does(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::Does(does) => Some(does),
        _ => None,
    }
}

fn capacity(answer: &Answer) -> Option<&[(&'static str, String)]> {
    match answer {
        Answer::Capacity(pieces) if !pieces.is_empty() => Some(pieces),
        _ => None,
    }
}
