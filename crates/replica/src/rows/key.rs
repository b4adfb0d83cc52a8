//! A row's key: one letter for its kind, the map's local number, then the row's own name.

use allymap_wire::{BoxToken, DeviceKey, DocumentId, KeyId, OpId, RecordId, RelayKeyHash};

use super::{Missing, SpaceNumber};

/// A row's key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    /// Who this device is in this map.
    Header,
    /// A roster operation.
    Op(OpId),
    /// An epoch key.
    Epoch(KeyId),
    /// Which device writes under an Automerge actor.
    Actor([u8; 16]),
    Document(DocumentId),
    /// A document with own changes that no statement covers yet.
    Unsealed(DocumentId),
    /// A record as its author sealed it.
    Record(RecordId),
    /// What became of a record here.
    Fate(RecordId),
    /// A record that is durable but not yet applied.
    Unapplied(u64),
    /// A record that waits for something.
    Waiting(&'a Missing, RecordId),
    /// An own statement, by its sequence number.
    Statement(u32),
    Cursor(RelayKeyHash),
    /// A record that a relay's log is not known to hold below our cursor.
    Offer(RelayKeyHash, u64),
    /// Which record stands at a position of a relay's log.
    Position(RelayKeyHash, u64),
    /// How far another device had read a relay's log when it last signed something, as far as that fits what was read here.
    Seen(DeviceKey, RelayKeyHash),
    /// What another device says to have read of a relay's log, further than was read here.
    Claim(RelayKeyHash, DeviceKey),
    Invitation(BoxToken),
    /// The record that is being tried after this process, or one before it, died while applying.
    Breadcrumb,
    /// An operation that no record here holds any more, after damage: it is to be sealed again.
    Unsaid(OpId),
    /// A document whose records are judged as a set: [`JUDGE`](super::JUDGE) while that is still to be done, [`JUDGED`](super::JUDGED) after it.
    Judged(DocumentId),
}

impl Key<'_> {
    pub(crate) fn bytes(&self, space: SpaceNumber) -> Vec<u8> {
        let mut key = Vec::with_capacity(64);
        key.push(self.kind() as u8);
        key.extend_from_slice(&space.0.to_be_bytes());
        match self {
            Key::Header | Key::Breadcrumb => {}
            Key::Op(id) | Key::Unsaid(id) => key.extend_from_slice(&id.0),
            Key::Epoch(id) => key.extend_from_slice(&id.0),
            Key::Actor(id) => key.extend_from_slice(id),
            Key::Document(id) | Key::Unsealed(id) | Key::Judged(id) => key.extend_from_slice(&id.0),
            Key::Record(id) | Key::Fate(id) => key.extend_from_slice(&id.0),
            Key::Unapplied(order) => key.extend_from_slice(&order.to_be_bytes()),
            Key::Waiting(missing, id) => {
                key.extend_from_slice(&missing.name());
                key.extend_from_slice(&id.0);
            }
            Key::Statement(seq) => key.extend_from_slice(&seq.to_be_bytes()),
            Key::Cursor(relay) => key.extend_from_slice(&relay.0),
            Key::Offer(relay, number) | Key::Position(relay, number) => {
                key.extend_from_slice(&relay.0);
                key.extend_from_slice(&number.to_be_bytes());
            }
            Key::Seen(device, relay) => {
                key.extend_from_slice(&device.0);
                key.extend_from_slice(&relay.0);
            }
            Key::Claim(relay, device) => {
                key.extend_from_slice(&relay.0);
                key.extend_from_slice(&device.0);
            }
            Key::Invitation(token) => key.extend_from_slice(&token.0),
        }
        key
    }

    fn kind(&self) -> Kind {
        match self {
            Key::Header => Kind::Header,
            Key::Op(_) => Kind::Op,
            Key::Epoch(_) => Kind::Epoch,
            Key::Actor(_) => Kind::Actor,
            Key::Document(_) => Kind::Document,
            Key::Unsealed(_) => Kind::Unsealed,
            Key::Record(_) => Kind::Record,
            Key::Fate(_) => Kind::Fate,
            Key::Unapplied(_) => Kind::Unapplied,
            Key::Waiting(..) => Kind::Waiting,
            Key::Statement(_) => Kind::Statement,
            Key::Cursor(_) => Kind::Cursor,
            Key::Offer(..) => Kind::Offer,
            Key::Position(..) => Kind::Position,
            Key::Seen(..) => Kind::Seen,
            Key::Claim(..) => Kind::Claim,
            Key::Invitation(_) => Kind::Invitation,
            Key::Breadcrumb => Kind::Breadcrumb,
            Key::Judged(_) => Kind::Judged,
            Key::Unsaid(_) => Kind::Unsaid,
        }
    }
}

/// The kinds of rows, each with the letter that its keys begin with. A letter is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Header = b'h',
    Op = b'o',
    Epoch = b'k',
    Actor = b'a',
    Document = b'd',
    Unsealed = b'e',
    Record = b'r',
    Fate = b'f',
    Unapplied = b'v',
    Waiting = b'w',
    Statement = b's',
    Cursor = b'c',
    Offer = b'n',
    Position = b'x',
    Seen = b'y',
    Claim = b'z',
    Invitation = b'j',
    Breadcrumb = b'b',
    Judged = b'g',
    Unsaid = b'p',
    /// The driver's own row about a document.
    Index = b'i',
    /// The driver's row of what was written about a document in sentences.
    Texts = b't',
}

/// What all keys of this kind in this map begin with, as far as `rest` says which.
pub(crate) fn prefix(kind: Kind, space: SpaceNumber, rest: &[u8]) -> Vec<u8> {
    [&[kind as u8][..], &space.0.to_be_bytes(), rest].concat()
}
