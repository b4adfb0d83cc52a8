//! How every history begins: a map that was founded, shared and filled through the product's own doors, once per shape.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use allymap_document::MAX_OPERATIONS_PER_DEVICE;
use allymap_relay::{Identity, Settings};
use allymap_replica::{Effect, Founding, Input, Replica};
use allymap_seal::{Body, DeviceKeys, DeviceSeed, Role, RootKeys, RootSeed, SignedOp};
use allymap_wire::{DeviceKey, OperatorToken, RecordId, RelayKeyHash, SpaceId};

use crate::chance::Chance;
use crate::disk::Disk;
use crate::ledger::Ledger;
use crate::liar::Liar;
use crate::mutants::Rule;
use crate::oracle::Violation;
use crate::people::{BEGINNING, People};
use crate::plan::{Shape, has_wide_budget};
use crate::sometimes::Sometimes;
use crate::world::{Device, Machine, NUMBER, OPERATIONS, RelayNode, World};

/// The numbers of edits begin here; those below were made while founding.
const FIRST_EDIT: u64 = 16;

struct Start {
    space: SpaceId,
    devices: Vec<Disk>,
    relays: Vec<RelayStart>,
}

struct RelayStart {
    disk: Disk,
    id: RelayKeyHash,
    token: OperatorToken,
    log: Vec<RecordId>,
    chain: Vec<[u8; 32]>,
}

/// Small pages and budgets, so that their ends are met.
pub fn settings(shape: Shape) -> Settings {
    let page_bytes = usize::from(shape.page_bytes);
    Settings { page_bytes, sync_bytes: 4 * u64::from(shape.page_bytes), ..Settings::default() }
}

/// What an operator sets who has little room.
pub fn narrow_settings(shape: Shape) -> Settings {
    Settings { space_bytes: 24 << 10, device_records_per_day: 6, mailboxes: 1, ..settings(shape) }
}

/// Which relays a device knows. The founder ferries between two, and so does the fourth.
fn known(device: u8, shape: Shape) -> Vec<u8> {
    match (shape.relays, device) {
        (1, _) | (_, 1 | 4) => vec![0],
        (_, 2) => vec![1],
        _ => vec![0, 1],
    }
}

impl World {
    pub fn begin(seed: u64, shape: Shape, rule: Option<Rule>) -> World {
        let start = start(shape);
        let mut world = World::new(shape, start.space, seed);
        world.rule = rule;
        world.edits = FIRST_EDIT;
        for (node, disk) in world.devices.iter_mut().zip(&start.devices) {
            node.machine = Machine::new(disk.clone(), node.machine.chance.clone());
        }
        for (number, relay) in start.relays.iter().enumerate() {
            let machine = Machine::new(relay.disk.clone(), Chance::new(seed, 0x20 + number as u64));
            let RelayStart { id, token, log, chain, .. } = relay;
            let node = RelayNode {
                machine,
                relay: None,
                id: *id,
                token: *token,
                log: log.clone(),
                chain: chain.clone(),
                face: 0,
                narrow: false,
                full: false,
            };
            world.relays.push(node);
        }
        world.liar = shape.liar.then(|| Liar::new(shape.relays - 1, seed));
        world
    }

    fn new(shape: Shape, space: SpaceId, seed: u64) -> World {
        let devices = (0..shape.devices)
            .map(|device| {
                let secret = [device + 1; 32];
                Device {
                    machine: Machine::new(Disk::default(), Chance::new(seed, 0x10 + u64::from(device))),
                    seed: secret,
                    key: DeviceKeys::derive(&DeviceSeed::from_bytes(secret), &space).public(),
                    replica: None,
                    sessions: BTreeMap::new(),
                    knows: known(device, shape),
                    continues: false,
                    learned: BTreeMap::new(),
                }
            })
            .collect();
        World {
            shape,
            operations: if has_wide_budget(seed) { MAX_OPERATIONS_PER_DEVICE } else { OPERATIONS },
            space,
            rule: None,
            liar: None,
            still: false,
            devices,
            relays: Vec::new(),
            links: BTreeMap::new(),
            stalled: BTreeSet::new(),
            now: BEGINNING.0,
            ledger: Ledger::default(),
            sometimes: Sometimes::default(),
            digest: None,
            frames: 0,
            people: People::new(Chance::new(seed, 0x30)),
            lost_logs: BTreeSet::new(),
            next_link: 1,
            edits: 0,
        }
    }

    /// Stores what an act that comes before any replica wants stored.
    fn store(&mut self, device: u8, effects: Vec<Effect>) {
        let machine = &mut self.devices[usize::from(device)].machine;
        for effect in effects {
            let Effect::Persist(writes) = effect else { panic!("nothing is sent before there is a map") };
            for write in writes {
                let write = match write {
                    allymap_replica::Write::Put(key, value) => (key, Some(value)),
                    allymap_replica::Write::Delete(key) => (key, None),
                };
                machine.disk.write(std::slice::from_ref(&write));
                machine.memory.write(&[write]);
            }
        }
    }

    fn add_relays(&mut self, device: u8) -> Result<(), Violation> {
        for relay in self.devices[usize::from(device)].knows.clone() {
            let (id, token) = (self.relays[usize::from(relay)].id, self.relays[usize::from(relay)].token);
            self.device_act(device, None, |replica, _, rows, _, effects| {
                replica
                    .add_relay(id, "ws://relay.example:4040", (device == 0).then_some(token), rows, effects)
                    .expect("the disk can be read");
                Ok(())
            })?;
        }
        Ok(())
    }

    fn meet(&mut self, device: u8) -> Result<(), Violation> {
        for relay in 0..self.shape.relays {
            self.device_closes(device, relay);
            let id = self.relays[usize::from(relay)].id;
            self.device_turn(device, vec![Input::Disconnected { relay: id }])?;
            self.settle()?;
            self.connect(device, relay)?;
            self.settle()?;
        }
        Ok(())
    }

    fn join(&mut self, device: u8) -> Result<(), Violation> {
        let relay = self.devices[usize::from(device)].knows[0];
        let role = if device == 1 { Role::Convenor } else { Role::Member };
        let invitation = self.give_invitation(relay, role)?.expect("the founder may invite");
        self.meet(0)?;
        let keys = self.keys(device);
        let asked = self.ask(relay, keys, invitation)?.1.expect("the relay answers").expect("the offer lies there");
        let mut effects = Vec::new();
        let (keys, root) = (self.keys(device), root_of(&asked.genesis));
        let salt = [device; 8];
        Replica::join(NUMBER, keys, asked.genesis, root, salt, &Disk::default(), &mut effects)
            .expect("it is the genesis");
        self.store(device, effects);
        self.add_relays(device)?;
        self.meet(0)?;
        self.device_act(0, None, |founder, now, rows, chance, effects| {
            let asking = founder.asking(rows).expect("the disk can be read");
            let [newcomer] = asking.as_slice() else { panic!("one asks, and {} are seen", asking.len()) };
            assert_eq!(newcomer.words, asked.words, "both sides read the same words");
            founder.approve(now, newcomer, rows, chance, effects).expect("the founder may approve");
            Ok(())
        })?;
        self.meet(0)?;
        self.meet(device)?;
        assert!(self.replica(device)?.membership().is_some(), "device {device} was let in");
        Ok(())
    }
}

fn root_of(genesis: &SignedOp) -> DeviceKey {
    match genesis.decode().map(|op| op.body) {
        Ok(Some(Body::Genesis { sign, .. })) => sign,
        _ => panic!("an offer begins with a genesis"),
    }
}

fn start(shape: Shape) -> Arc<Start> {
    static STARTS: OnceLock<Mutex<BTreeMap<Shape, Arc<Start>>>> = OnceLock::new();
    let mut starts = STARTS.get_or_init(Mutex::default).lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Whoever is hostile begins as any other.
    let shape = Shape { hostile: false, liar: false, page_bytes: 4 << 10, ..shape };
    starts.entry(shape).or_insert_with(|| Arc::new(found(shape).expect("nothing goes wrong while founding"))).clone()
}

fn found(shape: Shape) -> Result<Start, Violation> {
    let root = RootKeys::derive(&RootSeed::from_bytes([0xaa; 32]));
    let genesis = allymap_seal::genesis(&root, [0xbb; 32], BEGINNING.0);
    let space = SpaceId::of(&genesis.bytes);
    let mut world = World::new(shape, space, 0);
    for number in 0..shape.relays {
        let mut chance = Chance::new(0, 0x20 + u64::from(number));
        let identity = Identity::new(&mut |bytes| chance.fill(bytes));
        let mut disk = Disk::default();
        for write in identity.writes() {
            let allymap_relay::Write::Put(key, value) = write else { panic!("an identity is written, not deleted") };
            disk.write(&[(key, Some(value))]);
        }
        let (id, token) = (identity.relay.hash(), identity.token);
        let machine = Machine::new(disk, chance);
        world.relays.push(RelayNode {
            machine,
            relay: None,
            id,
            token,
            log: Vec::new(),
            chain: Vec::new(),
            face: 0,
            narrow: false,
            full: false,
        });
    }
    let mut effects = Vec::new();
    let founding = Founding { root: &root, keys: world.keys(0), genesis, name: "Ada", group: "Harbour", salt: [0; 8] };
    let mut chance = Chance::new(0, 0x40);
    Replica::found(BEGINNING, NUMBER, founding, &Disk::default(), &mut chance, &mut effects).expect("a map is founded");
    world.store(0, effects);
    world.add_relays(0)?;
    world.meet(0)?;
    for device in 1..shape.devices {
        world.join(device)?;
    }
    for number in 0..3 {
        world.edit(0, number, 0)?;
    }
    for device in 0..shape.devices {
        world.meet(device)?;
    }
    world.look()?;
    let relays = world.relays.into_iter().map(|node| RelayStart {
        disk: node.machine.disk,
        id: node.id,
        token: node.token,
        log: node.log,
        chain: node.chain,
    });
    let devices = world.devices.into_iter().map(|node| node.machine.disk);
    Ok(Start { space, devices: devices.collect(), relays: relays.collect() })
}
