//! A relay turned hostile: the real one, with somebody between it and the wire who drops, damages, shows old logs, shows two
//! logs, and acknowledges what is stored nowhere.
//!
//! Every lie must be noticed by whoever it was told, or have changed nothing there. Once it ends, everything is whole again.

use std::collections::BTreeSet;

use allymap_relay::{ConnectionId, Effect, Input};
use allymap_replica::Notice;
use allymap_wire::{Head, LogHash, Message, RecordId, RelayKeyHash};
use minicbor::Decode;

use crate::chance::Chance;
use crate::disk::Disk;
use crate::oracle::{Oracle, Violation, violation};
use crate::plan::Lie;
use crate::world::{Device, Machine, RelayNode, World};

pub struct Liar {
    pub relay: u8,
    lie: Option<Lie>,
    /// The other log that it shows, to every other device that connects while there is one.
    other: Option<RelayNode>,
    chance: Chance,
    /// It lies no more: what was believed must come out now.
    over: bool,
    /// Devices whose reading does not fit the log that is left.
    deceived: BTreeSet<u8>,
    /// Who came back since.
    returned: BTreeSet<u8>,
    noticed: BTreeSet<u8>,
}

/// How far a device has read a log, and how far it believes that the log goes.
#[derive(Decode)]
#[cbor(map)]
struct Reading {
    #[n(2)]
    position: u64,
    #[cbor(n(3), with = "minicbor::bytes")]
    hash: [u8; 32],
    #[n(4)]
    highest: Option<Head>,
}

impl Liar {
    pub fn new(relay: u8, seed: u64) -> Liar {
        Liar {
            relay,
            lie: None,
            other: None,
            chance: Chance::new(seed, 0x50),
            over: false,
            deceived: BTreeSet::new(),
            returned: BTreeSet::new(),
            noticed: BTreeSet::new(),
        }
    }
}

impl World {
    pub fn lies(&self, relay: u8) -> bool {
        self.liar.as_ref().is_some_and(|liar| liar.relay == relay)
    }

    /// Whether this relay lies still.
    pub fn lies_now(&self, relay: u8) -> bool {
        self.lies(relay) && self.liar.as_ref().is_some_and(|liar| !liar.over)
    }

    /// Which of a relay's logs somebody who connects now is shown.
    pub fn face_for(&self, relay: u8, device: u8) -> u8 {
        let two = self.lies(relay) && self.liar.as_ref().is_some_and(|liar| liar.other.is_some());
        if two { device % 2 } else { 0 }
    }

    pub fn lie(&mut self, lie: Lie) -> Result<(), Violation> {
        let Some(liar) = &mut self.liar else { return Ok(()) };
        let relay = liar.relay;
        match lie {
            Lie::TwoLogs | Lie::OldLog if liar.other.is_none() => {
                let RelayNode { machine, id, token, log, chain, .. } = &self.relays[usize::from(relay)];
                let disk = if lie == Lie::OldLog { machine.backup.clone() } else { machine.disk.clone() };
                let mut other = RelayNode {
                    machine: Machine::new(disk, machine.chance.clone()),
                    relay: None,
                    id: *id,
                    token: *token,
                    log: log.clone(),
                    chain: chain.clone(),
                    face: 1,
                    narrow: false,
                    full: false,
                };
                std::mem::swap(&mut other, &mut self.relays[usize::from(relay)]);
                if lie == Lie::OldLog {
                    self.read_log(relay);
                }
                std::mem::swap(&mut other, &mut self.relays[usize::from(relay)]);
                if let Some(liar) = &mut self.liar {
                    liar.other = Some(other);
                }
                self.sometimes.happened(match lie {
                    Lie::OldLog => "hostile relay: shows an old log",
                    _ => "hostile relay: shows two logs",
                });
            }
            Lie::TwoLogs | Lie::OldLog => {}
            Lie::OneLog => self.one_log()?,
            Lie::Nothing => liar.lie = None,
            lie => liar.lie = Some(lie),
        }
        Ok(())
    }

    /// The second log is gone, and all who were shown it are cut off.
    fn one_log(&mut self) -> Result<(), Violation> {
        let Some(liar) = &mut self.liar else { return Ok(()) };
        let (relay, Some(other)) = (liar.relay, liar.other.take()) else { return Ok(()) };
        let first = std::mem::replace(&mut self.relays[usize::from(relay)], other);
        self.relay_dies(relay)?;
        let other = std::mem::replace(&mut self.relays[usize::from(relay)], first);
        self.destroyed(&other.machine.disk);
        Ok(())
    }

    /// What reaches a relay that lies.
    pub fn lying_turn(&mut self, relay: u8, inputs: Vec<Input>) -> Result<(), Violation> {
        for input in inputs {
            let link = connection_of(&input).and_then(|connection| self.links.get(&connection.0));
            let faces = match link {
                Some(link) => link.face..=link.face,
                None => 0..=1,
            };
            for face in faces {
                if !self.turn_to(face) {
                    continue;
                }
                let outcome = self.turn_of_one_face(relay, input.clone());
                self.turn_to(face);
                outcome?;
            }
        }
        Ok(())
    }

    /// Puts the log that this face shows in the relay's place, or back again. Whether there is one.
    fn turn_to(&mut self, face: u8) -> bool {
        let Some(liar) = self.liar.as_mut().filter(|_| face == 1) else { return face == 0 };
        let Some(other) = &mut liar.other else { return false };
        std::mem::swap(other, &mut self.relays[usize::from(liar.relay)]);
        true
    }

    fn turn_of_one_face(&mut self, relay: u8, input: Input) -> Result<(), Violation> {
        let Input::Received { connection, bytes } = &input else { return self.plain_turn(relay, vec![input]) };
        let raw = self.links.get(&connection.0).is_none_or(|link| link.raw.is_some());
        let lie = self.liar.as_ref().and_then(|liar| liar.lie).filter(|_| !raw);
        match (lie, Message::decode(bytes)) {
            (Some(Lie::StoresNothing), Ok(Message::Put { .. })) => self.answer_and_forget(relay, *connection, input),
            (Some(Lie::Damages), _) => {
                let bytes = self.damaged(bytes);
                self.plain_turn(relay, vec![Input::Received { connection: *connection, bytes }])
            }
            _ => self.plain_turn(relay, vec![input]),
        }
    }

    /// A copy of the relay answers, as only a relay can that stored what it was given. Then the copy is gone.
    fn answer_and_forget(&mut self, relay: u8, connection: ConnectionId, input: Input) -> Result<(), Violation> {
        self.open_relay(relay)?;
        let now = self.time(&self.relays[usize::from(relay)].machine);
        let node = &self.relays[usize::from(relay)];
        let Some(mut copy) = node.relay.clone() else { return Ok(()) };
        let (rows, mut chance): (&Disk, Chance) = (&node.machine.memory, node.machine.chance.clone());
        let mut effects = Vec::new();
        copy.handle(now, input, rows, &mut |bytes| chance.fill(bytes), &mut effects)
            .map_err(|error| violation(Oracle::Crash, format!("relay {relay}: {error}")))?;
        for effect in effects {
            if let Effect::Send { connection: to, bytes } = effect
                && to == connection
                && let Some(link) = self.links.get_mut(&to.0)
            {
                self.sometimes.happened("hostile relay: acknowledges and stores nothing");
                link.down.push_back(bytes);
            }
        }
        Ok(())
    }

    /// What a frame of this relay is when it reaches the wire.
    pub fn tampered(
        &mut self,
        relay: u8,
        connection: ConnectionId,
        bytes: std::sync::Arc<[u8]>,
    ) -> std::sync::Arc<[u8]> {
        let raw = self.links.get(&connection.0).is_none_or(|link| link.raw.is_some());
        let Some(liar) = self.liar.as_mut().filter(|liar| liar.relay == relay && !raw) else { return bytes };
        match liar.lie {
            Some(Lie::Drops) => match Message::decode(&bytes) {
                Ok(Message::Records { first, mut entries, more, head }) if !entries.is_empty() => {
                    entries.remove(liar.chance.below(entries.len() as u64) as usize);
                    self.sometimes.happened("hostile relay: drops a record");
                    Message::Records { first, entries, more, head }.encode().into()
                }
                _ => bytes,
            },
            Some(Lie::Damages) => self.damaged(&bytes).into(),
            _ => bytes,
        }
    }

    /// One frame of a few has one bit that is another.
    fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let Some(liar) = &mut self.liar else { return bytes };
        if bytes.is_empty() || liar.chance.below(6) > 0 {
            return bytes;
        }
        let at = liar.chance.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << liar.chance.small(8);
        self.sometimes.happened("frame damaged on the way");
        // A damaged record is a record: somebody may store it, and nobody can open it.
        if let Ok(Message::Put { entries } | Message::Records { entries, .. }) = Message::decode(&bytes) {
            for id in entries.iter().map(|record| record.id()) {
                if !self.is_known(&id) {
                    self.ledger.forged.insert(id);
                    self.ledger.offered.insert(id);
                }
            }
        }
        bytes
    }

    /// Whether anybody has this record: then it is the one that was made.
    fn is_known(&self, id: &RecordId) -> bool {
        let row = [&[b'r', 0, 1][..], &id.0].concat();
        self.devices.iter().any(|node| node.machine.disk.row(&row).is_some())
            || self.relays.iter().any(|node| node.log.contains(id))
    }

    /// A device says that something is wrong with this relay. Whether it is.
    pub fn accused_with_reason(&mut self, device: u8, id: &RelayKeyHash, notice: &Notice) -> bool {
        let relay = self.relay_of(id);
        let Some(liar) = self.liar.as_mut().filter(|liar| liar.relay == relay) else { return false };
        if let Notice::BadLog { .. } | Notice::RolledBack { .. } = notice {
            liar.noticed.insert(device);
        }
        self.sometimes.happened(match notice {
            Notice::BadLog { .. } => "hostile relay noticed: its log does not fit",
            Notice::RolledBack { .. } => "hostile relay noticed: its log went back",
            Notice::Withheld { .. } => "hostile relay noticed: it showed more to others",
            _ => "hostile relay noticed: by what it said",
        });
        true
    }

    /// From here on the relay is honest, with the log that is left.
    pub fn lies_end(&mut self) -> Result<(), Violation> {
        self.one_log()?;
        let Some(Liar { relay, .. }) = self.liar else { return Ok(()) };
        // What was said on a connection cannot come out on the same one.
        self.relay_dies(relay)?;
        let deceived = self.honest().into_iter().filter(|device| !self.reads_what_is_there(*device, relay)).collect();
        for node in &mut self.devices {
            node.learned.remove(&relay);
        }
        if let Some(liar) = &mut self.liar {
            (liar.lie, liar.over, liar.deceived, liar.noticed) = (None, true, deceived, BTreeSet::new());
            liar.returned.clear();
        }
        Ok(())
    }

    /// Whether what a device durably knows of a relay's log stands there.
    pub fn reads_what_is_there(&self, device: u8, relay: u8) -> bool {
        let RelayNode { id, chain, .. } = &self.relays[usize::from(relay)];
        let Device { machine, .. } = &self.devices[usize::from(device)];
        let Some(row) = machine.disk.row(&[&[b'c', 0, 1][..], &id.0].concat()) else { return true };
        let Ok(Reading { position, hash, highest }) = minicbor::decode(row) else { return false };
        let there = |head: &Head| match head.position.checked_sub(1) {
            None => *head == Head::START,
            Some(at) => chain.get(at as usize).is_some_and(|hash| LogHash(*hash).prefix() == head.hash),
        };
        there(&Head { position, hash: LogHash(hash).prefix() }) && highest.iter().all(there)
    }

    /// Before a device comes back to this relay for the first time since the lies ended: what it was told may have become true,
    /// since others brought the record after all. Then there is nothing to notice.
    pub fn comes_back(&mut self, device: u8, relay: u8) {
        let fits = self.reads_what_is_there(device, relay);
        if let Some(liar) = self.liar.as_mut().filter(|liar| liar.over && liar.relay == relay)
            && liar.returned.insert(device)
            && fits
        {
            liar.deceived.remove(&device);
        }
    }

    pub fn look_at_lies(&self) -> Result<(), Violation> {
        let Some(liar) = &self.liar else { return Ok(()) };
        match liar.deceived.difference(&liar.noticed).next() {
            Some(device) => Err(violation(Oracle::RollBack, format!("device {device} never noticed what it was told"))),
            None => Ok(()),
        }
    }
}

fn connection_of(input: &Input) -> Option<ConnectionId> {
    match input {
        Input::Connected { connection, .. }
        | Input::Received { connection, .. }
        | Input::Drained { connection }
        | Input::Disconnected { connection }
        | Input::SendQueueFull { connection } => Some(*connection),
        Input::DiskFull(_) | Input::Tick | Input::Drain => None,
    }
}
