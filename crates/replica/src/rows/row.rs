//! What each row holds.

use std::collections::BTreeSet;

use allymap_wire::{
    DeviceKey, DocumentId, HashPrefix, Head, KeyTag, LogHash, LogId, OpId, OperatorToken, RecordId, RelayKey,
    RelayKeyHash, Signature,
};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Records of this document arrived, or its authors changed, since it was judged.
pub(crate) const JUDGE: u8 = 1;
pub(crate) const JUDGED: u8 = 0;

/// What a record waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(flat)]
pub enum Missing {
    /// The key it is sealed under.
    #[n(0)]
    Key(#[n(0)] KeyTag),
    /// A change that it builds on.
    #[n(1)]
    Change(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]),
    /// Leave for its author to write.
    #[n(2)]
    Grant(#[n(0)] DeviceKey),
    /// A roster operation that it builds on.
    #[n(3)]
    Op(#[n(0)] OpId),
    /// A newer version of allymap, which can read it.
    #[n(4)]
    Upgrade,
}

impl Missing {
    /// Thirty-three bytes, so that rows of what waits for one thing lie together.
    pub(crate) fn name(&self) -> [u8; 33] {
        let mut name = [0; 33];
        let (kind, bytes): (u8, &[u8]) = match self {
            Missing::Key(tag) => (0, &tag.0),
            Missing::Change(hash) => (1, hash),
            Missing::Grant(device) => (2, &device.0),
            Missing::Op(id) => (3, &id.0),
            Missing::Upgrade => (4, &[]),
        };
        name[0] = kind;
        name[1..=bytes.len()].copy_from_slice(bytes);
        name
    }
}

#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct HeaderRow {
    #[n(0)]
    pub genesis: ByteVec,
    /// The salt of the Automerge actor that this device writes under now.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub salt: [u8; 8],
    #[n(2)]
    pub next_statement: u32,
    /// The hash of this device's last statement.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub last_statement: Option<[u8; 32]>,
    /// The number of the next record to arrive or be made here.
    #[n(4)]
    pub next_order: u64,
    /// The root's signature over the genesis, for a relay that does not know the map yet.
    #[n(5)]
    pub genesis_signature: Signature,
    #[n(6)]
    pub root: DeviceKey,
    /// The salts of the actors that it wrote under before.
    #[cbor(n(7), default)]
    pub earlier: BTreeSet<Salt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Salt(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 8]);

#[derive(Clone, Debug, Encode, Decode)]
#[cbor(array)]
pub(crate) struct OpRow {
    #[n(0)]
    pub bytes: ByteVec,
    #[n(1)]
    pub signature: Signature,
}

#[derive(Clone, Debug, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct DocumentRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub saved: Vec<u8>,
    /// How far statements cover this device's own changes, for each actor it wrote under.
    #[n(1)]
    pub own: Vec<OwnRow>,
    #[n(2)]
    pub heads: Vec<ByteVec>,
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[cbor(array)]
pub(crate) struct OwnRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: [u8; 8],
    #[n(1)]
    pub sealed_through: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct FateRow {
    #[n(0)]
    pub order: u64,
    #[n(1)]
    pub fate: Fate,
}

/// What became of a record on this device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Fate {
    /// Durable here, not yet applied.
    #[n(0)]
    Unapplied,
    /// A sitting's changes, applied to this document.
    #[n(1)]
    Changes {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        by: DeviceKey,
        #[n(2)]
        seq: u32,
    },
    #[n(2)]
    Roster,
    #[n(3)]
    KeyPacket,
    #[n(4)]
    Waiting(#[n(0)] Missing),
    #[n(5)]
    Refused(#[n(0)] Refused),
    /// Deleted at the relay.
    #[n(6)]
    Gone,
    /// Sound in itself, and left out for what else is known: of its author or of a rival. It may come to count.
    #[n(7)]
    LeftOut {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        by: DeviceKey,
        /// None until its document is judged.
        #[n(2)]
        why: Option<Refused>,
    },
}

/// Why a record does not count. All but [`Refused::Removed`], [`Refused::Equivocation`] and [`Refused::OverBudget`] are
/// final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Refused {
    /// It does not open under the key it names.
    #[n(0)]
    Forged,
    /// It opens, but is not what a record may hold.
    #[n(1)]
    Malformed,
    /// Its author's signature does not fit its changes.
    #[n(2)]
    Signature,
    /// Its author was removed and nobody who counts had seen it.
    #[n(3)]
    Removed,
    /// It holds changes under another device's name.
    #[n(4)]
    ForeignActor,
    /// More operations than one record may hold.
    #[n(5)]
    TooManyOperations,
    /// Its operation counter jumps ahead of what it builds on.
    #[n(6)]
    CounterJump,
    /// Its author wrote two different changes under one number, and the other one counts.
    #[n(7)]
    Equivocation,
    /// Automerge failed on it.
    #[n(8)]
    Panicked,
    /// This program died on it twice.
    #[n(9)]
    Deadly,
    // 10 was a waiting room that was full.
    /// Its author's device wrote more into the document than one device may.
    #[n(11)]
    OverBudget,
}

/// One relay, and how far its log is known here.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct CursorRow {
    #[n(0)]
    pub url: String,
    #[n(1)]
    pub log: LogId,
    #[n(2)]
    pub position: u64,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub hash: [u8; 32],
    /// The highest place ever learned of in this log.
    #[n(4)]
    pub highest: Option<Head>,
    /// Whether the relay has let this device read.
    #[n(5)]
    pub admitted: bool,
    /// The operator's leave to create the map there, where this device has it.
    #[n(6)]
    pub token: Option<OperatorToken>,
    /// Set once the relay has said that this device was removed.
    #[n(7)]
    pub removed: bool,
    /// The relay's whole key, once it has said it.
    #[n(8)]
    pub key: Option<RelayKey>,
    /// The version of the list of members that this device last brought there, and how many removed devices were on it.
    #[n(9)]
    pub removals: Option<(u64, u32)>,
}

impl CursorRow {
    pub(crate) fn head(&self) -> Head {
        Head { position: self.position, hash: LogHash(self.hash).prefix() }
    }

    /// The place after this record, if it follows, and the whole hash there.
    pub(crate) fn next(&self, record: &RecordId) -> (Head, LogHash) {
        let hash = LogHash(self.hash).next(record);
        (Head { position: self.position + 1, hash: hash.prefix() }, hash)
    }

    /// Goes on to that place.
    pub(crate) fn pass(&mut self, record: &RecordId) -> Head {
        let (place, hash) = self.next(record);
        (self.position, self.hash) = (place.position, hash.0);
        place
    }

    /// The highest position that this log is known to have had.
    pub(crate) fn highest_position(&self) -> u64 {
        self.highest.map_or(self.position, |highest| highest.position)
    }

    /// What this cursor has reached is not worth remembering as the highest place.
    pub(crate) fn forget_highest_passed(&mut self) {
        self.highest = self.highest.filter(|highest| highest.position > self.position);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct OfferRow {
    #[n(0)]
    pub record: RecordId,
    /// Where the relay said it stored it, if it did.
    #[n(1)]
    pub acknowledged: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct PositionRow {
    #[n(0)]
    pub record: RecordId,
    #[n(1)]
    pub hash: HashPrefix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct ClaimRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub log: [u8; 8],
    #[n(1)]
    pub position: u64,
    /// The first bytes of the log's hash there.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub hash: [u8; 8],
}

/// A statement once signed is final: these bytes are never signed again, only their seal may be redone.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct StatementRow {
    #[n(0)]
    pub statement: ByteVec,
    #[n(1)]
    pub record: RecordId,
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[cbor(array)]
pub(crate) struct BreadcrumbRow {
    #[n(0)]
    pub record: RecordId,
    #[n(1)]
    pub deaths: u8,
}

/// An invitation that this device has given.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct InvitationRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub secret: [u8; 16],
    #[n(1)]
    pub role: u8,
    #[n(2)]
    pub relay: RelayKeyHash,
    /// The sealed offer, until the relay has it.
    #[n(3)]
    pub offer: Option<ByteVec>,
    #[n(4)]
    pub expires: u64,
    /// Who asks to join with it, as received.
    #[n(5)]
    pub request: Option<ByteVec>,
    #[n(6)]
    pub answered: bool,
    #[n(7)]
    pub url: String,
    /// Drawn once, one more than the greatest there was: no clock and no other invitation changes it.
    #[n(8)]
    pub number: u32,
}
