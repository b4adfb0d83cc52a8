//! A bare connection to a relay, for work that needs no replica: setting a map up, and loading the relay itself.

use std::net::SocketAddr;

use allymap_seal::DeviceKeys;
use allymap_wire::{Challenge, Head, Message, PROTOCOL, PutResult, Record, RelayKey, SpaceId, auth_transcript};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// As the command line's driver has it.
const BUFFER_BYTES: usize = 4 << 10;

pub(crate) type Socket = WebSocketStream<TcpStream>;

pub(crate) async fn connect(relay: SocketAddr) -> Socket {
    let stream = TcpStream::connect(relay).await.expect("the relay listens");
    stream.set_nodelay(true).expect("a fresh socket takes options");
    let config = WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(0);
    let url = format!("ws://{relay}/");
    let upgraded = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await;
    upgraded.expect("it is a relay").0
}

/// The next message's bytes; none once the connection has ended.
pub(crate) async fn hear(socket: &mut Socket) -> Option<Vec<u8>> {
    loop {
        match socket.next().await? {
            Ok(Frame::Binary(bytes)) => return Some(bytes.into()),
            Ok(Frame::Ping(_) | Frame::Pong(_)) => {}
            _ => return None,
        }
    }
}

pub(crate) async fn say(socket: &mut Socket, bytes: Vec<u8>) {
    socket.send(Frame::Binary(bytes.into())).await.expect("the relay takes it");
}

/// A device that logged in.
pub(crate) struct Line {
    socket: Socket,
    pub(crate) relay: RelayKey,
    /// The end of the log when it logged in.
    pub(crate) head: Head,
}

impl Line {
    pub(crate) async fn log_in(relay: SocketAddr, keys: &DeviceKeys, space: SpaceId) -> Line {
        let socket = connect(relay).await;
        let mut line = Line { socket, relay: RelayKey([0; 32]), head: Head::START };
        let Message::Hello { relay: key, challenge, .. } = line.hear().await else { panic!("no Hello") };
        line.relay = key;
        let nonce = Challenge([7; 16]);
        let signed = auth_transcript(&key, &relay.to_string(), &challenge, &nonce.0, &space);
        let signature = keys.sign(&signed);
        line.say(&Message::Auth { version: PROTOCOL, space, device: keys.public(), nonce, signature }).await;
        let Message::AuthOk { head, .. } = line.hear().await else { panic!("not let in") };
        Line { head, ..line }
    }

    pub(crate) async fn say(&mut self, message: &Message) {
        say(&mut self.socket, message.encode()).await;
    }

    pub(crate) async fn hear(&mut self) -> Message {
        let bytes = hear(&mut self.socket).await.expect("the relay says something");
        Message::decode(&bytes).expect("the relay keeps to the protocol")
    }

    /// Stores records, every one of them new, and waits until that was acknowledged.
    pub(crate) async fn put(&mut self, entries: Vec<Record>) {
        let count = entries.len();
        self.say(&Message::Put { entries }).await;
        match self.hear().await {
            Message::PutAck { results } => {
                let stored = results.iter().filter(|result| matches!(result, PutResult::Stored { .. })).count();
                assert_eq!(stored, count, "{:?}", results.last());
            }
            other => panic!("{other:?}"),
        }
    }

    /// Reads everything after this place, and is sent what is new from then on.
    pub(crate) async fn catch_up_from(&mut self, since: Head) {
        self.say(&Message::Sync { since, bytes: u64::MAX, highest: None }).await;
        loop {
            match self.hear().await {
                Message::Records { first, entries, head, .. } if first + entries.len() as u64 > head.position => return,
                Message::Records { more: false, .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
