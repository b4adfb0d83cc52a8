//! What must hold at the end, when everything is healed: one map everywhere, logs that are logs, and every promise kept.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ChangeHash, Document, Written};
use allymap_domain::author::Author;
use allymap_domain::card::Card;
use allymap_domain::entry::Entry;
use allymap_domain::files::export::{digest, entry_line, export_lines};
use allymap_domain::ids::EntryId;
use allymap_replica::Replica;
use allymap_seal::DeviceSeed;
use allymap_wire::{DocumentId, LogHash, OpId, Record, RecordId};

use crate::ledger::heads_of;
use crate::oracle::{MARKER, Oracle, Violation, contains, violation};
use crate::people::BOMB;
use crate::world::{NUMBER, World};

/// A device's map, as the product opens it from what is durable.
struct Map {
    roster: Vec<OpId>,
    heads: Vec<(DocumentId, Vec<ChangeHash>)>,
    shown: Vec<(DocumentId, Shown)>,
    /// The digest of the canonical export.
    export: String,
    /// What lists and finding read.
    rows: Vec<(DocumentId, Option<Vec<u8>>)>,
    /// What `show` reads.
    told: Vec<(DocumentId, Vec<u8>)>,
}

/// All that a document shows: every value under every key with who wrote it, and texts.
type Shown = Vec<(String, Vec<Written>, Option<String>)>;

impl World {
    /// Everything that must be true once all is healed.
    pub fn look(&self) -> Result<(), Violation> {
        self.look_at_logs()?;
        self.look_at_promises()?;
        self.look_at_lists()?;
        let honest = self.honest();
        let first = self.look_at_map(honest[0])?;
        for device in honest.into_iter().skip(1) {
            let map = self.look_at_map(device)?;
            let differ =
                |what: &str| Err(violation(Oracle::SameMap, format!("devices 0 and {device} differ in {what}")));
            if map.roster != first.roster {
                return differ("the roster");
            }
            if map.heads != first.heads {
                return differ("the heads of documents");
            }
            if map.shown != first.shown {
                return differ("what documents show");
            }
            if map.export != first.export {
                return differ("what they export");
            }
            if map.rows != first.rows {
                return differ("the rows of the index");
            }
            if map.told != first.told {
                return differ("what `show` reads");
            }
        }
        Ok(())
    }

    pub fn look_at_logs(&self) -> Result<(), Violation> {
        let prefix = [b"l", &self.space.0[..]].concat();
        let index = [b"x", &self.space.0[..]].concat();
        for (relay, node) in self.relays.iter().enumerate() {
            let wrong = |what: &str| Err(violation(Oracle::Log, format!("relay {relay}: {what}")));
            if node.machine.disk.rows().any(|(_, value)| contains(value, MARKER)) {
                return Err(violation(Oracle::Confidential, format!("a marker can be read on relay {relay}'s disk")));
            }
            let (mut hash, mut length) = (LogHash::START, 0u64);
            for (position, row) in node.machine.disk.under(&prefix) {
                length += 1;
                let id = node.log.get(length as usize - 1);
                if position != length.to_be_bytes() || id.is_none() {
                    return wrong("positions are not dense");
                }
                let id = id.expect("it was looked at just now");
                hash = hash.next(id);
                if row[..32] != hash.0 || Record::new(row[36..].to_vec()).map(|record| record.id()) != Ok(*id) {
                    return wrong("the chain does not hold");
                }
                if node.machine.disk.row(&[&index[..], &id.0].concat()) != Some(&length.to_be_bytes()) {
                    return wrong("a record cannot be found by its name");
                }
            }
            if length != node.log.len() as u64 {
                return wrong("something acknowledged has disappeared");
            }
            if node.log.iter().collect::<BTreeSet<_>>().len() != node.log.len() {
                return wrong("a record stands there twice");
            }
        }
        let sets: Vec<BTreeSet<&RecordId>> = self.relays.iter().map(|node| node.log.iter().collect()).collect();
        if sets.iter().any(|set| *set != sets[0]) {
            return Err(violation(Oracle::Ledger, "the relays hold different records".into()));
        }
        for device in self.honest() {
            for (id, _) in self.devices[usize::from(device)].machine.disk.under(&[b'r', 0, 1]) {
                let id = RecordId::from_slice(id).expect("a record's row is named by its id");
                if !sets[0].contains(&id) {
                    return Err(violation(Oracle::Ledger, format!("device {device} has a record that no relay has")));
                }
            }
        }
        Ok(())
    }

    fn look_at_promises(&self) -> Result<(), Violation> {
        for ((relay, record), excused) in &self.ledger.with {
            if !excused.0 && !self.relays[usize::from(*relay)].log.contains(record) {
                return Err(violation(Oracle::Ledger, format!("{record:?} was said to be with relay {relay}")));
            }
        }
        Ok(())
    }

    /// Every relay has the newest list of members.
    fn look_at_lists(&self) -> Result<(), Violation> {
        let node = &self.devices[0];
        let replica = Replica::open(NUMBER, &DeviceSeed::from_bytes(node.seed), &node.machine.disk)
            .map_err(|error| violation(Oracle::Crash, format!("the founder cannot open: {error}")))?;
        for relay in 0..self.shape.relays {
            self.check_list(relay, replica.roster())?;
        }
        Ok(())
    }

    fn look_at_map(&self, device: u8) -> Result<Map, Violation> {
        let node = &self.devices[usize::from(device)];
        let disk = &node.machine.disk;
        let unreadable = |error: &dyn std::fmt::Display| {
            violation(Oracle::Crash, format!("device {device} cannot read its map: {error}"))
        };
        let replica =
            Replica::open(NUMBER, &DeviceSeed::from_bytes(node.seed), disk).map_err(|error| unreadable(&error))?;
        let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
        for id in replica.documents(disk).map_err(|error| unreadable(&error))? {
            let document = replica.document(id, disk).map_err(|error| unreadable(&error))?;
            documents.insert(id, document.ok_or_else(|| unreadable(&"it is not there"))?);
        }
        let rows: BTreeMap<DocumentId, BTreeSet<String>> = documents
            .iter()
            .map(|(id, document)| (*id, document.appended("l/").into_iter().map(|row| row.id).collect()))
            .collect();
        let forged = |key: &String| key.starts_with("l/bad") || key == BOMB;
        if documents.values().any(|document| document.keys().iter().any(forged)) {
            return Err(violation(Oracle::Intruder, format!("what was forged counts on device {device}")));
        }
        for edit in self.ledger.edits.iter().filter(|edit| !edit.excused) {
            let kept = documents.get(&edit.document).is_some_and(|document| document.has(&edit.change))
                && rows[&edit.document].contains(&format!("{:08x}", edit.number));
            if !kept {
                let detail = format!("edit {} of device {} is not on device {device}", edit.number, edit.device);
                return Err(violation(Oracle::Ledger, detail));
            }
        }
        let resolve = |actor| {
            let device =
                replica.author(actor, disk).ok().flatten().map_or("nobody".to_owned(), |key| format!("{key:?}"));
            Author { name: device.clone(), group: String::new(), device }
        };
        let entries = documents.iter().map(|(id, document)| (EntryId(id.0), document));
        let export = digest(&export_lines(entries, &resolve));
        let heads = documents.iter().map(|(id, document)| (*id, document.heads())).collect();
        let shown = documents.iter().map(|(id, document)| {
            let shown = document.keys().into_iter().map(|key| {
                let (values, text) = (document.values(&key), document.text(&key));
                (key, values, text)
            });
            (*id, shown.collect())
        });
        let index = documents.iter().map(|(id, document)| {
            let row = Card::of(document, EntryId(id.0));
            (*id, row.map(|row| row.to_bytes()))
        });
        let told = documents.iter().map(|(id, document)| {
            let entry = Entry::read(document, EntryId(id.0), &resolve);
            let words = format!("{}{:?}{:?}", entry.name(), entry.fields, entry.oddities);
            (*id, [entry_line(&entry), words.into_bytes()].concat())
        });
        let (rows, told) = (index.collect(), told.collect());
        Ok(Map { roster: replica.roster().heads(), heads, shown: shown.collect(), export, rows, told })
    }

    /// Whether all honest devices have applied all that they took, and have the same documents, by what their rows say.
    pub fn all_alike(&self) -> bool {
        let heads = |device: u8| -> Vec<(Vec<u8>, Vec<ChangeHash>)> {
            let rows = self.devices[usize::from(device)].machine.disk.under(&[b'd', 0, 1]);
            rows.map(|(id, row)| (id.to_vec(), heads_of(row))).collect()
        };
        let honest = self.honest();
        let first = heads(honest[0]);
        let is_done = |device: u8| self.devices[usize::from(device)].machine.disk.under(&[b'v', 0, 1]).next().is_none();
        honest.into_iter().all(|device| is_done(device) && heads(device) == first)
    }
}
