//! What a few words find: in names, fields, notes, reasons and the log.

use std::collections::BTreeMap;

use crate::card::Card;
use crate::card::texts::{Passage, Texts};
use crate::ids::EntryId;
use crate::words::folded_words;

/// An entry in which all of the words were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    pub card: &'a Card,
    /// All of them in its name.
    pub name: bool,
    /// All of them in what its card knows.
    pub field: bool,
    pub passages: Vec<Passage>,
}

/// Where each of these folded words begins a word. A hit in the name comes before one elsewhere, and rights holders before all
/// others of the same rank (module, section 4a).
pub fn search<'a>(wanted: &[String], cards: &'a [Card], texts: &BTreeMap<EntryId, Vec<Texts>>) -> Vec<Hit<'a>> {
    let fits = |words: &[String]| wanted.iter().all(|word| words.iter().any(|of| of.starts_with(word.as_str())));
    let passages = |card: &Card| -> Vec<Passage> {
        let texts = texts.get(&card.id).into_iter().flatten();
        texts.flat_map(|texts| texts.find(wanted, &card.words)).collect()
    };
    let hit = |card: &'a Card| Hit {
        card,
        name: fits(&card.words),
        field: fits(&everything(card)),
        passages: passages(card),
    };
    let mut hits: Vec<Hit<'a>> =
        cards.iter().map(hit).filter(|hit| hit.name || hit.field || !hit.passages.is_empty()).collect();
    hits.sort_by_key(|hit| (!hit.name, !hit.field, !hit.card.rights_holders()));
    hits
}

/// The words of all that a card knows.
fn everything(card: &Card) -> Vec<String> {
    let mut words = card.words.clone();
    words.extend(card.values.values().flat_map(|value| folded_words(value)));
    words.extend(card.affiliations.iter().flat_map(|affiliation| folded_words(&affiliation.to_string())));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::kind::Kind;
    use crate::tests::desk::Desk;

    #[test]
    fn a_name_is_found_before_a_field_and_rights_holders_before_others_of_the_same_rank() {
        let cards: Vec<Card> = [
            ("Weir House", [("led-by", ""), ("phone", "")]),
            ("Café by the Weir", [("led-by", "refugees"), ("phone", "")]),
            ("Night Bus", [("led-by", ""), ("phone", "at the weir 02 5550 1000")]),
        ]
        .iter()
        .zip(1..)
        .map(|((name, fields), number)| {
            let mut new = NewEntry::new(Kind::named("organisation").unwrap(), name);
            let said = fields.iter().filter(|(_, value)| !value.is_empty());
            new.fields.extend(said.map(|(field, value)| ((*field).to_owned(), (*value).to_owned())));
            let [ana, ..] = Desk::three(&new);
            Card::of(&ana.document, EntryId([number; 16])).unwrap()
        })
        .collect();
        let found = |typed: &str| -> Vec<(&str, bool)> {
            let hits = search(&folded_words(typed), &cards, &BTreeMap::new());
            hits.iter().map(|hit| (hit.card.name.as_str(), hit.name)).collect()
        };
        assert_eq!(found("WEIR"), [("Café by the Weir", true), ("Weir House", true), ("Night Bus", false)]);
        assert_eq!(found("weir caf"), [("Café by the Weir", true)]);
        assert!(found("ferry").is_empty());
    }
}
