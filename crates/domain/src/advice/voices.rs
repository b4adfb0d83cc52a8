//! Whom a decision maker hears: they should hear a wide range of people in the community, not only ours.

use std::collections::BTreeMap;

use crate::card::Card;
use crate::card::duplicates::identities;
use crate::entry::link::Direction;
use crate::ids::EntryId;
use crate::kind::{event, field, place};

/// One sort of people, and who of them is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice<'a> {
    pub slug: &'static str,
    pub label: &'static str,
    /// By name.
    pub heard: Vec<&'a Card>,
    /// On the map and not heard, by name.
    pub others: Vec<&'a Card>,
    /// Politics and the state hear themselves anyway: nobody misses them here.
    pub can_be_missing: bool,
}

impl Voice<'_> {
    pub fn is_missing(&self) -> bool {
        self.can_be_missing && self.heard.is_empty()
    }
}

/// The sorts of people of the template, and who of each moves this entry by a link of one step.
pub fn voices(rows: &[Card], listener: EntryId) -> Vec<Voice<'_>> {
    let same = identities(rows);
    let one = |id: EntryId| same.get(&id).copied().unwrap_or(id);
    let listener = one(listener);
    let mut heard: Vec<EntryId> = Vec::new();
    for row in rows {
        for link in &row.links {
            if one(link.to) == listener && link.direction != Direction::In {
                heard.push(one(row.id));
            }
            if one(row.id) == listener && link.direction != Direction::Out {
                heard.push(one(link.to));
            }
        }
    }
    heard.sort_unstable();
    heard.dedup();
    let mut people: Vec<&Card> = rows
        .iter()
        .filter(|row| {
            !row.archived
                && one(row.id) == row.id
                && row.id != listener
                && !(row.is(&place::KIND) || row.is(&event::KIND))
        })
        .collect();
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    SORTS
        .iter()
        .map(|(slug, label, can_be_missing)| {
            let of_it = people.iter().copied().filter(|row| sort(row) == *slug);
            let (heard, others) = of_it.partition(|row| heard.binary_search(&row.id).is_ok());
            Voice { slug, label, heard, others, can_be_missing: *can_be_missing }
        })
        .collect()
}

/// How many of those who are heard are of each category. The four stand there also when nobody is.
pub fn by_category<'a>(voices: &[Voice<'a>]) -> BTreeMap<&'a str, usize> {
    let mut categories: BTreeMap<&str, usize> = ["a", "b", "c", "d"].map(|category| (category, 0)).into();
    for card in voices.iter().flat_map(|voice| &voice.heard) {
        *categories.entry(card.category().unwrap_or("unknown")).or_default() += 1;
    }
    categories
}

/// Rights holders are that before anything else.
fn sort(row: &Card) -> &str {
    let sort = row.value(&field::TYPE).unwrap_or("other");
    match row.kind.as_str() {
        _ if row.rights_holders() => "rights-holders",
        "organisation" if sort == "government" => "party",
        "organisation" if SORTS.iter().any(|(slug, ..)| *slug == sort) => sort,
        "institution" if matches!(sort, "council" | "office") => "party",
        "institution" if sort == "place-of-worship" => "faith",
        "institution" => "institution",
        "person" => "person",
        "segment" => "public",
        _ => "other",
    }
}

/// In the order of the template (community mapping module, organisations and groups).
const SORTS: &[(&str, &str, bool)] = &[
    ("rights-holders", "rights holders", true),
    ("activist", "activist groups", true),
    ("charity", "charities", true),
    ("social", "social groups", true),
    ("youth", "youth groups", true),
    ("recreation", "sport and recreation", true),
    ("arts", "arts and culture", true),
    ("business", "businesses", true),
    ("union", "unions", true),
    ("faith", "faith communities", true),
    ("media", "media", true),
    ("institution", "schools and other institutions", true),
    ("person", "people of influence", true),
    ("public", "parts of the public", true),
    ("party", "politics and government", false),
    ("other", "others", false),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::CardLink;
    use crate::entry::NewEntry;
    use crate::entry::link::Strength;
    use crate::kind::Kind;
    use crate::tests::desk::Desk;

    /// S84
    #[test]
    fn every_sort_is_heard_or_missing_and_the_missing_are_named_from_the_map() {
        let entry = |number: u8, name: &str, sort: &str, category: &str| {
            let new = NewEntry::new(Kind::named("organisation").unwrap(), name).with("type", sort);
            let [ana, ..] = Desk::three(&new.with("category", category));
            Card::of(&ana.document, EntryId([number; 16])).unwrap()
        };
        let mut rows = vec![
            entry(1, "Council", "government", "d"),
            entry(2, "Welcome Circle", "activist", "b"),
            entry(3, "St Cuthwyn's", "faith", "c"),
            entry(4, "Rowers", "recreation", "c"),
            entry(5, "Women's Circle", "social", "a"),
        ];
        let out = CardLink { to: EntryId([1; 16]), direction: Direction::Out, strength: Strength::Weak };
        rows[1].links.push(out);
        rows[0].links.push(CardLink { to: EntryId([3; 16]), direction: Direction::In, strength: Strength::Weak });
        // The council moves the rowers, not the other way round.
        rows[0].links.push(CardLink { to: EntryId([4; 16]), direction: Direction::Out, strength: Strength::Weak });
        let voices = voices(&rows, EntryId([1; 16]));
        let names = |slug: &str| {
            let voice = voices.iter().find(|voice| voice.slug == slug).unwrap();
            let of = |rows: &[&Card]| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
            (of(&voice.heard), of(&voice.others), voice.is_missing())
        };
        assert_eq!(names("activist"), (vec!["Welcome Circle".to_owned()], vec![], false));
        assert_eq!(names("faith"), (vec!["St Cuthwyn's".to_owned()], vec![], false));
        assert_eq!(names("recreation"), (vec![], vec!["Rowers".to_owned()], true));
        assert_eq!(names("rights-holders"), (vec![], vec!["Women's Circle".to_owned()], true));
        assert_eq!(names("business"), (vec![], vec![], true));
        assert_eq!(names("party"), (vec![], vec![], false));
        let heard: Vec<(&str, usize)> = by_category(&voices).into_iter().collect();
        assert_eq!(heard, [("a", 0), ("b", 1), ("c", 1), ("d", 0)]);
    }
}
