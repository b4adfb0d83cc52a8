//! What all of them together can bring (module, sections 2 and 6). What nobody counted is said as unknown and never counts as
//! none.

use crate::card::Card;
use crate::kind::field::Field;
use crate::kind::relationship::CAPACITY;

/// One of the things that are counted: the sum of what is known, and how many do not know theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    pub field: &'static str,
    pub known: u64,
    pub unknown: usize,
}

/// In the order of the fields, without those of which nobody has said anything.
pub fn together(cards: &[Card]) -> Vec<Together> {
    let of = |field: &'static Field| {
        let said = cards.iter().filter(|card| !card.archived).filter_map(|card| card.value(field));
        let (known, unknown): (Vec<_>, Vec<_>) = said.map(str::parse::<u32>).partition(Result::is_ok);
        Together { field: field.name, known: known.into_iter().flatten().map(u64::from).sum(), unknown: unknown.len() }
    };
    CAPACITY.iter().map(of).filter(|all| all.known > 0 || all.unknown > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, ENTRY};

    #[test]
    fn what_is_not_known_is_not_nothing() {
        let card = |seats: &str| {
            let new = NewEntry::new(Kind::named("organisation").unwrap(), "Choir").with("seats", seats);
            let [ana, ..] = Desk::three(&new);
            Card::of(&ana.document, ENTRY).unwrap()
        };
        let mut gone = card("100");
        gone.archived = true;
        let all = together(&[card("40"), card("unknown"), card("2"), gone]);
        assert_eq!(all, [Together { field: "seats", known: 42, unknown: 1 }]);
    }
}
