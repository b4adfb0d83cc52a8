//! Who this device is in this map: its keys, how the map began, and the numbers that must never be given twice.

use std::collections::BTreeSet;

use allymap_document::ActorId;
use allymap_seal::{DeviceKeys, SignedOp};
use allymap_wire::{DeviceKey, SpaceId};

use crate::draft::Draft;
use crate::rows::{HeaderRow, Key, Rows, Salt, SpaceNumber};

/// One device in one map. What changes in it is the header's, which is to be [put](Me::put) once for each input that changes it.
pub(crate) struct Me {
    number: SpaceNumber,
    space: SpaceId,
    keys: DeviceKeys,
    header: HeaderRow,
}

impl Me {
    pub(crate) fn new(number: SpaceNumber, keys: DeviceKeys, genesis: &SignedOp, root: DeviceKey, salt: [u8; 8]) -> Me {
        let header = HeaderRow {
            genesis: genesis.bytes.clone().into(),
            genesis_signature: genesis.signature,
            root,
            salt,
            next_statement: 0,
            last_statement: None,
            next_order: 1,
            earlier: BTreeSet::new(),
        };
        Me { number, space: SpaceId::of(&genesis.bytes), keys, header }
    }

    /// As its header tells. `seed` is what the device's keys in every map are made from.
    pub(crate) fn from_header(number: SpaceNumber, seed: &allymap_seal::DeviceSeed, header: HeaderRow) -> Me {
        let space = SpaceId::of(&header.genesis);
        Me { number, space, keys: DeviceKeys::derive(seed, &space), header }
    }

    pub(crate) fn number(&self) -> SpaceNumber {
        self.number
    }

    pub(crate) fn draft<'a>(&self, rows: &'a dyn Rows) -> Draft<'a> {
        Draft::new(rows, self.number)
    }

    pub(crate) fn space(&self) -> &SpaceId {
        &self.space
    }

    pub(crate) fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    pub(crate) fn device(&self) -> DeviceKey {
        self.keys.public()
    }

    pub(crate) fn genesis(&self) -> SignedOp {
        SignedOp { bytes: self.header.genesis.to_vec(), signature: self.header.genesis_signature }
    }

    pub(crate) fn root(&self) -> DeviceKey {
        self.header.root
    }

    pub(crate) fn salt(&self) -> [u8; 8] {
        self.header.salt
    }

    /// The Automerge actor that it writes under now.
    pub(crate) fn actor(&self) -> ActorId {
        self.actor_under(&self.header.salt)
    }

    /// The one that it writes or wrote under with this salt.
    pub(crate) fn actor_under(&self, salt: &[u8; 8]) -> ActorId {
        ActorId(allymap_seal::actor(&self.device(), salt))
    }

    /// The salts of the actors that it wrote under before.
    pub(crate) fn earlier(&self) -> &BTreeSet<Salt> {
        &self.header.earlier
    }

    /// Goes on under another actor. The earlier one is not forgotten: documents hold changes under it, and should damage take
    /// their record and their statement, nothing else says that they are this device's to seal again.
    pub(crate) fn renew(&mut self, salt: [u8; 8]) {
        let earlier = std::mem::replace(&mut self.header.salt, salt);
        self.learn(earlier);
    }

    /// What was written under this salt is this device's own too.
    pub(crate) fn learn(&mut self, earlier: [u8; 8]) {
        self.header.earlier.insert(Salt(earlier));
    }

    /// A number for the record that arrives, or is made, now.
    pub(crate) fn take_order(&mut self) -> u64 {
        let order = self.header.next_order;
        self.header.next_order += 1;
        order
    }

    /// Every record is about to be numbered anew.
    pub(crate) fn forget_orders(&mut self) {
        self.header.next_order = 1;
    }

    pub(crate) fn next_statement(&self) -> u32 {
        self.header.next_statement
    }

    pub(crate) fn last_statement(&self) -> Option<[u8; 32]> {
        self.header.last_statement
    }

    /// A statement was signed under the next number.
    pub(crate) fn signed(&mut self, statement: [u8; 32]) {
        self.header.next_statement += 1;
        self.header.last_statement = Some(statement);
    }

    /// A statement of this number was found.
    pub(crate) fn found_statement(&mut self, number: u32) {
        self.header.next_statement = self.header.next_statement.max(number + 1);
    }

    pub(crate) fn put(&self, draft: &mut Draft<'_>) {
        draft.put(Key::Header, &self.header);
    }
}
