//! What people were told, written down apart from the product: edits that are kept, records that are with a relay.
//!
//! The only excuse for a loss is that every disk that held it was destroyed. It is computed by looking through all disks at
//! the moment of a destruction, and counted.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::ChangeHash;
use allymap_seal::{Content, EpochKey, KeyRing};
use allymap_wire::{DocumentId, KeyTag, Record, RecordId, RecordKind, SpaceId};

use minicbor::Decode;
use minicbor::bytes::ByteVec;

use crate::disk::Disk;
use crate::world::World;

#[derive(Clone, Debug, Default)]
pub struct Ledger {
    told: BTreeSet<u64>,
    pub edits: Vec<Edit>,
    /// Records that a device said are with a relay.
    pub with: BTreeMap<(u8, RecordId), Excused>,
    /// Every change that was ever made, told or not, in order, each with those it follows.
    changes: Vec<(ChangeHash, Vec<ChangeHash>)>,
    /// What changes stand in a record.
    contents: BTreeMap<RecordId, Vec<ChangeHash>>,
    /// Records that were made to be refused.
    pub forged: BTreeSet<RecordId>,
    /// Those of them that kill the process that applies them.
    pub deadly: BTreeSet<RecordId>,
    /// Every record that was ever offered.
    pub offered: BTreeSet<RecordId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excused(pub bool);

#[derive(Clone, Debug)]
pub struct Edit {
    pub number: u64,
    pub device: u8,
    pub document: DocumentId,
    pub change: ChangeHash,
    pub excused: bool,
}

impl Ledger {
    /// The person was told that this edit is kept.
    pub fn kept(&mut self, number: u64) {
        self.told.insert(number);
    }

    /// What the edit was, and what the document's heads were before it.
    pub fn name(&mut self, number: u64, device: u8, document: DocumentId, change: ChangeHash, after: Vec<ChangeHash>) {
        self.changes.push((change, after));
        if self.told.contains(&number) {
            self.edits.push(Edit { number, device, document, change, excused: false });
        }
    }

    pub fn count(&self) -> usize {
        self.edits.len() + self.with.len()
    }

    pub fn excused(&self) -> usize {
        self.edits.iter().filter(|edit| edit.excused).count() + self.with.values().filter(|excused| excused.0).count()
    }

    /// Opens a record once.
    fn look_into(&mut self, space: &SpaceId, ring: &KeyRing, id: RecordId, record: &[u8]) {
        if self.contents.contains_key(&id) {
            return;
        }
        let Ok(record) = Record::new(record.to_vec()) else { return };
        let changes = match allymap_seal::open(space, ring, &record) {
            Ok(Content::Changes { statement, body }) => {
                let chunks = allymap_seal::expand_body(statement.codec, &body).unwrap_or_default();
                allymap_document::change_hashes(&chunks).unwrap_or_default()
            }
            Err(allymap_seal::OpenError::UnknownKey(_)) => return,
            _ => Vec::new(),
        };
        self.contents.insert(id, changes);
    }
}

impl World {
    /// A disk's content is gone, and `old` is what it was. What no other disk holds is excused from now on.
    pub fn destroyed(&mut self, old: &Disk) {
        let mut ring = KeyRing::default();
        for disk in self.devices.iter().map(|node| &node.machine.disk).chain([old]) {
            for (_, key) in disk.under(&[b'k', 0, 1]) {
                ring.insert(key_of(key));
            }
        }
        let mut records: BTreeSet<RecordId> = BTreeSet::new();
        let mut keys: BTreeSet<KeyTag> = BTreeSet::new();
        let mut sealed: BTreeMap<RecordId, KeyTag> = BTreeMap::new();
        let mut heads: BTreeSet<ChangeHash> = BTreeSet::new();
        let log_prefix = [b"l", &self.space.0[..]].concat();
        let space = self.space;
        let Self { devices, relays, ledger, .. } = self;
        let mut note = |id: RecordId, bytes: &[u8]| {
            if !records.insert(id) {
                return;
            }
            ledger.look_into(&space, &ring, id, bytes);
            if let Ok(record) = Record::new(bytes.to_vec())
                && let Some(tag) = record.key_tag()
            {
                match record.kind() {
                    RecordKind::KeyPacket => drop(keys.insert(tag)),
                    _ => drop(sealed.insert(id, tag)),
                }
            }
        };
        for node in devices.iter() {
            for (id, bytes) in node.machine.disk.under(&[b'r', 0, 1]) {
                note(RecordId::from_slice(id).expect("a record's row is named by its id"), bytes);
            }
        }
        for node in relays.iter() {
            for (position, row) in node.machine.disk.under(&log_prefix) {
                let at = u64::from_be_bytes(position.try_into().expect("a position has eight bytes"));
                note(node.log[at as usize - 1], &row[36..]);
            }
        }
        for node in devices.iter() {
            for (_, key) in node.machine.disk.under(&[b'k', 0, 1]) {
                keys.insert(key_of(key).id().tag());
            }
            for (_, row) in node.machine.disk.under(&[b'd', 0, 1]) {
                heads.extend(heads_of(row));
            }
        }
        let mut there: BTreeSet<ChangeHash> = BTreeSet::new();
        for (id, tag) in sealed {
            // Who has the record but no key to it has nothing.
            if keys.contains(&tag) {
                there.extend(ledger.contents.get(&id).into_iter().flatten());
            }
        }
        ledger.excuse(&heads, there, &records);
    }
}

impl Ledger {
    /// Excuses what is neither in a document with these heads, nor in a record that can be opened and whose past is there.
    fn excuse(&mut self, heads: &BTreeSet<ChangeHash>, mut there: BTreeSet<ChangeHash>, records: &BTreeSet<RecordId>) {
        // From the last change to the first: what a document follows, it has.
        let mut shown = heads.clone();
        for (change, after) in self.changes.iter().rev() {
            if shown.contains(change) {
                shown.extend(after);
                there.insert(*change);
            }
        }
        // From the first to the last: a change without its past is none. What was made while founding is everywhere.
        let made: BTreeSet<ChangeHash> = self.changes.iter().map(|(change, _)| *change).collect();
        for (change, after) in &self.changes {
            if after.iter().any(|earlier| made.contains(earlier) && !there.contains(earlier)) {
                there.remove(change);
            }
        }
        for edit in &mut self.edits {
            edit.excused |= !there.contains(&edit.change);
        }
        for ((_, record), excused) in &mut self.with {
            excused.0 |= !records.contains(record);
        }
    }
}

/// The part of a document's row that names its heads.
#[derive(Decode)]
#[cbor(map)]
struct DocumentRow {
    #[n(2)]
    heads: Vec<ByteVec>,
}

/// The heads of a document, as its row tells.
pub fn heads_of(row: &[u8]) -> Vec<ChangeHash> {
    let row: DocumentRow = minicbor::decode(row).expect("a document's row has heads");
    let hash = |head: &ByteVec| ChangeHash(head.as_slice().try_into().expect("a hash has 32 bytes"));
    row.heads.iter().map(hash).collect()
}

fn key_of(row: &[u8]) -> EpochKey {
    EpochKey::from_bytes(row.try_into().expect("an epoch key has 32 bytes"))
}
