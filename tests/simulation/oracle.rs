//! What must hold at every effect: nothing is sent before it is durable, nothing plain, nothing to strangers.

use allymap_relay::ConnectionId;
use allymap_replica::{Fate, Notice, Refused};
use allymap_seal::Roster;
use allymap_wire::{AccessEntry, Code, DeviceKey, Head, LogHash, Message, MessageKind, PutResult, Record, RecordId};
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
    /// A relay goes by an old list of members, and a convenor was told that all was said.
    Members,
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
    entries: Vec<AccessEntry>,
    #[n(2)]
    removed: Vec<DeviceKey>,
}

pub const MARKER: &[u8] = b"MARKER";

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
            Message::BoxPut { token, .. }
                if node.machine.disk.row(&[&[b'j', 0, 1][..], &token.0].concat()).is_none() =>
            {
                return Err(unstored("an invitation"));
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
                        PutResult::Refused { code: Code::Full } if node.narrow && !node.full => {
                            self.sometimes.happened("relay: no room left for the map");
                        }
                        PutResult::Refused { code: Code::Rate } => {
                            self.sometimes.happened("relay: what a day allows is used up");
                        }
                        PutResult::Refused { code: Code::Full } => {
                            self.sometimes.happened("relay: disk nearly full, records refused");
                        }
                        PutResult::Refused { .. } => {}
                    }
                }
            }
            Message::Outcome { of, code: Code::Full, .. } if of == MessageKind::BoxPut as u8 && !node.full => {
                self.sometimes.happened("relay: mailboxes full");
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
                let removed = self.access(relay).is_some_and(|access| access.removed.contains(&reader));
                if !entries.is_empty() && removed {
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

    fn access(&self, relay: u8) -> Option<AccessRow> {
        let disk = &self.relays[usize::from(relay)].machine.disk;
        minicbor::decode(disk.row(&[b"a", &self.space.0[..]].concat())?).ok()
    }

    /// A relay lets in whom this roster has as members, nobody else, and knows whom it removed.
    pub fn check_list(&self, relay: u8, roster: &Roster) -> Result<(), Violation> {
        let access = self.access(relay);
        let listed = |device: &DeviceKey| {
            access.as_ref().is_some_and(|access| access.entries.iter().any(|entry| entry.device == *device))
        };
        let members = roster.members();
        let wrong = |what: &str| Err(violation(Oracle::Members, format!("relay {relay} {what}")));
        if !members.iter().all(|member| listed(&member.device)) {
            return wrong("does not let a member in");
        }
        if access.as_ref().is_some_and(|access| access.entries.len() > members.len()) {
            return wrong("lets in who is no member");
        }
        let removed = |device: &DeviceKey| access.as_ref().is_some_and(|access| access.removed.contains(device));
        let former = roster.former_members();
        let gone = |device: &DeviceKey| roster.member(device).is_none();
        if former.iter().any(|one| one.removed.is_some() && gone(&one.device) && !removed(&one.device)) {
            return wrong("does not know that somebody was removed");
        }
        Ok(())
    }

    /// Whether a relay lets this device in.
    pub fn lists(&self, relay: u8, device: &DeviceKey) -> bool {
        self.access(relay).is_some_and(|access| access.entries.iter().any(|entry| entry.device == *device))
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
        self.read_log(relay);
        self.people.forget_taker(relay);
    }

    pub fn read_log(&mut self, relay: u8) {
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
        self.lost_logs.insert(relay);
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
                // The hostile member may be gone when it is her turn to offer again; what a hostile relay says is worth nothing.
                let hostile = self.is_hostile(device) || self.lies_now(relay);
                for record in records.into_iter().filter(|_| !hostile) {
                    self.ledger.with.entry((relay, record)).or_default();
                }
            }
            Notice::CaughtUp { relay } => {
                let relay = self.relay_of(&relay);
                let learned = self.devices[usize::from(device)].learned.get(&relay).copied();
                let open = self.session(device, relay).is_some_and(|link| link.relay_open);
                if open && !self.lies_now(relay) && !self.reads_what_is_there(device, relay) {
                    let detail = format!("device {device} is up to date with what relay {relay} does not have");
                    return Err(violation(Oracle::RollBack, detail));
                }
                let learned = learned.filter(|head| open && head.position > 0 && !self.lies_now(relay));
                if let Some(head) = learned {
                    let chain = &self.relays[usize::from(relay)].chain;
                    let fits =
                        chain.get(head.position as usize - 1).is_some_and(|hash| LogHash(*hash).prefix() == head.hash);
                    if !fits {
                        let detail = format!("device {device} knew of {} in the log of relay {relay}", head.position);
                        return Err(violation(Oracle::RollBack, detail));
                    }
                }
                let node = &self.devices[usize::from(device)];
                let replica = node.replica.as_ref().expect("it has just told this");
                // A driver leaves as soon as all was said, and what is on its way then may be lost. The founder makes every
                // change of members herself; what another convenor knows may be older than the relay's list.
                let leaves = replica.connections().get(&self.relays[usize::from(relay)].id) == Some(&true);
                if device == 0 && open && leaves {
                    self.check_list(relay, replica.roster())?;
                }
            }
            Notice::RolledBack { to, relay, .. } => {
                self.accused_with_reason(device, &relay, &notice);
                self.sometimes.happened("roll-back noticed");
                self.sometimes.happened(match to {
                    0 => "ladder climbed to the start",
                    _ => "ladder climbed to a place above the start",
                });
            }
            Notice::Refused { record, why } => {
                self.sometimes.happened("record refused");
                if why == Refused::OverBudget {
                    self.sometimes.happened("a part of a flood does not count");
                }
                if !self.ledger.forged.contains(&record) && !self.people.may_be_cut(&record) {
                    return trust(format!("refuses an honest record: {why:?}"));
                }
            }
            Notice::BadLog { relay }
            | Notice::WrongRelay { relay }
            | Notice::WrongVersion { relay, .. }
            | Notice::Withheld { relay, .. }
            | Notice::NotTaken { relay, .. }
            | Notice::Ended { relay, .. }
            | Notice::NotCreated { relay, .. }
            | Notice::Removed { relay }
                if self.accused_with_reason(device, &relay, &notice) => {}
            Notice::BadLog { relay } => return trust(format!("accuses relay {}", self.relay_of(&relay))),
            Notice::Withheld { relay, .. } if self.lost_logs.contains(&self.relay_of(&relay)) => {
                self.sometimes.happened("a relay shows less than others have read");
            }
            Notice::WrongRelay { .. } | Notice::WrongVersion { .. } | Notice::Withheld { .. } => {
                return trust(format!("accuses an honest relay: {notice:?}"));
            }
            Notice::NotTaken { code: Code::Rate, .. } if self.sometimes.count("relay: little room") > 0 => {}
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

    pub fn honest(&self) -> Vec<u8> {
        (0..self.shape.devices).filter(|device| !self.is_hostile(*device)).collect()
    }

    pub fn is_hostile(&self, device: u8) -> bool {
        self.shape.hostile && device + 1 == self.shape.devices
    }
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == part[0]) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}
