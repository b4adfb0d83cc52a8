//! Lines to relays: websockets, and what comes in on any of them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use allymap_wire::{RelayKeyHash, limits};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebsocketError, Message as Frame};

use crate::together::socket::{Moved, Socket};
use crate::trouble::Source;

/// Until a relay that does not answer counts as away.
pub const CONNECT: Duration = Duration::from_secs(10);
/// Until what is still to leave at the end is given up.
const LEAVE: Duration = Duration::from_secs(2);
/// Socket buffers; a frame that is larger is read in pieces.
const BUFFER_BYTES: usize = 4 << 10;

/// How far a connection may go that nothing protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unprotected {
    /// To this computer and to private networks.
    Nearby,
    Anywhere,
}

/// Why no connection came about.
#[derive(Debug)]
pub enum ConnectError {
    /// It is no address of a relay.
    Address,
    /// Plain websockets to the open internet are not protected.
    Insecure,
    /// No answer within [`CONNECT`].
    TimeOut,
    Io(io::Error),
    /// It answers, but is no relay.
    Http {
        status: u16,
    },
    Certificate,
    /// It does not answer as a relay does.
    Protocol,
    Other(Source),
}

impl From<WebsocketError> for ConnectError {
    fn from(error: WebsocketError) -> ConnectError {
        use WebsocketError as Error;
        match error {
            Error::Io(error) => ConnectError::Io(error),
            Error::Http(answer) => ConnectError::Http { status: answer.status().as_u16() },
            Error::Tls(_) => ConnectError::Certificate,
            Error::Protocol(_) | Error::HttpFormat(_) => ConnectError::Protocol,
            error => ConnectError::Other(Box::new(error)),
        }
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

/// Plain websockets only to this computer and to private networks.
fn check_scheme(url: &str, unprotected: Unprotected) -> Result<(), ConnectError> {
    let uri: tokio_tungstenite::tungstenite::http::Uri = url.parse().map_err(|_| ConnectError::Address)?;
    if uri.scheme_str() == Some("wss") || unprotected == Unprotected::Anywhere {
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
        unprotected: Unprotected,
    ) -> Result<String, ConnectError> {
        let host = authority(url)?;
        check_scheme(url, unprotected)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(limits::FRAME_BYTES))
            .max_frame_size(Some(limits::FRAME_BYTES));
        let moved = Arc::new(Moved::default());
        let connecting = async {
            let (name, port) = name_and_port(url)?;
            let socket = Socket::connect(&name, port, moved.clone()).await.map_err(ConnectError::Io)?;
            let taken = tokio_tungstenite::client_async_tls_with_config(url, socket, Some(config), None).await;
            taken.map_err(ConnectError::from)
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
    pub(crate) fn moved(&self) -> u64 {
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

    pub(crate) fn is_connected_to(&self, relay: &RelayKeyHash) -> bool {
        self.outgoing.contains_key(relay)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Hangs up everywhere, after all that was handed in has left.
    pub(crate) async fn leave(&mut self) {
        self.outgoing.clear();
        let writers = &mut self.writers;
        // All that matters was answered before; what a dead line still holds is not worth more than a moment.
        let _ = tokio::time::timeout(LEAVE, async { while writers.join_next().await.is_some() {} }).await;
    }
}
