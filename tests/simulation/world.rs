//! Devices, relays and the links between them: the two drivers, as a simulation drives them.
//!
//! A driver carries out what one turn asked for, in order, and may die before any of it. What is durable is in a node's
//! `disk`; `memory` is what its process sees. After a death, or a write that the disk refused, the product opens itself again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use allymap_relay::{ConnectionId, Relay};
use allymap_replica::{Effect, Fate, Input, Notice, Refused, Replica, SpaceNumber};
use allymap_seal::{DeviceKeys, DeviceSeed};
use allymap_wire::{
    DeviceKey, DocumentId, Head, Message, OperatorToken, PutResult, RecordId, RelayKeyHash, SpaceId, Timestamp,
};

use crate::chance::Chance;
use crate::disk::{Disk, Write};
use crate::ledger::Ledger;
use crate::liar::Liar;
use crate::mutants::Rule;
use crate::oracle::{Oracle, Violation, violation};
use crate::plan::Shape;
use crate::sometimes::Sometimes;

/// The map's number on every device.
pub const NUMBER: SpaceNumber = SpaceNumber(1);
/// The authority that every device connects to.
pub const HOST: &str = "relay.example:4040";
/// Operations of one device that count in one document: few, so that a flood is small. It is less than one record may bring.
pub const OPERATIONS: u64 = 1_200;
/// Frames that may wait for one device before a relay's driver gives up on it.
pub const QUEUE: usize = 12;
/// Frames that a device may have on their way to one relay: what it says unasked is bounded.
const UPWARD: usize = 12;

pub struct World {
    pub shape: Shape,
    /// Operations of one device that count in one document.
    pub operations: u64,
    pub space: SpaceId,
    pub rule: Option<Rule>,
    pub liar: Option<Liar>,
    pub devices: Vec<Device>,
    pub relays: Vec<RelayNode>,
    pub links: BTreeMap<u64, Link>,
    pub stalled: BTreeSet<(u8, u8)>,
    /// Relays that once forgot what they had shown.
    pub lost_logs: BTreeSet<u8>,
    pub now: u64,
    /// Time does not pass by itself.
    pub still: bool,
    pub ledger: Ledger,
    pub sometimes: Sometimes,
    pub digest: Option<u64>,
    pub frames: u64,
    /// Things about the people around the map: who invited whom, what was forged.
    pub people: crate::people::People,
    pub next_link: u64,
    pub edits: u64,
}

/// A machine whose disk can be lost: what devices and relays have in common.
#[derive(Clone)]
pub struct Machine {
    pub disk: Disk,
    pub memory: Disk,
    pub backup: Disk,
    pub chance: Chance,
    pub clock_hours: i64,
    pub kill: Option<u8>,
    pub refuse: u8,
}

pub struct Device {
    pub machine: Machine,
    pub seed: [u8; 32],
    pub key: DeviceKey,
    pub replica: Option<Replica>,
    /// The open connection to each relay.
    pub sessions: BTreeMap<u8, u64>,
    pub knows: Vec<u8>,
    pub continues: bool,
    /// The highest place of each relay's log that this device durably knows of.
    pub learned: BTreeMap<u8, Head>,
}

pub struct RelayNode {
    pub machine: Machine,
    pub relay: Option<Relay>,
    pub id: RelayKeyHash,
    pub token: OperatorToken,
    /// What its durable log must hold, position by position.
    pub log: Vec<RecordId>,
    pub chain: Vec<[u8; 32]>,
    /// Which of its logs this is, where it shows two.
    pub face: u8,
    /// Its operator gave it little room.
    pub narrow: bool,
    /// Its disk was said to be nearly full.
    pub full: bool,
}

/// One connection: two ordered streams of frames, and what each end believes.
#[derive(Default)]
pub struct Link {
    pub device: u8,
    pub relay: u8,
    /// Which of the relay's logs it shows.
    pub face: u8,
    pub up: VecDeque<Vec<u8>>,
    pub down: VecDeque<Arc<[u8]>>,
    pub device_open: bool,
    pub relay_open: bool,
    /// The relay will not hear of the end by itself.
    pub half_open: bool,
    /// The key that logged in on it, where it is none of a replica's own connections.
    pub raw: Option<DeviceKey>,
    /// What the relay was asked to store and has not answered.
    pub puts: VecDeque<Vec<RecordId>>,
}

/// Something that becomes true together with a durable write.
pub enum Note {
    Learned(u8, Head),
    Forgot(u8),
}

/// What a device's driver has to do.
enum Todo {
    Persist(Vec<Write>, Vec<Note>),
    Effect(Effect),
    /// Tell the person that the edit is kept.
    Kept(u64),
}

impl Machine {
    pub fn new(disk: Disk, chance: Chance) -> Machine {
        Machine { memory: disk.clone(), backup: disk.clone(), disk, chance, clock_hours: 0, kill: None, refuse: 0 }
    }

    pub fn forget(&mut self) {
        self.memory = self.disk.clone();
    }
}

impl World {
    pub fn time(&self, machine: &Machine) -> Timestamp {
        Timestamp(self.now.saturating_add_signed(machine.clock_hours * 3_600_000))
    }

    pub fn keys(&self, device: u8) -> DeviceKeys {
        DeviceKeys::derive(&DeviceSeed::from_bytes(self.devices[usize::from(device)].seed), &self.space)
    }

    /// The device's replica, opened by the product's own way if it is not running.
    pub fn replica(&mut self, device: u8) -> Result<&mut Replica, Violation> {
        let (rule, operations) = (self.rule, self.operations);
        let node = &mut self.devices[usize::from(device)];
        if node.replica.is_none() {
            let seed = DeviceSeed::from_bytes(node.seed);
            let mut replica = Replica::open(NUMBER, &seed, &node.machine.memory)
                .map_err(|error| violation(Oracle::Crash, format!("device {device} does not open: {error}")))?;
            if let Some(Rule::Replica(broken)) = rule {
                replica.break_rule(broken);
            }
            replica.limit_operations(operations);
            node.replica = Some(replica);
            // A driver asks for what an earlier life left unapplied.
            node.continues = true;
        }
        Ok(node.replica.as_mut().expect("it was opened above"))
    }

    pub fn open_relay(&mut self, relay: u8) -> Result<&mut Relay, Violation> {
        let (rule, shape) = (self.rule, self.shape);
        let node = &mut self.relays[usize::from(relay)];
        if node.relay.is_none() {
            let settings =
                if node.narrow { crate::start::narrow_settings(shape) } else { crate::start::settings(shape) };
            let opened = match rule {
                Some(Rule::Relay(broken)) => Relay::open_broken(settings, &node.machine.memory, broken),
                _ => Relay::open(settings, &node.machine.memory),
            };
            node.relay = Some(
                opened.map_err(|error| violation(Oracle::Crash, format!("relay {relay} does not open: {error}")))?,
            );
        }
        Ok(node.relay.as_mut().expect("it was opened above"))
    }

    // Devices.

    pub fn device_turn(&mut self, device: u8, inputs: Vec<Input>) -> Result<(), Violation> {
        self.replica(device)?;
        let now = self.time(&self.devices[usize::from(device)].machine);
        let mut turns = Vec::with_capacity(inputs.len());
        for input in inputs {
            let mut notes = Vec::new();
            if let Input::Received { relay, bytes } = &input
                && let Ok(Message::PutAck { results }) = Message::decode(bytes)
            {
                let relay = self.relay_of(relay);
                let heads = results.iter().filter_map(|result| match result {
                    PutResult::Stored { at } | PutResult::Duplicate { at } => Some(*at),
                    PutResult::Refused { .. } => None,
                });
                notes.extend(heads.max_by_key(|head| head.position).map(|head| Note::Learned(relay, head)));
            }
            let node = &mut self.devices[usize::from(device)];
            let Machine { memory, chance, .. } = &mut node.machine;
            let mut effects = Vec::new();
            let replica = node.replica.as_mut().expect("it was opened above");
            replica
                .handle(now, input, memory, chance, &mut effects)
                .map_err(|error| violation(Oracle::Crash, format!("device {device}: {error}")))?;
            if let Some(Rule::Driver(careless)) = self.rule {
                effects = careless.on_device(effects);
            }
            turns.push(self.todo(device, effects, notes));
        }
        if self.applied_a_deadly_record(device) {
            self.sometimes.happened("device: died of a record");
            return self.device_dies(device);
        }
        self.carry_out(device, turns)
    }

    /// Whether this turn would have ended the process: a record that nothing survives was tried. Refused unread it does no harm.
    fn applied_a_deadly_record(&self, device: u8) -> bool {
        let Device { replica: Some(replica), machine, .. } = &self.devices[usize::from(device)] else { return false };
        self.ledger.deadly.iter().any(|id| {
            let tried =
                |rows: &Disk| matches!(replica.fate(id, rows), Ok(Some(Fate::Refused(why))) if why != Refused::Deadly);
            tried(&machine.memory) && !tried(&machine.disk)
        })
    }

    /// What is not one of a replica's inputs: an edit, an invitation, an approval.
    pub fn device_act(
        &mut self,
        device: u8,
        kept: Option<u64>,
        act: impl FnOnce(&mut Replica, Timestamp, &Disk, &mut Chance, &mut Vec<Effect>) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        self.replica(device)?;
        let now = self.time(&self.devices[usize::from(device)].machine);
        let node = &mut self.devices[usize::from(device)];
        let Machine { memory, chance, .. } = &mut node.machine;
        let mut effects = Vec::new();
        act(node.replica.as_mut().expect("it was opened above"), now, memory, chance, &mut effects)?;
        let mut turn = self.todo(device, effects, Vec::new());
        match self.rule {
            Some(Rule::TellsBeforeItIsDurable) => turn.splice(0..0, kept.map(Todo::Kept)).for_each(drop),
            _ => turn.extend(kept.map(Todo::Kept)),
        }
        self.carry_out(device, vec![turn])
    }

    /// Lays what is to be stored over the memory, and lists what is to be done.
    fn todo(&mut self, device: u8, effects: Vec<Effect>, mut notes: Vec<Note>) -> Vec<Todo> {
        for effect in &effects {
            match effect {
                Effect::Tell(Notice::RolledBack { relay, .. }) => notes = vec![Note::Forgot(self.relay_of(relay))],
                Effect::Close { .. } => notes.clear(),
                _ => {}
            }
        }
        let mut turn: Vec<Todo> = Vec::with_capacity(effects.len());
        for effect in effects {
            turn.push(match effect {
                Effect::Persist(writes) => {
                    let writes = writes.into_iter().map(from_replica).collect::<Vec<Write>>();
                    self.devices[usize::from(device)].machine.memory.write(&writes);
                    Todo::Persist(writes, Vec::new())
                }
                effect => Todo::Effect(effect),
            });
        }
        if let Some(Todo::Persist(_, last)) = turn.iter_mut().rev().find(|todo| matches!(todo, Todo::Persist(..))) {
            *last = notes;
        }
        turn
    }

    fn carry_out(&mut self, device: u8, mut turns: Vec<Vec<Todo>>) -> Result<(), Violation> {
        let list = if turns.len() == 1 {
            turns.remove(0)
        } else {
            self.sometimes.happened("device: several inputs in one write");
            let (mut writes, mut notes, mut rest) = (Vec::new(), Vec::new(), Vec::new());
            for todo in turns.into_iter().flatten() {
                match todo {
                    Todo::Persist(more, also) => {
                        writes.extend(more);
                        notes.extend(also);
                    }
                    other => rest.push(other),
                }
            }
            rest.insert(0, Todo::Persist(writes, notes));
            rest
        };
        let dies = self.devices[usize::from(device)].machine.kill.take();
        let mut wrote = false;
        for (done, todo) in list.into_iter().enumerate() {
            if dies == Some(done as u8) && !self.is_spared(device) {
                let persists = matches!(todo, Todo::Persist(..));
                self.sometimes.happened(match (wrote, persists) {
                    (false, true) => "device: killed before it wrote",
                    (true, true) => "device: killed between two writes",
                    (true, false) if matches!(todo, Todo::Kept(_)) => "device: edit durable, nobody told",
                    (true, false) => "device: killed after it wrote, before it sent",
                    (false, false) => "device: killed between two sends",
                });
                return self.device_dies(device);
            }
            match todo {
                Todo::Persist(writes, notes) => {
                    if writes.is_empty() {
                        continue;
                    }
                    let spared = self.is_spared(device);
                    let node = &mut self.devices[usize::from(device)];
                    if node.machine.refuse > 0 && !spared {
                        node.machine.refuse -= 1;
                        self.sometimes.happened("device: disk refused");
                        return self.device_dies(device);
                    }
                    node.machine.disk.write(&writes);
                    for note in notes {
                        match note {
                            Note::Learned(relay, head) => {
                                let known = node.learned.entry(relay).or_insert(head);
                                if head.position > known.position {
                                    *known = head;
                                }
                            }
                            Note::Forgot(relay) => {
                                node.learned.remove(&relay);
                            }
                        }
                    }
                    wrote = true;
                    self.notice(&writes);
                    self.mix(&writes);
                }
                Todo::Kept(edit) => {
                    self.sometimes.happened("edit kept");
                    self.ledger.kept(edit);
                }
                Todo::Effect(Effect::Persist(_)) => unreachable!("it was turned into a write"),
                Todo::Effect(Effect::Send { relay, bytes }) => {
                    let relay = self.relay_of(&relay);
                    self.check_device_send(device, &bytes)?;
                    self.mix_bytes(&bytes);
                    if let Some(link) = self.session(device, relay) {
                        link.up.push_back(bytes);
                        if link.up.len() > UPWARD {
                            return Err(violation(
                                Oracle::Bounds,
                                format!("device {device} has {UPWARD} frames to send"),
                            ));
                        }
                    }
                }
                Todo::Effect(Effect::Close { relay }) => {
                    let relay = self.relay_of(&relay);
                    self.device_closes(device, relay);
                }
                Todo::Effect(Effect::Continue) => self.devices[usize::from(device)].continues = true,
                Todo::Effect(Effect::Changed(_)) => self.sometimes.happened("a document was changed by others"),
                Todo::Effect(Effect::Tell(notice)) => self.told(device, notice)?,
            }
        }
        if dies.is_some() && !self.is_spared(device) {
            self.sometimes.happened("device: killed at rest");
            return self.device_dies(device);
        }
        Ok(())
    }

    /// A record that a device died on twice is refused for good, whoever made it: that is the product's rule. So nobody
    /// here has the bad luck to die a second time, for a reason of her own, while one certain record is being tried.
    pub fn is_spared(&self, device: u8) -> bool {
        let crumb = self.devices[usize::from(device)].machine.disk.row(&[b'b', 0, 1]);
        let deaths = crumb.and_then(|row| minicbor::decode::<(RecordId, u8)>(row).ok()).map_or(0, |(_, deaths)| deaths);
        deaths > 1
    }

    /// What a device's rows tell about what it went through.
    fn notice(&mut self, writes: &[Write]) {
        for (key, value) in writes {
            match (key[0], value) {
                (b'w', Some(_)) => self.sometimes.happened("record waits"),
                // What it waits for stands in its key: 0 is a key to open it.
                (b'w', None) if key[3] == 0 => self.sometimes.happened("a key opened what had waited"),
                (b'w', None) => self.sometimes.happened("record waited for another and was woken"),
                (b'b', Some(_)) => self.sometimes.happened("device: applied one by one after it died"),
                (b'k', Some(_)) => self.sometimes.happened("device: learned a key"),
                _ => {}
            }
        }
    }

    /// The process is gone, and what it had not stored. What it sent may still arrive.
    pub fn device_dies(&mut self, device: u8) -> Result<(), Violation> {
        let node = &mut self.devices[usize::from(device)];
        node.replica = None;
        node.continues = false;
        node.machine.forget();
        for relay in node.sessions.keys().copied().collect::<Vec<_>>() {
            self.device_closes(device, relay);
        }
        Ok(())
    }

    pub fn device_closes(&mut self, device: u8, relay: u8) {
        if let Some(id) = self.devices[usize::from(device)].sessions.remove(&relay)
            && let Some(link) = self.links.get_mut(&id)
        {
            link.device_open = false;
        }
        self.clear_links();
    }

    pub fn session(&mut self, device: u8, relay: u8) -> Option<&mut Link> {
        let id = self.devices[usize::from(device)].sessions.get(&relay)?;
        self.links.get_mut(id)
    }

    // Relays.

    pub fn relay_turn(&mut self, relay: u8, inputs: Vec<allymap_relay::Input>) -> Result<(), Violation> {
        if self.lies(relay) { self.lying_turn(relay, inputs) } else { self.plain_turn(relay, inputs) }
    }

    pub fn plain_turn(&mut self, relay: u8, inputs: Vec<allymap_relay::Input>) -> Result<(), Violation> {
        self.open_relay(relay)?;
        let now = self.time(&self.relays[usize::from(relay)].machine);
        let mut turns = Vec::with_capacity(inputs.len());
        for input in inputs {
            if let allymap_relay::Input::Received { connection, bytes } = &input
                && let Ok(Message::Put { entries }) = Message::decode(bytes)
                && let Some(link) = self.links.get_mut(&connection.0)
            {
                link.puts.push_back(entries.iter().map(|record| record.id()).collect());
            }
            let node = &mut self.relays[usize::from(relay)];
            let Machine { memory, chance, .. } = &mut node.machine;
            let mut effects = Vec::new();
            let handled = node.relay.as_mut().expect("it was opened above").handle(
                now,
                input,
                memory,
                &mut |bytes| chance.fill(bytes),
                &mut effects,
            );
            handled.map_err(|error| violation(Oracle::Crash, format!("relay {relay}: {error}")))?;
            if let Some(Rule::Driver(careless)) = self.rule {
                effects = careless.on_relay(effects);
            }
            for effect in &effects {
                if let allymap_relay::Effect::Persist(writes) = effect {
                    memory.write(&writes.iter().cloned().map(from_relay).collect::<Vec<Write>>());
                }
            }
            turns.push(effects);
        }
        self.carry_out_relay(relay, turns)?;
        self.drop_slow_readers(relay)
    }

    fn carry_out_relay(&mut self, relay: u8, mut turns: Vec<Vec<allymap_relay::Effect>>) -> Result<(), Violation> {
        use allymap_relay::Effect;
        let list = if turns.len() == 1 {
            turns.remove(0)
        } else {
            self.sometimes.happened("relay: several inputs in one write");
            let (mut writes, mut rest) = (Vec::new(), Vec::new());
            for effect in turns.into_iter().flatten() {
                match effect {
                    Effect::Persist(more) => writes.extend(more),
                    other => rest.push(other),
                }
            }
            if !writes.is_empty() {
                rest.insert(0, Effect::Persist(writes));
            }
            rest
        };
        let dies = self.relays[usize::from(relay)].machine.kill.take();
        let mut wrote = false;
        for (done, effect) in list.into_iter().enumerate() {
            if dies == Some(done as u8) {
                self.sometimes.happened(match (wrote, matches!(effect, Effect::Persist(_))) {
                    (false, true) => "relay: killed before it wrote",
                    (true, _) => "relay: killed after it wrote, before it sent",
                    (false, false) => "relay: killed between two sends",
                });
                return self.relay_dies(relay);
            }
            match effect {
                Effect::Persist(writes) => {
                    let writes: Vec<Write> = writes.into_iter().map(from_relay).collect();
                    let node = &mut self.relays[usize::from(relay)];
                    if node.machine.refuse > 0 {
                        node.machine.refuse -= 1;
                        self.sometimes.happened("relay: disk refused");
                        return self.relay_dies(relay);
                    }
                    node.machine.disk.write(&writes);
                    wrote = true;
                    self.check_log_writes(relay, &writes)?;
                    self.mix(&writes);
                }
                Effect::Send { connection, bytes } => {
                    self.check_relay_send(relay, connection, &bytes)?;
                    let bytes = self.tampered(relay, connection, bytes);
                    self.mix_bytes(&bytes);
                    if let Some(link) = self.links.get_mut(&connection.0)
                        && link.relay_open
                    {
                        link.down.push_back(bytes);
                    }
                }
                Effect::Close { connection, .. } => {
                    if let Some(link) = self.links.get_mut(&connection.0) {
                        link.relay_open = false;
                    }
                }
            }
        }
        self.clear_links();
        if dies.is_some() {
            self.sometimes.happened("relay: killed at rest");
            return self.relay_dies(relay);
        }
        Ok(())
    }

    fn drop_slow_readers(&mut self, relay: u8) -> Result<(), Violation> {
        let face = self.relays[usize::from(relay)].face;
        let slow: Vec<u64> = self
            .links
            .iter()
            .filter(|(_, link)| link.relay == relay && link.face == face && link.relay_open && link.down.len() > QUEUE)
            .map(|(id, _)| *id)
            .collect();
        for id in slow {
            self.sometimes.happened("relay: slow reader dropped");
            self.plain_turn(relay, vec![allymap_relay::Input::SendQueueFull { connection: ConnectionId(id) }])?;
        }
        Ok(())
    }

    pub fn relay_dies(&mut self, relay: u8) -> Result<(), Violation> {
        let node = &mut self.relays[usize::from(relay)];
        node.relay = None;
        node.full = false;
        node.machine.forget();
        let face = node.face;
        for link in self.links.values_mut().filter(|link| link.relay == relay && link.face == face) {
            link.relay_open = false;
        }
        self.clear_links();
        Ok(())
    }

    pub fn connected(&mut self, relay: u8, link: Link) -> Result<u64, Violation> {
        let id = self.next_link;
        self.next_link += 1;
        self.links.insert(id, link);
        let connection = ConnectionId(id);
        let input = allymap_relay::Input::Connected { connection, host: HOST.into(), address: None };
        self.relay_turn(relay, vec![input])?;
        Ok(id)
    }

    // Links.

    /// Forgets connections that neither end knows of any more, and what was on its way on them.
    pub fn clear_links(&mut self) {
        let Self { links, sometimes, .. } = self;
        links.retain(|_, link| {
            if !link.relay_open {
                link.up.drain(..).for_each(|frame| lost(&frame, sometimes));
            }
            if !link.device_open && link.raw.is_none() && !link.down.is_empty() && (!link.relay_open || !link.half_open)
            {
                link.down.drain(..).for_each(|frame| lost(&frame, sometimes));
            }
            link.device_open || link.relay_open || link.raw.is_some()
        });
    }

    pub fn relay_of(&self, id: &RelayKeyHash) -> u8 {
        self.relays.iter().position(|node| node.id == *id).expect("devices know no other relays") as u8
    }

    /// Everything that is done goes into the digest of a history that is run twice.
    fn mix(&mut self, writes: &[Write]) {
        if self.digest.is_some() {
            for (key, value) in writes {
                self.mix_bytes(key);
                self.mix_bytes(value.as_deref().unwrap_or(b"gone"));
            }
        }
    }

    fn mix_bytes(&mut self, bytes: &[u8]) {
        if let Some(digest) = &mut self.digest {
            for byte in bytes {
                *digest = (*digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}

/// The document under this number.
pub fn document(number: u8) -> DocumentId {
    DocumentId([number + 1; 16])
}

fn lost(frame: &[u8], sometimes: &mut Sometimes) {
    // The second byte of a frame is its number.
    match frame.get(1) {
        Some(5) => sometimes.happened("put lost on the way"),
        Some(6) => sometimes.happened("acknowledgement lost on the way"),
        Some(4) => sometimes.happened("page lost on the way"),
        _ => {}
    }
}

fn from_replica(write: allymap_replica::Write) -> Write {
    match write {
        allymap_replica::Write::Put(key, value) => (key, Some(value)),
        allymap_replica::Write::Delete(key) => (key, None),
    }
}

fn from_relay(write: allymap_relay::Write) -> Write {
    match write {
        allymap_relay::Write::Put(key, value) => (key, Some(value)),
        allymap_relay::Write::Delete(key) => (key, None),
    }
}
