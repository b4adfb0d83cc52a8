//! Items of the map's own lists: dates, issues, figures, answers, questions and sections of one's own.
//!
//! Each is one member of a set (`s/<set>/<name>`), written whole as CBOR. The name is random, or the same for everybody who
//! means the same thing (a question of the template, a day that all maps are offered), so two volunteers who add apart have
//! both, and two who change one item apart have both versions beside each other until somebody writes one that saw them.

use std::fmt::Display;
use std::str::FromStr;

use allymap_document::{ActorId, Document, Edit, Value};
use minicbor::{Decode, Encode};

use crate::entry::rows::VERSION;
use crate::ids::RowId;
use crate::map::Map;
use crate::rejection::Rejection;
use crate::words::{folded, folded_words};

/// One item and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<K, T> {
    pub key: K,
    /// The shown version.
    pub value: T,
    pub by: ActorId,
    /// Versions that were written apart from the shown one.
    pub others: Vec<(T, ActorId)>,
}

impl<K, T> Item<K, T> {
    /// Every version, the shown one first.
    pub fn versions(&self) -> impl Iterator<Item = &T> {
        [&self.value].into_iter().chain(self.others.iter().map(|(value, _)| value))
    }
}

/// What can stand in a list of the map.
pub trait Listed: Sized + Clone + Ord + Encode<()> + for<'b> Decode<'b, ()> {
    /// What names an item.
    type Key: FromStr + Display + Ord;

    /// The name of the set in the document.
    const SET: &'static str;

    /// As it is kept, or why not.
    fn clean(self) -> Result<Self, Rejection>;

    /// As it was kept, by whatever program, safe to show; none when it is not understood.
    fn shown(self) -> Option<Self>;
}

/// What is changed when somebody writes it again, and not kept a second time.
pub trait Alike: Listed<Key = RowId> {
    /// The list of the map that it stands in.
    fn list(map: &Map) -> &[Item<RowId, Self>];

    /// True when whoever writes the one means the other.
    fn is_like(&self, other: &Self) -> bool;
}

/// What somebody may mean of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked<'a, T> {
    One(&'a Item<RowId, T>),
    Several(Vec<&'a Item<RowId, T>>),
    None,
}

/// The one item that is meant by its name, the beginnings of words of it, or its letters.
pub fn pick<'a, T>(items: &'a [Item<RowId, T>], said: &str, name: impl Fn(&T) -> &str) -> Picked<'a, T> {
    let wanted = folded(said);
    let exact: Vec<_> =
        items.iter().filter(|item| item.key.to_string() == wanted || folded(name(&item.value)) == wanted).collect();
    let near: Vec<_> = items
        .iter()
        .filter(|item| {
            !wanted.is_empty()
                && folded(name(&item.value))
                    .split(' ')
                    .any(|word| wanted.starts_with(word) || word.starts_with(&wanted))
        })
        .filter(|item| {
            let own = folded_words(name(&item.value));
            folded_words(said).iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
        })
        .collect();
    match (exact.as_slice(), near.as_slice()) {
        ([one], _) | ([], [one]) => Picked::One(one),
        ([], []) => Picked::None,
        ([], _) => Picked::Several(near),
        _ => Picked::Several(exact),
    }
}

/// All items of a list that are readable, by their keys. The rest is counted into `newer`.
pub(crate) fn read<T: Listed>(document: &Document, keys: &[String], newer: &mut usize) -> Vec<Item<T::Key, T>> {
    let prefix = prefix::<T>();
    let mut items = Vec::new();
    for key in keys.iter().filter(|key| key.starts_with(&prefix)) {
        let Ok(name) = key[prefix.len()..].parse::<T::Key>() else {
            *newer += 1;
            continue;
        };
        let mut versions: Vec<(T, ActorId)> = Vec::new();
        for written in document.values(key) {
            let stored = match &written.value {
                Value::Bytes(bytes) => decode::<T>(bytes),
                _ => None,
            };
            match stored.and_then(|stored| Some((stored.version, stored.value.shown()?))) {
                Some((version, value)) => {
                    *newer += usize::from(version > VERSION);
                    if !versions.iter().any(|(known, _)| *known == value) {
                        versions.push((value, written.actor));
                    }
                }
                None => *newer += 1,
            }
        }
        if !versions.is_empty() {
            let (value, by) = versions.remove(0);
            items.push(Item { key: name, value, by, others: versions });
        }
    }
    items.sort_by(|a, b| a.key.cmp(&b.key));
    items
}

/// Write an item, new or changed. One that a newer version wrote is left alone: writing it whole would lose what it says more.
pub(crate) fn put<T: Listed>(edit: &mut Edit<'_>, key: &T::Key, item: T) -> Result<(), Rejection> {
    let key = format!("{}{key}", prefix::<T>());
    untouched_by_newer::<T>(edit, &key)?;
    let stored = Stored { version: VERSION, value: item.clean()? };
    Ok(edit.put(&key, Value::Bytes(minicbor::to_vec(&stored).expect("writing into memory cannot fail")))?)
}

/// Take an item out. Somebody who changed it meanwhile brings it back.
pub(crate) fn take_out<T: Listed>(edit: &mut Edit<'_>, key: &T::Key) -> Result<(), Rejection> {
    let key = format!("{}{key}", prefix::<T>());
    untouched_by_newer::<T>(edit, &key)?;
    Ok(edit.remove(&key)?)
}

fn untouched_by_newer<T: Listed>(edit: &Edit<'_>, key: &str) -> Result<(), Rejection> {
    let ours = |value: &Value| match value {
        Value::Bytes(bytes) => decode::<T>(bytes).is_some_and(|stored| stored.version <= VERSION),
        _ => false,
    };
    if edit.values(key).iter().all(ours) { Ok(()) } else { Err(Rejection::NewerItem) }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored<T> {
    #[n(0)]
    version: u8,
    #[n(1)]
    value: T,
}

fn decode<T: Listed>(bytes: &[u8]) -> Option<Stored<T>> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let stored = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(stored)
}

fn prefix<T: Listed>() -> String {
    format!("s/{}/", T::SET)
}

#[cfg(test)]
mod tests {
    use allymap_document::ActorId;

    use super::*;

    fn items(names: &[&str]) -> Vec<Item<RowId, String>> {
        let item = |(number, name): (u8, &&str)| Item {
            key: RowId([number; 16]),
            value: (*name).to_owned(),
            by: ActorId([1; 16]),
            others: Vec::new(),
        };
        (1..).zip(names).map(item).collect()
    }

    #[test]
    fn an_item_is_meant_by_its_name_by_beginnings_of_its_words_or_by_its_letters() {
        let items = items(&["The last bus", "Rents", "Rents in the Old Town"]);
        let picked = |said: &str| match pick(&items, said, |name| name) {
            Picked::One(item) => vec![item.value.as_str()],
            Picked::Several(several) => several.iter().map(|item| item.value.as_str()).collect(),
            Picked::None => Vec::new(),
        };
        assert_eq!(picked("rents"), ["Rents"], "a whole name is meant before a part of another");
        assert_eq!(picked("the last"), ["The last bus"]);
        assert_eq!(picked("ren"), ["Rents", "Rents in the Old Town"]);
        assert_eq!(picked(&RowId([3; 16]).to_string()), ["Rents in the Old Town"]);
        assert!(picked("trams").is_empty());
        assert!(picked("").is_empty());
    }

    #[test]
    fn two_of_one_name_are_both_told() {
        let items = items(&["Fair", "Fair", "Fairness"]);
        let Picked::Several(several) = pick(&items, "fair", |name| name) else { panic!("one was guessed") };
        assert_eq!(several.len(), 2);
    }
}
