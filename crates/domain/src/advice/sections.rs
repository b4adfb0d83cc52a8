//! What stands in a section of the map: entries of its kind, beside what the map itself holds.

use crate::card::Card;
use crate::kind::Kind;
use crate::kind::field;
use crate::kind::field::Holds;
use crate::kind::person;
use crate::map::Map;
use crate::map::section::Section;

/// The entries of a section.
pub fn entries<'a>(section: &Section, cards: &'a [Card]) -> Vec<&'a Card> {
    cards.iter().filter(|card| Some(card.kind.as_str()) == section.kind && !card.archived).collect()
}

/// How much a section holds.
pub fn held(section: &Section, map: &Map, cards: &[Card]) -> usize {
    let entries = entries(section, cards).len();
    match section.slug {
        "demographics" => entries + map.figures.len(),
        "dates" => map.dates.len(),
        "issues" => map.issues.len(),
        _ => entries,
    }
}

/// Names by the types of their kind, in the table's order; those without a type last. People by what they are.
pub fn by_type(section: &Section, cards: &[&Card]) -> Vec<(String, Vec<String>)> {
    let named = |card: &Card| card.name.clone();
    let field = section.kind.and_then(Kind::named).and_then(|kind| kind.field(field::TYPE.name));
    let Some(Holds::Choice(types)) = field.map(|field| field.holds) else {
        let role = |card: &Card| card.value(&person::ROLE).unwrap_or("role not known").to_owned();
        return cards.iter().map(|card| (role(card), vec![named(card)])).collect();
    };
    let mut groups: Vec<(String, Vec<String>)> = types
        .iter()
        .map(|choice| {
            let names =
                cards.iter().filter(|card| card.value(&field::TYPE) == Some(choice.slug)).map(|card| named(card));
            (choice.label.to_owned(), names.collect())
        })
        .collect();
    let known =
        |card: &Card| card.value(&field::TYPE).is_some_and(|sort| types.iter().any(|choice| choice.slug == sort));
    let others = cards.iter().filter(|card| !known(card)).map(|card| named(card));
    groups.push(("type not known".to_owned(), others.collect()));
    groups.retain(|(_, names)| !names.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::tests::desk::{Desk, ENTRY};

    fn card(new: &NewEntry) -> Card {
        let [ana, ..] = Desk::three(new);
        Card::of(&ana.document, ENTRY).unwrap()
    }

    #[test]
    fn what_stands_in_a_section_is_named_by_its_type_and_what_has_none_comes_last() {
        let new = |name: &str| NewEntry::new(Kind::named("place").unwrap(), name);
        let cards = [
            card(&new("The green")),
            card(&new("Weir Park").with("type", "park")),
            card(&new("Weir Hall").with("type", "hall")),
        ];
        let section = Section::named("places").unwrap();
        let named = by_type(section, &entries(section, &cards));
        let named: Vec<(&str, &str)> = named.iter().map(|(sort, names)| (sort.as_str(), names[0].as_str())).collect();
        assert_eq!(named, [("hall", "Weir Hall"), ("park", "Weir Park"), ("type not known", "The green")]);
        assert_eq!(held(section, &Map::default(), &cards), 3);
        assert!(entries(Section::named("orgs").unwrap(), &cards).is_empty());
    }
}
