//! Where a replica's rows lie, and what each holds. One letter, the map's local number, then the row's own name.
//!
//! Values are CBOR. The driver seals every one of them before it reaches the disk.

mod key;
mod row;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use allymap_wire::DocumentId;

pub(crate) use key::{Key, Kind, prefix};
pub(crate) use row::{
    BreadcrumbRow, ClaimRow, CursorRow, DocumentRow, FateRow, HeaderRow, InvitationRow, JUDGE, JUDGED, OfferRow, OpRow,
    OwnRow, PositionRow, Salt, StatementRow,
};
pub use row::{Fate, Missing, Refused};

/// The rows as they are now, with every `Persist` of this replica so far, durable or not yet.
///
/// Two drivers implement it, the command line's over the store and the simulation's over its disks; a map in memory is one too.
pub trait Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable>;

    /// Rows whose key begins with `prefix`, in order of their keys, from `from` on.
    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable>;
}

/// A disk that is never full and gone with its process: for tests, and for whoever wants a map for a moment.
impl Rows for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(BTreeMap::get(self, key).cloned())
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable> {
        for (key, value) in self.range(from.unwrap_or(prefix).to_vec()..) {
            if !key.starts_with(prefix) || visit(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The rows could not be read. The driver knows why; what was being done has not happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store could not be read")]
pub struct Unreadable;

/// One change to the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
}

impl Write {
    /// Carries it out on a disk in memory.
    pub fn apply(self, rows: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
        match self {
            Write::Put(key, value) => drop(rows.insert(key, value)),
            Write::Delete(key) => drop(rows.remove(&key)),
        }
    }
}

/// The local number of a map: two bytes in every key instead of 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpaceNumber(pub u16);

/// The key under which the driver keeps its own row about a document (the domain's index row).
pub fn index_key(space: SpaceNumber, document: &DocumentId) -> Vec<u8> {
    [&index_prefix(space)[..], &document.0].concat()
}

pub fn index_prefix(space: SpaceNumber) -> Vec<u8> {
    prefix(Kind::Index, space, &[])
}

/// The key under which the driver keeps what was written about a document in sentences: too long for the index row.
pub fn texts_key(space: SpaceNumber, document: &DocumentId) -> Vec<u8> {
    [&texts_prefix(space)[..], &document.0].concat()
}

pub fn texts_prefix(space: SpaceNumber) -> Vec<u8> {
    prefix(Kind::Texts, space, &[])
}
