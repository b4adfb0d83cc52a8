//! What is hashed and signed on the wire, always under a domain of its own (`allymap/v1/…`).

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use crate::{AccessEntry, Challenge, DeviceKey, OpId, RelayKey, Signature, SpaceId};

/// SHA-256 (FIPS 180-4) over `allymap/v1/` ‖ domain ‖ a zero byte ‖ the parts, one after another.
pub fn hash(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"allymap/v1/");
    hash.update(domain.as_bytes());
    hash.update([0]);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether `device` signed `message`: Ed25519 (RFC 8032) in its strict form, which also refuses weak keys.
pub fn verify(device: &DeviceKey, message: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_bytes(&device.0)
        .and_then(|key| key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)))
        .is_ok()
}

/// What a device signs to log in. `host` is the authority it connected to, as in its HTTP `Host` header.
pub fn auth_transcript(
    relay: &RelayKey,
    host: &str,
    challenge: &Challenge,
    nonce: &[u8; 16],
    space: &SpaceId,
) -> Vec<u8> {
    let length = (host.len() as u64).to_be_bytes();
    transcript("auth", &[&relay.0, &length, host.as_bytes(), &challenge.0, nonce, &space.0])
}

/// What a convenor signs to replace a space's access list.
pub fn access_transcript(
    relay: &RelayKey,
    space: &SpaceId,
    version: u64,
    base: u64,
    entries: &[AccessEntry],
    removed: &[DeviceKey],
) -> Vec<u8> {
    let body = crate::encode(&(version, base, entries, removed));
    transcript("access", &[&relay.0, &space.0, &body])
}

/// What the author of a roster operation signs: its exact bytes, under a domain of their own.
pub fn op_transcript(operation: &[u8]) -> Vec<u8> {
    transcript("op-signature", &[operation])
}

impl OpId {
    /// The name of the roster operation in these bytes. A space's id is the name of its genesis.
    pub fn of(operation: &[u8]) -> OpId {
        OpId(hash("op", &[operation]))
    }
}

impl SpaceId {
    pub fn of(genesis: &[u8]) -> SpaceId {
        SpaceId(OpId::of(genesis).0)
    }
}

fn transcript(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [b"allymap/v1/", domain.as_bytes(), &[0]].concat();
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}
