//! Questions handed to regional staff, the Branch Committee or the organising team, and their answers.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::entry::weighed::{ReferTo, Referred};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::weigh::answer::Referral;
use allymap_domain::weigh::reached;
use allymap_domain::weigh::referral::{self, Answer, Handing};
use allymap_domain::weigh::standing::Told;
use allymap_policy::Outcome;

use crate::events::ground::{Ground, pack};
use crate::together::member::{self, WhoSees};
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

/// A rule of the pack, whatever its case.
pub fn rule(typed: &str) -> Result<String, Trouble> {
    let rule = pack().rule(typed).ok_or_else(|| Events::NoRule { typed: typed.to_owned() })?;
    Ok(rule.id.to_string())
}

/// Whom the answer to an event names as those who decide.
pub fn whom(v: &mut Visit<'_>, event: EntryId) -> Result<Vec<ReferTo>, Trouble> {
    let ground = Ground::of(v)?;
    let outcome = ground.weigh(ground.event(event)?).outcome(pack());
    Ok(referral::whom(&outcome))
}

/// A question that was handed on.
#[derive(Clone, Debug)]
pub struct Handed {
    pub event: String,
    pub rule: Option<String>,
    pub question: Option<String>,
    /// Who has it now, and how they are reached.
    pub to: Vec<(ReferTo, Option<String>)>,
    /// Who had it already, and since when.
    pub known: Vec<(ReferTo, When)>,
    pub seen_by: WhoSees,
}

pub fn add(v: &mut Visit<'_>, event: EntryId, handing: &Handing) -> Result<Handed, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let (mut asked, mut known) = (Vec::new(), Vec::new());
    for to in handing.to.iter().copied() {
        if let Some(told) = handing.known(event, to) {
            known.push((to, told.assertion.observed));
            continue;
        }
        v.put(&[handing.place(event, to, v.now_ms())])?;
        asked.push((to, reached(&ground.map, to).map(str::to_owned)));
    }
    v.commit()?;
    Ok(Handed {
        event: event.name.clone(),
        rule: handing.rule.clone(),
        question: handing.question.clone(),
        to: asked,
        known,
        seen_by: member::who_sees(v)?,
    })
}

/// An answer that was noted, and what it released.
#[derive(Clone, Debug)]
pub struct Answered {
    pub event: String,
    pub answer: Answer,
    /// The rules that have their answer now.
    pub rules: Vec<String>,
    /// Who has still to answer to others.
    pub waits_for: Vec<ReferTo>,
    /// The event, as it is weighed now.
    pub outcome: Outcome,
    pub seen_by: WhoSees,
}

pub fn answer(v: &mut Visit<'_>, event: EntryId, answer: &Answer) -> Result<Answered, Trouble> {
    let ground = Ground::of(v)?;
    let card = ground.event(event)?;
    let placed = answer.place(card, &ground.weigh(card), pack(), v.now_ms());
    v.put(&placed.puts)?;
    v.commit()?;
    let ground = Ground::of(v)?;
    let card = ground.event(event)?;
    Ok(Answered {
        event: card.name.clone(),
        answer: answer.clone(),
        rules: placed.rules,
        waits_for: placed.waits_for,
        outcome: ground.weigh(card).outcome(pack()),
        seen_by: member::who_sees(v)?,
    })
}

/// Which questions are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Waiting,
    /// Answered ones too.
    All,
}

/// What was referred, oldest first.
#[derive(Clone, Debug)]
pub struct List {
    pub referrals: Vec<Listed>,
}

#[derive(Clone, Debug)]
pub struct Listed {
    pub event: String,
    pub referral: Referral,
}

pub fn list(v: &mut Visit<'_>, which: Which) -> Result<List, Trouble> {
    let authors = v.authors()?;
    let cards = v.cards_once()?;
    let events = cards.iter().filter(|card| card.is(&event::KIND) && !card.archived);
    let is_told = |told: &Told<Referred>| which == Which::All || told.what.answer.is_none();
    let mut told: Vec<(&Card, Told<Referred>)> =
        events.flat_map(|event| event.referrals().into_iter().filter(is_told).map(move |told| (event, told))).collect();
    told.sort_by_key(|(event, told)| (told.assertion.observed.date, event.name.clone(), told.id));
    let listed = |(event, told): &(&Card, Told<Referred>)| Listed {
        event: event.name.clone(),
        referral: Referral::of(told, &|actor| authors.of(actor)),
    };
    Ok(List { referrals: told.iter().map(listed).collect() })
}
