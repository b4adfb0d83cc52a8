//! A relay, its disk, and devices that speak the wire's messages; what must always hold is checked after each input.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::{ConnectionId, Effect, Identity, Input, Relay, Rows, Settings, Write};
use allymap_wire::{
    AccessEntry, AccessList, Challenge, Code, DeviceKey, Flags, Head, LogHash, Message, OperatorToken, PROTOCOL,
    PutResult, Record, RecordId, RelayKey, Signature, SpaceId, Timestamp, access_transcript, auth_transcript,
    op_transcript,
};
use ed25519_dalek::{Signer, SigningKey};

pub const HOST: &str = "relay.example:4040";

/// A relay's rows.
pub type Disk = BTreeMap<Vec<u8>, Vec<u8>>;

/// What one connection was told.
#[derive(Default)]
pub struct Line {
    pub heard: Vec<Message>,
    pub closed: Option<Code>,
    challenge: Option<Challenge>,
    /// The position it should be sent next, once it has asked.
    next: Option<u64>,
    /// Positions that its own uploads were given.
    own: BTreeSet<u64>,
}

pub struct World {
    pub disk: Disk,
    pub relay: Relay,
    pub settings: Settings,
    pub now: u64,
    pub lines: BTreeMap<ConnectionId, Line>,
    /// Whether sent frames leave at once.
    pub drains: bool,
    drawn: u64,
    connections: u64,
}

pub fn write(disk: &mut Disk, writes: Vec<Write>) {
    writes.into_iter().for_each(|write| write.carry_out(disk));
}

/// One device's key in the world's space, by number; number 0 is the root.
pub fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number.wrapping_add(1); 32])
}

pub fn device(number: u8) -> DeviceKey {
    DeviceKey(key(number).verifying_key().to_bytes())
}

pub fn sign(number: u8, bytes: &[u8]) -> Signature {
    Signature(key(number).sign(bytes).to_bytes())
}

pub fn genesis() -> Vec<u8> {
    [b"a genesis operation with this key in it: ", &device(0).0[..]].concat()
}

pub fn space() -> SpaceId {
    SpaceId::of(&genesis())
}

/// A sealed record, as far as a relay can tell. Different numbers, different records.
pub fn record(number: u64) -> Record {
    record_of(number, 200)
}

pub fn record_of(number: u64, length: usize) -> Record {
    let mut bytes = vec![0; length];
    bytes[0] = 1;
    bytes[41..49].copy_from_slice(&number.to_be_bytes());
    Record::new(bytes).unwrap()
}

pub fn entry(number: u8, flags: Flags) -> AccessEntry {
    AccessEntry { device: device(number), flags }
}

impl World {
    pub fn new() -> World {
        World::with(Settings::default())
    }

    pub fn with(settings: Settings) -> World {
        let mut disk = Disk::default();
        let identity = Identity::new(&mut |bytes| bytes.fill(0xA5));
        write(&mut disk, identity.writes());
        let relay = Relay::open(settings.clone(), &disk).unwrap();
        World {
            disk,
            relay,
            settings,
            now: 1_800_000_000_000,
            lines: BTreeMap::new(),
            drains: true,
            drawn: 0,
            connections: 0,
        }
    }

    /// A world whose space exists, with device 1 as convenor, 2 and 3 as members and 4 as reader.
    pub fn founded() -> World {
        World::founded_with(Settings::default())
    }

    pub fn founded_with(settings: Settings) -> World {
        let mut world = World::with(settings);
        let convenor = world.log_in(1);
        assert_eq!(world.create(convenor), Code::Done);
        let entries =
            vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE), entry(3, Flags::WRITE), entry(4, Flags::READ)];
        assert_eq!(world.set_access(convenor, 1, 1, entries, vec![]), Code::Done);
        world.give(Input::Disconnected { connection: convenor });
        world
    }

    pub fn relay_key(&self) -> RelayKey {
        self.relay.identity().relay
    }

    pub fn token(&self) -> OperatorToken {
        self.relay.identity().token
    }

    /// Lets one thing happen, carries out the effects and checks their order.
    pub fn give(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let mut effects = Vec::new();
            let drawn = &mut self.drawn;
            let mut chance = |bytes: &mut [u8]| {
                for byte in bytes {
                    *drawn += 1;
                    *byte = (*drawn * 31 % 251) as u8;
                }
            };
            self.relay.handle(Timestamp(self.now), input, &self.disk, &mut chance, &mut effects).unwrap();
            for (at, effect) in effects.into_iter().enumerate() {
                match effect {
                    Effect::Persist(writes) => {
                        assert_eq!(at, 0, "something is said before what it acknowledges is stored");
                        write(&mut self.disk, writes);
                    }
                    Effect::Send { connection, bytes } => {
                        assert!(bytes.len() <= self.settings.frame_bytes, "a frame of {} bytes", bytes.len());
                        self.hear(connection, Message::decode(&bytes).unwrap());
                        if self.drains {
                            inputs.push(Input::Drained { connection });
                        }
                    }
                    Effect::Close { connection, code } => {
                        let line = self.lines.entry(connection).or_default();
                        assert_eq!(line.closed, None, "closed twice");
                        line.closed = Some(code);
                    }
                }
            }
        }
    }

    fn hear(&mut self, connection: ConnectionId, message: Message) {
        let line = self.lines.entry(connection).or_default();
        assert_eq!(line.closed, None, "something was sent after the end: {message:?}");
        match &message {
            Message::Hello { challenge, .. } => line.challenge = Some(*challenge),
            Message::Ladder { .. } => line.next = None,
            Message::PutAck { results } => {
                line.own.extend(results.iter().filter_map(|result| match result {
                    PutResult::Stored { at } => Some(at.position),
                    _ => None,
                }));
            }
            Message::Records { first, entries, .. } => {
                let mut next = line.next.expect("records came to somebody who did not ask");
                while next < *first && line.own.contains(&next) {
                    next += 1;
                }
                assert_eq!(next, *first, "records were skipped or came twice");
                line.next = Some(first + entries.len() as u64);
            }
            _ => {}
        }
        line.heard.push(message);
    }

    pub fn connect(&mut self) -> ConnectionId {
        self.connect_from(None)
    }

    pub fn connect_from(&mut self, address: Option<u64>) -> ConnectionId {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        self.lines.insert(connection, Line::default());
        self.give(Input::Connected { connection, host: HOST.into(), address });
        connection
    }

    pub fn say(&mut self, connection: ConnectionId, message: &Message) {
        if let Message::Sync { since, .. } = message {
            self.lines.get_mut(&connection).unwrap().next = since.position.checked_add(1);
        }
        self.give(Input::Received { connection, bytes: message.encode() });
    }

    /// What was said to a connection since the last time somebody asked.
    pub fn heard(&mut self, connection: ConnectionId) -> Vec<Message> {
        std::mem::take(&mut self.lines.get_mut(&connection).unwrap().heard)
    }

    pub fn closed(&self, connection: ConnectionId) -> Option<Code> {
        self.lines[&connection].closed
    }

    pub fn challenge(&self, connection: ConnectionId) -> Challenge {
        self.lines[&connection].challenge.unwrap()
    }

    pub fn auth(&self, connection: ConnectionId, number: u8, space: SpaceId) -> Message {
        let nonce = Challenge([9; 16]);
        let signed = auth_transcript(&self.relay_key(), HOST, &self.challenge(connection), &nonce.0, &space);
        Message::Auth { version: PROTOCOL, space, device: device(number), nonce, signature: sign(number, &signed) }
    }

    /// A connection of this device to the world's space, logged in; what it heard so far is forgotten.
    pub fn log_in(&mut self, number: u8) -> ConnectionId {
        self.log_in_to(number, space())
    }

    pub fn log_in_to(&mut self, number: u8, space: SpaceId) -> ConnectionId {
        let connection = self.connect();
        let auth = self.auth(connection, number, space);
        self.say(connection, &auth);
        connection
    }

    pub fn create(&mut self, connection: ConnectionId) -> Code {
        let message = Message::Create {
            genesis: genesis().into(),
            root: device(0),
            signature: sign(0, &op_transcript(&genesis())),
            token: self.token(),
        };
        self.outcome(connection, &message)
    }

    /// Says something that is answered with an Outcome.
    pub fn outcome(&mut self, connection: ConnectionId, message: &Message) -> Code {
        self.heard(connection);
        self.say(connection, message);
        match self.heard(connection).as_slice() {
            [Message::Outcome { code, .. }, ..] => *code,
            other => panic!("no outcome but {other:?}"),
        }
    }

    pub fn access_list(&self, by: u8, base: u64, entries: Vec<AccessEntry>, removed: Vec<DeviceKey>) -> AccessList {
        let signed = access_transcript(&self.relay_key(), &space(), base + 1, base, &entries, &removed);
        AccessList { version: base + 1, base, entries, removed, by: device(by), signature: sign(by, &signed) }
    }

    pub fn set_access(
        &mut self,
        connection: ConnectionId,
        by: u8,
        base: u64,
        entries: Vec<AccessEntry>,
        removed: Vec<DeviceKey>,
    ) -> Code {
        let list = self.access_list(by, base, entries, removed);
        self.outcome(connection, &Message::Access { list })
    }

    /// What became of each, taken out of what the connection heard.
    pub fn put(&mut self, connection: ConnectionId, entries: Vec<Record>) -> Vec<PutResult> {
        self.say(connection, &Message::Put { entries });
        match self.lines.get_mut(&connection).unwrap().heard.pop() {
            Some(Message::PutAck { results }) => results,
            other => panic!("no acknowledgement but {other:?}"),
        }
    }

    pub fn sync(&mut self, connection: ConnectionId, since: Head, highest: Option<Head>) -> Vec<Message> {
        self.heard(connection);
        self.say(connection, &Message::Sync { since, bytes: u64::MAX, highest });
        self.heard(connection)
    }

    /// The relay's process dies and starts again; nobody is connected any more.
    pub fn restart(&mut self) {
        self.relay = Relay::open(self.settings.clone(), &self.disk).unwrap();
        for line in self.lines.values_mut().filter(|line| line.closed.is_none()) {
            line.closed = Some(Code::Done);
        }
    }

    /// The log on the disk: dense, chained, each id once, and indexed.
    pub fn log(&self) -> Vec<RecordId> {
        let prefix = [b"l", &space().0[..]].concat();
        let mut ids = Vec::new();
        let mut hash = LogHash::START;
        self.disk
            .scan(&prefix, None, &mut |key, value| {
                let position = u64::from_be_bytes(key[33..].try_into().unwrap());
                assert_eq!(position, ids.len() as u64 + 1, "positions are dense");
                let id = Record::new(value[36..].to_vec()).unwrap().id();
                hash = hash.next(&id);
                assert_eq!(value[..32], hash.0, "the chain can be computed again");
                ids.push(id);
                ControlFlow::Continue(())
            })
            .unwrap();
        let once: BTreeSet<_> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "each id stands once");
        let index = self.disk.keys().filter(|key| key.starts_with(b"x")).count();
        assert_eq!(index, ids.len());
        ids
    }

    /// The place after so many records of the log on the disk.
    pub fn place(&self, position: u64) -> Head {
        let hash = self.log()[..position as usize].iter().fold(LogHash::START, |hash, id| hash.next(id));
        Head { position, hash: hash.prefix() }
    }
}

/// The records in what was heard.
pub fn records(heard: &[Message]) -> Vec<Record> {
    let entries = |message: &Message| match message {
        Message::Records { entries, .. } => entries.clone(),
        _ => Vec::new(),
    };
    heard.iter().flat_map(entries).collect()
}

/// How many of the results are `Stored`.
pub fn stored(results: &[PutResult]) -> usize {
    results.iter().filter(|result| matches!(result, PutResult::Stored { .. })).count()
}
