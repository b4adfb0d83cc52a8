//! What is said before anything is done with somebody: who holds the relationship, what they answered and asked of us, what is
//! still missing. Nothing is stopped here: the acts themselves refuse.

use allymap_domain::advice::before::{Missing, missing};
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::ids::EntryId;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Before {
    pub held_by: Option<String>,
    /// When somebody last looked into them.
    pub research: Option<Date>,
    pub consents: Vec<Consent>,
    pub requests: Vec<Request>,
    pub missing: Vec<Missing>,
}

/// What they answered when they were asked.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The policy's word; none when it was taken back.
    pub answer: Option<String>,
    /// The event that it was given for, if it is here.
    pub event: Option<String>,
    pub occasion: Option<String>,
    pub conditions: Vec<String>,
    pub given_by: Option<String>,
    pub on: When,
    pub reason: Option<String>,
    /// Who of us wrote it down.
    pub by: String,
}

/// What they ask of us.
#[derive(Clone, Debug)]
pub struct Request {
    pub text: Option<String>,
    pub kind: Option<String>,
    pub said_by: Option<String>,
    pub on: When,
}

pub fn of(v: &mut Visit<'_>, id: EntryId) -> Result<Before, Trouble> {
    let card = v.joined_card(id)?;
    of_card(v, &card)
}

pub(crate) fn of_card(v: &mut Visit<'_>, card: &Card) -> Result<Before, Trouble> {
    Ok(Before {
        held_by: card.held_by().map(str::to_owned),
        research: card.contact.last_research,
        consents: consents(v, card)?,
        requests: requests(card),
        missing: missing(card),
    })
}

/// What they answered when they were asked, as far as it stands.
pub(crate) fn consents(v: &mut Visit<'_>, card: &Card) -> Result<Vec<Consent>, Trouble> {
    let told = card.consents();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let authors = v.authors()?;
    let mut consents = Vec::new();
    for told in told {
        let event = told.what.occasion_event.map(|id| v.card_if_here(id)).transpose()?.flatten();
        consents.push(Consent {
            answer: told.what.value,
            event: event.map(|event| event.heading.name),
            occasion: told.what.occasion,
            conditions: told.what.conditions,
            given_by: told.assertion.said_by,
            on: told.assertion.observed,
            reason: told.assertion.reason,
            by: authors.of(told.by).name,
        });
    }
    Ok(consents)
}

/// What they ask of us, as far as nobody lifted it.
pub(crate) fn requests(card: &Card) -> Vec<Request> {
    let told = card.requests().into_iter();
    told.map(|told| Request {
        text: told.what.text,
        kind: told.what.value,
        said_by: told.assertion.said_by,
        on: told.assertion.observed,
    })
    .collect()
}
