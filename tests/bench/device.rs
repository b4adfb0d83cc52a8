//! A member's device as the command line drives it: the replica inside, a sealed store on a real disk, a websocket.
//!
//! The store is that of a volunteer's computer; only the driver is small, so that it can count. It keeps the same rules: what
//! arrived is handled together, stored in one batch that is flushed and synced, and only then answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use allymap_home::computer::disk::Disk;
use allymap_home::computer::surroundings::{Chance, Surroundings};
use allymap_replica::{Effect, Input, Notice, Replica, SpaceNumber};
use allymap_seal::{DatabaseKey, Vault};
use allymap_wire::{DocumentId, RelayAddress, RelayKeyHash};
use futures_util::FutureExt;

use crate::line::{self, Socket};
use crate::map::{Map, NOW};
use crate::processes::Relay;

pub(crate) const NUMBER: SpaceNumber = SpaceNumber(1);

/// What a real device draws its keys from, and pays for.
pub(crate) fn system_chance() -> Chance {
    Surroundings::of_this_computer().chance
}

/// The store of a volunteer's computer.
pub(crate) fn open_disk(folder: &Path) -> Disk {
    let vault = Vault::new(&DatabaseKey::from_bytes([3; 32]));
    Disk::open(folder, vault, system_chance(), Duration::from_secs(2), "bench").expect("the store opens")
}

/// A member's device.
pub(crate) struct Device {
    pub(crate) replica: Replica,
    pub(crate) disk: Disk,
    chance: Chance,
    relay: RelayKeyHash,
    inputs: VecDeque<Input>,
    /// What is still to be said.
    outgoing: VecDeque<Vec<u8>>,
    closed: bool,
}

/// What one exchange took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) took: Duration,
    pub(crate) bytes_out: usize,
    pub(crate) bytes_in: usize,
    /// How often the other side had to answer before we could go on, after its Hello.
    pub(crate) round_trips: usize,
    /// Batches that were flushed and synced.
    pub(crate) commits: usize,
    /// Everything that came in.
    pub(crate) heard: Vec<Vec<u8>>,
}

impl Device {
    /// A fresh device of this member: it knows the map's beginning and where the relay is, nothing else.
    pub(crate) fn fresh(folder: &Path, map: &Map, member: usize, relay: &RelayAddress) -> Device {
        let mut disk = open_disk(folder);
        let mut effects = Vec::new();
        let keys = allymap_seal::DeviceKeys::derive(&map.members[member].seed, &map.space);
        let salt = (member as u64 + 100).to_be_bytes();
        let mut replica =
            Replica::join(NUMBER, keys, map.genesis.clone(), map.root.public(), salt, &disk, &mut effects)
                .expect("a genesis");
        store(&mut disk, &mut effects);
        replica.add_relay(relay.relay, &relay.url, None, &disk, &mut effects).expect("the store reads");
        store(&mut disk, &mut effects);
        disk.commit().expect("the disk takes it");
        let (inputs, outgoing, chance) = (VecDeque::new(), VecDeque::new(), system_chance());
        Device { replica, disk, chance, relay: relay.relay, inputs, outgoing, closed: false }
    }

    /// Connects and exchanges until everything was said on both sides and the log was read up to `position`.
    pub(crate) async fn exchange(&mut self, relay: &Relay, position: u64) -> Exchange {
        let began = Instant::now();
        let mut socket = line::connect(relay.socket).await;
        let mut exchange = self.converse(&mut socket, relay, position).await;
        exchange.took = began.elapsed();
        self.inputs.push_back(Input::Disconnected { relay: self.relay });
        self.step(&mut exchange);
        exchange
    }

    async fn converse(&mut self, socket: &mut Socket, relay: &Relay, position: u64) -> Exchange {
        let mut exchange = Exchange::default();
        self.inputs.push_back(Input::Connected { relay: self.relay, host: relay.socket.to_string() });
        let mut asked = false;
        loop {
            self.step(&mut exchange);
            while let Some(bytes) = self.outgoing.pop_front() {
                exchange.bytes_out += bytes.len();
                asked = true;
                line::say(socket, bytes).await;
            }
            assert!(!self.closed, "the exchange was broken off");
            if !self.inputs.is_empty() {
                continue;
            }
            if self.is_done(position) {
                return exchange;
            }
            let bytes = line::hear(socket).await.expect("the relay stays");
            if std::mem::take(&mut asked) {
                exchange.round_trips += 1;
            }
            self.heard(bytes, &mut exchange);
            while let Some(Some(bytes)) = line::hear(socket).now_or_never() {
                self.heard(bytes, &mut exchange);
            }
        }
    }

    /// Takes in what a relay once said, all of it at once: what reading it from a file costs this device.
    pub(crate) fn replay(&mut self, frames: impl IntoIterator<Item = Vec<u8>>) -> Exchange {
        let began = Instant::now();
        let mut exchange = Exchange::default();
        self.inputs.push_back(Input::Connected { relay: self.relay, host: "127.0.0.1:1".into() });
        for bytes in frames {
            self.heard(bytes, &mut exchange);
        }
        while !self.inputs.is_empty() {
            self.step(&mut exchange);
            self.outgoing.clear();
        }
        exchange.took = began.elapsed();
        exchange
    }

    fn heard(&mut self, bytes: Vec<u8>, exchange: &mut Exchange) {
        exchange.bytes_in += bytes.len();
        exchange.heard.push(bytes.clone());
        self.inputs.push_back(Input::Received { relay: self.relay, bytes });
    }

    /// Handles what is there, stores it in one batch, then lists what is to be said.
    fn step(&mut self, exchange: &mut Exchange) {
        let mut after = Vec::new();
        for input in std::mem::take(&mut self.inputs) {
            let mut effects = Vec::new();
            self.replica.handle(NOW, input, &self.disk, &mut self.chance, &mut effects).expect("the store reads");
            for effect in effects {
                match effect {
                    Effect::Persist(writes) => self.disk.persist(writes),
                    other => after.push(other),
                }
            }
        }
        exchange.commits += usize::from(self.disk.commit().expect("the disk takes it"));
        for effect in after {
            match effect {
                Effect::Send { bytes, .. } => self.outgoing.push_back(bytes),
                Effect::Close { .. } => self.closed = true,
                Effect::Continue => self.inputs.push_back(Input::Continue),
                Effect::Tell(Notice::Refused { why, .. }) => panic!("a record was refused: {why:?}"),
                Effect::Tell(_) | Effect::Persist(_) | Effect::Changed(_) => {}
            }
        }
    }

    fn is_done(&self, position: u64) -> bool {
        self.replica.connections().values().all(|told| *told)
            && self.replica.relays().iter().all(|relay| relay.position >= position)
    }

    /// Every document and its heads.
    pub(crate) fn heads(&self) -> BTreeMap<DocumentId, BTreeSet<[u8; 32]>> {
        let ids = self.replica.documents(&self.disk).expect("the store reads");
        let heads = |id| {
            let document = self.replica.document(id, &self.disk).expect("it loads").expect("it was listed");
            document.heads().into_iter().map(|head| head.0).collect()
        };
        ids.into_iter().map(|id| (id, heads(id))).collect()
    }
}

pub(crate) fn store(disk: &mut Disk, effects: &mut Vec<Effect>) {
    for effect in effects.drain(..) {
        if let Effect::Persist(writes) = effect {
            disk.persist(writes);
        }
    }
}

/// A folder for one device, taken away with it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Runs something asynchronous to its end on this thread alone, as the command line does.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("the network can be used");
    runtime.block_on(future)
}
