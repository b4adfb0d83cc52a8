//! Everything that an event is weighed on: all cards, the map, the day and the rules.

use std::sync::Arc;

use allymap_domain::card::Card;
use allymap_domain::card::find::{Found, find};
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::map::Map;
use allymap_domain::weigh::{Weigher, Weighing};
use allymap_policy::Pack;

use crate::trouble::{self, Trouble};
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Ground {
    pub cards: Arc<[Card]>,
    pub map: Map,
    pub today: Date,
}

/// The rules that answer.
pub fn pack() -> &'static Pack {
    Pack::shipped()
}

/// As decisions and answers name it.
pub fn pack_name() -> String {
    let pack = pack();
    format!("{} v{}", pack.name(), pack.version())
}

impl Ground {
    pub fn of(v: &mut Visit<'_>) -> Result<Ground, Trouble> {
        let map = v.map_entry()?.unwrap_or_default();
        Ok(Ground { cards: v.cards()?, map, today: v.today() })
    }

    pub fn weigher(&self) -> Weigher<'_> {
        Weigher::new(&self.cards, &self.map, pack(), self.today)
    }

    pub fn weigh(&self, event: &Card) -> Weighing {
        self.weigher().weigh(event)
    }

    pub fn card(&self, id: EntryId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == id)
    }
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
