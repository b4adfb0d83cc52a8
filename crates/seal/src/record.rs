//! Sealing: a roster operation or a sitting's changes become a record, and back. From outside both look alike.
//!
//! XChaCha20-Poly1305 with associated data `allymap/v1/record ‖ 0 ‖ space ‖ kind ‖ full key id`; the content is padded,
//! so that its length says little.

use std::fmt;

use allymap_wire::{KeyTag, Record, RecordError, RecordKind, Signature, SpaceId};
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use minicbor::bytes::ByteVec;
use rand_core::CryptoRng;

use crate::epoch::{EpochKey, KeyRing};
use crate::op::SignedOp;
use crate::statement::{Statement, StatementError};

/// What stands in a sealed record.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// `[1, bytes, signature]`
    Op(SignedOp),
    /// `[2, statement, body]`, the body as [`compress_body`](crate::compress_body) packs it.
    Changes { statement: Statement, body: Vec<u8> },
}

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("sealed, it would not fit a record")]
    TooLong(#[source] RecordError),
}

/// Why a record gives no content. Only [`OpenError::UnknownKey`] and [`OpenError::Newer`] may change with time.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this device was given no key for it")]
    UnknownKey(KeyTag),
    #[error("it was altered, or sealed for another map")]
    Forged,
    #[error("a newer version wrote it")]
    Newer,
    #[error("what is sealed in it is neither an operation nor changes")]
    Malformed,
    #[error("its statement is not one")]
    Statement(#[source] StatementError),
    #[error("this record is not a sealed one")]
    Kind(RecordKind),
}

pub fn seal(space: &SpaceId, key: &EpochKey, content: &Content, rng: &mut impl CryptoRng) -> Result<Record, SealError> {
    let id = key.id();
    let mut nonce = [0; 24];
    rng.fill_bytes(&mut nonce);
    let padded = pad(content.encode());
    let aad = associated(space, RecordKind::Sealed, &id.0);
    let sealed = key
        .cipher()
        .encrypt(&XNonce::from(nonce), Payload { msg: &padded, aad: &aad })
        .expect("a record's length is far below the cipher's");
    let mut bytes = vec![RecordKind::Sealed as u8];
    bytes.extend_from_slice(&id.tag().0);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Record::new(bytes).map_err(SealError::TooLong)
}

pub fn open(space: &SpaceId, ring: &KeyRing, record: &Record) -> Result<Content, OpenError> {
    if record.kind() != RecordKind::Sealed {
        return Err(OpenError::Kind(record.kind()));
    }
    let tag = record.key_tag().expect("a sealed record has a key tag");
    let (header, sealed) = record.as_bytes().split_at(Record::HEADER_BYTES);
    let nonce: [u8; 24] = header[17..].try_into().expect("the header ends with 24 bytes of nonce");
    let mut error = OpenError::UnknownKey(tag);
    for key in ring.by_tag(tag) {
        let aad = associated(space, RecordKind::Sealed, &key.id().0);
        match key.cipher().decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad }) {
            Ok(padded) => return Content::decode(unpad(&padded).ok_or(OpenError::Malformed)?),
            Err(_) => error = OpenError::Forged,
        }
    }
    Err(error)
}

impl Content {
    fn encode(&self) -> Vec<u8> {
        match self {
            Content::Op(op) => allymap_wire::encode(&(1u8, ByteVec::from(op.bytes.clone()), op.signature)),
            Content::Changes { statement, body } => {
                allymap_wire::encode(&(2u8, ByteVec::from(statement.to_bytes()), ByteVec::from(body.clone())))
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Content, OpenError> {
        let mut d = minicbor::Decoder::new(bytes);
        d.array().map_err(|_| OpenError::Malformed)?;
        match d.u8().map_err(|_| OpenError::Malformed)? {
            1 => {
                let (_, bytes, signature): (u8, ByteVec, Signature) =
                    allymap_wire::decode(bytes).map_err(|_| OpenError::Malformed)?;
                Ok(Content::Op(SignedOp { bytes: bytes.into(), signature }))
            }
            2 => {
                let (_, statement, body): (u8, ByteVec, ByteVec) =
                    allymap_wire::decode(bytes).map_err(|_| OpenError::Malformed)?;
                match Statement::from_bytes(&statement) {
                    Ok(statement) => Ok(Content::Changes { statement, body: body.into() }),
                    Err(StatementError::Newer(_)) => Err(OpenError::Newer),
                    Err(error) => Err(OpenError::Statement(error)),
                }
            }
            0 => Err(OpenError::Malformed),
            _ => Err(OpenError::Newer),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Op(op) => op.fmt(f),
            Content::Changes { statement, body } => {
                write!(f, "Changes({:?}, seq {}, {} bytes)", statement.doc, statement.seq, body.len())
            }
        }
    }
}

fn associated(space: &SpaceId, kind: RecordKind, key: &[u8; 32]) -> Vec<u8> {
    [b"allymap/v1/record\0", &space.0[..], &[kind as u8], key].concat()
}

/// Content ‖ 0x80 ‖ zeros, up to [`padded_length`].
pub(crate) fn pad(mut content: Vec<u8>) -> Vec<u8> {
    let length = padded_length(content.len() + 1);
    content.push(0x80);
    content.resize(length, 0);
    content
}

/// The content again, if it was padded to exactly the length that [`pad`] gives it.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80 && padded_length(end + 1) == padded.len()).then(|| &padded[..end])
}

/// Up to 1 KiB the next multiple of 128; above it Padmé (Nikitin et al. 2019): only as many significant bits as the
/// length's own logarithm has, which costs at most 12 percent and leaves few lengths to tell apart.
fn padded_length(length: usize) -> usize {
    if length <= 1 << 10 {
        return length.next_multiple_of(128);
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    length.next_multiple_of(1 << (exponent - kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{DeviceKeys, DeviceSeed};
    use crate::statement::Draft;
    use crate::tests::chance::Chance;
    use allymap_wire::DocumentId;

    const SPACE: SpaceId = SpaceId([2; 32]);

    fn changes(body: Vec<u8>) -> Content {
        let keys = DeviceKeys::derive(&DeviceSeed::from_bytes([1; 32]), &SPACE);
        let draft = Draft { doc: DocumentId([4; 16]), salt: [5; 8], seq: 1, prev: vec![], roster: vec![], seen: None };
        Content::Changes { statement: Statement::sign(&keys, &SPACE, draft, &[[1; 32]]), body }
    }

    fn key() -> (EpochKey, KeyRing) {
        let key = EpochKey::from_bytes([9; 32]);
        let mut ring = KeyRing::default();
        ring.insert(key.clone());
        (key, ring)
    }

    #[test]
    fn what_is_sealed_opens_with_the_key_and_in_the_space_it_was_sealed_for_only() {
        let (key, ring) = key();
        let op = Content::Op(SignedOp { bytes: vec![1, 2, 3], signature: Signature([4; 64]) });
        for content in [op, changes(vec![1; 300])] {
            let record = seal(&SPACE, &key, &content, &mut Chance::seeded(1)).unwrap();
            assert_eq!(open(&SPACE, &ring, &record).unwrap(), content);
            assert!(matches!(open(&SpaceId([3; 32]), &ring, &record), Err(OpenError::Forged)));
            let unknown = open(&SPACE, &KeyRing::default(), &record);
            assert!(matches!(unknown, Err(OpenError::UnknownKey(tag)) if tag == key.id().tag()));
        }
    }

    #[test]
    fn any_flipped_bit_keeps_a_record_shut() {
        let (key, ring) = key();
        let record = seal(&SPACE, &key, &changes(vec![7; 20]), &mut Chance::seeded(1)).unwrap().into_bytes();
        for bit in 0..record.len() * 8 {
            let mut other = record.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = Record::new(other) {
                assert!(open(&SPACE, &ring, &other).is_err(), "bit {bit}");
            }
        }
    }

    #[test]
    fn lengths_are_multiples_of_128_up_to_a_kibibyte_and_then_few() {
        for (content, padded) in
            [(0, 128), (127, 128), (128, 256), (1_023, 1_024), (1_024, 1_088), (1_087, 1_088), (1_088, 1_152)]
        {
            assert_eq!(pad(vec![1; content]).len(), padded, "{content}");
        }
        let mut lengths = std::collections::BTreeSet::new();
        for length in 1..200_000 {
            let padded = padded_length(length);
            assert!(padded >= length && (length <= 1_024 || padded * 100 <= length * 112), "{length} → {padded}");
            lengths.insert(padded);
        }
        assert!(lengths.len() < 160, "{} lengths can be told apart", lengths.len());
    }

    #[test]
    fn padding_comes_off_only_where_it_was_put_on_rightly() {
        for length in [0, 1, 126, 127, 128, 1_023, 1_024, 5_000, 70_000] {
            let content: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert_eq!(unpad(&pad(content.clone())), Some(content.as_slice()));
        }
        assert_eq!(unpad(&[0; 128]), None);
        assert_eq!(unpad(&[]), None);
        let mut longer = pad(vec![1; 20]);
        longer.resize(256, 0);
        assert_eq!(unpad(&longer), None, "a length that says something of its own");
        assert_eq!(unpad(&[0x81; 128]), None);
    }

    #[test]
    fn content_of_a_newer_kind_waits_for_an_update() {
        assert!(matches!(Content::decode(&[0x81, 3]), Err(OpenError::Newer)));
        assert!(matches!(Content::decode(&[0x81, 0]), Err(OpenError::Malformed)));
        assert!(matches!(Content::decode(&[]), Err(OpenError::Malformed)));
    }

    #[test]
    fn what_does_not_fit_a_record_is_an_error_and_not_a_record() {
        let (key, _) = key();
        let large = changes(vec![0; allymap_wire::limits::RECORD_BYTES]);
        assert!(matches!(seal(&SPACE, &key, &large, &mut Chance::seeded(1)), Err(SealError::TooLong(_))));
    }
}
