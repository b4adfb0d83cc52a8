//! A sealed record as it is stored and sent: `kind(1) ‖ key tag(16) ‖ nonce(24) ‖ ciphertext ‖ tag(16)`.
//!
//! The relay reads the first byte and the length, and hashes the whole; it can open nothing.

use std::fmt;

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};
use sha2::{Digest, Sha256};

use crate::{KeyTag, RecordId, limits};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// A roster operation or a sitting's changes; from outside nobody can tell which.
    Sealed = 1,
    /// An epoch key, wrapped for each device that may have it.
    KeyPacket = 2,
    /// The place of a record that was deleted: `4 ‖ id`.
    Gone = 4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("a record of {0} bytes is shorter than its header")]
    TooShort(usize),
    #[error("a record of {0} bytes is over the limit of {max}", max = limits::RECORD_BYTES)]
    TooLong(usize),
    #[error("records of kind {0} are not known here")]
    UnknownKind(u8),
}

/// Bytes with a record's header. Whether they can be opened is another question.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Vec<u8>);

impl Record {
    pub const HEADER_BYTES: usize = 1 + 16 + 24;

    pub fn new(bytes: Vec<u8>) -> Result<Record, RecordError> {
        if bytes.len() > limits::RECORD_BYTES {
            return Err(RecordError::TooLong(bytes.len()));
        }
        match bytes.first() {
            Some(1 | 2) if bytes.len() >= Self::HEADER_BYTES + 16 => Ok(Record(bytes)),
            Some(4) if bytes.len() == 1 + RecordId::LENGTH => Ok(Record(bytes)),
            None | Some(1 | 2 | 4) => Err(RecordError::TooShort(bytes.len())),
            Some(kind) => Err(RecordError::UnknownKind(*kind)),
        }
    }

    /// SHA-256 of all its bytes. A deleted record keeps the id it had.
    pub fn id(&self) -> RecordId {
        match self.kind() {
            RecordKind::Gone => RecordId::from_slice(&self.0[1..]).expect("the length was checked when it was made"),
            _ => RecordId(Sha256::digest(&self.0).into()),
        }
    }

    pub fn kind(&self) -> RecordKind {
        match self.0[0] {
            1 => RecordKind::Sealed,
            2 => RecordKind::KeyPacket,
            _ => RecordKind::Gone,
        }
    }

    /// The tag of the key it is sealed under.
    pub fn key_tag(&self) -> Option<KeyTag> {
        (self.kind() != RecordKind::Gone).then(|| KeyTag::from_slice(&self.0[1..17]).expect("the header has 41 bytes"))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?}, {:?}, {} bytes)", self.kind(), self.id(), self.0.len())
    }
}

impl<C> Encode<C> for Record {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Record {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Record::new(d.bytes()?.to_vec()).map_err(|error| minicbor::decode::Error::custom(error).at(at))
    }
}
