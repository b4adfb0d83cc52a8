//! Cards of entries that are known to be one: what was asked, given and met of either counts for both.

use std::collections::BTreeMap;

use crate::card::Card;
use crate::card::duplicates::identities;
use crate::ids::EntryId;

/// The cards of a map, each identity once, in order of their names.
pub fn joined(cards: Vec<Card>) -> Vec<Card> {
    let same = identities(&cards);
    join(cards, |card| same.get(&card.id).copied().unwrap_or(card.id))
}

/// One card of several that are known to be the same: it keeps the id and the name of `named`.
pub fn join_into(named: Card, all: Vec<Card>) -> Card {
    let Some(first) = all.iter().map(|card| card.id).min() else { return named };
    match join(all, |_| first).pop() {
        // What is written goes into the entry that was named.
        Some(mut joined) => {
            (joined.heading.id, joined.heading.name) = (named.id, named.heading.name);
            joined
        }
        None => named,
    }
}

fn join(cards: Vec<Card>, one: impl Fn(&Card) -> EntryId) -> Vec<Card> {
    let (first, others): (Vec<Card>, Vec<Card>) = cards.into_iter().partition(|card| one(card) == card.id);
    let mut joined: BTreeMap<EntryId, Card> = first.into_iter().map(|card| (card.id, card)).collect();
    for card in others {
        if let Some(into) = joined.get_mut(&one(&card)) {
            into.takes_in(card);
        }
    }
    let mut cards: Vec<Card> = joined.into_values().collect();
    cards.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    cards
}

impl Card {
    fn takes_in(&mut self, card: Card) {
        // Rights holders under one name are rights holders under the other.
        self.also_says(&card);
        let theirs = card.rights_holders() && !self.rights_holders();
        self.favours.extend(card.favours);
        self.contact.open_calls.extend(card.contact.open_calls);
        self.contact.last = self.contact.last.max(card.contact.last);
        self.contact.last_meeting = self.contact.last_meeting.max(card.contact.last_meeting);
        self.contact.last_consulted = self.contact.last_consulted.max(card.contact.last_consulted);
        self.contact.last_heads_up = self.contact.last_heads_up.max(card.contact.last_heads_up);
        self.contact.last_research = self.contact.last_research.max(card.contact.last_research);
        self.contact.next_due = self.contact.next_due.into_iter().chain(card.contact.next_due).min();
        self.led_by.extend(theirs.then(|| "rights holders".to_owned()));
        self.led_by.extend(card.led_by);
    }
}
