//! The relay's rules, and nothing else: append-only logs of sealed records, access lists, mailboxes, limits.
//!
//! No IO, no keys, no Automerge; time, chance and rows are lent by a driver. The driver hands in what happened, makes each
//! [`Effect::Persist`] durable, and only then sends what follows it. It may take in many inputs, make all their writes one
//! durable batch, and then send everything in order. If a write fails it drops the [`Relay`] and its connections and opens
//! it again: what was not durable was never told to anybody.

mod access;
mod allowance;
mod broken;
mod convening;
mod guesses;
mod identity;
mod log;
mod mailbox;
mod mending;
mod rows;
mod settings;
mod space;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use allymap_wire::{
    Challenge, Code, DeviceKey, Flags, HashPrefix, Head, LogId, Message, MessageKind, PROTOCOL, SpaceId, Timestamp,
    auth_transcript, verify,
};

#[doc(hidden)]
pub use broken::Broken;
pub use identity::Identity;
pub use rows::{Rows, RowsError, Visit, Write};
pub use settings::Settings;

use identity::UploaderSalt;
use log::Subscription;
use space::{Space, SpaceRow};

/// One connection, as its driver numbers it. Numbers are not used again while a relay is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Fills the bytes with chance.
pub type Chance<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Everything that can happen to a relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Somebody connected, naming `host` in its HTTP header. `address` stands for where it came from and is only compared:
    /// a keyed hash, or nothing for the machine itself, which is not counted.
    Connected {
        connection: ConnectionId,
        host: String,
        address: Option<u64>,
    },
    /// One whole binary message.
    Received {
        connection: ConnectionId,
        bytes: Vec<u8>,
    },
    /// All that was sent to this connection has left. A driver must say so each time: the next page of a catch-up waits for it,
    /// and so do pushes beyond the first few. Said once too often it does no harm.
    Drained {
        connection: ConnectionId,
    },
    Disconnected {
        connection: ConnectionId,
    },
    /// More waits for this connection than its queue may hold.
    SendQueueFull {
        connection: ConnectionId,
    },
    /// The disk is nearly full, or has space again: nothing more is taken in meanwhile, everything else goes on.
    DiskFull(bool),
    /// About a second has gone by.
    Tick,
    /// The relay goes away: everybody is told, nobody new is let in.
    Drain,
}

/// Everything a relay can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make all of it durable, or none. At most one for an input, and before everything else of that input.
    Persist(Vec<Write>),
    Send {
        connection: ConnectionId,
        bytes: Arc<[u8]>,
    },
    /// End the connection once what was sent has left. The reason was sent as Bye already.
    Close {
        connection: ConnectionId,
        code: Code,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("there is no relay in this folder yet")]
    NotFounded,
    #[error("a newer version of the relay wrote this folder")]
    Newer,
    #[error(transparent)]
    Rows(#[from] RowsError),
}

/// One relay: rebuilt from its rows by [`Relay::open`], and from its devices when they come back.
#[derive(Clone, Debug)]
pub struct Relay {
    settings: Settings,
    broken: Option<Broken>,
    identity: Identity,
    uploaders: Option<UploaderSalt>,
    connections: BTreeMap<ConnectionId, Connection>,
    /// Those that somebody is connected to.
    spaces: BTreeMap<SpaceId, Space>,
    /// Connections in the minute that began at the first number.
    addresses: BTreeMap<u64, (Timestamp, u32)>,
    /// Tokens and invitations that were wrong in the minute that began then.
    guesses: (Timestamp, u32),
    /// Where the search for mailboxes that are over goes on.
    swept: Option<Vec<u8>>,
    swept_at: Option<Timestamp>,
    disk_full: bool,
    draining: bool,
    pushes: u64,
}

#[derive(Clone, Debug)]
struct Connection {
    host: String,
    /// When it came, or last said something while on no access list.
    since: Timestamp,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Greeted { challenge: Challenge, bytes: usize },
    Known { space: SpaceId, device: DeviceKey, messages: u32, subscription: Subscription },
}

/// One input being handled.
struct Turn<'a> {
    now: Timestamp,
    rows: &'a dyn Rows,
    chance: Chance<'a>,
    writes: Vec<Write>,
    said: Vec<Effect>,
}

impl Relay {
    /// Opens the relay whose rows these are. A new folder first needs [`Identity::writes`].
    pub fn open(settings: Settings, rows: &dyn Rows) -> Result<Relay, OpenError> {
        let identity = Identity::read(rows)?.ok_or(OpenError::NotFounded)?;
        Ok(Relay {
            settings,
            broken: None,
            identity,
            uploaders: UploaderSalt::read(rows)?,
            connections: BTreeMap::new(),
            spaces: BTreeMap::new(),
            addresses: BTreeMap::new(),
            guesses: (Timestamp(0), 0),
            swept: None,
            swept_at: None,
            disk_full: false,
            draining: false,
            pushes: 0,
        })
    }

    /// A relay that breaks one rule: for the tests of the tests.
    #[doc(hidden)]
    pub fn open_broken(settings: Settings, rows: &dyn Rows, broken: Broken) -> Result<Relay, OpenError> {
        Ok(Relay { broken: Some(broken), ..Relay::open(settings, rows)? })
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How many connections there are now, logged in or not.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What happens because of `input`. After an error nothing of it has happened, and this relay must be dropped.
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        rows: &dyn Rows,
        chance: Chance<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), RowsError> {
        let mut turn = Turn { now, rows, chance, writes: Vec::new(), said: Vec::new() };
        match input {
            Input::Connected { connection, host, address } => self.connected(&mut turn, connection, host, address),
            Input::Received { connection, bytes } => {
                match self.received(&mut turn, connection, &bytes) {
                    // One damaged row must not keep the others from their maps. Whatever writes has read before.
                    Err(RowsError::Damaged) if turn.writes.is_empty() => {
                        turn.said.clear();
                        self.bye(&mut turn, connection, Code::Storage);
                    }
                    other => other?,
                }
            }
            Input::Drained { connection } => match self.drained(&mut turn, connection) {
                Err(RowsError::Damaged) => self.bye(&mut turn, connection, Code::Storage),
                other => other?,
            },
            Input::Disconnected { connection } => self.forget(connection),
            Input::SendQueueFull { connection } => self.bye(&mut turn, connection, Code::TooSlow),
            Input::DiskFull(full) => self.disk_full = full,
            Input::Tick => self.tick(&mut turn)?,
            Input::Drain => {
                self.draining = true;
                for connection in self.connections.keys().copied().collect::<Vec<_>>() {
                    self.bye(&mut turn, connection, Code::Draining);
                }
            }
        }
        let Turn { writes, said, .. } = turn;
        let persist = (!writes.is_empty()).then_some(Effect::Persist(writes));
        effects.extend(persist);
        effects.extend(said);
        Ok(())
    }

    fn connected(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, host: String, address: Option<u64>) {
        self.forget(connection);
        if self.draining {
            return self.bye(turn, connection, Code::Draining);
        }
        if self.connections.len() >= self.settings.connections || !self.lets_in(turn.now, address) {
            return self.bye(turn, connection, Code::TooMany);
        }
        let mut challenge = Challenge([0; 16]);
        (turn.chance)(&mut challenge.0);
        let stage = Stage::Greeted { challenge, bytes: 0 };
        self.connections.insert(connection, Connection { host, since: turn.now, stage });
        turn.send(
            connection,
            &Message::Hello {
                oldest: PROTOCOL,
                newest: PROTOCOL,
                relay: self.identity.relay,
                challenge,
                limits: allymap_wire::Limits {
                    frame_bytes: self.settings.frame_bytes as u32,
                    record_bytes: self.settings.record_bytes as u32,
                    records_per_message: self.settings.records_per_message as u32,
                },
            },
        );
    }

    /// Counts a connection from `address`, which nobody writes down.
    fn lets_in(&mut self, now: Timestamp, address: Option<u64>) -> bool {
        let Some(address) = address else { return true };
        if self.addresses.len() >= MOST_ADDRESSES {
            self.forget_addresses(now);
            if self.addresses.len() >= MOST_ADDRESSES && !self.addresses.contains_key(&address) {
                return false;
            }
        }
        let (since, count) = self.addresses.entry(address).or_insert((now, 0));
        if minute_is_over(*since, now) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= self.settings.connections_per_minute
    }

    fn forget_addresses(&mut self, now: Timestamp) {
        self.addresses.retain(|_, (since, _)| !minute_is_over(*since, now));
    }

    fn received(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, bytes: &[u8]) -> Result<(), RowsError> {
        let Some(state) = self.connections.get_mut(&connection) else { return Ok(()) };
        if bytes.len() > self.settings.frame_bytes {
            self.bye(turn, connection, Code::TooLarge);
            return Ok(());
        }
        let (space, device) = match &mut state.stage {
            Stage::Greeted { challenge, bytes: so_far } => {
                *so_far = so_far.saturating_add(bytes.len());
                let (challenge, too_large) = (*challenge, *so_far > self.settings.unauthenticated_bytes);
                if too_large {
                    self.bye(turn, connection, Code::TooLarge);
                    return Ok(());
                }
                return self.log_in(turn, connection, challenge, bytes);
            }
            Stage::Known { space, device, messages, .. } => {
                *messages = messages.saturating_add(1);
                (*space, *device)
            }
        };
        let flags = self.flags(&space, &device);
        if flags == Flags::NONE {
            let state = self.connections.get_mut(&connection).expect("it was there above");
            state.since = turn.now;
            let Stage::Known { messages, .. } = &state.stage else { unreachable!("it was known above") };
            if *messages > self.settings.unlisted_messages {
                self.bye(turn, connection, Code::Rate);
                return Ok(());
            }
        }
        let Ok(message) = Message::decode(bytes) else {
            self.bye(turn, connection, Code::Malformed);
            return Ok(());
        };
        let from = Sender { connection, space, device, flags };
        match message {
            Message::Sync { since, bytes, highest } => self.sync(turn, from, since, bytes, highest)?,
            Message::Ladder { pairs, .. } => self.ladder(turn, from, &pairs)?,
            Message::Put { entries } => self.put(turn, from, entries)?,
            Message::Access { list } => self.access(turn, from, &list)?,
            Message::Create { genesis, root, signature, token } => {
                self.create(turn, from, &genesis, root, &signature, &token)?;
            }
            Message::BoxPut { token, slot, bytes } => self.box_put(turn, from, token, slot, bytes)?,
            Message::BoxTake { token, slot } => self.box_take(turn, from, token, slot)?,
            Message::Bye { .. } => {
                self.forget(connection);
                turn.said.push(Effect::Close { connection, code: Code::Done });
            }
            Message::Hello { .. }
            | Message::Auth { .. }
            | Message::AuthOk { .. }
            | Message::Records { .. }
            | Message::PutAck { .. }
            | Message::Outcome { .. }
            | Message::Box { .. } => self.bye(turn, connection, Code::Malformed),
        }
        Ok(())
    }

    fn log_in(
        &mut self,
        turn: &mut Turn<'_>,
        connection: ConnectionId,
        challenge: Challenge,
        bytes: &[u8],
    ) -> Result<(), RowsError> {
        let Ok(Message::Auth { version, space, device, nonce, signature }) = Message::decode(bytes) else {
            self.bye(turn, connection, Code::Malformed);
            return Ok(());
        };
        if version != PROTOCOL {
            self.bye(turn, connection, Code::Version);
            return Ok(());
        }
        let state = self.connections.get_mut(&connection).expect("whoever logs in was greeted");
        let signed = auth_transcript(&self.identity.relay, &state.host, &challenge, &nonce.0, &space);
        if !verify(&device, &signed, &signature) {
            self.bye(turn, connection, Code::BadSignature);
            return Ok(());
        }
        if !self.spaces.contains_key(&space)
            && let Some(found) = Space::read(turn.rows, &space)?
        {
            self.spaces.insert(space, found);
        }
        // It has done its work, and idle connections are to be small.
        state.host = String::new();
        state.since = turn.now;
        state.stage = Stage::Known { space, device, messages: 0, subscription: Subscription::None };
        let flags = self.flags(&space, &device);
        let mut answer = Message::AuthOk {
            flags,
            access_version: 0,
            log: LogId([0; 16]),
            head: Head::START,
            access: HashPrefix([0; 16]),
        };
        if let Some(known) = self.spaces.get_mut(&space) {
            known.connections.insert(connection);
            if known.access.removed(&device) && flags == Flags::NONE {
                self.bye(turn, connection, Code::Removed);
                return Ok(());
            }
            if flags.may_read() {
                answer = Message::AuthOk {
                    flags,
                    access_version: known.access.version,
                    log: known.state.log,
                    head: known.state.head(),
                    access: known.access.digest(),
                };
            }
        }
        turn.send(connection, &answer);
        Ok(())
    }

    /// What a device may do in a space now. Whoever holds the root key may always set the access list.
    fn flags(&self, space: &SpaceId, device: &DeviceKey) -> Flags {
        match self.spaces.get(space) {
            Some(space) if space.state.root == *device => Flags::CONVENE,
            Some(space) => space.access.flags(device),
            None => Flags::NONE,
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) -> Result<(), RowsError> {
        self.forget_addresses(turn.now);
        let mut late = Vec::new();
        for (id, connection) in &mut self.connections {
            // A clock that was set back must not keep a silent connection for years.
            connection.since = connection.since.min(turn.now);
            let silent_ms = turn.now.0 - connection.since.0;
            let over = match &connection.stage {
                Stage::Greeted { .. } => silent_ms >= self.settings.unauthenticated_ms,
                Stage::Known { space, device, .. } => {
                    silent_ms >= self.settings.unlisted_ms
                        && self.spaces.get(space).is_none_or(|space| {
                            space.state.root != *device && space.access.flags(device) == Flags::NONE
                        })
                }
            };
            if over {
                late.push(*id);
            }
        }
        for connection in late {
            self.bye(turn, connection, Code::TimeOut);
        }
        match self.sweep(turn) {
            Err(RowsError::Damaged) => Ok(()),
            other => other,
        }
    }

    /// Says why, and ends the connection.
    fn bye(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, code: Code) {
        let retry_after_ms = match code {
            Code::Draining => {
                let mut drawn = [0; 8];
                (turn.chance)(&mut drawn);
                1_000 + u64::from_be_bytes(drawn) % self.settings.return_spread_ms.max(1)
            }
            Code::TooMany => 60_000,
            _ => 0,
        };
        self.forget(connection);
        turn.send(connection, &Message::Bye { code, retry_after_ms });
        turn.said.push(Effect::Close { connection, code });
    }

    fn forget(&mut self, connection: ConnectionId) {
        let Some(Connection { stage: Stage::Known { space, .. }, .. }) = self.connections.remove(&connection) else {
            return;
        };
        if let Some(known) = self.spaces.get_mut(&space) {
            known.connections.remove(&connection);
            if known.connections.is_empty() {
                self.spaces.remove(&space);
            }
        }
    }
}

/// Numbers about everything a relay holds, for its operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub spaces: u64,
    pub records: u64,
    pub bytes: u64,
    pub mailboxes: u64,
}

impl Totals {
    pub fn of(rows: &dyn Rows) -> Result<Totals, RowsError> {
        let mut totals = Totals::default();
        rows.scan(rows::SPACES, None, &mut |_, value| {
            if let Ok(space) = allymap_wire::decode::<SpaceRow>(value) {
                totals.spaces += 1;
                totals.records += space.position;
                totals.bytes += space.bytes;
            }
            ControlFlow::Continue(())
        })?;
        rows.scan(rows::MAILBOXES, None, &mut |_, _| {
            totals.mailboxes += 1;
            ControlFlow::Continue(())
        })?;
        Ok(totals)
    }
}

/// Who a message is from, and what that device may do.
#[derive(Clone, Copy)]
struct Sender {
    connection: ConnectionId,
    space: SpaceId,
    device: DeviceKey,
    flags: Flags,
}

impl Turn<'_> {
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.push(Write::Put(key, value));
    }

    fn send(&mut self, connection: ConnectionId, message: &Message) {
        self.said.push(Effect::Send { connection, bytes: message.encode().into() });
    }

    fn outcome(&mut self, connection: ConnectionId, of: MessageKind, code: Code, value: u64) {
        self.send(connection, &Message::Outcome { of: of as u8, code, value });
    }
}

fn minute_is_over(since: Timestamp, now: Timestamp) -> bool {
    now < since || now.0 - since.0 >= 60_000
}

/// Addresses that are counted at once; more than those in a minute is an attack, and new ones wait.
const MOST_ADDRESSES: usize = 65_536;
