//! The driver of the exchange: websockets outside, the replica inside, the disk between them.
//!
//! What arrived is handled together, stored in one batch and only then answered. The home is held only while there is
//! something to do, so that others are not kept waiting by the network.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use allymap_replica::{Effect, Input, KnownRelay, Notice, Replica};
use allymap_wire::{DocumentId, RelayKeyHash};

use crate::together::lines::{ConnectError, Event, Lines, Unprotected};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// What must move while a message is on its way, in either direction, for as long as an answer may take: 270 bytes a second,
/// less than a modem's.
const SLOWEST_BYTES: u64 = 8 << 10;

/// What an exchange did.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) notices: Vec<Notice>,
    pub(crate) changed: Vec<DocumentId>,
    /// Relays with which everything was exchanged.
    pub(crate) caught_up: BTreeSet<RelayKeyHash>,
    /// Relays whose connection has ended.
    gone: BTreeSet<RelayKeyHash>,
    /// Own records that a relay has on its disk now.
    pub(crate) sent: usize,
    pub(crate) bytes_out: u64,
    pub(crate) bytes_in: u64,
    /// How often the other side had to answer before we could go on.
    pub(crate) round_trips: u32,
    pub(crate) took: Duration,
}

impl Report {
    /// Whether a connection to this relay has ended meanwhile.
    pub(crate) fn ended(&self, relay: &RelayKeyHash) -> bool {
        self.gone.contains(relay)
    }
}

impl Visit<'_> {
    /// Connections of the exchange, and whether all was said on each.
    fn connections(&self) -> BTreeMap<RelayKeyHash, bool> {
        self.home.held.replica.as_ref().map(Replica::connections).unwrap_or_default()
    }
}

/// One conversation with the relays that could be reached, until there is nothing more to say, or for as long as `watch` lasts.
pub(crate) struct Exchange {
    lines: Lines,
    inputs: VecDeque<Input>,
    pub(crate) report: Report,
    began: Instant,
    /// Something was sent and not answered yet.
    asked: bool,
}

impl Exchange {
    #[allow(clippy::disallowed_methods, reason = "a driver measures")]
    pub(crate) fn new(lines: Lines) -> Exchange {
        Exchange { lines, inputs: VecDeque::new(), report: Report::default(), began: Instant::now(), asked: false }
    }

    /// Connects to one more relay.
    pub(crate) async fn connect(&mut self, relay: &KnownRelay, unprotected: Unprotected) -> Result<(), ConnectError> {
        let host = self.lines.connect(relay.relay, &relay.url, unprotected).await?;
        self.inputs.push_back(Input::Connected { relay: relay.relay, host });
        Ok(())
    }

    /// New edits may be there.
    pub(crate) fn offer(&mut self) {
        self.inputs.push_back(Input::Offer);
    }

    pub(crate) fn is_connected_to(&self, relay: &RelayKeyHash) -> bool {
        self.lines.is_connected_to(relay)
    }

    pub(crate) fn is_connected(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Runs until every connection has said all it has to say, or has ended, or has shown no sign of life for as long as an
    /// answer may take. A sign of life is what came in and was worth keeping, or a message on its way. A relay that keeps
    /// talking and does not answer is no better than a silent one.
    #[allow(clippy::disallowed_methods, reason = "a driver measures")]
    pub(crate) async fn run(&mut self, v: &mut Visit<'_>) -> Result<(), Trouble> {
        let answer = v.home.around.patience;
        let (mut given_up, mut moved) = (Instant::now() + answer, self.lines.moved());
        loop {
            let anything = !self.inputs.is_empty();
            if self.step(v).await? {
                given_up = Instant::now() + answer;
            }
            if anything {
                moved = self.lines.moved();
            }
            if self.inputs.is_empty() {
                let open = v.connections();
                if self.lines.is_empty() || (!open.is_empty() && open.values().all(|caught_up| *caught_up)) {
                    break;
                }
                if !self.wait(v, given_up.saturating_duration_since(Instant::now())).await {
                    let now_moved = self.lines.moved();
                    if now_moved < moved + SLOWEST_BYTES {
                        break;
                    }
                    (given_up, moved) = (Instant::now() + answer, now_moved);
                }
            }
        }
        self.lines.leave().await;
        self.report.took = self.began.elapsed();
        Ok(())
    }

    /// Waits for something to come in. `false`: nothing came.
    pub(crate) async fn wait(&mut self, v: &mut Visit<'_>, period: Duration) -> bool {
        // A short answer is worth waiting for with the home in hand; a long one is not.
        let quick = Duration::from_millis(20);
        let mut event = self.lines.next(quick.min(period)).await;
        if event.is_none() && period > quick {
            v.release();
            event = self.lines.next(period - quick).await;
        }
        let Some(event) = event else { return false };
        if std::mem::take(&mut self.asked) {
            self.report.round_trips += 1;
        }
        self.take(event);
        while let Some(event) = self.lines.ready() {
            self.take(event);
        }
        true
    }

    fn take(&mut self, (relay, event): (RelayKeyHash, Event)) {
        self.inputs.push_back(match event {
            Event::Frame(bytes) => {
                self.report.bytes_in += bytes.len() as u64;
                Input::Received { relay, bytes }
            }
            Event::Gone => {
                self.lines.close(relay);
                self.report.gone.insert(relay);
                Input::Disconnected { relay }
            }
        });
    }

    /// Handles what is there, stores it in one batch, then says what follows. `false`: there was nothing to store.
    pub(crate) async fn step(&mut self, v: &mut Visit<'_>) -> Result<bool, Trouble> {
        if self.inputs.is_empty() {
            return Ok(false);
        }
        let (mut after, mut changed, mut stored) = (Vec::new(), Vec::new(), false);
        {
            let (now, mut chance) = (v.now(), v.chance());
            let (replica, disk) = v.hold()?;
            for input in self.inputs.drain(..) {
                let mut effects = Vec::new();
                replica.handle(now, input, disk, &mut chance, &mut effects)?;
                for effect in effects {
                    match effect {
                        Effect::Persist(writes) => {
                            stored = true;
                            disk.persist(writes);
                        }
                        Effect::Changed(document) => changed.push(document),
                        other => after.push(other),
                    }
                }
            }
        }
        changed.sort_unstable();
        changed.dedup();
        v.index(&changed)?;
        v.commit()?;
        self.report.changed.extend(changed);
        for effect in after {
            match effect {
                Effect::Send { relay, bytes } => {
                    self.report.bytes_out += bytes.len() as u64;
                    self.asked = true;
                    self.lines.send(relay, bytes).await;
                }
                Effect::Close { relay } => {
                    self.lines.close(relay);
                    self.report.gone.insert(relay);
                }
                Effect::Continue => self.inputs.push_back(Input::Continue),
                Effect::Tell(notice) => {
                    match &notice {
                        Notice::WithRelay { records, .. } => self.report.sent += records.len(),
                        Notice::CaughtUp { relay } => {
                            self.report.caught_up.insert(*relay);
                        }
                        _ => {}
                    }
                    self.report.notices.push(notice);
                }
                Effect::Persist(_) | Effect::Changed(_) => {}
            }
        }
        Ok(stored)
    }
}
