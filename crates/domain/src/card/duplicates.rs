//! Entries that may be the same. They are offered to a person; only a link or a shared id of a register makes them one.

use std::collections::{BTreeMap, BTreeSet};

use crate::card::Card;
use crate::card::heading::Named;
use crate::ids::EntryId;
use crate::kind::Kind;
use crate::words;

/// Two entries that look like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LikelyDuplicate<'a> {
    pub first: &'a Card,
    pub second: &'a Card,
    pub likeness: Likeness,
}

/// Why two entries look like one, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    SourceId,
    Email,
    Phone,
    Name,
    NearName,
}

impl Likeness {
    pub fn words(self) -> &'static str {
        match self {
            Likeness::SourceId => "same id in a register",
            Likeness::Email => "same e-mail address",
            Likeness::Phone => "same phone number",
            Likeness::Name => "same name",
            Likeness::NearName => "much the same name",
        }
    }
}

/// Which entries are one: linked as the same, or with the same id in a register. Each goes to the smallest id among them.
/// Entries that stand alone are not in it.
pub fn identities<R: Named>(rows: &[R]) -> BTreeMap<EntryId, EntryId> {
    let mut parents: BTreeMap<EntryId, EntryId> = BTreeMap::new();
    let mut by_source: BTreeMap<&str, EntryId> = BTreeMap::new();
    // Few maps have such links, and what is listed is asked for this on every one.
    let linked: BTreeSet<EntryId> = rows.iter().flat_map(|row| row.same_as()).copied().collect();
    let here: BTreeSet<EntryId> = rows.iter().map(|row| row.id()).filter(|id| linked.contains(id)).collect();
    for row in rows {
        for other in row.same_as().iter().filter(|other| here.contains(other)) {
            join(&mut parents, row.id(), *other);
        }
        for source in row.source_ids() {
            match by_source.get(source.as_str()) {
                Some(other) => join(&mut parents, row.id(), *other),
                None => {
                    by_source.insert(source, row.id());
                }
            }
        }
    }
    let members: Vec<EntryId> = parents.keys().copied().collect();
    members.into_iter().map(|id| (id, root(&parents, id))).collect()
}

/// Pairs that a person should look at, the surest first. Those already known to be one are left out.
pub fn likely_duplicates(rows: &[Card]) -> Vec<LikelyDuplicate<'_>> {
    let same = identities(rows);
    let mut pairs: BTreeMap<(usize, usize), Likeness> = BTreeMap::new();
    let mut offer = |members: &[usize], check: &dyn Fn(&Card, &Card) -> Option<Likeness>| {
        if members.len() > COMMON {
            return;
        }
        for (position, first) in members.iter().enumerate() {
            for second in &members[position + 1..] {
                let (a, b) = (&rows[*first], &rows[*second]);
                let one = same.get(&a.id).is_some_and(|identity| same.get(&b.id) == Some(identity));
                if one || told_apart(a, b) {
                    continue;
                }
                let Some(likeness) = check(a, b) else { continue };
                let pair = (*first.min(second), *first.max(second));
                pairs.entry(pair).and_modify(|known| *known = likeness.min(*known)).or_insert(likeness);
            }
        }
    };
    for members in groups(rows, |row| row.addresses.emails.clone()) {
        offer(&members, &|_, _| Some(Likeness::Email));
    }
    for members in groups(rows, |row| row.addresses.phones.iter().filter(|phone| phone.len() >= 6).cloned().collect()) {
        offer(&members, &|_, _| Some(Likeness::Phone));
    }
    for members in groups(rows, |row| row.names().map(words::folded).filter(|name| !name.is_empty()).collect()) {
        offer(&members, &|_, _| Some(Likeness::Name));
    }
    // Only names that share a word or a beginning are compared: all pairs of a large map would take seconds.
    let beginnings = |row: &Card| {
        let mut keys: Vec<String> = row.words.iter().filter(|word| word.chars().count() >= 4).cloned().collect();
        keys.extend(row.names().map(|name| format!("^{}", words::folded(name).chars().take(4).collect::<String>())));
        keys
    };
    for members in groups(rows, beginnings) {
        offer(&members, &|a, b| {
            let near = a.kind == b.kind
                && !told_apart(a, b)
                && a.names().any(|name| b.names().any(|other| is_near(name, other)));
            near.then_some(Likeness::NearName)
        });
    }
    let mut likely: Vec<LikelyDuplicate<'_>> = pairs
        .into_iter()
        .map(|((first, second), likeness)| LikelyDuplicate { first: &rows[first], second: &rows[second], likeness })
        .collect();
    likely.sort_by_key(|pair| (pair.likeness, words::folded(&pair.first.name), pair.first.id, pair.second.id));
    likely
}

/// Entries whose name is, or is much like, this one: asked about before one is added.
pub fn near<'a>(name: &str, rows: &'a [Card]) -> Vec<&'a Card> {
    let wanted = words::folded(name);
    let mut hits: Vec<(bool, &Card)> = rows
        .iter()
        .filter_map(|row| {
            let equal = row.names().any(|own| words::folded(own) == wanted);
            (equal || row.names().any(|own| is_near(name, own))).then_some((!equal, row))
        })
        .collect();
    hits.sort_by_key(|(not_equal, row)| (*not_equal, words::folded(&row.name), row.id));
    hits.into_iter().map(|(_, row)| row).collect()
}

/// An entry that may be the one that somebody is about to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike<'a> {
    pub card: &'a Card,
    /// Of the same kind, and shown under the same name.
    pub same: bool,
}

/// What is much like an entry to be added, that of the same kind and name first: a person decides.
pub fn alike<'a>(name: &str, kind: &Kind, cards: &'a [Card]) -> Vec<Alike<'a>> {
    let same = |card: &Card| card.kind == kind.name && words::folded(&card.name) == words::folded(name);
    let mut alike: Vec<Alike<'a>> =
        near(name, cards).into_iter().map(|card| Alike { card, same: same(card) }).collect();
    alike.sort_by_key(|alike| !alike.same);
    alike
}

/// True for names that differ by a slip of the pen, or by words that one of them leaves out.
pub fn is_near(a: &str, b: &str) -> bool {
    let (a, b) = (words::folded_words(a), words::folded_words(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let (few, many) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if few.len() >= 2 && few.iter().all(|word| many.contains(word)) {
        return true;
    }
    let (a, b) = (a.join(" "), b.join(" "));
    a.chars().count().abs_diff(b.chars().count()) <= 4 && strsim::jaro_winkler(&a, &b) >= 0.95
}

/// Both are in a register, as two.
fn told_apart(a: &Card, b: &Card) -> bool {
    ids_differ(&a.source_ids, &b.source_ids)
}

/// One register names both, and by different ids. Numbers of two spreadsheets (`file#7`) say nothing about each other: one may
/// be a renamed copy of the other.
pub fn ids_differ(a: &[String], b: &[String]) -> bool {
    let register = |id: &String| match id.rsplit_once('#') {
        Some((file, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => Some(file.to_owned()),
        _ => None,
    };
    !a.iter().any(|id| b.contains(id)) && a.iter().any(|id| b.iter().any(|other| register(id) == register(other)))
}

/// Indexes of rows that share a key, for keys that at least two rows have.
fn groups(rows: &[Card], keys: impl Fn(&Card) -> Vec<String>) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        for key in keys(row).into_iter().collect::<BTreeSet<String>>() {
            groups.entry(key).or_default().push(index);
        }
    }
    groups.into_values().filter(|members| members.len() > 1).collect()
}

fn root(parents: &BTreeMap<EntryId, EntryId>, mut id: EntryId) -> EntryId {
    while let Some(parent) = parents.get(&id).filter(|parent| **parent != id) {
        id = *parent;
    }
    id
}

fn join(parents: &mut BTreeMap<EntryId, EntryId>, a: EntryId, b: EntryId) {
    if a == b {
        return;
    }
    let (a, b) = (root(parents, a), root(parents, b));
    let (low, high) = (a.min(b), a.max(b));
    parents.insert(low, low);
    parents.insert(high, low);
}

/// What more entries than this share, be it a word or the address of an office, says nothing about any two of them.
pub const COMMON: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::tests::desk::Desk;

    #[test]
    fn one_of_the_same_kind_and_name_comes_before_what_is_only_much_like_it() {
        let cards: Vec<Card> = (1..)
            .zip([("person", "Harbour Choir"), ("organisation", "Harbour Choirs"), ("organisation", "harbour choir")])
            .map(|(number, (kind, name))| {
                let [ana, ..] = Desk::three(&NewEntry::new(Kind::named(kind).unwrap(), name));
                Card::of(&ana.document, EntryId([number; 16])).unwrap()
            })
            .collect();
        let told = |kind: &str| -> Vec<(&str, bool)> {
            let alike = alike("Harbour Choir", Kind::named(kind).unwrap(), &cards);
            alike.iter().map(|alike| (alike.card.name.as_str(), alike.same)).collect()
        };
        assert_eq!(
            told("organisation"),
            [("harbour choir", true), ("Harbour Choir", false), ("Harbour Choirs", false)]
        );
        assert_eq!(told("place")[0], ("Harbour Choir", false));
        assert!(alike("Night Bus", Kind::named("organisation").unwrap(), &cards).is_empty());
    }
}
