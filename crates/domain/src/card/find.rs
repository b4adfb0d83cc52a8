//! Which entry somebody means.

use std::collections::{BTreeMap, BTreeSet};

use crate::card::duplicates::identities;
use crate::card::heading::Named;
use crate::ids::EntryId;
use crate::words;

/// What a few typed words found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a, R> {
    One(&'a R),
    /// By name.
    Several(Vec<&'a R>),
    /// Nothing fits; up to three names that look alike. A write never acts on these.
    None {
        near: Vec<&'a R>,
    },
}

/// The entry that somebody means: by its id or the beginning of it, its exact name, the beginnings of some of its words, or
/// its initials. Entries that are known to be the same count as one.
pub fn find<'a, R: Named>(typed: &str, rows: &'a [R]) -> Found<'a, R> {
    let same = identities(rows);
    let settle = |hits: Vec<&'a R>| -> Option<Found<'a, R>> {
        let mut distinct: BTreeMap<EntryId, &'a R> = BTreeMap::new();
        for row in hits {
            let identity = same.get(&row.id()).copied().unwrap_or(row.id());
            // The one with the smallest id stands for all of them, if it is here.
            distinct
                .entry(identity)
                .and_modify(|kept| *kept = if row.id() < kept.id() { row } else { kept })
                .or_insert(row);
        }
        let mut rows: Vec<&R> = distinct.into_values().collect();
        rows.sort_by_key(|row| (words::folded(row.name()), row.id()));
        match rows.as_slice() {
            [] => None,
            [row] => Some(Found::One(row)),
            _ => Some(Found::Several(rows)),
        }
    };
    let hits = |fits: &dyn Fn(&R) -> bool| rows.iter().filter(|row| fits(row)).collect::<Vec<_>>();

    let wanted = words::folded_words(typed);
    let joined = wanted.join(" ");
    let id = typed.trim().to_lowercase();
    let whole_id = id.parse::<EntryId>().ok();
    let by_id = || hits(&|row| Some(row.id()) == whole_id);
    let exact = || hits(&|row| row.names().any(|name| words::folded(name) == joined));
    let beginnings =
        || hits(&|row| wanted.iter().all(|word| row.words().iter().any(|own| own.starts_with(word.as_str()))));
    let initials = || {
        hits(&|row| {
            row.names().any(|name| {
                let own = words::folded_words(name);
                own.len() > 1 && words::initials(&own) == joined
            })
        })
    };
    // Three letters and more of an id: what `Several` shows beside the names.
    let by_id_beginning = || hits(&|row| (3..32).contains(&id.len()) && row.id().to_string().starts_with(&id));
    if let Some(found) = settle(by_id()) {
        return found;
    }
    if wanted.is_empty() {
        return Found::None { near: Vec::new() };
    }
    for step in [&exact as &dyn Fn() -> Vec<&'a R>, &beginnings, &initials, &by_id_beginning] {
        if let Some(found) = settle(step()) {
            return found;
        }
    }
    let mut near: Vec<(f64, &R)> = rows
        .iter()
        .map(|row| (row.names().map(|name| likeness(&joined, name)).fold(0.0, f64::max), row))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .collect();
    near.sort_by(|(a, left), (b, right)| {
        b.total_cmp(a).then_with(|| (left.name(), left.id()).cmp(&(right.name(), right.id())))
    });
    let mut seen = BTreeSet::new();
    near.retain(|(_, row)| seen.insert(same.get(&row.id()).copied().unwrap_or(row.id())));
    Found::None { near: near.into_iter().take(3).map(|(_, row)| row).collect() }
}

/// How alike what was typed is to a name, or to one word of it: 1 for equal.
fn likeness(typed: &str, name: &str) -> f64 {
    let own = words::folded_words(name);
    let whole = strsim::jaro_winkler(typed, &own.join(" "));
    own.iter().filter(|word| word.len() > 3).map(|word| strsim::jaro_winkler(typed, word)).fold(whole, f64::max)
}

/// For each id its shortest beginning, of three letters or more, that no other has.
pub fn short_ids(ids: impl IntoIterator<Item = EntryId>) -> BTreeMap<EntryId, String> {
    let ids: BTreeSet<EntryId> = ids.into_iter().collect();
    let sorted: Vec<String> = ids.iter().map(EntryId::to_string).collect();
    let shared = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    ids.iter()
        .enumerate()
        .map(|(index, id)| {
            let own = &sorted[index];
            let before = index.checked_sub(1).map_or(0, |before| shared(own, &sorted[before]));
            let after = sorted.get(index + 1).map_or(0, |after| shared(own, after));
            (*id, own[..(before.max(after) + 1).clamp(3, own.len())].to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Card;
    use crate::card::duplicates::{Likeness, likely_duplicates, near};
    use crate::entry::link::Link;
    use crate::entry::{Entry, NewEntry};
    use crate::kind::Kind;
    use crate::tests::desk::{Desk, NOW, row};

    fn rows(entries: &[(&str, &[(&str, &str)])]) -> Vec<Card> {
        let with_id = |number: usize, (name, fields): &(&str, &[(&str, &str)])| {
            let mut new = NewEntry::new(Kind::named("organisation").unwrap(), name);
            new.fields.extend(fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())));
            let [ana, ..] = Desk::three(&new);
            Card::of(&ana.document, EntryId([number as u8 + 1; 16])).unwrap()
        };
        entries.iter().enumerate().map(|(number, entry)| with_id(number, entry)).collect()
    }

    fn found(typed: &str, rows: &[Card]) -> Result<String, Vec<String>> {
        match find(typed, rows) {
            Found::One(row) => Ok(row.name.clone()),
            Found::Several(rows) => Err(rows.iter().map(|row| row.name.clone()).collect()),
            Found::None { near } => Err(near.iter().map(|row| format!("near {}", row.name)).collect()),
        }
    }

    #[test]
    fn an_entry_is_found_as_people_say_it() {
        let rows = rows(&[
            ("St Mary's Parish", &[]),
            ("St Marys Road Garden", &[]),
            ("Eurobin Refugee Action Collective", &[]),
            ("L'Haq Institute", &[]),
            ("Garden", &[]),
            ("Garden Friends", &[]),
        ]);
        let one = |name: &str| Ok(name.to_owned());
        assert_eq!(found("st mary's parish", &rows), one("St Mary's Parish"));
        assert_eq!(found("marys par", &rows), one("St Mary's Parish"));
        assert_eq!(found("lhaq", &rows), one("L'Haq Institute"));
        assert_eq!(found("ERAC", &rows), one("Eurobin Refugee Action Collective"));
        assert_eq!(found("garden", &rows), one("Garden"), "an exact name before the beginnings of others");
        assert_eq!(found("marys", &rows), Err(vec!["St Mary's Parish".into(), "St Marys Road Garden".into()]));
        assert_eq!(found(&rows[3].id.to_string(), &rows), one("L'Haq Institute"));
        assert_eq!(found(&rows[3].id.to_string()[..3], &rows), one("L'Haq Institute"));
        assert_eq!(found("eurobyn", &rows), Err(vec!["near Eurobin Refugee Action Collective".into()]));
        assert_eq!(found("zzz", &rows), Err(vec![]));
        assert_eq!(found("…", &rows), Err(vec![]));
        assert_eq!(found("", &rows), Err(vec![]));
    }

    #[test]
    fn entries_that_are_the_same_are_found_as_one() {
        let mut rows = rows(&[
            ("Surf Rescue", &[]),
            ("Thornwick Surf Rescue", &[]),
            ("Surf Rescue Shop", &[("source-id", "x/1")]),
        ]);
        assert!(found("surf", &rows).is_err());
        rows[1].heading.same_as = vec![rows[0].id];
        rows[2].heading.same_as = vec![rows[1].id];
        assert_eq!(found("surf", &rows), Ok("Surf Rescue".to_owned()));
        let smallest = rows[0].id;
        assert!(identities(&rows).values().all(|identity| *identity == smallest));
        rows[0].heading.source_ids = vec!["x/1".into()];
        rows[1].heading.same_as.clear();
        rows[2].heading.same_as.clear();
        assert_eq!(identities(&rows).len(), 2, "one id in a register is one entry");
    }

    #[test]
    fn a_link_of_sameness_reaches_the_index() {
        let [mut ana, ..] = Desk::three_choirs();
        let other = EntryId([0x33; 16]);
        ana.edit(|edit| Entry::link(edit, crate::tests::desk::ENTRY, row(1), &Link::same(other, NOW))).unwrap();
        assert_eq!(Card::of(&ana.document, crate::tests::desk::ENTRY).unwrap().same_as, [other]);
    }

    #[test]
    fn likely_duplicates_are_offered_with_their_reason() {
        let rows = rows(&[
            ("Harbour Choir", &[]),
            ("harbour choir", &[]),
            ("Two Bridges Bakery", &[("phone", "02 5550 1011")]),
            ("The Bread Shop", &[("phone", "+61 2 5550 1011")]),
            ("Rainbow Rowers", &[]),
            ("Rainbow Rowers Club", &[]),
            ("Graham Stone", &[("source-id", "x/1")]),
            ("Graham Stone", &[("source-id", "y/1"), ("email", "office@council.example")]),
            ("Dora Moll", &[("source-id", "y/2"), ("email", "office@council.example")]),
        ]);
        let pairs: Vec<(Likeness, &str, &str)> = likely_duplicates(&rows)
            .iter()
            .map(|pair| (pair.likeness, pair.first.name.as_str(), pair.second.name.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                (Likeness::Phone, "Two Bridges Bakery", "The Bread Shop"),
                (Likeness::Name, "Harbour Choir", "harbour choir"),
                (Likeness::NearName, "Rainbow Rowers", "Rainbow Rowers Club"),
            ]
        );
        let near: Vec<&str> = near("Harbor Choir", &rows).iter().map(|row| row.name.as_str()).collect();
        assert_eq!(near, ["Harbour Choir", "harbour choir"]);
    }

    #[test]
    fn short_ids_are_three_letters_or_as_many_as_it_takes() {
        let ids = [
            EntryId([1; 16]),
            EntryId([2; 16]),
            EntryId({
                let mut id = [2; 16];
                id[3] = 9;
                id
            }),
        ];
        let short = short_ids(ids);
        assert_eq!(short[&ids[0]], "bcb");
        assert_eq!((short[&ids[1]].len(), short[&ids[2]].len()), (8, 8));
        assert_ne!(short[&ids[1]], short[&ids[2]]);
        assert!(short_ids([]).is_empty());
    }
}
