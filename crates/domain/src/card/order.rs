//! In which order lists show cards: rights holders before all others of the same rank (module, section 4a).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::card::Card;
use crate::date::Date;
use crate::entry::favour::{Balance, Standing};
use crate::entry::position::Place;
use crate::ids::EntryId;

/// By what a list of entries is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Name,
    /// The longest without contact first, those without any last.
    LastContact,
    /// Whom we owe first.
    Balance,
    /// Along the spectrum, those whose place is not known last.
    Position,
}

/// Lines about cards that are in order of their names, in this order; of one rank rights holders come first.
pub fn sort<'c, L>(
    lines: &mut [L],
    card: impl Fn(&L) -> &'c Card,
    by: Option<By>,
    places: &BTreeMap<EntryId, Place>,
    today: Date,
) {
    lines.sort_by_key(|line| !card(line).rights_holders());
    match by {
        None => {}
        Some(By::Name) => lines.sort_by_key(|line| &card(line).name),
        Some(By::LastContact) => lines.sort_by_key(|line| {
            let last = card(line).contact.last;
            (last.is_none(), last)
        }),
        Some(By::Balance) => lines.sort_by_key(|line| {
            let balance = Balance::of(&card(line).favours, today);
            (turn(balance.standing()), Reverse(balance.owed()))
        }),
        Some(By::Position) => lines.sort_by_key(|line| {
            let place = places.get(&card(line).id).filter(|place| **place != Place::NotKnown);
            (place.is_none(), place.copied())
        }),
    }
}

fn turn(standing: Standing) -> u8 {
    match standing {
        Standing::WeOwe => 0,
        Standing::Even => 1,
        Standing::WellGiven => 2,
        Standing::EarlyDays => 3,
        Standing::Nothing => 4,
    }
}

/// Entries with a risk of medium or high, the strictest first.
pub fn at_risk(cards: &[Card]) -> Vec<&Card> {
    let mut strict: Vec<&Card> =
        cards.iter().filter(|card| card.strictest_risk().is_strict() && !card.archived).collect();
    strict.sort_by_key(|card| (Reverse(card.strictest_risk()), !card.rights_holders()));
    strict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, today};

    #[test]
    fn rights_holders_come_first_among_those_of_one_rank() {
        let cards: Vec<Card> = (1..)
            .zip([("Bakery", ""), ("Choir", "refugees"), ("Growers", "")])
            .map(|(number, (name, led_by))| {
                let new = NewEntry::new(Kind::named("organisation").unwrap(), name);
                let new = if led_by.is_empty() { new } else { new.with("led-by", led_by) };
                let [mut ana, ..] = Desk::three(&new);
                if name == "Growers" {
                    ana.log(1, "call", today());
                }
                Card::of(&ana.document, EntryId([number; 16])).unwrap()
            })
            .collect();
        let places = BTreeMap::from([(cards[0].id, Place::ActiveAlly), (cards[1].id, Place::NotKnown)]);
        let sorted = |by| {
            let mut sorted: Vec<&Card> = cards.iter().collect();
            sort(&mut sorted, |card| *card, by, &places, today());
            sorted.iter().map(|card| card.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(sorted(None), ["Choir", "Bakery", "Growers"]);
        assert_eq!(sorted(Some(By::Name)), ["Bakery", "Choir", "Growers"]);
        assert_eq!(sorted(Some(By::LastContact)), ["Growers", "Choir", "Bakery"]);
        assert_eq!(sorted(Some(By::Balance)), ["Choir", "Bakery", "Growers"]);
        assert_eq!(sorted(Some(By::Position)), ["Bakery", "Choir", "Growers"]);
    }
}
