//! One websocket: what comes goes to the writer thread, what the writer thread says goes out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use allymap_relay::ConnectionId;
use allymap_wire::{Code, Message as Wire, limits};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::door::Guard;
use crate::outbox::{Next, Outbox};
use crate::writer::{Event, Inbox};

/// How patient a connection is with its peer.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Silence after which a peer counts as gone.
    pub idle: Duration,
    /// How long a peer that is being sent something may take nothing of it.
    pub stall: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { idle: Duration::from_millis(limits::IDLE_MS), stall: Duration::from_secs(20) }
    }
}

/// The websocket as the relay wants it: small buffers, since most connections are idle, and nothing larger than a frame.
pub(crate) fn configured(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(2 * limits::FRAME_BYTES)
        .max_message_size(limits::FRAME_BYTES)
        .max_frame_size(limits::FRAME_BYTES)
}

/// Serves one websocket to its end.
pub(crate) async fn serve(
    socket: WebSocket,
    connection: ConnectionId,
    host: String,
    address: Option<u64>,
    guard: Arc<Guard>,
    inbox: Inbox,
    patience: Patience,
) {
    let outbox = Arc::new(Outbox::default());
    let connected = Event::Connected { connection, host, address, outbox: outbox.clone() };
    if inbox.events.send(connected).await.is_err() {
        return;
    }
    let (mut sink, mut stream) = socket.split();
    let end = tokio::select! {
        end = send(&mut sink, connection, &outbox, &guard, &inbox.events, patience) => end,
        end = receive(&mut stream, connection, &outbox, &guard, &inbox) => end,
    };
    // Whatever happens to the socket now, the relay is done with it.
    let too_slow = end.as_ref().is_some_and(|end| end.said == Some(Code::TooSlow));
    let _ = inbox.events.send(Event::Disconnected { connection, too_slow }).await;
    let Some(end) = end else { return };
    let goodbye = async {
        if let Some(code) = end.said {
            let bye = Wire::Bye { code, retry_after_ms: 0 }.encode();
            sink.feed(Message::Binary(bye.into())).await?;
        }
        sink.send(Message::Close(Some(CloseFrame { code: end.close, reason: "".into() }))).await?;
        // Closing a socket while something unread lies in it would take back what was just said.
        while let Some(Ok(_)) = stream.next().await {
            guard.refill();
        }
        Ok::<_, axum::Error>(())
    };
    let _ = tokio::time::timeout(LAST_WORDS, goodbye).await;
}

/// How a connection ends that did not just go away.
struct End {
    /// The code of the websocket's close frame.
    close: u16,
    /// Why, if that was not said yet.
    said: Option<Code>,
}

impl End {
    fn because(code: Code) -> End {
        End { close: close_code(code), said: None }
    }

    fn refused(code: Code) -> End {
        End { close: close_code(code), said: Some(code) }
    }
}

/// Each refusal has a close code of its own, in the range that RFC 6455 leaves to applications.
pub(crate) fn close_code(code: Code) -> u16 {
    match code {
        Code::Done => 1000,
        code => 4000 + code as u16,
    }
}

async fn send(
    sink: &mut SplitSink<WebSocket, Message>,
    connection: ConnectionId,
    outbox: &Outbox,
    guard: &Guard,
    events: &mpsc::Sender<Event>,
    patience: Patience,
) -> Option<End> {
    let mut ping = Instant::now() + patience.idle / 3;
    let mut unflushed = false;
    loop {
        match outbox.next() {
            Next::Send(frame) => {
                unflushed = true;
                let message = Message::Binary(Bytes::from_owner(Frame(frame)));
                if let ControlFlow::Break(end) = unless_stalled(sink.feed(message), guard, patience).await {
                    return end;
                }
            }
            Next::End(code) => {
                return match unless_stalled(sink.flush(), guard, patience).await {
                    ControlFlow::Break(end) => end,
                    ControlFlow::Continue(()) => Some(End::because(code)),
                };
            }
            Next::Empty if unflushed => {
                if let ControlFlow::Break(end) = unless_stalled(sink.flush(), guard, patience).await {
                    return end;
                }
                unflushed = false;
                events.send(Event::Drained { connection }).await.ok()?;
            }
            Next::Empty => {
                tokio::select! {
                    () = outbox.filled() => {}
                    () = tokio::time::sleep_until(ping) => {
                        if guard.silent() >= patience.idle {
                            return Some(End::refused(Code::TimeOut));
                        }
                        ping = Instant::now() + patience.idle / 3;
                        let ping = sink.send(Message::Ping(Bytes::new()));
                        if let ControlFlow::Break(end) = unless_stalled(ping, guard, patience).await {
                            return end;
                        }
                    }
                }
            }
        }
    }
}

/// Sends something, unless the peer stops taking it. A slow link is not a stopped one: any byte taken counts.
async fn unless_stalled(
    sending: impl Future<Output = Result<(), axum::Error>>,
    guard: &Guard,
    patience: Patience,
) -> ControlFlow<Option<End>> {
    let mut sending = std::pin::pin!(sending);
    guard.begin_write();
    loop {
        let left = patience.stall.saturating_sub(guard.stalled()).max(Duration::from_millis(10));
        tokio::select! {
            sent = &mut sending => {
                return match sent {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(None),
                };
            }
            () = tokio::time::sleep(left) => {
                if guard.stalled() >= patience.stall {
                    return ControlFlow::Break(Some(End::refused(Code::TooSlow)));
                }
            }
        }
    }
}

async fn receive(
    stream: &mut SplitStream<WebSocket>,
    connection: ConnectionId,
    outbox: &Arc<Outbox>,
    guard: &Guard,
    inbox: &Inbox,
) -> Option<End> {
    let mut beats = Beats { since: Instant::now(), count: 0 };
    loop {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                guard.refill();
                outbox.take_in().await;
                let permit = inbox.room_for(bytes.len()).await?;
                let received =
                    Event::Received { connection, bytes: bytes.into(), outbox: outbox.clone(), _room: permit };
                inbox.events.send(received).await.ok()?;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                guard.refill();
                if beats.are_a_flood() {
                    return Some(End { close: CLOSE_POLICY, said: Some(Code::Rate) });
                }
            }
            Some(Ok(Message::Text(_))) => return Some(End { close: CLOSE_UNSUPPORTED, said: Some(Code::Malformed) }),
            Some(Ok(Message::Close(_))) | None => return None,
            // A frame over the limit, or bytes that are no frame.
            Some(Err(_)) => return Some(End { close: CLOSE_PROTOCOL, said: None }),
        }
    }
}

/// Pings and pongs in the second that began at `since`.
struct Beats {
    since: Instant,
    count: u32,
}

impl Beats {
    fn are_a_flood(&mut self) -> bool {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Beats { since: Instant::now(), count: 0 };
        }
        self.count += 1;
        self.count > BEATS_PER_SECOND
    }
}

/// A frame that several connections may share.
struct Frame(Arc<[u8]>);

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

const BUFFER_BYTES: usize = 4 << 10;
const BEATS_PER_SECOND: u32 = 10;
/// How long a connection that ends may take to read why.
const LAST_WORDS: Duration = Duration::from_secs(2);
const CLOSE_PROTOCOL: u16 = 1002;
const CLOSE_UNSUPPORTED: u16 = 1003;
const CLOSE_POLICY: u16 = 1008;
