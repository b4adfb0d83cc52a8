//! The events by day, with the answer to each.

use std::collections::BTreeMap;

use allymap_domain::advice::clashes::{Clash, Which, clashes, in_order};
use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::entry::weighed::Chosen;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::weigh::Weigher;
use allymap_domain::weigh::answer::is_older;
use allymap_policy::Outcome;

use crate::events::event::Event;
use crate::events::ground::{Ground, pack};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct List {
    pub events: Vec<Listed>,
    pub clashes: Vec<Clash>,
}

#[derive(Clone, Debug)]
pub struct Listed {
    pub event: Event,
    /// The letters that name it.
    pub short: String,
    pub lead: Option<String>,
    pub held_by: Option<String>,
    pub organisers: Vec<String>,
    pub outcome: Outcome,
    pub unread: usize,
    /// How much a person has still to look at.
    pub still_open: usize,
    pub decision: Option<Decided>,
}

/// The decision that counts.
#[derive(Clone, Debug)]
pub struct Decided {
    pub choice: Chosen,
    pub answer_then: String,
    pub pack: String,
    pub older_pack: bool,
}

impl Listed {
    pub(crate) fn of(weigher: &Weigher<'_>, event: &Card, short: &str) -> Listed {
        let weighing = weigher.weigh(event);
        let outcome = weighing.outcome(pack());
        let decision = event.decisions().into_iter().next().map(|told| Decided {
            older_pack: is_older(&told, pack()),
            choice: told.what.choice,
            answer_then: told.what.label,
            pack: told.what.pack,
        });
        Listed {
            event: Event::from(event),
            short: short.to_owned(),
            lead: event.value(&event::LEAD).map(str::to_owned),
            held_by: event.held_by().map(str::to_owned),
            organisers: weigher.names(event, &event::ORGANISERS),
            unread: weighing.unread,
            still_open: weighing.still_open(&outcome),
            outcome,
            decision,
        }
    }
}

pub fn list(v: &mut Visit<'_>, which: Which) -> Result<List, Trouble> {
    let ground = Ground::of(v)?;
    let (weigher, short) = (ground.weigher(), short(&ground));
    let events = in_order(&ground.cards, &weigher, which, ground.today);
    let clashes = clashes(&events, &ground.map);
    let listed = |event: &&Card| Listed::of(&weigher, event, &short[&event.id]);
    Ok(List { events: events.iter().map(listed).collect(), clashes })
}

/// The letters that name each entry.
pub(crate) fn short(ground: &Ground) -> BTreeMap<EntryId, String> {
    short_ids(ground.cards.iter().map(|card| card.id))
}
