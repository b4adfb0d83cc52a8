//! The hash chain over a relay's log: who knows the head knows every id before it, in order.

use minicbor::{Decode, Encode};

use crate::{HashPrefix, RecordId};

/// H_n = SHA-256("allymap/v1/log" ‖ 0 ‖ H_{n-1} ‖ id_n), with H_0 all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHash(pub [u8; 32]);

impl LogHash {
    pub const START: LogHash = LogHash([0; 32]);

    pub fn next(&self, id: &RecordId) -> LogHash {
        LogHash(crate::hash("log", &[&self.0, &id.0]))
    }

    pub fn prefix(&self) -> HashPrefix {
        let mut prefix = [0; 16];
        prefix.copy_from_slice(&self.0[..16]);
        HashPrefix(prefix)
    }
}

/// A place in a log: how many records stand before and at it, and the chain's hash there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Head {
    #[n(0)]
    pub position: u64,
    #[n(1)]
    pub hash: HashPrefix,
}

impl Head {
    pub const START: Head = Head { position: 0, hash: HashPrefix([0; 16]) };
}
