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
        Some(joined) => Card { id: named.id, name: named.name, ..joined },
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
        self.open_calls.extend(card.open_calls);
        self.last_contact = self.last_contact.max(card.last_contact);
        self.last_meeting = self.last_meeting.max(card.last_meeting);
        self.last_consulted = self.last_consulted.max(card.last_consulted);
        self.last_heads_up = self.last_heads_up.max(card.last_heads_up);
        self.last_research = self.last_research.max(card.last_research);
        self.next_due = self.next_due.into_iter().chain(card.next_due).min();
        self.led_by.extend(theirs.then(|| "rights holders".to_owned()));
        self.led_by.extend(card.led_by);
    }
}
