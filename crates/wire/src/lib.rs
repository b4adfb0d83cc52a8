//! What allymap says over a wire: identities, the record header, the relay's messages, their one encoding and every limit.
//!
//! No IO, no secret keys, no Automerge. The bytes are specified in `docs/protocol.md`, whose examples are read by tests.

mod address;
mod codec;
mod id;
pub mod limits;
mod log;
mod message;
mod record;
mod sign;

pub use address::{AddressError, RelayAddress, crockford_decode, crockford_encode};
pub use codec::{CodecError, decode, encode};
pub use id::{
    BoxToken, Challenge, DeviceKey, DocumentId, HashPrefix, KeyId, KeyTag, LogId, OpId, OperatorToken, RecordId,
    RelayKey, RelayKeyHash, Signature, SpaceId,
};
pub use log::{Head, LogHash};
pub use message::{
    AccessEntry, AccessList, Code, Flags, Limits, Message, MessageKind, PROTOCOL, PutResult, Slot, access_digest,
};
pub use record::{Record, RecordError, RecordKind};
pub use sign::{access_transcript, auth_transcript, hash, op_transcript, verify};

/// Milliseconds since 1970-01-01 UTC, as somebody's clock told it. Advisory everywhere: no clock decides a winner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);
