//! What waits for somebody of ours, told from the cards alone: what is due, what we owe, which ties are strained, and which
//! events are still to be assessed or decided.

use std::cmp::Reverse;

use allymap_policy::Pack;

use crate::advice::due::{Due, DueKind, due};
use crate::card::Card;
use crate::date::Date;
use crate::kind::event;
use crate::map::Map;
use crate::weigh::Weigher;

#[derive(Clone, Debug, Default)]
pub struct Waits<'a> {
    /// Within the time that was asked for.
    pub soon: usize,
    pub late: usize,
    /// The largest favours first.
    pub owed: Vec<&'a Card>,
    pub strained: Vec<&'a Card>,
}

/// Events that are to come: what is still open about them.
#[derive(Clone, Debug, Default)]
pub struct Events<'a> {
    pub to_assess: Vec<&'a Card>,
    pub to_decide: Vec<&'a Card>,
    pub said_apart: Vec<&'a Card>,
}

impl<'a> Waits<'a> {
    pub fn within(days: i32, cards: &'a [Card], map: &Map, today: Date) -> Waits<'a> {
        let mut owed: Vec<(u8, &Card)> = Vec::new();
        let mut waits = Waits::default();
        for Due { what, row, on } in due(cards, map, today, days) {
            match what {
                DueKind::Strained => waits.strained.push(row),
                DueKind::Owed(size) => owed.push((size, row)),
                // What has grown old is for `todo`.
                DueKind::OldFact => {}
                _ if on.is_some_and(|on| on < today) => waits.late += 1,
                _ => waits.soon += 1,
            }
        }
        owed.sort_by_key(|(size, _)| Reverse(*size));
        waits.owed = owed.into_iter().map(|(_, card)| card).collect();
        waits
    }
}

impl<'a> Events<'a> {
    /// Whether any of these is to come: weighing them is only then worth its while.
    pub fn any_to_come(cards: &[Card], today: Date) -> bool {
        cards.iter().any(|card| is_to_come(card, today))
    }

    pub fn to_come(cards: &'a [Card], weigher: &Weigher<'_>, pack: &Pack, today: Date) -> Events<'a> {
        let mut events = Events::default();
        for card in cards.iter().filter(|card| is_to_come(card, today)) {
            let weighing = weigher.weigh(card);
            let outcome = weighing.outcome(pack);
            if card.is_undecided() {
                let open = weighing.still_open(&outcome) > 0;
                (if open { &mut events.to_assess } else { &mut events.to_decide }).push(card);
            }
            if !outcome.differs.is_empty() {
                events.said_apart.push(card);
            }
        }
        events
    }
}

fn is_to_come(card: &Card, today: Date) -> bool {
    card.is(&event::KIND) && !card.archived && card.day().is_none_or(|day| day >= today)
}
