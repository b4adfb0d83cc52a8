//! What a community answered when it was asked, who gave the answer, when, and for what.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::ids::EntryId;
use allymap_domain::weigh::consent::{Answer, Occasion, Withdrawal, standing};

use crate::events::request::{Requested, requested};
use crate::together::member::{self, WhoSees};
use crate::tried::Tried;
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

/// An answer that was noted.
#[derive(Clone, Debug)]
pub struct Noted {
    pub entry: String,
    pub answer: Answer,
    /// For what, by its name.
    pub occasion: String,
    pub seen_by: WhoSees,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Something else is on record: why this holds now.
    Because,
}

pub fn add(v: &mut Visit<'_>, who: EntryId, answer: &Answer) -> Result<Tried<Noted, Want>, Trouble> {
    let card = v.card(who)?;
    if answer.lacks_reason(&card) {
        return Ok(Tried::wants(Want::Because));
    }
    let occasion = match &answer.occasion {
        Occasion::Event(id) => v.card(*id)?.heading.name,
        Occasion::Other(words) => words.clone(),
    };
    v.put(&[answer.place(&card, v.now_ms())])?;
    v.commit()?;
    Ok(Tried::Kept(Noted { entry: card.heading.name, answer: answer.clone(), occasion, seen_by: member::who_sees(v)? }))
}

/// What they answered, and what they ask.
#[derive(Clone, Debug)]
pub struct Shown {
    pub entry: String,
    pub consents: Vec<Given>,
    pub requests: Vec<Requested>,
}

/// An answer that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The policy's word for it; none when it was taken back.
    pub answer: Option<String>,
    /// For which event, if it is here.
    pub event: Option<String>,
    pub occasion: Option<String>,
    pub conditions: Vec<String>,
    pub given_by: Option<String>,
    pub on: When,
    pub reason: Option<String>,
    /// Who of us wrote it down.
    pub by: String,
}

pub fn show(v: &mut Visit<'_>, who: EntryId) -> Result<Shown, Trouble> {
    let card = v.card(who)?;
    let (consents, requests) = (given(v, &card)?, requested(&card));
    Ok(Shown { entry: card.heading.name, consents, requests })
}

/// What they answered when they were asked, as far as it stands, with the names of the event and of whoever wrote it.
pub(crate) fn given(v: &mut Visit<'_>, card: &Card) -> Result<Vec<Given>, Trouble> {
    let told = card.consents();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let authors = v.authors()?;
    let mut all = Vec::new();
    for told in told {
        let event = told.what.occasion_event.map(|id| v.card_if_here(id)).transpose()?.flatten();
        all.push(Given {
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
    Ok(all)
}

/// An answer that is to be taken back.
#[derive(Clone, Debug, Default)]
pub struct Withdrawing {
    /// Only what was given for this event.
    pub event: Option<EntryId>,
    pub because: Option<String>,
    pub given_by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Withdrawn {
    pub entry: String,
    /// How many answers.
    pub answers: usize,
    pub because: String,
    pub seen_by: WhoSees,
}

pub fn withdraw(v: &mut Visit<'_>, who: EntryId, draft: &Withdrawing) -> Result<Tried<Withdrawn, Want>, Trouble> {
    let card = v.card(who)?;
    let standing = standing(&card, draft.event);
    if standing.is_empty() {
        return Err(Events::NoConsent { who: card.heading.name }.into());
    }
    let Some(because) = draft.because.clone() else { return Ok(Tried::wants(Want::Because)) };
    let given_by = draft.given_by.clone();
    let withdrawal = Withdrawal { because: because.clone(), given_by, on: When::on(v.today()) };
    v.put(&withdrawal.place(&card, &standing, v.now_ms()))?;
    v.commit()?;
    let seen_by = member::who_sees(v)?;
    Ok(Tried::Kept(Withdrawn { entry: card.heading.name, answers: standing.len(), because, seen_by }))
}
