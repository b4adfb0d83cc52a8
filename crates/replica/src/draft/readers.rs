//! The rows by what they mean. What damage has left without sense is passed over: it comes back from records, or from relays.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use allymap_document::ActorId;
use allymap_seal::{EpochKey, SignedOp};
use allymap_wire::{BoxToken, DeviceKey, DocumentId, OpId, Record, RecordId, RelayKeyHash};

use super::Draft;
use crate::rows::{
    ClaimRow, CursorRow, FateRow, InvitationRow, JUDGE, Key, Kind, Missing, OfferRow, OpRow, PositionRow, StatementRow,
    Unreadable, prefix,
};

impl Draft<'_> {
    pub(crate) fn ops(&self) -> Result<Vec<SignedOp>, Unreadable> {
        self.all(Kind::Op, &[], |_, row| {
            let OpRow { bytes, signature } = minicbor::decode(row).ok()?;
            Some(SignedOp { bytes: bytes.into(), signature })
        })
    }

    pub(crate) fn epoch_keys(&self) -> Result<Vec<EpochKey>, Unreadable> {
        self.all(Kind::Epoch, &[], |_, key| key.try_into().ok().map(EpochKey::from_bytes))
    }

    pub(crate) fn cursors(&self) -> Result<BTreeMap<RelayKeyHash, CursorRow>, Unreadable> {
        let cursors = self
            .all(Kind::Cursor, &[], |name, row| Some((RelayKeyHash::from_slice(name)?, minicbor::decode(row).ok()?)))?;
        Ok(cursors.into_iter().collect())
    }

    pub(crate) fn actors(&self) -> Result<Vec<(ActorId, DeviceKey)>, Unreadable> {
        self.all(Kind::Actor, &[], |name, device| {
            Some((ActorId(name.try_into().ok()?), DeviceKey::from_slice(device)?))
        })
    }

    pub(crate) fn documents(&self) -> Result<Vec<DocumentId>, Unreadable> {
        self.all(Kind::Document, &[], |name, _| DocumentId::from_slice(name))
    }

    /// Documents with own changes that no statement covers yet.
    pub(crate) fn unsealed(&self) -> Result<Vec<DocumentId>, Unreadable> {
        self.all(Kind::Unsealed, &[], |name, _| DocumentId::from_slice(name))
    }

    /// Documents whose records are judged as a set, and have not been since something changed.
    pub(crate) fn to_judge(&self) -> Result<BTreeSet<DocumentId>, Unreadable> {
        let marked = self.all(
            Kind::Judged,
            &[],
            |name, mark| {
                if *mark == [JUDGE] { DocumentId::from_slice(name) } else { None }
            },
        )?;
        Ok(marked.into_iter().collect())
    }

    pub(crate) fn records(&self) -> Result<Vec<Record>, Unreadable> {
        self.all(Kind::Record, &[], record)
    }

    pub(crate) fn fates(&self) -> Result<Vec<(RecordId, FateRow)>, Unreadable> {
        self.all(Kind::Fate, &[], fate)
    }

    /// Records that are durable and not yet applied, in their order; at most `limit`.
    pub(crate) fn unapplied(&self, limit: usize) -> Result<Vec<(u64, RecordId)>, Unreadable> {
        self.some(Kind::Unapplied, &[], None, limit, |name, id| Some((number(name)?, RecordId::from_slice(id)?)))
    }

    pub(crate) fn has_unapplied(&self) -> Result<bool, Unreadable> {
        Ok(!self.unapplied(1)?.is_empty())
    }

    /// Records that wait for this.
    pub(crate) fn waiting(&self, missing: &Missing) -> Result<Vec<RecordId>, Unreadable> {
        self.all(Kind::Waiting, &missing.name(), |name, _| RecordId::from_slice(name))
    }

    /// All records that wait, and for what.
    pub(crate) fn all_waiting(&self) -> Result<Vec<(RecordId, Missing)>, Unreadable> {
        self.all(Kind::Waiting, &[], |name, missing| {
            Some((name.get(33..).and_then(RecordId::from_slice)?, minicbor::decode(missing).ok()?))
        })
    }

    pub(crate) fn statements(&self) -> Result<Vec<StatementRow>, Unreadable> {
        self.all(Kind::Statement, &[], |_, row| minicbor::decode(row).ok())
    }

    /// The number of the last statement that has a row, whatever is left of it.
    pub(crate) fn last_statement(&self) -> Result<Option<u32>, Unreadable> {
        let numbers = self.all(Kind::Statement, &[], |name, _| name.try_into().ok().map(u32::from_be_bytes))?;
        Ok(numbers.last().copied())
    }

    /// What a relay's log is not known to hold below our cursor, by the numbers of the records, from this number on; at
    /// most `limit`.
    pub(crate) fn offers(
        &self,
        relay: RelayKeyHash,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, OfferRow)>, Unreadable> {
        self.some(Kind::Offer, &relay.0, Some(Key::Offer(relay, from)), limit, |name, row| {
            Some((number(name)?, minicbor::decode(row).ok()?))
        })
    }

    /// Which record stands where in a relay's log, as far as it was read.
    pub(crate) fn positions(&self, relay: RelayKeyHash) -> Result<Vec<(u64, PositionRow)>, Unreadable> {
        self.all(Kind::Position, &relay.0, |name, row| Some((number(name)?, minicbor::decode(row).ok()?)))
    }

    /// How far each device had read this relay's log.
    pub(crate) fn seen(&self, relay: RelayKeyHash) -> Result<Vec<(DeviceKey, u64)>, Unreadable> {
        self.all(Kind::Seen, &[], |name, position| {
            let (device, of) = name.split_at_checked(32)?;
            if *of == relay.0 { Some((DeviceKey::from_slice(device)?, minicbor::decode(position).ok()?)) } else { None }
        })
    }

    /// What is claimed about a relay's log and not read here yet.
    pub(crate) fn claims(&self, relay: RelayKeyHash) -> Result<BTreeMap<DeviceKey, ClaimRow>, Unreadable> {
        let claims = self.all(Kind::Claim, &relay.0, |name, row| {
            Some((DeviceKey::from_slice(name)?, minicbor::decode(row).ok()?))
        })?;
        Ok(claims.into_iter().collect())
    }

    pub(crate) fn invitations(&self) -> Result<Vec<(BoxToken, InvitationRow)>, Unreadable> {
        self.all(Kind::Invitation, &[], |name, row| Some((BoxToken::from_slice(name)?, minicbor::decode(row).ok()?)))
    }

    /// Operations that no record here holds any more.
    pub(crate) fn unsaid(&self) -> Result<Vec<OpId>, Unreadable> {
        self.all(Kind::Unsaid, &[], |name, _| OpId::from_slice(name))
    }

    /// Deletes every row of this kind.
    pub(crate) fn clear(&mut self, kind: Kind) -> Result<(), Unreadable> {
        self.retain(kind, |_, _| false)
    }

    /// Deletes records and fates that damage has left without sense.
    pub(crate) fn clear_damaged(&mut self) -> Result<(), Unreadable> {
        self.retain(Kind::Fate, |name, row| fate(name, row).is_some())?;
        self.retain(Kind::Record, |name, bytes| record(name, bytes).is_some())
    }

    fn retain(&mut self, kind: Kind, stays: impl Fn(&[u8], &[u8]) -> bool) -> Result<(), Unreadable> {
        let gone = self.all(kind, &[], |name, row| (!stays(name, row)).then(|| name.to_vec()))?;
        for name in gone {
            self.changed.insert(prefix(kind, self.space, &name), None);
        }
        Ok(())
    }

    /// What is made of all rows of this kind whose names begin with `rest`, in order of their keys.
    fn all<T>(&self, kind: Kind, rest: &[u8], read: impl Fn(&[u8], &[u8]) -> Option<T>) -> Result<Vec<T>, Unreadable> {
        self.some(kind, rest, None, usize::MAX, read)
    }

    /// As [`Draft::all`], from this key on, until there are `limit` of them.
    fn some<T>(
        &self,
        kind: Kind,
        rest: &[u8],
        from: Option<Key<'_>>,
        limit: usize,
        read: impl Fn(&[u8], &[u8]) -> Option<T>,
    ) -> Result<Vec<T>, Unreadable> {
        let prefix = prefix(kind, self.space, rest);
        let from = from.map_or_else(|| prefix.clone(), |key| key.bytes(self.space));
        let mut found = Vec::new();
        self.visit(&prefix, &from, &mut |name, row| {
            found.extend(read(name, row));
            if found.len() >= limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }
}

fn fate(name: &[u8], row: &[u8]) -> Option<(RecordId, FateRow)> {
    Some((RecordId::from_slice(name)?, minicbor::decode(row).ok()?))
}

/// The record, if it is the one whose name it lies under.
fn record(name: &[u8], bytes: &[u8]) -> Option<Record> {
    Record::new(bytes.to_vec()).ok().filter(|record| record.id().0[..] == *name)
}

fn number(name: &[u8]) -> Option<u64> {
    name.try_into().ok().map(u64::from_be_bytes)
}
