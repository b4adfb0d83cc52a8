//! Meetings, calls and whatever else is noted of somebody, by whom and when.

use allymap_domain::advice::before::{Plan, has_been};
use allymap_domain::advice::order::newest_first;
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::log::{LogKind, LogLine, Logged};
use allymap_domain::ids::EntryId;

use super::{holder, meet};
use crate::status::Who;
use crate::together::member::{self, WhoSees};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// What is to be noted.
#[derive(Clone, Debug)]
pub struct NewLine {
    pub of: EntryId,
    pub kind: &'static LogKind,
    pub on: When,
    pub with: Option<String>,
    pub note: Option<String>,
    pub size: Option<u8>,
    pub source: Option<String>,
    pub follow_up: Option<Date>,
    /// Why it goes on although nobody has looked into them.
    pub anyway: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Noted {
    pub who: Who,
    pub kind: &'static LogKind,
    pub on: When,
    pub follow_up: Option<Date>,
    /// Of a one-to-one: how many of the eight things to find out are known now.
    pub found_out: Option<usize>,
    pub seen_by: WhoSees,
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub struct Only {
    /// None for the lines of all.
    pub of: Option<EntryId>,
    pub kind: Option<&'static LogKind>,
    pub since: Option<Date>,
    /// Only of entries that this group of ours holds; see [`holder::meant`].
    pub held_by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Lines {
    /// Whose they are, if one was named.
    pub of: Option<String>,
    /// Newest first, each with whom it is about.
    pub lines: Vec<(String, Logged)>,
}

pub fn add(v: &mut Visit<'_>, new: &NewLine) -> Result<Noted, Trouble> {
    let card = v.joined_card(new.of)?;
    let all_the_same = Plan::noted(new.kind).may_begin(&card, new.anyway.as_deref())?;
    has_been(&new.on, new.kind, v.today())?;
    let text = new.note.iter().cloned().chain(all_the_same).collect::<Vec<_>>().join("\n");
    let line = LogLine {
        with: new.with.clone(),
        size: new.size,
        source: new.source.clone(),
        follow_up: new.follow_up,
        ..LogLine::new(new.kind, new.on.clone(), &text, v.now_ms())
    };
    keep(v, card.id, &line)?;
    v.commit()?;
    let findings = (new.kind.slug == "one-to-one").then(|| meet::findings(v, card.id)).transpose()?;
    Ok(Noted {
        who: Who::from(&card),
        kind: new.kind,
        on: line.on,
        follow_up: line.follow_up,
        found_out: findings.map(|findings| findings.iter().filter(|(_, answer)| answer.is_some()).count()),
        seen_by: member::who_sees(v)?,
    })
}

pub fn list(v: &mut Visit<'_>, only: &Only) -> Result<Lines, Trouble> {
    let holder = only.held_by.as_deref().map(|wanted| holder::meant(v, wanted)).transpose()?;
    let named = only.of.map(|id| v.card(id)).transpose()?;
    let of = named.as_ref().map(|card| card.name.clone());
    let cards: Vec<Card> = match named {
        Some(card) => vec![card],
        // Only entries that have lines are opened.
        None => v.cards()?.iter().filter(|card| card.contact.lines > 0 && !card.archived).cloned().collect(),
    };
    let mut lines = Vec::new();
    for card in cards.iter().filter(|card| holder.as_ref().is_none_or(|holder| holder.holds(card))) {
        let Entry { log, .. } = v.entry(card.id)?;
        lines.extend(log.into_iter().rev().filter(|logged| only.fits(&logged.line)).map(|logged| (card, logged)));
    }
    newest_first(&mut lines);
    Ok(Lines { of, lines: lines.into_iter().map(|(card, logged)| (card.name.clone(), logged)).collect() })
}

/// Adds a line to an entry's log; nothing is durable yet.
pub(crate) fn keep(v: &mut Visit<'_>, id: EntryId, line: &LogLine) -> Result<(), Trouble> {
    let row = v.fresh_row();
    Ok(v.edit_entry(id, |edit| Entry::log(edit, row, line))??)
}

impl Only {
    fn fits(&self, line: &LogLine) -> bool {
        self.kind.is_none_or(|kind| kind.slug == line.kind)
            && self.since.is_none_or(|since| line.on.date.is_some_and(|on| on >= since))
    }
}
