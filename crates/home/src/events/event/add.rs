//! An event is put on the map, or what the map says about it is changed.

use allymap_domain::card::Card;
use allymap_domain::card::find::{Found, find};
use allymap_domain::date::When;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::Weighed;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::kind::{self, event};
use allymap_domain::weigh::place::{self, Stating};
use allymap_domain::words::folded;
use allymap_policy::{About, Fact, Outcome, Question};

use crate::events::event::list::{Listed, short};
use crate::events::event::{StandingRequest, requests};
use crate::events::ground::{Ground, pack};
use crate::together::member::{self, WhoSees};
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

/// An event that is to be added.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub name: String,
    pub alike: Alike,
    /// Fields and values as they are kept.
    pub fields: Vec<(String, String)>,
    /// What we were asked; the policy's word for it.
    pub requested: Option<String>,
}

/// When an event of this name is on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// It may be the same.
    IsAsked,
    /// This is another one.
    IsAnother,
}

#[derive(Clone, Debug)]
pub struct Added {
    pub event: Listed,
    pub requests: Vec<StandingRequest>,
    pub seen_by: WhoSees,
}

/// Whether an event of this name may be added: said before anything else is asked about it.
pub fn may(v: &mut Visit<'_>, name: &str, alike: Alike) -> Result<(), Trouble> {
    let is_it = |card: &Card| card.is(&event::KIND) && folded(&card.name) == folded(name) && !card.archived;
    if alike == Alike::IsAsked && v.cards()?.iter().any(is_it) {
        return Err(Events::Alike { name: name.to_owned() }.into());
    }
    Ok(())
}

pub fn add(v: &mut Visit<'_>, new: &NewEvent) -> Result<Added, Trouble> {
    may(v, &new.name, new.alike)?;
    let (kind, _) = Kind::typed("event")?;
    let mut entry = NewEntry::new(kind, &new.name);
    entry.fields.extend(new.fields.iter().cloned());
    let (id, row) = (v.fresh_entry(), v.fresh_row());
    let (on, now_ms) = (When::on(v.today()), v.now_ms());
    let statement = new.requested.as_ref().map(|value| {
        let weighed = Weighed::new(Fact::Requested.name(), Some(value));
        Assertion::new(Claim::Weighed(weighed), on, now_ms)
    });
    v.edit_entry(id, |edit| {
        Entry::create(edit, &entry)?;
        statement.iter().try_for_each(|statement| Entry::assert(edit, row, statement))
    })??;
    v.commit()?;
    let ground = Ground::of(v)?;
    let (event, weigher) = (ground.event(id)?, ground.weigher());
    Ok(Added {
        event: Listed::of(&weigher, event, &short(&ground)[&id]),
        requests: requests(&ground, &weigher.weigh(event)),
        seen_by: member::who_sees(v)?,
    })
}

/// The id of the place that is meant; words for one that is not on the map.
pub fn place(v: &mut Visit<'_>, said: &str) -> Result<String, Trouble> {
    one_of(v, said, |card| card.is(&kind::place::KIND))
}

/// The id of the one who is meant; words for whoever is not on the map.
pub fn somebody(v: &mut Visit<'_>, said: &str) -> Result<String, Trouble> {
    one_of(v, said, |_| true)
}

fn one_of(v: &mut Visit<'_>, said: &str, fits: impl Fn(&Card) -> bool) -> Result<String, Trouble> {
    let cards = v.cards()?;
    let fitting: Vec<&Card> = cards.iter().filter(|card| fits(card)).collect();
    match find(said, &fitting) {
        Found::One(card) => Ok(card.id.to_string()),
        Found::Several(_) => Ok(v.find(said)?.id.to_string()),
        Found::None { .. } => Ok(said.trim().to_owned()),
    }
}

/// What is to change about an event.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Fields and values as they are kept.
    pub fields: Vec<(String, String)>,
    /// Members of sets that go.
    pub drops: Vec<(String, String)>,
    pub requested: Option<String>,
}

impl Changes {
    pub fn count(&self) -> usize {
        self.fields.len() + self.drops.len() + usize::from(self.requested.is_some())
    }
}

#[derive(Clone, Debug)]
pub struct Changed {
    pub event: String,
    pub fields: usize,
    pub outcome: Outcome,
    pub requests: Vec<StandingRequest>,
    pub seen_by: WhoSees,
}

/// The member of a set whom some of a name means, as it is kept.
pub fn member(v: &mut Visit<'_>, event: &Card, field: &str, who: &str) -> Result<String, Trouble> {
    let ground = Ground::of(v)?;
    let (weigher, folded_who) = (ground.weigher(), folded(who));
    let members = event::KIND.field(field).map_or(&[][..], |field| event.members(field));
    let found = members.iter().find(|value| folded(&weigher.meant(value).1).contains(&folded_who));
    let not_there = || {
        let (who, field, event) = (who.to_owned(), field.to_owned(), event.name.clone());
        Trouble::from(Events::NotUnder { who, field, event })
    };
    found.cloned().ok_or_else(not_there)
}

pub fn change(v: &mut Visit<'_>, event: EntryId, changes: &Changes) -> Result<Changed, Trouble> {
    let Changes { fields, drops, requested } = changes;
    if !fields.is_empty() || !drops.is_empty() {
        v.edit_entry(event, |edit| {
            fields.iter().try_for_each(|(name, value)| Entry::change(edit, name, value))?;
            drops.iter().try_for_each(|(name, value)| Entry::take_out(edit, name, value))
        })??;
    }
    if let Some(requested) = requested {
        let ground = Ground::of(v)?;
        let card = ground.event(event)?;
        let question = Question::new(Fact::Requested, About::Event);
        let stating = Stating::new(question, requested, When::on(v.today()));
        // What we were asked needs neither source nor reason.
        let placed = place::state(&stating, card, &ground.weigh(card), v.now_ms())?;
        v.put(&placed.puts)?;
    }
    v.commit()?;
    let ground = Ground::of(v)?;
    let card = ground.event(event)?;
    let weighing = ground.weigh(card);
    Ok(Changed {
        event: card.name.clone(),
        fields: changes.count(),
        outcome: weighing.outcome(pack()),
        requests: requests(&ground, &weighing),
        seen_by: member::who_sees(v)?,
    })
}
