//! One space that somebody is connected to: what the relay keeps of it in memory, whatever the length of its log.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use allymap_wire::{DeviceKey, Head, LogHash, LogId, Record, SpaceId};
use minicbor::{Decode, Encode};

use crate::ConnectionId;
use crate::access::Access;
use crate::rows::{LogRow, Rows, RowsError, access_key, log_key, log_prefix, read, space_key};

#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) state: SpaceRow,
    pub(crate) access: Access,
    pub(crate) connections: BTreeSet<ConnectionId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct SpaceRow {
    #[n(0)]
    pub(crate) version: u8,
    #[n(1)]
    pub(crate) root: DeviceKey,
    #[n(2)]
    pub(crate) log: LogId,
    /// The number of records.
    #[n(3)]
    pub(crate) position: u64,
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    hash: [u8; 32],
    /// Of the records in the log.
    #[n(5)]
    pub(crate) bytes: u64,
}

impl SpaceRow {
    pub(crate) fn new(root: DeviceKey, log: LogId) -> SpaceRow {
        SpaceRow { version: 1, root, log, position: 0, hash: LogHash::START.0, bytes: 0 }
    }

    pub(crate) fn hash(&self) -> LogHash {
        LogHash(self.hash)
    }

    pub(crate) fn head(&self) -> Head {
        Head { position: self.position, hash: self.hash().prefix() }
    }

    /// Puts `record` at the end of the log, and says what its row is.
    pub(crate) fn append(&mut self, record: &Record, uploader: [u8; 4]) -> LogRow {
        let hash = self.hash().next(&record.id());
        self.position += 1;
        self.hash = hash.0;
        self.bytes += record.as_bytes().len() as u64;
        LogRow { hash, uploader, record: record.clone() }
    }
}

/// A run of a log.
pub(crate) struct Page {
    pub(crate) entries: Vec<Record>,
    pub(crate) bytes: u64,
}

impl Space {
    /// The space as it is stored, or nothing: both rows are read either way, so that an unknown space takes no less time.
    pub(crate) fn read(rows: &dyn Rows, id: &SpaceId) -> Result<Option<Space>, RowsError> {
        let state: Option<SpaceRow> = read(rows, &space_key(id))?;
        let access = read(rows, &access_key(id))?;
        match (state, access) {
            (Some(state), Some(access)) => {
                Ok(Some(Space { state, access: Access::from_row(access), connections: BTreeSet::new() }))
            }
            (None, None) => Ok(None),
            _ => Err(RowsError::Damaged),
        }
    }

    /// Whether this log has, or had on its way, exactly this place.
    pub(crate) fn has(&self, rows: &dyn Rows, id: &SpaceId, place: &Head) -> Result<bool, RowsError> {
        if place.position == 0 {
            return Ok(*place == Head::START);
        }
        if place.position >= self.state.position {
            return Ok(*place == self.state.head());
        }
        let row = rows.get(&log_key(id, place.position))?.ok_or(RowsError::Damaged)?;
        Ok(LogRow::from_bytes(&row)?.hash.prefix() == place.hash)
    }

    /// The records after position `sent`: at least one if there is one, then until a bound is met.
    pub(crate) fn page(
        &self,
        rows: &dyn Rows,
        id: &SpaceId,
        sent: u64,
        most_bytes: u64,
        most: usize,
    ) -> Result<Page, RowsError> {
        let mut page = Page { entries: Vec::new(), bytes: 0 };
        if sent < self.state.position {
            rows.scan(&log_prefix(id), Some(&log_key(id, sent + 1)), &mut |key, value| {
                let expected = sent + 1 + page.entries.len() as u64;
                let row = LogRow::from_bytes(value);
                let (true, Ok(row)) = (key == log_key(id, expected).as_slice(), row) else {
                    return ControlFlow::Break(());
                };
                page.bytes += row.record.as_bytes().len() as u64;
                page.entries.push(row.record);
                let full = page.bytes >= most_bytes || page.entries.len() >= most || expected >= self.state.position;
                if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            // What stands before a damaged row is still good to send.
            if page.entries.is_empty() {
                return Err(RowsError::Damaged);
            }
        }
        Ok(page)
    }
}
