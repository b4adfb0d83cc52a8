//! What a device and a relay say to each other: one CBOR array `[number, …]` a websocket message.
//!
//! A number is never used twice, also not after its message has gone. 9 is kept for deletion.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::{
    BoxToken, Challenge, CodecError, DeviceKey, HashPrefix, Head, LogId, OperatorToken, Record, RelayKey, Signature,
    SpaceId, limits,
};

/// The version of the protocol that this code speaks.
pub const PROTOCOL: u8 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Message {
    /// Relay, first of all.
    #[n(0)]
    Hello {
        #[n(0)]
        oldest: u8,
        #[n(1)]
        newest: u8,
        #[n(2)]
        relay: RelayKey,
        #[n(3)]
        challenge: Challenge,
        #[n(4)]
        limits: Limits,
    },
    /// Device: who it is, for which space. Signed over [`auth_transcript`](crate::auth_transcript).
    #[n(1)]
    Auth {
        #[n(0)]
        version: u8,
        #[n(1)]
        space: SpaceId,
        #[n(2)]
        device: DeviceKey,
        #[n(3)]
        nonce: Challenge,
        #[n(4)]
        signature: Signature,
    },
    /// Relay: what the device may do there. Without leave to read, the rest is zero: an unknown space and a space that does not
    /// know the device answer alike.
    #[n(2)]
    AuthOk {
        #[n(0)]
        flags: Flags,
        #[n(1)]
        access_version: u64,
        #[n(2)]
        log: LogId,
        #[n(3)]
        head: Head,
        /// What the access list says, so that a convenor's device knows whether it still fits.
        #[n(4)]
        access: HashPrefix,
    },
    /// Device: send what comes after `since`, at most about `bytes`; and everything new from then on.
    #[n(3)]
    Sync {
        #[n(0)]
        since: Head,
        #[n(1)]
        bytes: u64,
        /// The highest place this device ever learned of in this log, where it lies above `since`.
        #[n(2)]
        highest: Option<Head>,
    },
    /// Relay: records from position `first` on; also the live push. `more`: ask again, the budget is used up.
    #[n(4)]
    Records {
        #[n(0)]
        first: u64,
        #[n(1)]
        entries: Vec<Record>,
        #[n(2)]
        more: bool,
        #[n(3)]
        head: Head,
    },
    /// Device: keep these.
    #[n(5)]
    Put {
        #[n(0)]
        entries: Vec<Record>,
    },
    /// Relay: what became of each, in order. Sent only after all that is `Stored` is durable.
    #[n(6)]
    PutAck {
        #[n(0)]
        results: Vec<PutResult>,
    },
    /// From a relay, empty: your cursor does not fit this log, send your ladder. From a device: its ladder, highest first.
    /// From a relay, one pair: the highest that fits (position 0 if none does); ask again from there.
    #[n(7)]
    Ladder {
        #[n(0)]
        log: LogId,
        #[n(1)]
        pairs: Vec<Head>,
    },
    /// Convenor: the access list from now on.
    #[n(8)]
    Access {
        #[n(0)]
        list: AccessList,
    },
    /// Relay: what became of a message that has no answer of its own. `value` is the access list's version after Access.
    #[n(10)]
    Outcome {
        #[n(0)]
        of: u8,
        #[n(1)]
        code: Code,
        #[n(2)]
        value: u64,
    },
    /// Put something into an invitation's mailbox: a convenor its offer, a newcomer its request.
    #[n(11)]
    BoxPut {
        #[n(0)]
        token: BoxToken,
        #[n(1)]
        slot: Slot,
        #[n(2)]
        bytes: ByteVec,
    },
    /// Look into a mailbox. Taking an offer binds it to the taker: nobody else gets it.
    #[n(12)]
    BoxTake {
        #[n(0)]
        token: BoxToken,
        #[n(1)]
        slot: Slot,
    },
    /// Device: a new space. The genesis operation's name is the space; `root` signed it. The sender becomes the first convenor in the access list.
    #[n(13)]
    Create {
        #[n(0)]
        genesis: ByteVec,
        #[n(1)]
        root: DeviceKey,
        #[n(2)]
        signature: Signature,
        #[n(3)]
        token: OperatorToken,
    },
    /// Relay: this connection ends, and why. Come back after so many milliseconds at the earliest (0: whenever).
    #[n(14)]
    Bye {
        #[n(0)]
        code: Code,
        #[n(1)]
        retry_after_ms: u64,
    },
    /// Relay: what lay in the mailbox, if anything.
    #[n(15)]
    Box {
        #[n(0)]
        slot: Slot,
        #[n(1)]
        bytes: Option<ByteVec>,
    },
}

/// What a relay accepts, as it says in Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Limits {
    #[n(0)]
    pub frame_bytes: u32,
    #[n(1)]
    pub record_bytes: u32,
    #[n(2)]
    pub records_per_message: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            frame_bytes: limits::FRAME_BYTES as u32,
            record_bytes: limits::RECORD_BYTES as u32,
            records_per_message: limits::RECORDS_PER_MESSAGE as u32,
        }
    }
}

/// What a device may do in a space, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Flags(#[n(0)] pub u8);

impl Flags {
    pub const NONE: Flags = Flags(0);
    pub const READ: Flags = Flags(1);
    pub const WRITE: Flags = Flags(1 | 2);
    pub const CONVENE: Flags = Flags(1 | 2 | 4);

    pub fn may_read(self) -> bool {
        self.0 & 1 != 0
    }

    pub fn may_write(self) -> bool {
        self.0 & 2 != 0
    }

    pub fn may_convene(self) -> bool {
        self.0 & 4 != 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct AccessEntry {
    #[n(0)]
    pub device: DeviceKey,
    #[n(1)]
    pub flags: Flags,
}

/// Who may do what on one relay, signed by a convenor over [`access_transcript`](crate::access_transcript).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AccessList {
    #[n(0)]
    pub version: u64,
    /// The version that this one replaces: compare and swap.
    #[n(1)]
    pub base: u64,
    #[n(2)]
    pub entries: Vec<AccessEntry>,
    /// Devices that never come back under this key.
    #[n(3)]
    pub removed: Vec<DeviceKey>,
    #[n(4)]
    pub by: DeviceKey,
    #[n(5)]
    pub signature: Signature,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum PutResult {
    #[n(0)]
    Stored {
        #[n(0)]
        at: Head,
    },
    /// It was there already, at this place.
    #[n(1)]
    Duplicate {
        #[n(0)]
        at: Head,
    },
    #[n(2)]
    Refused {
        #[n(0)]
        code: Code,
    },
}

/// The two things a mailbox can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Slot {
    /// From the convenor who invites.
    #[n(0)]
    Offer,
    /// From the newcomer who asks to join.
    #[n(1)]
    Request,
}

/// Why, on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Code {
    #[n(0)]
    Done,
    /// Bytes that are no message, or one that may not come here.
    #[n(1)]
    Malformed,
    /// No common version of the protocol.
    #[n(2)]
    Version,
    /// The signature does not fit this device, this relay, this host and this challenge.
    #[n(3)]
    BadSignature,
    /// This device has no such leave here. An unknown space says the same.
    #[n(4)]
    NotAllowed,
    /// This device was removed from the space.
    #[n(5)]
    Removed,
    /// It took too long.
    #[n(6)]
    TimeOut,
    /// Too much at once: later.
    #[n(7)]
    Rate,
    /// The space, or the relay's disk, is full.
    #[n(8)]
    Full,
    /// Over a size that Hello named.
    #[n(9)]
    TooLarge,
    /// The relay could not write it to its disk. Nothing of it is kept there.
    #[n(10)]
    Storage,
    /// The reader was too slow; its cursor still holds.
    #[n(11)]
    TooSlow,
    /// The relay is going away for a while.
    #[n(12)]
    Draining,
    /// The operator's token is missing or another.
    #[n(13)]
    Token,
    /// It exists already.
    #[n(14)]
    Exists,
    /// The access list moved on: fetch and try again.
    #[n(15)]
    Stale,
    /// The invitation was taken by another device.
    #[n(16)]
    Taken,
    /// There is nothing under this name, or no longer.
    #[n(17)]
    Gone,
    /// No more connections from this address for now.
    #[n(18)]
    TooMany,
}

/// A digest of what an access list says, whoever signed it. `entries` and `removed` are sorted.
pub fn access_digest(entries: &[AccessEntry], removed: &[DeviceKey]) -> HashPrefix {
    let mut prefix = [0; 16];
    prefix.copy_from_slice(&crate::hash("access-list", &[&crate::encode(&(entries, removed))])[..16]);
    HashPrefix(prefix)
}

/// The number of a message, for [`Message::Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Sync = 3,
    Ladder = 7,
    Access = 8,
    BoxPut = 11,
    BoxTake = 12,
    Create = 13,
}

impl Message {
    pub fn encode(&self) -> Vec<u8> {
        crate::encode(self)
    }

    /// The message in these bytes. Counts are bounded here; what they mean is the reader's matter.
    pub fn decode(bytes: &[u8]) -> Result<Message, CodecError> {
        let message: Message = crate::decode(bytes)?;
        let fits = match &message {
            Message::Records { entries, .. } | Message::Put { entries } => entries.len() <= limits::RECORDS_PER_MESSAGE,
            Message::PutAck { results } => results.len() <= limits::RECORDS_PER_MESSAGE,
            Message::Ladder { pairs, .. } => pairs.len() <= limits::LADDER_PAIRS,
            Message::Access { list } => {
                list.entries.len() <= limits::ACCESS_ENTRIES && list.removed.len() <= limits::ACCESS_ENTRIES
            }
            Message::BoxPut { bytes, .. } => bytes.len() <= limits::MAILBOX_BYTES,
            Message::Create { genesis, .. } => genesis.len() <= limits::GENESIS_BYTES,
            _ => true,
        };
        if fits { Ok(message) } else { Err(CodecError::TooMany) }
    }
}
