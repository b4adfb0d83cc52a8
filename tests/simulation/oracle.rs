//! What must hold: at every effect, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{Document, Written};
use allymap_relay::ConnectionId;
use allymap_replica::{Fate, Notice};
use allymap_wire::{AccessEntry, Code, DeviceKey, DocumentId, Head, LogHash, Message, PutResult, Record, RecordId};
use minicbor::Decode;

use crate::disk::Write;
use crate::world::World;

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    /// Something was sent before it was durable.
    Order,
    /// Somebody was told that something is safe, and it is lost.
    Ledger,
    /// Two honest devices show different maps.
    SameMap,
    /// A log that is not one, or that forgot something by itself.
    Log,
    /// Plain words where only sealed ones may be.
    Confidential,
    /// No rest, or no progress.
    Liveness,
    /// Something grows without bound.
    Bounds,
    /// An honest machine accuses another, or refuses what another made.
    Trust,
    /// Something that was forged counts, or somebody got what is not theirs.
    Intruder,
    /// A roll-back went by unnoticed.
    RollBack,
    /// The product cannot open, read or write.
    Crash,
    Panic,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub oracle: Oracle,
    pub detail: String,
}

pub fn violation(oracle: Oracle, detail: String) -> Violation {
    Violation { oracle, detail }
}

/// The part of a cursor's row that tells how far a device has read.
#[derive(Decode)]
#[cbor(map)]
struct Cursor {
    #[n(2)]
    position: u64,
}

/// Which record carried a statement.
#[derive(Decode)]
#[cbor(map)]
struct StatementRow {
    #[n(1)]
    record: RecordId,
}

#[derive(Decode)]
#[cbor(array)]
struct AccessRow {
    #[n(1)]
    _entries: Vec<AccessEntry>,
    #[n(2)]
    removed: Vec<DeviceKey>,
}

/// All that a document shows.
type Shown = Vec<(String, Vec<Written>, Option<String>)>;

const MARKER: &[u8] = b"MARKER";

impl World {
    // At every effect.

    pub fn check_device_send(&mut self, device: u8, bytes: &[u8]) -> Result<(), Violation> {
        self.check_frame(bytes)?;
        let node = &self.devices[usize::from(device)];
        let unstored =
            |what: &str| violation(Oracle::Order, format!("device {device} sends {what} before it is durable"));
        let message = Message::decode(bytes)
            .map_err(|error| violation(Oracle::Trust, format!("device {device} sends a broken frame: {error}")))?;
        match message {
            Message::Put { entries } => {
                let Some(replica) = &node.replica else { return Ok(()) };
                for record in entries {
                    let id = record.id();
                    let row = [&[b'r', 0, 1][..], &id.0].concat();
                    if node.machine.disk.row(&row) != Some(record.as_bytes()) {
                        return Err(unstored("a record"));
                    }
                    let first = self.ledger.offered.insert(id);
                    match replica.fate(&id, &node.machine.disk) {
                        Ok(Some(Fate::Changes { by, seq, .. })) if first && by == node.key => {
                            let row = [&[b's', 0, 1][..], &seq.to_be_bytes()].concat();
                            let statement = node.machine.disk.row(&row).map(minicbor::decode::<StatementRow>);
                            if !matches!(statement, Some(Ok(StatementRow { record })) if record == id) {
                                return Err(unstored("a statement"));
                            }
                        }
                        Ok(Some(Fate::Changes { by, .. })) if by != node.key => {
                            self.sometimes.happened("record came to a relay by another than its author");
                        }
                        Ok(Some(_)) => {}
                        _ => return Err(unstored("what became of a record")),
                    }
                }
            }
            Message::BoxPut { token, .. } => {
                if node.machine.disk.row(&[&[b'j', 0, 1][..], &token.0].concat()).is_none() {
                    return Err(unstored("an invitation"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub fn check_relay_send(&mut self, relay: u8, connection: ConnectionId, bytes: &[u8]) -> Result<(), Violation> {
        self.check_frame(bytes)?;
        let node = &self.relays[usize::from(relay)];
        let Some(link) = self.links.get_mut(&connection.0) else { return Ok(()) };
        let unstored =
            |what: &str| violation(Oracle::Order, format!("relay {relay} reveals {what} before it is durable"));
        let durable = |head: &Head| match head.position.checked_sub(1) {
            None => *head == Head::START,
            Some(at) => node.chain.get(at as usize).is_some_and(|hash| LogHash(*hash).prefix() == head.hash),
        };
        let message = Message::decode(bytes)
            .map_err(|error| violation(Oracle::Trust, format!("relay {relay} sends a broken frame: {error}")))?;
        match message {
            Message::PutAck { results } => {
                let Some(ids) = link.puts.pop_front().filter(|ids| ids.len() == results.len()) else {
                    return Err(violation(Oracle::Trust, format!("relay {relay} answers what was not asked")));
                };
                for (id, result) in ids.iter().zip(&results) {
                    match result {
                        PutResult::Stored { at } | PutResult::Duplicate { at } => {
                            if !durable(at) || node.log.get(at.position as usize - 1) != Some(id) {
                                return Err(unstored("an acknowledgement"));
                            }
                            if matches!(result, PutResult::Duplicate { .. }) {
                                self.sometimes.happened("put again what was stored already");
                            }
                        }
                        PutResult::Refused { code: Code::Full } => {
                            self.sometimes.happened("relay: disk nearly full, records refused");
                        }
                        PutResult::Refused { .. } => {}
                    }
                }
            }
            Message::AuthOk { head, .. } if !durable(&head) => return Err(unstored("a head")),
            Message::Records { first, entries, more, head } => {
                if !durable(&head) {
                    return Err(unstored("a head"));
                }
                for (number, record) in entries.iter().enumerate() {
                    if node.log.get(first as usize - 1 + number) != Some(&record.id()) {
                        return Err(unstored("a record"));
                    }
                }
                let reader = link.raw.unwrap_or_else(|| self.devices[usize::from(link.device)].key);
                let access = node.machine.disk.row(&[b"a", &self.space.0[..]].concat());
                let access = access.and_then(|row| minicbor::decode::<AccessRow>(row).ok());
                if !entries.is_empty() && access.is_some_and(|access| access.removed.contains(&reader)) {
                    return Err(violation(
                        Oracle::Intruder,
                        format!("relay {relay} sends records to a removed device"),
                    ));
                }
                if more {
                    self.sometimes.happened("relay: sync budget used up");
                } else if (first + entries.len() as u64) <= head.position && !entries.is_empty() {
                    self.sometimes.happened("more than one page");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn check_frame(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        self.frames += 1;
        if contains(bytes, MARKER) {
            return Err(violation(Oracle::Confidential, "a marker can be read on the wire".into()));
        }
        Ok(())
    }

    /// The log only grows, densely, along its chain, and holds each record once.
    pub fn check_log_writes(&mut self, relay: u8, writes: &[Write]) -> Result<(), Violation> {
        let prefix = [b"l", &self.space.0[..]].concat();
        let node = &mut self.relays[usize::from(relay)];
        let wrong = |what: String| Err(violation(Oracle::Log, format!("relay {relay} {what}")));
        for (key, value) in writes {
            let Some(position) = key.strip_prefix(prefix.as_slice()) else { continue };
            let Some(value) = value else { return wrong("deletes a record".into()) };
            if position != (node.log.len() as u64 + 1).to_be_bytes() {
                return wrong(format!("writes to {position:?} after {} records", node.log.len()));
            }
            let record = value.get(36..).and_then(|bytes| Record::new(bytes.to_vec()).ok());
            let Some(record) = record else { return wrong("stores what is no record".into()) };
            let id = record.id();
            let hash = node.chain.last().map_or(LogHash::START, |hash| LogHash(*hash)).next(&id);
            if value[..32] != hash.0 {
                return wrong("breaks the chain".into());
            }
            if node.log.contains(&id) {
                return wrong("stores a record twice".into());
            }
            node.log.push(id);
            node.chain.push(hash.0);
        }
        Ok(())
    }

    /// The simulation itself took a log back: what is on the disk now is what must hold from here.
    pub fn relay_lost_its_log(&mut self, relay: u8) {
        let prefix = [b"l", &self.space.0[..]].concat();
        let node = &mut self.relays[usize::from(relay)];
        let length = node.machine.disk.under(&prefix).count();
        // A backup is older than what stands there now, unless something older was restored in between.
        let mut chain = Vec::with_capacity(length);
        let mut log = Vec::with_capacity(length);
        for (_, row) in node.machine.disk.under(&prefix) {
            let record = Record::new(row[36..].to_vec()).expect("it was checked when it was written");
            log.push(record.id());
            chain.push(row[..32].try_into().expect("a row of a log begins with a hash"));
        }
        node.log = log;
        node.chain = chain;
        self.people.forget_taker(relay);
    }

    pub fn count_roll_back(&mut self, relay: u8) {
        let id = self.relays[usize::from(relay)].id;
        let prefix = [b"l", &self.space.0[..]].concat();
        let length = self.relays[usize::from(relay)].machine.disk.under(&prefix).count() as u64;
        if length == self.relays[usize::from(relay)].log.len() as u64 {
            return;
        }
        for node in self.devices.iter().filter(|node| node.knows.contains(&relay)) {
            let row = node.machine.disk.row(&[&[b'c', 0, 1][..], &id.0].concat());
            let Some(Ok(Cursor { position })) = row.map(minicbor::decode) else { continue };
            self.sometimes.happened(match position.cmp(&length) {
                std::cmp::Ordering::Greater => "relay: rolled back below a cursor",
                std::cmp::Ordering::Equal => "relay: rolled back to a cursor",
                std::cmp::Ordering::Less => "relay: rolled back above a cursor",
            });
        }
    }

    /// What a device tells its person.
    pub fn told(&mut self, device: u8, notice: Notice) -> Result<(), Violation> {
        let trust = |what: String| Err(violation(Oracle::Trust, format!("device {device} {what}")));
        match notice {
            Notice::WithRelay { relay, records } => {
                self.sometimes.happened("with the relay");
                let relay = self.relay_of(&relay);
                for record in records {
                    self.ledger.with.entry((relay, record)).or_default();
                }
            }
            Notice::CaughtUp { relay } => {
                let relay = self.relay_of(&relay);
                let learned = self.devices[usize::from(device)].learned.get(&relay).copied();
                let open = self.session(device, relay).is_some_and(|link| link.relay_open);
                if let Some(head) = learned.filter(|head| open && head.position > 0) {
                    let chain = &self.relays[usize::from(relay)].chain;
                    let fits =
                        chain.get(head.position as usize - 1).is_some_and(|hash| LogHash(*hash).prefix() == head.hash);
                    if !fits {
                        let detail = format!("device {device} knew of {} in the log of relay {relay}", head.position);
                        return Err(violation(Oracle::RollBack, detail));
                    }
                }
            }
            Notice::RolledBack { to, .. } => {
                self.sometimes.happened("roll-back noticed");
                self.sometimes.happened(match to {
                    0 => "ladder climbed to the start",
                    _ => "ladder climbed to a place above the start",
                });
            }
            Notice::Refused { record, why } => {
                self.sometimes.happened("record refused");
                if !self.ledger.forged.contains(&record) {
                    return trust(format!("refuses an honest record: {why:?}"));
                }
            }
            Notice::BadLog { relay } => return trust(format!("accuses relay {}", self.relay_of(&relay))),
            Notice::WrongRelay { .. } | Notice::WrongVersion { .. } | Notice::Withheld { .. } => {
                return trust(format!("accuses an honest relay: {notice:?}"));
            }
            Notice::NotTaken { code: Code::Full | Code::NotAllowed | Code::Stale | Code::Removed, .. } => {}
            // Full, or made already by what was sent on an earlier connection.
            Notice::NotCreated { code: Code::Full | Code::Exists, .. } => {}
            Notice::Ended { code: Code::TooSlow | Code::TimeOut | Code::Draining, .. } => {}
            Notice::NotTaken { .. } | Notice::Ended { .. } | Notice::NotCreated { .. } => {
                return trust(format!("is turned away: {notice:?}"));
            }
            Notice::Removed { .. } => {
                self.sometimes.happened("device: removed");
                if !self.is_hostile(device) {
                    return trust("was removed by nobody".into());
                }
            }
            Notice::NotAdmitted { .. } | Notice::AsksToJoin { .. } | Notice::Created { .. } => {}
        }
        Ok(())
    }

    // At the end.

    /// Everything that must be true once all is healed.
    pub fn look(&mut self) -> Result<(), Violation> {
        self.look_at_logs()?;
        self.look_at_the_ledger()?;
        self.look_at_maps()
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

    fn look_at_maps(&mut self) -> Result<(), Violation> {
        let mut first: Option<Map> = None;
        for device in self.honest() {
            let map = self.map(device)?;
            let Some(first) = &first else {
                first = Some(map);
                continue;
            };
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
        }
        if let Some(first) = first {
            let rows = first.shown.iter().flat_map(|(_, shown)| shown.iter().map(|(key, ..)| key));
            if let Some(key) = rows.into_iter().find(|key| key.starts_with("l/bad")) {
                return Err(violation(Oracle::Intruder, format!("what was forged counts: {key}")));
            }
        }
        Ok(())
    }

    /// Whether all honest devices have the same heads.
    pub fn all_alike(&mut self) -> Result<bool, Violation> {
        let mut first = None;
        for device in self.honest() {
            let heads: Vec<_> =
                self.documents(device)?.into_iter().map(|(id, document)| (id, document.heads())).collect();
            if *first.get_or_insert_with(|| heads.clone()) != heads {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn look_at_the_ledger(&mut self) -> Result<(), Violation> {
        for device in self.honest() {
            let documents = self.documents(device)?;
            let rows: BTreeMap<DocumentId, BTreeSet<String>> = documents
                .iter()
                .map(|(id, document)| (*id, document.appended("l/").into_iter().map(|row| row.id).collect()))
                .collect();
            for edit in self.ledger.edits.iter().filter(|edit| !edit.excused) {
                let key = format!("{:08x}", edit.number);
                let has = documents.iter().any(|(id, document)| *id == edit.document && document.has(&edit.change));
                if !has || !rows[&edit.document].contains(&key) {
                    let detail = format!("edit {} of device {} is not on device {device}", edit.number, edit.device);
                    return Err(violation(Oracle::Ledger, detail));
                }
            }
        }
        for ((relay, record), excused) in &self.ledger.with {
            if !excused.0 && !self.relays[usize::from(*relay)].log.contains(record) {
                return Err(violation(Oracle::Ledger, format!("{record:?} was said to be with relay {relay}")));
            }
        }
        Ok(())
    }

    /// Every document of a device, as its running replica reads them from its disk.
    fn documents(&mut self, device: u8) -> Result<Vec<(DocumentId, Document)>, Violation> {
        self.replica(device)?;
        let node = &self.devices[usize::from(device)];
        let (Some(replica), disk) = (&node.replica, &node.machine.disk) else { return Ok(Vec::new()) };
        let unreadable = || violation(Oracle::Crash, format!("device {device} cannot read its map"));
        let ids = replica.documents(disk).map_err(|_| unreadable())?;
        ids.into_iter()
            .map(|id| Ok((id, replica.document(id, disk).map_err(|_| unreadable())?.ok_or_else(unreadable)?)))
            .collect()
    }

    fn map(&mut self, device: u8) -> Result<Map, Violation> {
        // As the product opens it from what is durable.
        self.device_dies(device)?;
        let documents = self.documents(device)?;
        let roster = self.replica(device)?.roster().heads();
        let heads = documents.iter().map(|(id, document)| (*id, document.heads())).collect();
        let shown = documents.into_iter().map(|(id, document)| {
            let shown = document.keys().into_iter().map(|key| {
                let (values, text) = (document.values(&key), document.text(&key));
                (key, values, text)
            });
            (id, shown.collect())
        });
        Ok(Map { roster, heads, shown: shown.collect() })
    }

    pub fn honest(&self) -> Vec<u8> {
        (0..self.shape.devices).filter(|device| !self.is_hostile(*device)).collect()
    }

    pub fn is_hostile(&self, device: u8) -> bool {
        self.shape.hostile && device + 1 == self.shape.devices
    }
}

/// A device's map, as the product opens it from what is durable.
struct Map {
    roster: Vec<allymap_wire::OpId>,
    heads: Vec<(DocumentId, Vec<allymap_document::ChangeHash>)>,
    shown: Vec<(DocumentId, Shown)>,
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == part[0]) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}
