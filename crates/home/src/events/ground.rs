//! Everything that an event is weighed on: all cards, the map, the day and the rules.

use std::sync::Arc;

use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;
use allymap_domain::map::Map;
use allymap_domain::weigh::{Weigher, Weighing, answer};
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
    answer::name(pack())
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

    /// An event that was found before.
    pub(crate) fn event(&self, id: EntryId) -> Result<&Card, Trouble> {
        self.card(id).ok_or(Trouble::Entry(trouble::Entry::Unreadable))
    }

    pub fn card(&self, id: EntryId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == id)
    }
}
