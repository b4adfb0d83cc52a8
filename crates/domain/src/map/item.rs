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
use crate::rejection::Rejection;

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
