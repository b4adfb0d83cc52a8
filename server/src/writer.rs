//! The one thread that owns the store and the rules: it takes in what is there, writes once, and only then answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use allymap_relay::{ConnectionId, Effect, Identity, Input, Relay, RowsError, Settings, Totals};
use allymap_wire::{Code, Message};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::ballast::Ballast;
use crate::disk::{Disk, DiskError};
use crate::failure::Failure;
use crate::machine::{chance, stopwatch, wall_clock};
use crate::outbox::Outbox;
use crate::status::{Counts, Status};

/// What the writer thread is told.
pub(crate) enum Event {
    Connected {
        connection: ConnectionId,
        host: String,
        address: Option<u64>,
        outbox: Arc<Outbox>,
    },
    Received {
        connection: ConnectionId,
        bytes: Vec<u8>,
        outbox: Arc<Outbox>,
        /// Its share of the memory for what waits to be handled.
        _room: OwnedSemaphorePermit,
    },
    Drained {
        connection: ConnectionId,
    },
    Disconnected {
        connection: ConnectionId,
        /// Because it took nothing of what it was sent.
        too_slow: bool,
    },
    Tick,
    /// Is the store answering, and did the last write succeed?
    Health(oneshot::Sender<bool>),
    Status(oneshot::Sender<Option<Status>>),
    /// Send everybody away and let nobody in.
    Drain,
    /// Stop, once nothing waits.
    Stop,
}

/// Where events go in: bounded by number and by bytes, so that whoever is behind slows down those who send.
#[derive(Clone)]
pub(crate) struct Inbox {
    pub(crate) events: mpsc::Sender<Event>,
    room: Arc<Semaphore>,
}

impl Inbox {
    pub(crate) fn new() -> (Inbox, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        (Inbox { events, room: Arc::new(Semaphore::new(WAITING_KB)) }, receiver)
    }

    /// Waits until so many bytes more may wait to be handled. Nothing, if the relay has stopped.
    pub(crate) async fn room_for(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kilobytes = (bytes / 1024 + 1).min(WAITING_KB) as u32;
        self.room.clone().acquire_many_owned(kilobytes).await.ok()
    }
}

/// The writer thread's state.
pub struct Writer {
    folder: PathBuf,
    settings: Settings,
    name: Option<String>,
    began: Instant,
    /// Nothing while the store cannot be opened again after a failed write.
    open: Option<Opened>,
    outboxes: BTreeMap<ConnectionId, Arc<Outbox>>,
    said: Vec<Effect>,
    questions: Vec<Event>,
    /// Set by a write that did not fit the disk, until there is space again.
    full_since: Option<Instant>,
    draining: bool,
    /// Nothing came in between the last two ticks.
    resting: bool,
    /// How many messages there had been at the last tick.
    messages_then: u64,
    counts: Counts,
}

struct Opened {
    disk: Disk,
    relay: Relay,
}

impl Writer {
    /// Opens the store in `folder`, which becomes a relay's the first time.
    pub fn open(folder: PathBuf, settings: Settings, name: Option<String>) -> Result<Writer, Failure> {
        let (open, is_full) = Opened::with_ballast(&folder, &settings)?;
        let mut writer = Writer {
            folder,
            settings,
            name,
            began: stopwatch(),
            open: Some(open),
            outboxes: BTreeMap::new(),
            said: Vec::new(),
            questions: Vec::new(),
            full_since: None,
            draining: false,
            resting: false,
            messages_then: 0,
            counts: Counts::default(),
        };
        if is_full || !Ballast::of(&writer.folder).take() {
            tracing::warn!("the disk is full: nothing new is taken in until there is space");
            writer.full_since = Some(stopwatch());
            writer.handle(Input::DiskFull(true));
        }
        Ok(writer)
    }

    /// Who the relay is, while its store is open.
    pub fn identity(&self) -> Option<&Identity> {
        self.open.as_ref().map(|open| open.relay.identity())
    }

    /// How long somebody may take to log in.
    pub(crate) fn patience_with_strangers(&self) -> Duration {
        Duration::from_millis(self.settings.unauthenticated_ms)
    }

    /// Handles events until there is nobody left to send any.
    pub(crate) fn run(mut self, mut events: mpsc::Receiver<Event>) {
        while let Some(first) = events.blocking_recv() {
            let began = stopwatch();
            let mut taken = 0;
            let mut next = Some(first);
            let mut handled = Vec::new();
            while let Some(event) = next.take() {
                match event {
                    Event::Stop => return self.commit(),
                    event => {
                        taken += self.take(event, &mut handled);
                        if taken < GROUP_BYTES && began.elapsed() < GROUP_TIME {
                            next = events.try_recv().ok();
                        }
                    }
                }
            }
            self.commit();
            for outbox in handled {
                outbox.handled();
            }
            self.use_the_rest();
        }
    }

    /// Takes one event in, and says how much it weighed.
    fn take(&mut self, event: Event, handled: &mut Vec<Arc<Outbox>>) -> usize {
        match event {
            Event::Connected { connection, host, address, outbox } => {
                self.counts.connections += 1;
                self.outboxes.insert(connection, outbox);
                self.handle(Input::Connected { connection, host, address });
                if self.open.is_none() {
                    self.send_away(connection, Code::Storage);
                }
                0
            }
            Event::Received { connection, bytes, outbox, _room } => {
                self.counts.messages += 1;
                let length = bytes.len();
                self.handle(Input::Received { connection, bytes });
                handled.push(outbox);
                length
            }
            Event::Drained { connection } => {
                self.handle(Input::Drained { connection });
                0
            }
            Event::Disconnected { connection, too_slow } => {
                self.counts.slow += u64::from(too_slow);
                self.outboxes.remove(&connection);
                self.handle(Input::Disconnected { connection });
                0
            }
            Event::Tick => {
                self.recover();
                self.handle(Input::Tick);
                self.resting = self.counts.messages == self.messages_then;
                self.messages_then = self.counts.messages;
                0
            }
            Event::Drain => {
                self.draining = true;
                self.handle(Input::Drain);
                0
            }
            // Answered after the write that this group makes.
            question => {
                self.questions.push(question);
                0
            }
        }
    }

    fn handle(&mut self, input: Input) {
        let Some(open) = &mut self.open else { return };
        let mut effects = Vec::new();
        let done = open.relay.handle(wall_clock(), input, &open.disk, &mut chance, &mut effects);
        if let Err(error) = done {
            tracing::error!(%error, "the store cannot be read");
            return self.fail(Code::Storage);
        }
        for effect in effects {
            match effect {
                Effect::Persist(writes) => open.disk.take(writes),
                other => self.said.push(other),
            }
        }
    }

    /// Makes everything that was taken in durable, and only then says what was to be said.
    fn commit(&mut self) {
        if let Some(open) = &mut self.open {
            match open.disk.commit() {
                Ok(wrote) => self.counts.writes += u64::from(wrote),
                Err(error) => {
                    tracing::error!(%error, "a write failed; nobody was told that it had succeeded");
                    self.counts.failed_writes += 1;
                    let code = if error.is_full() { Code::Full } else { Code::Storage };
                    self.fail(code);
                }
            }
        }
        let mut slow = self.release();
        while let Some(connection) = slow.pop() {
            self.counts.slow += 1;
            if let Some(outbox) = self.outboxes.get(&connection) {
                outbox.clear();
            }
            self.handle(Input::SendQueueFull { connection });
            slow.extend(self.release());
        }
        for question in std::mem::take(&mut self.questions) {
            match question {
                Event::Health(answer) => {
                    let _ = answer.send(self.is_healthy());
                }
                Event::Status(answer) => {
                    let _ = answer.send(self.status());
                }
                _ => unreachable!("only questions wait for an answer"),
            }
        }
    }

    /// Hands out what was said, and names those whose queues are full.
    fn release(&mut self) -> Vec<ConnectionId> {
        let mut slow = Vec::new();
        for effect in self.said.drain(..) {
            match effect {
                Effect::Send { connection, bytes } => {
                    let full = self.outboxes.get(&connection).is_some_and(|outbox| outbox.push(bytes).is_err());
                    if full && !slow.contains(&connection) {
                        slow.push(connection);
                    }
                }
                Effect::Close { connection, code } => {
                    self.counts.refused += u64::from(!matches!(code, Code::Done | Code::Draining | Code::TooSlow));
                    tracing::debug!(connection = connection.0, ?code, "a connection is ended");
                    if let Some(outbox) = self.outboxes.remove(&connection) {
                        outbox.end(code);
                    }
                }
                Effect::Persist(_) => unreachable!("what is to be written was taken before"),
            }
        }
        slow
    }

    /// Nothing of this group was kept: everybody is sent away untold, and the store is opened again.
    fn fail(&mut self, code: Code) {
        self.said.clear();
        self.open = None;
        for connection in self.outboxes.keys().copied().collect::<Vec<_>>() {
            self.send_away(connection, code);
        }
        if code == Code::Full {
            self.full_since = Some(stopwatch());
        }
        self.recover();
    }

    fn send_away(&mut self, connection: ConnectionId, code: Code) {
        let Some(outbox) = self.outboxes.remove(&connection) else { return };
        outbox.clear();
        let bye = Message::Bye { code, retry_after_ms: RETRY_MS }.encode();
        let _ = outbox.push(bye.into());
        outbox.end(code);
    }

    /// Opens the store again if it has to be, and looks whether a full disk has space again.
    fn recover(&mut self) {
        if self.open.is_none() {
            match Opened::with_ballast(&self.folder, &self.settings) {
                Ok((open, is_full)) => {
                    tracing::warn!("the store is open again");
                    self.open = Some(open);
                    if is_full {
                        self.full_since.get_or_insert_with(stopwatch);
                    }
                    if self.full_since.is_some() {
                        self.handle(Input::DiskFull(true));
                    }
                    if self.draining {
                        self.handle(Input::Drain);
                    }
                }
                Err(error) => tracing::error!(%error, "the store cannot be opened again yet"),
            }
        }
        if let Some(since) = self.full_since
            && since.elapsed() >= LOOK_FOR_SPACE_EVERY
        {
            let space = Ballast::of(&self.folder).take();
            self.full_since = (!space).then(stopwatch);
            if space {
                tracing::warn!("the disk has space again");
                self.handle(Input::DiskFull(false));
            }
        }
    }

    /// In a quiet moment, space that nothing needs any more is given back.
    fn use_the_rest(&mut self) {
        let Some(open) = self.open.as_mut().filter(|_| std::mem::take(&mut self.resting)) else { return };
        let began = stopwatch();
        match open.disk.maintain() {
            Ok(done) if done.after < done.before => {
                let took_ms = began.elapsed().as_millis() as u64;
                tracing::info!(before = done.before, after = done.after, took_ms, "the store was packed");
            }
            Ok(_) => {}
            Err(error) if error.is_full() => tracing::info!("the disk has no room to pack the store"),
            Err(error) => {
                tracing::error!(%error, "the store could not be packed");
                self.fail(Code::Storage);
            }
        }
    }

    fn is_healthy(&self) -> bool {
        !self.draining
            && self.full_since.is_none()
            && self
                .open
                .as_ref()
                .is_some_and(|open| Identity::read(&open.disk).is_ok_and(|identity| identity.is_some()))
    }

    fn status(&self) -> Option<Status> {
        let open = self.open.as_ref()?;
        let totals = Totals::of(&open.disk).ok()?;
        Some(Status::running(
            self.name.clone(),
            self.is_healthy(),
            self.began.elapsed(),
            open.relay.connections(),
            totals,
            self.counts,
        ))
    }
}

impl Opened {
    /// Opens the store, on a full disk with the space that was kept for it. The second is whether that was needed.
    fn with_ballast(folder: &std::path::Path, settings: &Settings) -> Result<(Opened, bool), Failure> {
        match Opened::from_folder(folder, settings) {
            Err(Failure::Disk(error)) if error.is_full() && Ballast::of(folder).give() => {
                Ok((Opened::from_folder(folder, settings)?, true))
            }
            other => Ok((other?, false)),
        }
    }

    fn from_folder(folder: &std::path::Path, settings: &Settings) -> Result<Opened, Failure> {
        let (mut disk, damaged) = Disk::open(folder)?;
        if Identity::read(&disk)?.is_none() {
            disk.take(Identity::new(&mut chance).writes());
            disk.commit()?;
        }
        if damaged {
            let marks = Relay::begin_mending(&disk)?;
            disk.take(marks);
            disk.commit()?;
        }
        while let Some(writes) = Relay::mend(&disk, &mut chance)? {
            disk.take(writes);
            disk.commit()?;
        }
        let relay = Relay::open(settings.clone(), &disk)?;
        Ok(Opened { disk, relay })
    }
}

impl From<DiskError> for RowsError {
    fn from(error: DiskError) -> RowsError {
        RowsError::Failed(Box::new(error))
    }
}

/// One group: what is there, up to this much or this long.
const GROUP_BYTES: usize = 256 << 10;
const GROUP_TIME: Duration = Duration::from_millis(5);
const EVENTS: usize = 1_024;
const WAITING_KB: usize = 16 << 10;
const RETRY_MS: u64 = 2_000;
const LOOK_FOR_SPACE_EVERY: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use allymap_store::{Batch, Options, SledStore, Store};

    use super::*;

    #[test]
    fn a_relay_gives_space_back_when_nobody_wants_anything() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(folder.path().to_owned(), Settings::default(), None).unwrap();
        let identity = writer.identity().unwrap().relay;
        drop(writer);
        let options = Options { cache_bytes: 16 << 20, wait: Duration::from_secs(2), program: "a test".into() };
        let mut store = SledStore::open(folder.path(), options).unwrap().store;
        // More than the store lets lie, under keys that no relay has: written, and most of it gone again.
        for round in 0..72_u8 {
            let mut batch = Batch::default();
            let mut word = 0x9e37_79b9_7f4a_7c15_u64;
            for row in 0..256_u16 {
                let noise = std::iter::repeat_with(|| {
                    word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(row.into());
                    (word >> 56) as u8
                });
                batch.put([&[0xff, round][..], &row.to_be_bytes()].concat(), noise.take(4_000).collect::<Vec<_>>());
            }
            store.write(&batch).unwrap();
        }
        for round in 0..72_u8 {
            let mut batch = Batch::default();
            (16..256_u16).for_each(|row| batch.delete([&[0xff, round][..], &row.to_be_bytes()].concat()));
            store.write(&batch).unwrap();
        }
        drop(store);

        let bytes = || std::fs::metadata(folder.path().join("db/db")).unwrap().len();
        writer = Writer::open(folder.path().to_owned(), Settings::default(), None).unwrap();
        assert!(bytes() > 64 << 20, "{} bytes", bytes());
        writer.counts.messages = 1;
        writer.take(Event::Tick, &mut Vec::new());
        assert!(!writer.resting, "somebody said something since the tick before");
        writer.take(Event::Tick, &mut Vec::new());
        writer.commit();
        writer.use_the_rest();
        assert!(bytes() < 16 << 20, "{} bytes", bytes());
        assert_eq!(writer.identity().unwrap().relay, identity);
        assert!(writer.is_healthy());
    }
}
