//! A statement: which changes one device made to one document in one sitting, signed, and final once signed.

use allymap_wire::{CodecError, DeviceKey, DocumentId, LogId, OpId, RelayKey, Signature, SpaceId};
use minicbor::{Decode, Encode};

use crate::keys::DeviceKeys;

/// Who wrote what. The changes themselves stand beside it; it signs the ordered list of their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Statement {
    #[n(0)]
    pub v: u8,
    #[n(1)]
    pub doc: DocumentId,
    /// The signing key, not one of its grants: which grant counts is the roster's matter.
    #[n(2)]
    pub by: DeviceKey,
    /// With `by` it gives the Automerge actor of the changes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 8],
    /// This device's count of statements under this salt, given when it is signed.
    #[n(4)]
    pub seq: u32,
    /// The author's earlier statements that no other of hers follows: usually one. Strictly ascending.
    #[n(5)]
    #[cbor(with = "hashes")]
    pub prev: Vec<[u8; 32]>,
    /// Roster heads that the author knew, at most four. Strictly ascending.
    #[n(6)]
    pub roster: Vec<OpId>,
    /// How far the author had read a relay's log.
    #[n(7)]
    pub seen: Option<Seen>,
    /// How the body is written: 1 is zstd of Automerge's uncompressed changes.
    #[n(8)]
    pub codec: u8,
    #[n(9)]
    sig: Signature,
}

/// All of a statement but its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub doc: DocumentId,
    pub salt: [u8; 8],
    pub seq: u32,
    pub prev: Vec<[u8; 32]>,
    pub roster: Vec<OpId>,
    pub seen: Option<Seen>,
}

/// A place in a relay's log, short: enough to notice that a relay shows different members different logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Seen {
    /// Which log; see [`Seen::log`].
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub log: [u8; 8],
    #[n(1)]
    pub position: u64,
    /// The first eight bytes of the log's hash there.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub hash: [u8; 8],
}

#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error("these bytes are no statement")]
    Malformed(#[source] CodecError),
    #[error("a list in this statement breaks its limit or its order")]
    Limit,
    #[error("this statement was written by a newer version")]
    Newer(u8),
}

impl Seen {
    /// The short name of one life of one relay's log.
    pub fn log(relay: &RelayKey, log: &LogId) -> [u8; 8] {
        let mut short = [0; 8];
        short.copy_from_slice(&allymap_wire::hash("seen", &[&relay.0, &log.0])[..8]);
        short
    }
}

impl Statement {
    /// The heads of the author's own statements and of the roster that one statement may name.
    pub const PREV: usize = 64;
    pub const ROSTER: usize = 4;

    /// Signs that these changes, in this order, are this device's. Lists are put into order and cut to their limits.
    pub fn sign(keys: &DeviceKeys, space: &SpaceId, draft: Draft, change_hashes: &[[u8; 32]]) -> Statement {
        let Draft { doc, salt, seq, mut prev, mut roster, seen } = draft;
        prev.sort();
        prev.dedup();
        prev.truncate(Self::PREV);
        roster.sort();
        roster.dedup();
        roster.truncate(Self::ROSTER);
        let mut statement = Statement {
            v: 1,
            doc,
            by: keys.public(),
            salt,
            seq,
            prev,
            roster,
            seen,
            codec: crate::body::CODEC,
            sig: Signature([0; 64]),
        };
        statement.sig = keys.sign(&statement.transcript(space, change_hashes));
        statement
    }

    /// Whether `by` signed exactly these changes, in this order, for this space.
    pub fn verify(&self, space: &SpaceId, change_hashes: &[[u8; 32]]) -> bool {
        allymap_wire::verify(&self.by, &self.transcript(space, change_hashes), &self.sig)
    }

    /// Its name, as later statements and cuts refer to it.
    pub fn hash(&self) -> [u8; 32] {
        allymap_wire::hash("statement", &[&self.to_bytes()])
    }

    pub fn actor(&self) -> [u8; 16] {
        crate::keys::actor(&self.by, &self.salt)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        allymap_wire::encode(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Statement, StatementError> {
        if let Some(v) = version(bytes).filter(|v| *v > 1) {
            return Err(StatementError::Newer(v));
        }
        let statement: Statement = allymap_wire::decode(bytes).map_err(StatementError::Malformed)?;
        let fits = statement.v == 1
            && statement.prev.len() <= Self::PREV
            && statement.roster.len() <= Self::ROSTER
            && statement.prev.windows(2).all(|pair| pair[0] < pair[1])
            && statement.roster.windows(2).all(|pair| pair[0] < pair[1]);
        if fits { Ok(statement) } else { Err(StatementError::Limit) }
    }

    /// `allymap/v1/statement-signature ‖ 0 ‖ space ‖ [v … codec] ‖ SHA-256 of the ordered change hashes`.
    fn transcript(&self, space: &SpaceId, change_hashes: &[[u8; 32]]) -> Vec<u8> {
        let fields = allymap_wire::encode(&(
            self.v,
            self.doc,
            self.by,
            minicbor::bytes::ByteArray::from(self.salt),
            self.seq,
            self.prev.iter().map(|hash| minicbor::bytes::ByteArray::from(*hash)).collect::<Vec<_>>(),
            &self.roster,
            self.seen,
            self.codec,
        ));
        let changes = allymap_wire::hash("changes", &[change_hashes.as_flattened()]);
        let mut bytes = b"allymap/v1/statement-signature\0".to_vec();
        bytes.extend_from_slice(&space.0);
        bytes.extend_from_slice(&fields);
        bytes.extend_from_slice(&changes);
        bytes
    }
}

fn version(bytes: &[u8]) -> Option<u8> {
    let mut d = minicbor::Decoder::new(bytes);
    d.array().ok()?;
    d.u8().ok()
}

/// Lists of 32-byte hashes as CBOR byte strings.
pub(crate) mod hashes {
    use minicbor::bytes::ByteArray;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{Encoder, Write};

    pub(crate) fn encode<C, W: Write>(
        hashes: &[[u8; 32]],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(hashes.len() as u64)?;
        for hash in hashes {
            e.bytes(hash)?;
        }
        Ok(())
    }

    pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<[u8; 32]>, Error> {
        let hashes: Vec<ByteArray<32>> = d.decode()?;
        Ok(hashes.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::DeviceSeed;

    fn keys() -> DeviceKeys {
        DeviceKeys::derive(&DeviceSeed::from_bytes([1; 32]), &SpaceId([2; 32]))
    }

    fn draft() -> Draft {
        Draft {
            doc: DocumentId([4; 16]),
            salt: [5; 8],
            seq: 6,
            prev: vec![[9; 32], [7; 32]],
            roster: vec![OpId([8; 32])],
            seen: Some(Seen { log: [1; 8], position: 77, hash: [2; 8] }),
        }
    }

    #[test]
    fn a_statement_holds_for_its_space_and_its_changes_in_their_order_and_for_nothing_else() {
        let space = SpaceId([2; 32]);
        let changes = [[1; 32], [2; 32]];
        let statement = Statement::sign(&keys(), &space, draft(), &changes);
        assert!(statement.verify(&space, &changes));
        assert!(!statement.verify(&SpaceId([3; 32]), &changes));
        assert!(!statement.verify(&space, &changes[..1]), "a courier cut the body short");
        assert!(!statement.verify(&space, &[[2; 32], [1; 32]]));
        for wrong in [
            Statement { seq: 7, ..statement.clone() },
            Statement { doc: DocumentId([0; 16]), ..statement.clone() },
            Statement { salt: [0; 8], ..statement.clone() },
            Statement { prev: vec![], ..statement.clone() },
            Statement { roster: vec![], ..statement.clone() },
            Statement { seen: None, ..statement.clone() },
            Statement { codec: 2, ..statement.clone() },
            Statement { by: DeviceKey([1; 32]), ..statement.clone() },
        ] {
            assert!(!wrong.verify(&space, &changes));
            assert_ne!(wrong.hash(), statement.hash());
        }
    }

    #[test]
    fn a_statement_reads_back_and_a_newer_one_says_so() {
        let statement = Statement::sign(&keys(), &SpaceId([2; 32]), draft(), &[[1; 32]]);
        assert_eq!(Statement::from_bytes(&statement.to_bytes()).unwrap(), statement);
        let newer = Statement { v: 2, ..statement.clone() };
        assert!(matches!(Statement::from_bytes(&newer.to_bytes()), Err(StatementError::Newer(2))));
        let unordered = Statement { prev: vec![[9; 32], [7; 32]], ..statement };
        assert!(matches!(Statement::from_bytes(&unordered.to_bytes()), Err(StatementError::Limit)));
    }
}
