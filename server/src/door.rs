//! The relay's TCP listener: what a connection may cost before it has become a websocket, and whether it is alive after.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use allymap_wire::limits;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};

/// Accepts connections, each with a guard.
pub(crate) struct Door {
    listener: TcpListener,
    /// How long a connection may take to become a websocket.
    patience: Duration,
    waiting: Waiting,
    /// Count the machine's own connections like any other.
    count_loopback: bool,
}

/// A connection's counters, shared by its stream and its task.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) peer: SocketAddr,
    upgraded: AtomicBool,
    /// Bytes it may still send before something whole must have come.
    budget: AtomicUsize,
    began: Instant,
    last_read_ms: AtomicU64,
    last_write_ms: AtomicU64,
}

/// A stream that ends by itself when it says too much or takes too long.
pub(crate) struct Guarded {
    stream: TcpStream,
    guard: Arc<Guard>,
    /// Until it has become a websocket.
    entry: Option<Entry>,
}

struct Entry {
    deadline: Pin<Box<Sleep>>,
    _place: Place,
}

/// How many connections from which address have not become websockets yet.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// One of them, for as long as it lasts.
struct Place(Waiting, IpAddr);

/// The guard, as axum hands it to the routes.
#[derive(Clone, Debug)]
pub(crate) struct Peer(pub(crate) Arc<Guard>);

impl Door {
    pub(crate) fn new(listener: TcpListener, patience: Duration, count_loopback: bool) -> Door {
        Door { listener, patience, waiting: Waiting::default(), count_loopback }
    }
}

impl Listener for Door {
    type Io = Guarded;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guarded, SocketAddr) {
        loop {
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, for one: those who are here go on, and some will leave.
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            };
            let counted = self.count_loopback || !peer.ip().is_loopback();
            let Some(place) = self.waiting.enter(peer.ip(), counted) else { continue };
            // Answers are small and somebody waits for them.
            let _ = stream.set_nodelay(true);
            let guard = Arc::new(Guard {
                peer,
                upgraded: AtomicBool::new(false),
                budget: AtomicUsize::new(HEADER_BYTES),
                began: Instant::now(),
                last_read_ms: AtomicU64::new(0),
                last_write_ms: AtomicU64::new(0),
            });
            let entry = Entry { deadline: Box::pin(tokio::time::sleep(self.patience)), _place: place };
            return (Guarded { stream, guard, entry: Some(entry) }, peer);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Guard {
    /// It has become a websocket; its first message must be a small one.
    pub(crate) fn upgrade(&self) {
        self.budget.store(HEADER_BYTES, Ordering::Relaxed);
        self.upgraded.store(true, Ordering::Release);
    }

    /// Something whole has come: it may send as much again.
    pub(crate) fn refill(&self) {
        self.budget.store(limits::FRAME_BYTES + FRAGMENT_BYTES, Ordering::Relaxed);
    }

    /// How long it has sent nothing at all.
    pub(crate) fn silent(&self) -> Duration {
        self.since(&self.last_read_ms)
    }

    /// How long it has taken nothing at all.
    pub(crate) fn stalled(&self) -> Duration {
        self.since(&self.last_write_ms)
    }

    /// From now on, taking nothing counts.
    pub(crate) fn begin_write(&self) {
        self.mark(&self.last_write_ms);
    }

    fn since(&self, mark: &AtomicU64) -> Duration {
        self.began.elapsed().saturating_sub(Duration::from_millis(mark.load(Ordering::Relaxed)))
    }

    fn mark(&self, mark: &AtomicU64) {
        mark.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }
}

impl Waiting {
    fn enter(&self, address: IpAddr, counted: bool) -> Option<Place> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = waiting.values().sum();
        let here = waiting.entry(address).or_default();
        if all >= WAITING || (counted && *here >= WAITING_FROM_ONE_ADDRESS) {
            if *here == 0 {
                waiting.remove(&address);
            }
            return None;
        }
        *here += 1;
        Some(Place(self.clone(), address))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = waiting.get_mut(&self.1) {
            *here -= 1;
            if *here == 0 {
                waiting.remove(&self.1);
            }
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.entry.is_some() && this.guard.upgraded.load(Ordering::Acquire) {
            this.entry = None;
        }
        if let Some(entry) = &mut this.entry
            && entry.deadline.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let budget = this.guard.budget.load(Ordering::Relaxed);
        if budget == 0 {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "too much for one message")));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        let came = buffer.filled().len() - before;
        this.guard.budget.store(budget.saturating_sub(came), Ordering::Relaxed);
        this.guard.mark(&this.guard.last_read_ms);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let went = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.guard.mark(&self.guard.last_write_ms);
        Poll::Ready(Ok(went))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Peer {
        Peer(stream.io().guard.clone())
    }
}

/// An HTTP request, and the first message after it.
const HEADER_BYTES: usize = 16 << 10;
/// What a message's fragments and the pings between them may weigh beside it.
const FRAGMENT_BYTES: usize = 64 << 10;
/// Connections that have not become websockets yet, from everywhere and from one address.
const WAITING: usize = 2_048;
const WAITING_FROM_ONE_ADDRESS: usize = limits::CONNECTIONS_PER_MINUTE as usize;
