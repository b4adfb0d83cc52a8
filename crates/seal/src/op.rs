//! One signed operation of the roster: its bytes, its limits, and what it says.
//!
//! `[v, space, by, prev, at, body]`, and body `[number, …]`. The first five fields are the same in every version, so that
//! an operation of a newer program keeps its place in the history although nobody here knows what it does.

use std::fmt;

use allymap_wire::{
    CodecError, DeviceKey, DocumentId, KeyId, OpId, RecordId, RelayKey, Signature, SpaceId, limits, op_transcript,
};
use minicbor::decode::Decoder;
use minicbor::{Decode, Encode};

use crate::epoch::SealedKey;
use crate::hpke_box::KemKey;
use crate::keys::DeviceKeys;
use crate::label::Label;

/// What a device may do. The higher number may do all that the lower one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[repr(u8)]
pub enum Role {
    #[n(1)]
    Reader = 1,
    #[n(2)]
    Member = 2,
    #[n(3)]
    Convenor = 3,
    #[n(4)]
    Root = 4,
}

/// What an operation says. Numbers are never used for anything else.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Body {
    /// A map begins. Its operation has a zero `space` and a zero `by`, because both would be its own name.
    #[n(0)]
    Genesis {
        /// 1: X25519, HKDF-SHA256, ChaCha20-Poly1305.
        #[n(0)]
        suite: u8,
        #[n(1)]
        sign: DeviceKey,
        #[n(2)]
        kem: KemKey,
        #[n(3)]
        #[cbor(with = "minicbor::bytes")]
        nonce: [u8; 32],
    },
    #[n(1)]
    Grant {
        #[n(0)]
        sign: DeviceKey,
        #[n(1)]
        kem: KemKey,
        #[n(2)]
        role: Role,
        /// What the person calls herself, and her group.
        #[n(3)]
        name: Label,
        #[n(4)]
        group: Label,
        /// Epoch keys that the newcomer was given by other means than a packet.
        #[n(5)]
        keys: Vec<KeyId>,
    },
    #[n(2)]
    Revoke {
        #[n(0)]
        sign: DeviceKey,
        /// The statements of that device that still count are these and those before them; empty: none.
        #[n(1)]
        #[cbor(with = "crate::statement::hashes")]
        cut: Vec<[u8; 32]>,
        #[n(2)]
        reason: Option<Label>,
    },
    #[n(3)]
    Mint {
        #[n(0)]
        key: KeyId,
        /// The head keys before it, each sealed under this one: who has the new key has the history.
        #[n(1)]
        links: Vec<(KeyId, SealedKey)>,
        /// The grants of the devices that the packet has a box for.
        #[n(2)]
        to: Vec<OpId>,
        #[n(3)]
        packet: RecordId,
    },
    #[n(4)]
    Share {
        #[n(0)]
        keys: Vec<KeyId>,
        #[n(1)]
        to: OpId,
        #[n(2)]
        packet: RecordId,
    },
    #[n(5)]
    Relay {
        #[n(0)]
        add: bool,
        #[n(1)]
        url: String,
        #[n(2)]
        key: RelayKey,
    },
    #[n(6)]
    Erase {
        #[n(0)]
        docs: Vec<DocumentId>,
    },
    #[n(7)]
    Retire {
        #[n(0)]
        keys: Vec<KeyId>,
        #[n(1)]
        snapshot: RecordId,
    },
}

/// An operation, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    pub v: u8,
    pub space: SpaceId,
    /// The grant that it was authored under; it lies in the operation's past.
    pub by: OpId,
    /// The roster's heads when it was made, strictly ascending.
    pub prev: Vec<OpId>,
    /// Milliseconds since 1970, rounded down to the hour. Advisory.
    pub at: u64,
    /// Nothing: it is of a newer version, kept and without effect until this program is updated.
    pub body: Option<Body>,
}

/// An operation's exact bytes and the signature over them.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedOp {
    pub bytes: Vec<u8>,
    pub signature: Signature,
}

/// Why an operation is refused. Final, except for [`OpError::TooManyWaiting`].
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    #[error("an operation of {0} bytes is over the limit of {max}", max = Op::BYTES)]
    TooLong(usize),
    #[error("these bytes are no roster operation")]
    Malformed(#[source] CodecError),
    #[error("a list or text in this operation breaks its limit or its order")]
    Limit,
    #[error("this operation belongs to another map")]
    OtherSpace,
    #[error("a map begins once")]
    SecondGenesis,
    #[error("this is not the genesis of a map")]
    NotGenesis,
    #[error("the grant it was authored under is not in its past, or is no grant")]
    NoGrant,
    #[error("it names an operation that is not in its past, or is no grant")]
    Reference,
    #[error("nothing can be sealed to the key in this grant")]
    UnusableKey,
    #[error("the signature does not fit")]
    Signature,
    #[error("too many operations wait for earlier ones")]
    TooManyWaiting,
}

impl Op {
    /// An operation's bytes. A key for 2,000 devices names 2,000 grants.
    pub const BYTES: usize = 128 << 10;
    pub(crate) const PREV: usize = 256;
    pub(crate) const KEYS: usize = 256;

    pub fn decode(bytes: &[u8]) -> Result<Op, OpError> {
        if bytes.len() > Self::BYTES {
            return Err(OpError::TooLong(bytes.len()));
        }
        let malformed = |error| OpError::Malformed(CodecError::Malformed(error));
        let not_deterministic = || OpError::Malformed(CodecError::NotDeterministic);
        let mut d = Decoder::new(bytes);
        if d.array().map_err(malformed)? != Some(6) {
            return Err(not_deterministic());
        }
        let v: u8 = d.decode().map_err(malformed)?;
        let space = d.decode().map_err(malformed)?;
        let by = d.decode().map_err(malformed)?;
        let prev: Vec<OpId> = d.decode().map_err(malformed)?;
        let at = d.decode().map_err(malformed)?;
        let start = d.position();
        d.skip().map_err(malformed)?;
        let raw = &bytes[start..d.position()];
        let known = v == 1 && Decoder::new(raw).array().is_ok() && number(raw).is_some_and(|number| number <= 7);
        let body = if known { Some(allymap_wire::decode::<Body>(raw).map_err(OpError::Malformed)?) } else { None };
        let op = Op { v, space, by, prev, at, body };
        if op.encode_with(raw) != bytes {
            return Err(not_deterministic());
        }
        if v == 0 || !op.within_limits() {
            return Err(OpError::Limit);
        }
        Ok(op)
    }

    pub(crate) fn sign(&self, keys: &DeviceKeys) -> SignedOp {
        let body = self.body.as_ref().expect("only operations of this version are made here");
        let bytes = self.encode_with(&allymap_wire::encode(body));
        let signature = keys.sign(&op_transcript(&bytes));
        SignedOp { bytes, signature }
    }

    #[cfg(test)]
    pub(crate) fn encode_unsigned(&self) -> Vec<u8> {
        self.encode_with(&allymap_wire::encode(self.body.as_ref().unwrap()))
    }

    fn encode_with(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x86];
        bytes.extend(allymap_wire::encode(&self.v));
        bytes.extend(allymap_wire::encode(&self.space));
        bytes.extend(allymap_wire::encode(&self.by));
        bytes.extend(allymap_wire::encode(&self.prev));
        bytes.extend(allymap_wire::encode(&self.at));
        bytes.extend_from_slice(body);
        bytes
    }

    /// One set has one encoding, so lists of names ascend strictly; and each list and text is bounded.
    fn within_limits(&self) -> bool {
        let genesis = matches!(self.body, Some(Body::Genesis { .. }));
        let zero = self.space == SpaceId([0; 32]) && self.by == OpId([0; 32]);
        genesis == self.prev.is_empty()
            && genesis == zero
            && self.prev.len() <= Self::PREV
            && ascends(&self.prev)
            && match &self.body {
                None => true,
                Some(Body::Genesis { suite, .. }) => *suite == 1,
                Some(Body::Grant { keys, .. }) => keys.len() <= Self::KEYS && ascends(keys),
                Some(Body::Revoke { cut, .. }) => cut.len() <= 2_000 && ascends(cut),
                Some(Body::Mint { links, to, .. }) => {
                    links.len() <= Self::KEYS
                        && links.windows(2).all(|pair| pair[0].0 < pair[1].0)
                        && to.len() <= limits::ACCESS_ENTRIES
                        && ascends(to)
                }
                Some(Body::Share { keys, .. } | Body::Retire { keys, .. }) => keys.len() <= Self::KEYS && ascends(keys),
                Some(Body::Relay { url, .. }) => url.len() <= limits::ADDRESS_BYTES,
                Some(Body::Erase { docs }) => docs.len() <= 2_000 && ascends(docs),
            }
    }
}

impl SignedOp {
    pub fn id(&self) -> OpId {
        OpId::of(&self.bytes)
    }

    pub fn decode(&self) -> Result<Op, OpError> {
        Op::decode(&self.bytes)
    }
}

impl fmt::Debug for SignedOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedOp({:?}, {} bytes)", self.id(), self.bytes.len())
    }
}

/// The kind only: names and reasons belong in no log.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Body::Genesis { .. } => "Genesis",
            Body::Grant { .. } => "Grant",
            Body::Revoke { .. } => "Revoke",
            Body::Mint { .. } => "Mint",
            Body::Share { .. } => "Share",
            Body::Relay { .. } => "Relay",
            Body::Erase { .. } => "Erase",
            Body::Retire { .. } => "Retire",
        })
    }
}

fn ascends<T: Ord>(items: &[T]) -> bool {
    items.windows(2).all(|pair| pair[0] < pair[1])
}

fn number(body: &[u8]) -> Option<u32> {
    let mut d = Decoder::new(body);
    d.array().ok()?;
    d.u32().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{DeviceSeed, RootKeys, RootSeed};
    use crate::roster::genesis;

    fn keys() -> DeviceKeys {
        DeviceKeys::derive(&DeviceSeed::from_bytes([1; 32]), &SpaceId([2; 32]))
    }

    fn op(body: Body) -> Op {
        Op { v: 1, space: SpaceId([2; 32]), by: OpId([3; 32]), prev: vec![OpId([3; 32])], at: 0, body: Some(body) }
    }

    #[test]
    fn every_kind_of_operation_reads_back_as_it_was_written() {
        let keys = keys();
        let bodies = [
            Body::Grant {
                sign: keys.public(),
                kem: keys.kem_public(),
                role: Role::Member,
                name: Label::new("Wren").unwrap(),
                group: Label::new("Harbour").unwrap(),
                keys: vec![KeyId([5; 32])],
            },
            Body::Revoke { sign: keys.public(), cut: vec![[1; 32], [2; 32]], reason: Label::new("lost").ok() },
            Body::Mint {
                key: KeyId([1; 32]),
                links: vec![(KeyId([2; 32]), SealedKey([7; 72]))],
                to: vec![OpId([3; 32])],
                packet: RecordId([4; 32]),
            },
            Body::Share { keys: vec![KeyId([1; 32])], to: OpId([3; 32]), packet: RecordId([4; 32]) },
            Body::Relay { add: true, url: "wss://relay.example".into(), key: RelayKey([6; 32]) },
            Body::Erase { docs: vec![DocumentId([7; 16])] },
            Body::Retire { keys: vec![KeyId([1; 32])], snapshot: RecordId([4; 32]) },
        ];
        for body in bodies {
            let op = op(body);
            assert_eq!(op.sign(&keys).decode().unwrap(), op);
        }
        let root = RootKeys::derive(&RootSeed::from_bytes([9; 32]));
        assert!(matches!(genesis(&root, [8; 32], 0).decode().unwrap().body, Some(Body::Genesis { suite: 1, .. })));
    }

    #[test]
    fn what_a_newer_program_wrote_keeps_its_place_without_effect() {
        let keys = keys();
        let mut newer = op(Body::Erase { docs: vec![] });
        newer.v = 2;
        let signed = newer.sign(&keys);
        let read = signed.decode().unwrap();
        assert_eq!((read.v, read.body), (2, None));
        let plain = op(Body::Erase { docs: vec![] });
        let mut bytes = plain.encode_with(&[]);
        bytes.extend_from_slice(&[0x83, 0x18, 99, 1, 2]);
        let read = Op::decode(&bytes).unwrap();
        assert_eq!((read.v, read.prev, read.body), (1, plain.prev, None));
    }

    #[test]
    fn a_body_nested_a_hundred_thousand_deep_is_read_or_refused_on_a_small_stack() {
        let mut bytes = op(Body::Erase { docs: vec![] }).encode_with(&[]);
        bytes.extend(std::iter::repeat_n(0x81, 100_000));
        bytes.push(0);
        let read = std::thread::Builder::new().stack_size(128 << 10).spawn(move || Op::decode(&bytes).is_ok()).unwrap();
        assert!(read.join().is_ok());
    }

    #[test]
    fn lists_out_of_order_and_surplus_bytes_are_refused() {
        let keys = keys();
        let mut twice = op(Body::Erase { docs: vec![] });
        twice.prev = vec![OpId([3; 32]), OpId([3; 32])];
        assert!(matches!(twice.sign(&keys).decode(), Err(OpError::Limit)));
        let mut bytes = op(Body::Erase { docs: vec![] }).sign(&keys).bytes;
        bytes.push(0);
        assert!(matches!(Op::decode(&bytes), Err(OpError::Malformed(_))));
        assert!(matches!(Op::decode(&vec![0; Op::BYTES + 1]), Err(OpError::TooLong(_))));
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_of_an_operation_panics() {
        let bytes = op(Body::Revoke { sign: keys().public(), cut: vec![[1; 32]], reason: Label::new("lost").ok() })
            .sign(&keys())
            .bytes;
        for end in 0..bytes.len() {
            assert!(Op::decode(&bytes[..end]).is_err());
        }
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(op) = Op::decode(&other) {
                assert_ne!(OpId::of(&other), OpId::of(&bytes));
                assert!(op.v != 0);
            }
        }
    }
}
