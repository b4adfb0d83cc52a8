//! The driver of the exchange: websockets outside, the replica inside, the disk between them.
//!
//! What arrived is handled together, stored in one batch and only then answered. The home is held only while there is
//! something to do, so that other commands are not kept waiting by the network.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use allymap_replica::{Effect, Input, KnownRelay, Notice};
use allymap_wire::{DocumentId, RelayKeyHash, limits};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebsocketError, Message as Frame};

use crate::app::{App, now};
use crate::chance::Chance;
use crate::failure::Failure;
use crate::socket::{Moved, Socket};

/// Until a relay that does not answer counts as away.
const CONNECT: Duration = Duration::from_secs(10);
/// Until a relay that stopped in the middle counts as away.
const ANSWER: Duration = Duration::from_secs(30);
/// What must move in that time while a message is on its way, in either direction: 270 bytes a second, less than a modem's.
const SLOWEST_BYTES: u64 = 8 << 10;
/// Until what is still to leave at the end is given up.
const LEAVE: Duration = Duration::from_secs(2);
/// Socket buffers; a frame that is larger is read in pieces.
const BUFFER_BYTES: usize = 4 << 10;

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("it is no address of a relay: an address begins with ws:// or wss://")]
    Address,
    #[error("ws:// to the open internet is not protected; use wss://, or --insecure")]
    Insecure,
    #[error("no answer in {} seconds", CONNECT.as_secs())]
    TimeOut,
    #[error("{0}")]
    Refused(String),
}

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

/// The authority of a relay's address, as the `Host` header says it.
pub(crate) fn authority(url: &str) -> Result<String, ConnectError> {
    let uri: tokio_tungstenite::tungstenite::http::Uri = url.parse().map_err(|_| ConnectError::Address)?;
    match (uri.scheme_str(), uri.authority()) {
        (Some("ws" | "wss"), Some(authority)) => Ok(authority.as_str().to_owned()),
        _ => Err(ConnectError::Address),
    }
}

/// Whom to connect to, of an address that [`authority`] took.
fn name_and_port(url: &str) -> Result<(String, u16), ConnectError> {
    let uri: tokio_tungstenite::tungstenite::http::Uri = url.parse().map_err(|_| ConnectError::Address)?;
    let standard = if uri.scheme_str() == Some("wss") { 443 } else { 80 };
    let name = uri.host().ok_or(ConnectError::Address)?.trim_matches(['[', ']']);
    Ok((name.to_owned(), uri.port_u16().unwrap_or(standard)))
}

/// How long to wait for an answer. A build for tests can be made less patient: `ALLYMAP_TEST_ANSWER`, in milliseconds.
#[allow(clippy::disallowed_methods, reason = "read where it is used, in builds for tests alone")]
fn answer() -> Duration {
    let told = cfg!(debug_assertions).then(|| std::env::var("ALLYMAP_TEST_ANSWER").ok()).flatten();
    told.and_then(|told| told.parse().ok()).map_or(ANSWER, Duration::from_millis)
}

/// Plain websockets only to this computer and to private networks.
fn check_scheme(url: &str, insecure: bool) -> Result<(), ConnectError> {
    let uri: tokio_tungstenite::tungstenite::http::Uri = url.parse().map_err(|_| ConnectError::Address)?;
    if uri.scheme_str() == Some("wss") || insecure {
        return Ok(());
    }
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let private = match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(std::net::IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => host == "localhost" || host.ends_with(".local") || host.ends_with(".lan"),
    };
    if private { Ok(()) } else { Err(ConnectError::Insecure) }
}

/// Connections to relays, and what comes in on any of them.
pub(crate) struct Lines {
    events: mpsc::Receiver<(RelayKeyHash, Event)>,
    sender: mpsc::Sender<(RelayKeyHash, Event)>,
    outgoing: BTreeMap<RelayKeyHash, Line>,
    /// One for each line; it ends when all that was handed to it has left.
    writers: JoinSet<()>,
}

struct Line {
    sender: mpsc::Sender<Vec<u8>>,
    moved: Arc<Moved>,
}

pub(crate) enum Event {
    Frame(Vec<u8>),
    Gone,
}

impl Lines {
    pub(crate) fn new() -> Lines {
        let (sender, events) = mpsc::channel(64);
        Lines { events, sender, outgoing: BTreeMap::new(), writers: JoinSet::new() }
    }

    /// Opens a websocket. The returned authority is what the `Host` header said.
    pub(crate) async fn connect(
        &mut self,
        relay: RelayKeyHash,
        url: &str,
        insecure: bool,
    ) -> Result<String, ConnectError> {
        let host = authority(url)?;
        check_scheme(url, insecure)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(limits::FRAME_BYTES))
            .max_frame_size(Some(limits::FRAME_BYTES));
        let moved = Arc::new(Moved::default());
        let connecting = async {
            let (name, port) = name_and_port(url)?;
            let socket = Socket::connect(&name, port, moved.clone()).await.map_err(WebsocketError::Io);
            let socket = socket.map_err(|error| ConnectError::Refused(why(&error)))?;
            tokio_tungstenite::client_async_tls_with_config(url, socket, Some(config), None)
                .await
                .map_err(|error| ConnectError::Refused(why(&error)))
        };
        let (socket, _) = tokio::time::timeout(CONNECT, connecting).await.map_err(|_| ConnectError::TimeOut)??;
        let (mut sink, mut stream) = socket.split();
        let (outgoing, mut out_receiver) = mpsc::channel::<Vec<u8>>(64);
        self.writers.spawn(async move {
            let mut ping = tokio::time::interval(Duration::from_millis(limits::IDLE_MS / 3));
            ping.tick().await;
            loop {
                let frame = tokio::select! {
                    bytes = out_receiver.recv() => match bytes {
                        Some(bytes) => Frame::Binary(bytes.into()),
                        None => break,
                    },
                    _ = ping.tick() => Frame::Ping(Vec::new().into()),
                };
                if sink.send(frame).await.is_err() {
                    return;
                }
            }
            let _ = sink.close().await;
        });
        let (events, heard) = (self.sender.clone(), moved.clone());
        tokio::spawn(async move {
            loop {
                let before = heard.read();
                match tokio::time::timeout(Duration::from_millis(limits::IDLE_MS), stream.next()).await {
                    // A large frame on a slow line.
                    Err(_) if heard.read() > before => {}
                    Ok(Some(Ok(Frame::Binary(bytes)))) => {
                        if events.send((relay, Event::Frame(bytes.into()))).await.is_err() {
                            return;
                        }
                    }
                    Ok(Some(Ok(Frame::Ping(_) | Frame::Pong(_)))) => {}
                    _ => break,
                }
            }
            let _ = events.send((relay, Event::Gone)).await;
        });
        self.outgoing.insert(relay, Line { sender: outgoing, moved });
        Ok(host)
    }

    /// Bytes that moved on the lines that are open.
    fn moved(&self) -> u64 {
        self.outgoing.values().map(|line| line.moved.both()).sum()
    }

    /// The next thing that comes in, within `period`.
    pub(crate) async fn next(&mut self, period: Duration) -> Option<(RelayKeyHash, Event)> {
        tokio::time::timeout(period, self.events.recv()).await.ok().flatten()
    }

    /// What is there already.
    pub(crate) fn ready(&mut self) -> Option<(RelayKeyHash, Event)> {
        self.events.try_recv().ok()
    }

    pub(crate) async fn send(&mut self, relay: RelayKeyHash, bytes: Vec<u8>) {
        if let Some(line) = self.outgoing.get(&relay) {
            // A line that broke says so by `Gone`.
            let _ = line.sender.send(bytes).await;
        }
    }

    pub(crate) fn close(&mut self, relay: RelayKeyHash) {
        self.outgoing.remove(&relay);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Hangs up everywhere, after all that was handed in has left.
    async fn leave(&mut self) {
        self.outgoing.clear();
        let writers = &mut self.writers;
        // All that matters was answered before; what a dead line still holds is not worth more than a moment.
        let _ = tokio::time::timeout(LEAVE, async { while writers.join_next().await.is_some() {} }).await;
    }
}

fn why(error: &WebsocketError) -> String {
    use WebsocketError as Error;
    match error {
        Error::Io(error) => crate::failure::reason(error),
        Error::Http(answer) => format!("it answers, but is no relay (HTTP {})", answer.status().as_u16()),
        Error::Tls(_) => "its certificate is not valid".into(),
        Error::Protocol(_) | Error::HttpFormat(_) => "it does not answer as a relay does".into(),
        error => error.to_string(),
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
    pub(crate) async fn connect(&mut self, relay: &KnownRelay, insecure: bool) -> Result<(), ConnectError> {
        let host = self.lines.connect(relay.relay, &relay.url, insecure).await?;
        self.inputs.push_back(Input::Connected { relay: relay.relay, host });
        Ok(())
    }

    /// New edits may be there.
    pub(crate) fn offer(&mut self) {
        self.inputs.push_back(Input::Offer);
    }

    pub(crate) fn is_connected_to(&self, relay: &RelayKeyHash) -> bool {
        self.lines.outgoing.contains_key(relay)
    }

    pub(crate) fn is_connected(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Runs until every connection has said all it has to say, or has ended, or has shown no sign of life for as long as an
    /// answer may take. A sign of life is what came in and was worth keeping, or a message on its way. A relay that keeps
    /// talking and does not answer is no better than a silent one.
    #[allow(clippy::disallowed_methods, reason = "a driver measures")]
    pub(crate) async fn run(&mut self, app: &mut App) -> Result<(), Failure> {
        let answer = answer();
        let (mut given_up, mut moved) = (Instant::now() + answer, self.lines.moved());
        loop {
            let anything = !self.inputs.is_empty();
            if self.step(app).await? {
                given_up = Instant::now() + answer;
            }
            if anything {
                moved = self.lines.moved();
            }
            if self.inputs.is_empty() {
                let open = app.replica_connections();
                if self.lines.is_empty() || (!open.is_empty() && open.values().all(|caught_up| *caught_up)) {
                    break;
                }
                if !self.wait(app, given_up.saturating_duration_since(Instant::now())).await {
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
    pub(crate) async fn wait(&mut self, app: &mut App, period: Duration) -> bool {
        // A short answer is worth waiting for with the home in hand; a long one is not.
        let quick = Duration::from_millis(20);
        let mut event = self.lines.next(quick.min(period)).await;
        if event.is_none() && period > quick {
            app.release();
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
    pub(crate) async fn step(&mut self, app: &mut App) -> Result<bool, Failure> {
        if self.inputs.is_empty() {
            return Ok(false);
        }
        let (mut after, mut changed, mut stored) = (Vec::new(), Vec::new(), false);
        {
            let (replica, disk) = app.hold()?;
            for input in self.inputs.drain(..) {
                let mut effects = Vec::new();
                replica.handle(now(), input, disk, &mut Chance, &mut effects)?;
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
        app.index(&changed)?;
        app.commit()?;
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
