//! In which order lists show cards: rights holders before all others of the same rank (module, section 4a).

use std::cmp::Reverse;

use crate::card::Card;

/// Entries with a risk of medium or high, the strictest first.
pub fn at_risk(cards: &[Card]) -> Vec<&Card> {
    let mut strict: Vec<&Card> =
        cards.iter().filter(|card| card.strictest_risk().is_strict() && !card.archived).collect();
    strict.sort_by_key(|card| (Reverse(card.strictest_risk()), !card.rights_holders()));
    strict
}
