//! Who a relay is, and the salt under which it remembers for a month who uploaded what.

use allymap_wire::{DeviceKey, OperatorToken, RelayKey, SpaceId, Timestamp};
use minicbor::{Decode, Encode};

use crate::rows::{IDENTITY, Rows, RowsError, UPLOADER_SALT, Write, read};
use crate::{Chance, OpenError};

/// Drawn once, when a relay's folder is made. Every device signs the key when it logs in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Identity {
    #[n(0)]
    version: u8,
    #[n(1)]
    pub relay: RelayKey,
    /// The operator's leave to create maps here.
    #[n(2)]
    pub token: OperatorToken,
}

impl Identity {
    pub fn new(chance: Chance<'_>) -> Identity {
        let mut identity = Identity { version: 1, relay: RelayKey([0; 32]), token: OperatorToken([0; 16]) };
        chance(&mut identity.relay.0);
        chance(&mut identity.token.0);
        identity
    }

    /// What to store, durably, before [`Relay::open`](crate::Relay::open).
    pub fn writes(&self) -> Vec<Write> {
        vec![Write::Put(IDENTITY.to_vec(), allymap_wire::encode(self))]
    }

    /// The identity of the relay whose rows these are, if it has one yet.
    pub fn read(rows: &dyn Rows) -> Result<Option<Identity>, OpenError> {
        let Some(bytes) = rows.get(IDENTITY)? else { return Ok(None) };
        let version = minicbor::Decoder::new(&bytes).array().ok().and(bytes.get(1));
        if version.is_some_and(|version| *version > 1) {
            return Err(OpenError::Newer);
        }
        allymap_wire::decode(&bytes).map(Some).map_err(|_| OpenError::Rows(RowsError::Damaged))
    }
}

/// A convenor must be able to name one device's flood, and a relay that is seized must not tell who wrote what last
/// year: the tag of an uploader is a hash under a salt that is thrown away after thirty days.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(array)]
pub(crate) struct UploaderSalt {
    #[n(0)]
    since: u64,
    #[n(1)]
    salt: RelayKey,
}

impl UploaderSalt {
    const LIFE_MS: u64 = 30 * 24 * 3_600_000;

    pub(crate) fn read(rows: &dyn Rows) -> Result<Option<UploaderSalt>, RowsError> {
        match read(rows, UPLOADER_SALT) {
            Err(RowsError::Damaged) => Ok(None),
            other => other,
        }
    }

    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        now.0.saturating_sub(self.since) >= Self::LIFE_MS
    }

    pub(crate) fn new(now: Timestamp, chance: Chance<'_>) -> (UploaderSalt, Write) {
        let mut salt = UploaderSalt { since: now.0, salt: RelayKey([0; 32]) };
        chance(&mut salt.salt.0);
        let row = allymap_wire::encode(&salt);
        (salt, Write::Put(UPLOADER_SALT.to_vec(), row))
    }

    pub(crate) fn tag(&self, space: &SpaceId, device: &DeviceKey) -> [u8; 4] {
        let hash = allymap_wire::hash("uploader", &[&self.salt.0, &space.0, &device.0]);
        [hash[0], hash[1], hash[2], hash[3]]
    }
}
