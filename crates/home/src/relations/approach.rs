//! Before a first contact, who of us is in touch already; then the contact itself, with a request to check it.

use allymap_domain::advice::approach::{self, FIRST_APPROACH, approach_text, check_request};
use allymap_domain::advice::before::{Plan, has_been};
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::fact::{Fact, FactKind, Stage};
use allymap_domain::entry::log::{LogKind, LogLine, Logged};
use allymap_domain::ids::EntryId;

use super::before::{self, Before};
use super::facts::{self, Moved};
use super::log;
use crate::status::Who;
use crate::together::member::{self, WhoSees};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// What should be known before an approach.
#[derive(Clone, Debug)]
pub struct InTouch {
    pub who: Who,
    /// Others of our groups that keep the relationship or were in touch within a year.
    pub others: Vec<String>,
    pub held_by: Option<String>,
    /// Who of us knows somebody there, and how.
    pub known_by: Vec<String>,
    pub last_contact: Option<Contact>,
    pub approaches: Vec<Contact>,
    /// Approaches of two groups of which neither knew.
    pub double_approaches: Vec<(Contact, Contact)>,
    /// The latest request to our own people.
    pub check: Option<Contact>,
    pub stage: Stage,
    pub health: Option<Fact>,
    pub category: Option<String>,
    pub rights_holders: bool,
    pub consulted: Option<Date>,
    pub do_not_engage: bool,
    pub before: Before,
}

/// When somebody of us was in touch.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The kind of the line, as it is kept.
    pub kind: String,
    pub on: When,
    pub days_ago: Option<i32>,
    pub by: String,
    pub group: String,
}

/// A first contact of somebody's group.
#[derive(Clone, Debug)]
pub struct Approach {
    pub of: EntryId,
    pub with: Option<String>,
    pub note: Option<String>,
    pub on: When,
    /// Why it goes on although others are in touch with them, or nobody has looked into them.
    pub anyway: Option<String>,
}

/// The request to check is kept either way, so that the others see that somebody asked.
#[derive(Clone, Debug)]
pub enum Approached {
    Noted(Box<Noted>),
    /// Others know them already: the approach was not recorded.
    AskedFirst {
        known: Box<InTouch>,
        name: String,
        whom: String,
    },
}

impl Approached {
    /// What was known before.
    pub fn known(&self) -> &InTouch {
        match self {
            Approached::Noted(noted) => &noted.known,
            Approached::AskedFirst { known, .. } => known,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Noted {
    /// What was known before.
    pub known: InTouch,
    pub on: When,
    /// Who was asked to check it.
    pub asked: String,
    pub moved: Option<Moved>,
    /// They are rights holders, and nobody has consulted them.
    pub listen_first: bool,
    pub seen_by: WhoSees,
}

pub fn check(v: &mut Visit<'_>, id: EntryId) -> Result<InTouch, Trouble> {
    let card = v.joined_card(id)?;
    let known = who_knows(v, &card)?;
    in_touch(v, &card, known)
}

pub fn add(v: &mut Visit<'_>, new: &Approach) -> Result<Approached, Trouble> {
    let (card, kind, today) = (v.joined_card(new.of)?, LogKind::typed("approach")?, v.today());
    Plan::Approach.may_begin(&card, new.anyway.as_deref())?;
    has_been(&new.on, kind, today)?;
    let known = who_knows(v, &card)?;
    let (whom, others_know) = (known.whom_to_ask(), !known.others.is_empty());
    let known = in_touch(v, &card, known)?;
    let request = check_request(&whom, &card.name, new.note.as_deref(), today, v.now_ms())?;
    log::keep(v, card.id, &request)?;
    if others_know && new.anyway.is_none() {
        v.commit()?;
        return Ok(Approached::AskedFirst { known: Box::new(known), name: card.heading.name, whom });
    }
    let text = approach_text(new.note.as_deref(), new.anyway.as_deref());
    let line = LogLine { with: new.with.clone(), ..LogLine::new(kind, new.on.clone(), &text, v.now_ms()) };
    log::keep(v, card.id, &line)?;
    let moved = facts::reach(v, &card, Stage::Approached, FIRST_APPROACH)?;
    v.commit()?;
    Ok(Approached::Noted(Box::new(Noted {
        known,
        on: line.on,
        asked: whom,
        moved,
        listen_first: card.rights_holders() && card.contact.last_consulted.is_none(),
        seen_by: member::who_sees(v)?,
    })))
}

/// Under all names of theirs.
fn who_knows(v: &mut Visit<'_>, card: &Card) -> Result<approach::InTouch, Trouble> {
    let own = v.map()?.group;
    let mut entries = Vec::new();
    for id in v.one_and_the_same(card.id)? {
        entries.push((v.card(id)?, v.entry(id)?));
    }
    Ok(approach::InTouch::of(entries, &own, v.today()))
}

fn in_touch(v: &mut Visit<'_>, card: &Card, known: approach::InTouch) -> Result<InTouch, Trouble> {
    let (before, today) = (before::of_card(v, card)?, v.today());
    let contact = |logged: Logged| Contact {
        days_ago: logged.line.on.date.map(|on| on.days_until(today)),
        kind: logged.line.kind,
        on: logged.line.on,
        by: logged.author.name,
        group: logged.author.group,
    };
    let double = known.double_approaches.into_iter();
    Ok(InTouch {
        who: Who::from(card),
        others: known.others,
        held_by: known.held_by,
        known_by: known.known_by,
        last_contact: known.last.map(contact),
        approaches: known.approaches.into_iter().map(contact).collect(),
        double_approaches: double.map(|double| (contact(double.first), contact(double.second))).collect(),
        check: known.check.map(contact),
        stage: card.stage(),
        health: card.fact(FactKind::Health),
        category: card.category().map(str::to_owned),
        rights_holders: card.rights_holders(),
        consulted: card.contact.last_consulted,
        do_not_engage: card.do_not_engage,
        before,
    })
}
