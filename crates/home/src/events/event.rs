//! An event: which one is meant, and what is told of it.

pub mod add;
pub mod list;
pub mod parties;
pub mod print;
pub mod show;

use allymap_domain::card::Card;
use allymap_domain::card::find::{Found, find};
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::weigh::Weighing;

use crate::events::ground::Ground;
use crate::trouble::{self, Trouble};
use crate::visit::Visit;

/// What tells an event from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EntryId,
    pub name: String,
    /// Its day as it is kept.
    pub on: Option<String>,
    pub day: Option<Date>,
}

impl From<&Card> for Event {
    fn from(card: &Card) -> Event {
        Event { id: card.id, name: card.name.clone(), on: card.value(&event::ON).map(str::to_owned), day: card.day() }
    }
}

/// What somebody asks of us, whoever plans something with them (module, section 4a).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRequest {
    pub who: String,
    pub text: String,
}

/// What everybody asks of us whom an event concerns.
pub(crate) fn requests(ground: &Ground, weighing: &Weighing) -> Vec<StandingRequest> {
    let mut requests = Vec::new();
    for subject in &weighing.subjects {
        let card = subject.entry.and_then(|id| ground.card(id));
        for told in card.map(Card::requests).unwrap_or_default() {
            let text = told.what.text.unwrap_or_default();
            requests.push(StandingRequest { who: subject.name.clone(), text });
        }
    }
    requests
}

/// The event that is meant. Entries of other kinds are none, and stand in nobody's way.
pub fn meant(v: &mut Visit<'_>, said: &str) -> Result<Card, Trouble> {
    let events: Vec<Card> = v.cards()?.iter().filter(|card| card.is(&event::KIND)).cloned().collect();
    if let Found::One(card) = find(said, &events) {
        return Ok(card.clone());
    }
    let card = v.find(said).map_err(|trouble| match trouble {
        Trouble::Which(trouble::Which::None { said, near }) => Trouble::Which(trouble::Which::NoEvent { said, near }),
        trouble => trouble,
    })?;
    if card.is(&event::KIND) {
        return Ok(card);
    }
    Err(Trouble::Which(trouble::Which::NotAnEvent { name: card.heading.name }))
}
