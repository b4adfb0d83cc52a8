//! `allymap-relay serve`: from the command line to a relay that serves, and to its orderly end.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use allymap_relay::{ConnectionId, Settings};
use allymap_wire::{RelayAddress, limits};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::connection::{self, Patience};
use crate::door::{Door, Peer};
use crate::failure::Failure;
use crate::folder::{self, Running};
use crate::machine::chance;
use crate::output::{self, Ready};
use crate::writer::{Event, Inbox, Writer};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: crate::Place,
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:4040")]
    listen: SocketAddr,
    /// Listen on this machine's address in its local network
    #[arg(long)]
    lan: bool,
    /// What the relay is called
    #[arg(long)]
    name: Option<String>,
    /// The address that devices use, if another program stands in front: ws://… or wss://…
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Let anybody who reaches the relay make maps on it
    #[arg(long)]
    open: bool,
    /// Print facts as JSON, one a line
    #[arg(long)]
    json: bool,
    /// For tests: how long a connection may take to log in
    #[arg(long, hide = true, default_value_t = limits::UNAUTHENTICATED_MS)]
    login_ms: u64,
    /// For tests: after how long a silent peer counts as gone
    #[arg(long, hide = true, default_value_t = limits::IDLE_MS)]
    idle_ms: u64,
    /// For tests: how long a peer may take nothing of what it is sent
    #[arg(long, hide = true, default_value_t = 20_000)]
    stall_ms: u64,
    /// For tests: count connections from this machine like any other
    #[arg(long, hide = true)]
    count_loopback: bool,
}

/// What the routes share.
#[derive(Clone)]
struct Shared {
    inbox: Inbox,
    patience: Patience,
    /// Under a key that this process drew, so that nothing kept or logged names an address.
    addresses: RandomState,
    count_loopback: bool,
    next_connection: Arc<AtomicU64>,
    status_key: Arc<str>,
    /// How many connections there are.
    here: Arc<AtomicUsize>,
}

/// One connection, as long as it lasts.
struct Here(Arc<AtomicUsize>);

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let folder = folder::named_or_usual(arguments.place.folder.clone())?;
    let url = arguments.address.clone().map(checked_url).transpose()?;
    let listen = match arguments.lan {
        true => SocketAddr::new(private_address()?, arguments.listen.port()),
        false => arguments.listen,
    };
    folder::make(&folder)?;
    let settings =
        Settings { anybody_may_create: arguments.open, unauthenticated_ms: arguments.login_ms, ..Settings::default() };
    let writer = Writer::open(folder.clone(), settings, arguments.name.clone())?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Start)?;
    let served = runtime.block_on(serve(arguments, folder, listen, url, writer));
    // Connections that are still saying goodbye have had their time.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn serve(
    arguments: Arguments,
    folder: PathBuf,
    listen: SocketAddr,
    url: Option<String>,
    writer: Writer,
) -> Result<(), Failure> {
    let stop = Stop::listen().map_err(Failure::Start)?;
    let listener = TcpListener::bind(listen).await.map_err(|source| Failure::Listen { address: listen, source })?;
    let address = listener.local_addr().map_err(Failure::Start)?;
    let url = url.unwrap_or_else(|| format!("ws://{address}"));
    let identity = writer.identity().expect("a writer begins with its store open");
    let line = RelayAddress { relay: identity.relay.hash(), token: identity.token, url: url.clone() }.to_line();

    let (inbox, events) = Inbox::new();
    let writer =
        std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(events)).map_err(Failure::Start)?;
    let running = Running { address, key: random_key() };
    running.write(&folder)?;
    let here = Arc::new(AtomicUsize::new(0));
    let shared = Shared {
        here: here.clone(),
        inbox: inbox.clone(),
        patience: Patience {
            idle: Duration::from_millis(arguments.idle_ms),
            stall: Duration::from_millis(arguments.stall_ms),
        },
        addresses: RandomState::new(),
        count_loopback: arguments.count_loopback,
        next_connection: Arc::default(),
        status_key: running.key.into(),
    };
    let door = Door::new(listener, Duration::from_millis(arguments.login_ms), arguments.count_loopback);
    let serving = tokio::spawn(axum::serve(door, routes(shared)).into_future());
    let ticking = tokio::spawn(tick(inbox.clone()));
    let name = arguments.name.as_deref();
    output::ready(&Ready { url: &url, address, name, folder: &folder, line: &line }, arguments.json);

    stop.told().await;
    tracing::info!("stopping");
    let _ = inbox.events.send(Event::Drain).await;
    // Connections end by themselves now; those that do not hear it are not waited for.
    let gone = async {
        while here.load(Ordering::Acquire) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let _ = tokio::time::timeout(DRAIN, gone).await;
    serving.abort();
    ticking.abort();
    let _ = inbox.events.send(Event::Stop).await;
    let joined = tokio::task::spawn_blocking(move || writer.join()).await;
    Running::remove(&folder);
    if !matches!(joined, Ok(Ok(()))) {
        return Err(Failure::Start(std::io::Error::other("the writer thread panicked")));
    }
    output::stopped(arguments.json);
    Ok(())
}

fn routes(shared: Shared) -> axum::extract::connect_info::IntoMakeServiceWithConnectInfo<Router, Peer> {
    Router::new()
        .route("/", get(enter))
        .route("/health", get(health))
        .route("/status", get(status))
        .with_state(shared)
        .into_make_service_with_connect_info::<Peer>()
}

/// A device comes in.
async fn enter(
    State(shared): State<Shared>,
    ConnectInfo(Peer(guard)): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    // No browser is a client, so a page on some site that connects here means no good.
    if headers.contains_key(header::ORIGIN) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| host.len() <= HOST_BYTES);
    let Some(host) = host.map(str::to_owned) else { return StatusCode::BAD_REQUEST.into_response() };
    let address = shared.address(guard.peer.ip());
    let connection = ConnectionId(shared.next_connection.fetch_add(1, Ordering::Relaxed));
    let here = Here::one_more(&shared.here);
    connection::configured(upgrade).on_upgrade(move |socket| async move {
        let _here = here;
        guard.upgrade();
        connection::serve(socket, connection, host, address, guard, shared.inbox, shared.patience).await;
    })
}

async fn health(State(shared): State<Shared>) -> StatusCode {
    let (answer, asked) = oneshot::channel();
    let well = shared.ask(Event::Health(answer), asked).await.unwrap_or(false);
    if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Numbers, for whoever can read the relay's folder.
async fn status(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if key != Some(&*shared.status_key) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (answer, asked) = oneshot::channel();
    match shared.ask(Event::Status(answer), asked).await.flatten() {
        Some(status) => serde_json::to_string(&status).expect("numbers and names are JSON").into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Shared {
    /// What the writer thread answers, if it does so in time.
    async fn ask<T>(&self, question: Event, asked: oneshot::Receiver<T>) -> Option<T> {
        let answered = async {
            self.inbox.events.send(question).await.ok()?;
            asked.await.ok()
        };
        tokio::time::timeout(ANSWER, answered).await.ok().flatten()
    }

    /// Something that stands for an address: the network, where one home or phone has many.
    fn address(&self, address: IpAddr) -> Option<u64> {
        if address.is_loopback() && !self.count_loopback {
            return None;
        }
        let network = match address {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => address.to_bits(),
            IpAddr::V6(address) => address.to_bits() >> 64,
        };
        Some(self.addresses.hash_one(network))
    }
}

impl Here {
    fn one_more(count: &Arc<AtomicUsize>) -> Here {
        count.fetch_add(1, Ordering::AcqRel);
        Here(count.clone())
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn tick(inbox: Inbox) {
    let mut every = tokio::time::interval(TICK);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if inbox.events.send(Event::Tick).await.is_err() {
            return;
        }
    }
}

/// The ways in which a process is told to stop.
struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Stop> {
        Ok(Stop {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    #[cfg_attr(not(unix), expect(unused_mut))]
    async fn told(mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

fn checked_url(url: String) -> Result<String, Failure> {
    let good = (url.starts_with("ws://") || url.starts_with("wss://"))
        && url.len() <= URL_BYTES
        && url.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(url) } else { Err(Failure::Url(url)) }
}

/// This machine's address in its local network: the one it would use to reach the world. Nothing is sent.
fn private_address() -> Result<IpAddr, Failure> {
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(("192.0.2.1", 9))?;
        Ok(socket.local_addr()?.ip())
    });
    match found {
        Ok(IpAddr::V4(address)) if address.is_private() || address.is_link_local() => Ok(address.into()),
        _ => Err(Failure::NoPrivateAddress),
    }
}

fn random_key() -> String {
    let mut key = [0; 16];
    chance(&mut key);
    data_encoding::HEXLOWER.encode(&key)
}

/// The address in a relay's line, beside the rest of it.
pub(crate) const URL_BYTES: usize = limits::ADDRESS_BYTES - 40;
const HOST_BYTES: usize = 300;
const TICK: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(3);
const DRAIN: Duration = Duration::from_secs(3);
