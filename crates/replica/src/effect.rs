//! What a replica asks of its driver, and what it has to say to a person.

use allymap_wire::{BoxToken, Code, DeviceKey, DocumentId, RecordId, RelayKeyHash};

use crate::rows::{Refused, Write};

/// What we can ask for. A driver carries effects out in order; [`Effect::Persist`] is done when it is durable.
#[derive(Debug)]
pub enum Effect {
    /// Store these, all or none.
    Persist(Vec<Write>),
    Send {
        relay: RelayKeyHash,
        bytes: Vec<u8>,
    },
    /// Hang up.
    Close {
        relay: RelayKeyHash,
    },
    /// Hand in [`Input::Continue`](crate::Input::Continue) once everything before this is durable.
    Continue,
    /// A document was changed by somebody else: rows derived from it are stale.
    Changed(DocumentId),
    Tell(Notice),
}

/// Something a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Everything here is with this relay, and everything there is here.
    CaughtUp { relay: RelayKeyHash },
    /// The relay has these own records on its disk.
    WithRelay { relay: RelayKeyHash, records: Vec<RecordId> },
    /// A record does not count: for good, or as long as nothing else is known.
    Refused { record: RecordId, why: Refused },
    /// The relay does not take a record, for now.
    NotTaken { relay: RelayKeyHash, code: Code },
    /// The relay lost part of its log (or is another); what it lacks is offered again.
    RolledBack { relay: RelayKeyHash, from: u64, to: u64 },
    /// What the relay sent does not fit its own hash chain. The connection was ended; nothing was taken from it.
    BadLog { relay: RelayKeyHash },
    /// Another member's device has read further in this relay's log than the relay shows us.
    Withheld { relay: RelayKeyHash, by: DeviceKey },
    /// The relay at this address is another one than the map knows.
    WrongRelay { relay: RelayKeyHash },
    /// No common version of the protocol.
    WrongVersion { relay: RelayKeyHash, oldest: u8, newest: u8 },
    /// The relay does not let this device in (yet).
    NotAdmitted { relay: RelayKeyHash },
    /// This device was removed from the map.
    Removed { relay: RelayKeyHash },
    /// The relay ended the connection.
    Ended { relay: RelayKeyHash, code: Code, retry_after_ms: u64 },
    /// Somebody asks to join.
    AsksToJoin { invitation: BoxToken },
    /// The map is now at this relay.
    Created { relay: RelayKeyHash },
    /// The relay refused to take the map.
    NotCreated { relay: RelayKeyHash, code: Code },
}
