//! Where everything lies on the relay's disk: keys, values, and nothing else that touches either.
//!
//! | Key | Value |
//! | --- | --- |
//! | `i` | the relay's identity: version, relay key, operator's token |
//! | `u` | the salt of uploader tags and the day it began |
//! | `s` ‖ space | the space: root key, log id, head, bytes |
//! | `a` ‖ space | its access list |
//! | `l` ‖ space ‖ position (big endian) | chain hash 32 ‖ uploader tag 4 ‖ the record as sealed |
//! | `x` ‖ space ‖ record id | position (big endian) |
//! | `b` ‖ space ‖ token | a mailbox |
//! | `d` ‖ space ‖ device | what the device may still upload |
//! | `m` ‖ space | while a damaged log is being mended |

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::error::Error;
use std::ops::{Bound, ControlFlow};

use allymap_wire::{BoxToken, DeviceKey, LogHash, Record, RecordId, SpaceId};
use minicbor::{Decode, Encode};

/// What the driver lends for reading. It must show every [`Effect::Persist`](crate::Effect::Persist) of this relay so far, durable or not yet.
pub trait Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError>;

    /// Calls `f` with each row whose key begins with `prefix`, in order of keys, from the key `from` on (that one included) where it is given.
    fn scan(&self, prefix: &[u8], from: Option<&[u8]>, f: Visit<'_>) -> Result<(), RowsError>;
}

/// What is done with a row's key and value, and whether another is wanted.
pub type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>;

#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// A row is missing or cannot be read. The rest can be used.
    #[error("a row on the relay's disk is damaged")]
    Damaged,
    /// Nothing can be read now. The relay in memory must be dropped and opened again.
    #[error("the relay's disk cannot be read")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// One row to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
}

/// Rows in memory, for tests and simulated disks.
impl<K: Borrow<[u8]> + Ord, V: AsRef<[u8]>> Rows for BTreeMap<K, V> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(BTreeMap::get(self, key).map(|value| value.as_ref().to_vec()))
    }

    fn scan(&self, prefix: &[u8], from: Option<&[u8]>, f: Visit<'_>) -> Result<(), RowsError> {
        let start = Bound::Included(from.unwrap_or(prefix));
        for (key, value) in self.range::<[u8], _>((start, Bound::Unbounded)) {
            if !key.borrow().starts_with(prefix) || f(key.borrow(), value.as_ref()).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Write {
    /// Carries it out on rows in memory.
    pub fn carry_out(self, rows: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
        match self {
            Write::Put(key, value) => rows.insert(key, value),
            Write::Delete(key) => rows.remove(&key),
        };
    }
}

pub(crate) const IDENTITY: &[u8] = b"i";
pub(crate) const UPLOADER_SALT: &[u8] = b"u";
pub(crate) const SPACES: &[u8] = b"s";
pub(crate) const MAILBOXES: &[u8] = b"b";

pub(crate) fn space_key(space: &SpaceId) -> Vec<u8> {
    [SPACES, &space.0].concat()
}

pub(crate) fn access_key(space: &SpaceId) -> Vec<u8> {
    [b"a", &space.0[..]].concat()
}

pub(crate) fn log_prefix(space: &SpaceId) -> Vec<u8> {
    [b"l", &space.0[..]].concat()
}

pub(crate) fn log_key(space: &SpaceId, position: u64) -> Vec<u8> {
    [b"l", &space.0[..], &position.to_be_bytes()].concat()
}

pub(crate) fn index_key(space: &SpaceId, id: &RecordId) -> Vec<u8> {
    [b"x", &space.0[..], &id.0].concat()
}

pub(crate) fn mailboxes_prefix(space: &SpaceId) -> Vec<u8> {
    [MAILBOXES, &space.0].concat()
}

pub(crate) fn mailbox_key(space: &SpaceId, token: &BoxToken) -> Vec<u8> {
    [MAILBOXES, &space.0, &token.0].concat()
}

pub(crate) fn allowance_key(space: &SpaceId, device: &DeviceKey) -> Vec<u8> {
    [b"d", &space.0[..], &device.0].concat()
}

/// One row of a log.
pub(crate) struct LogRow {
    pub(crate) hash: LogHash,
    pub(crate) uploader: [u8; 4],
    pub(crate) record: Record,
}

impl LogRow {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [&self.hash.0[..], &self.uploader, self.record.as_bytes()].concat()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<LogRow, RowsError> {
        let (hash, rest) = bytes.split_first_chunk::<32>().ok_or(RowsError::Damaged)?;
        let (uploader, record) = rest.split_first_chunk::<4>().ok_or(RowsError::Damaged)?;
        let record = Record::new(record.to_vec()).map_err(|_| RowsError::Damaged)?;
        Ok(LogRow { hash: LogHash(*hash), uploader: *uploader, record })
    }
}

pub(crate) fn position_from(bytes: &[u8]) -> Result<u64, RowsError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| RowsError::Damaged)
}

/// A row of CBOR, if it is there.
pub(crate) fn read<T>(rows: &dyn Rows, key: &[u8]) -> Result<Option<T>, RowsError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    match rows.get(key)? {
        Some(bytes) => allymap_wire::decode(&bytes).map(Some).map_err(|_| RowsError::Damaged),
        None => Ok(None),
    }
}
