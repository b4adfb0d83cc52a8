//! Events by day: in which order they are told, and which of them share a day.

use std::collections::BTreeSet;

use crate::card::Card;
use crate::card::duplicates::identities;
use crate::date::Date;
use crate::kind::event;
use crate::map::Map;
use crate::map::key_date::coming;
use crate::weigh::Weigher;

/// Which events are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those to come, and those that have no day yet.
    ToCome,
    /// Also those that are over or archived.
    All,
}

/// The events of a map by day. Of one day, what they lead comes first, then what rights holders organise (module, section 4a).
pub fn in_order<'a>(cards: &'a [Card], weigher: &Weigher<'_>, which: Which, today: Date) -> Vec<&'a Card> {
    let same = identities(cards);
    let once = |card: &&Card| same.get(&card.id).is_none_or(|one| *one == card.id);
    let is_told = |card: &&Card| which == Which::All || (!card.archived && card.day().is_none_or(|on| on >= today));
    let mut events: Vec<&Card> =
        cards.iter().filter(|card| card.is(&event::KIND)).filter(once).filter(is_told).collect();
    events.sort_by_key(|event| {
        let on = event.day();
        let mut organisers = event.members(&event::ORGANISERS).iter().filter_map(|value| weigher.meant(value).0);
        let theirs = organisers.any(|id| cards.iter().any(|card| card.id == id && card.rights_holders()));
        (on.is_none(), on, event.value(&event::LEAD) != Some("them"), !theirs, event.name.clone())
    });
    events
}

/// A day on which more than one group has an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub on: Date,
    pub events: Vec<String>,
}

/// Two groups on one day share the same people, unless everybody is meant to come that day (module, section 2).
pub fn clashes(events: &[&Card], map: &Map) -> Vec<Clash> {
    let days: BTreeSet<Date> = events.iter().filter_map(|event| event.day()).collect();
    let clash = |on: Date| {
        let that_day: Vec<&&Card> = events.iter().filter(|event| event.day() == Some(on)).collect();
        let groups: BTreeSet<&str> = that_day.iter().map(|event| event.held_by().unwrap_or_default()).collect();
        let everybody = !coming(&map.dates, on, on).is_empty();
        let clashes = that_day.len() > 1 && groups.len() > 1 && !everybody;
        clashes.then(|| Clash { on, events: that_day.iter().map(|event| event.name.clone()).collect() })
    };
    days.into_iter().filter_map(clash).collect()
}
