//! Assertions, log lines and links as rows of a document: written once, read back whatever wrote them.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, ChangeHash, Document};
use minicbor::{Decode, Encode};

use crate::entry::ancestry::Ancestry;
use crate::ids::RowId;

/// The version that this program writes into its rows. A row of a higher one is read as far as it can be.
pub(crate) const VERSION: u8 = 1;

/// A row and who wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Written<T> {
    pub id: RowId,
    pub row: T,
    pub actor: ActorId,
    pub change: ChangeHash,
    pub order: u64,
}

/// A row that this version cannot read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unreadable {
    pub key: String,
    pub bytes: Vec<u8>,
}

/// A row that says which version wrote it.
pub(crate) trait Versioned {
    fn version(&self) -> u8;
}

pub(crate) struct Rows<T> {
    pub rows: Vec<Written<T>>,
    pub unreadable: Vec<Unreadable>,
    /// Rows that were read and say more than this version understands.
    pub newer: usize,
}

/// All rows under a prefix. `understand` may refuse what it does not know.
pub(crate) fn read<S, T>(document: &Document, prefix: &str, understand: impl Fn(S) -> Option<T>) -> Rows<T>
where
    S: for<'b> Decode<'b, ()> + Versioned,
{
    let mut read = Rows { rows: Vec::new(), unreadable: Vec::new(), newer: 0 };
    for appended in document.appended(prefix) {
        let decoded = appended.id.parse::<RowId>().ok().zip(decode::<S>(&appended.value));
        let Some((id, stored)) = decoded else {
            read.unreadable.push(Unreadable { key: format!("{prefix}{}", appended.id), bytes: appended.value });
            continue;
        };
        let newer = stored.version() > VERSION;
        match understand(stored) {
            Some(row) => {
                read.newer += usize::from(newer);
                let (actor, change, order) = (appended.actor, appended.change, appended.order);
                read.rows.push(Written { id, row, actor, change, order });
            }
            None => read.unreadable.push(Unreadable { key: format!("{prefix}{}", appended.id), bytes: appended.value }),
        }
    }
    read.unreadable.sort();
    read.unreadable.dedup();
    read
}

pub(crate) fn encode(row: &impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(row).expect("writing into memory cannot fail")
}

fn decode<S: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Option<S> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let row = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(row)
}

impl<T> Written<T> {
    /// True when the author of this row had the other before them.
    pub(crate) fn saw<U>(&self, other: &Written<U>, ancestry: &Ancestry<'_>) -> bool {
        // Within one change, the operations have an order.
        if self.change == other.change { self.order > other.order } else { ancestry.saw(self.change, other.change) }
    }
}

/// For each row, the indexes of the earlier ones that it replaces: named by it, about the same thing, and seen by its
/// author. What a row names without having seen it is not replaced, so nobody can settle what is still to come.
pub(crate) fn replaced<T>(
    rows: &[Written<T>],
    ancestry: &Ancestry<'_>,
    names: impl Fn(&T) -> &[RowId],
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Vec<usize>> {
    let mut by_id: BTreeMap<RowId, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        by_id.entry(row.id).or_default().push(index);
    }
    rows.iter()
        .map(|row| {
            let named: BTreeSet<&RowId> = names(&row.row).iter().collect();
            named
                .into_iter()
                .flat_map(|id| by_id.get(id).map_or(&[][..], Vec::as_slice))
                .copied()
                .filter(|other| same(&row.row, &rows[*other].row) && row.saw(&rows[*other], ancestry))
                .collect()
        })
        .collect()
}

/// For each row, the one that took it back: as if it had never been said. `takes_back` tells the rows that do nothing else.
/// One that was itself taken back takes nothing back.
pub(crate) fn taken_back<T>(
    rows: &[Written<T>],
    edges: &[Vec<usize>],
    takes_back: impl Fn(&T) -> bool,
) -> Vec<Option<usize>> {
    let mut waits = vec![0usize; rows.len()];
    let takers = (0..rows.len()).filter(|index| takes_back(&rows[*index].row));
    for other in takers.flat_map(|index| &edges[index]) {
        waits[*other] += 1;
    }
    // Whoever takes a row back saw it, so there is always one of which nothing more is to come.
    let mut ready: Vec<usize> = (0..rows.len()).filter(|index| waits[*index] == 0).collect();
    let mut taken: Vec<Option<usize>> = vec![None; rows.len()];
    while let Some(index) = ready.pop() {
        if !takes_back(&rows[index].row) {
            continue;
        }
        for other in edges[index].iter().copied() {
            if taken[index].is_none() {
                let order = |index: &usize| (rows[*index].id, rows[*index].change);
                taken[other] = taken[other].into_iter().chain([index]).min_by_key(order);
            }
            waits[other] -= 1;
            if waits[other] == 0 {
                ready.push(other);
            }
        }
    }
    taken
}

/// Everything reachable from `start`: what it replaces, what that replaced, and so on.
pub(crate) fn reach(start: usize, edges: &[Vec<usize>], reached: &mut [bool]) {
    let mut ahead = edges[start].clone();
    while let Some(index) = ahead.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            ahead.extend(&edges[index]);
        }
    }
}
