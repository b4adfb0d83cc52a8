//! A relay as a function of its surroundings: it serves devices until it is told to stop, and ends in good order.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use allymap_relay::ConnectionId;
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
use crate::writer::{Event, Inbox, Writer};

/// How a relay treats its connections. What it lets devices do is its writer's.
#[derive(Clone, Default)]
pub struct Settings {
    pub patience: Patience,
    /// Count connections from this machine like any other. They are not, since a proxy on it speaks for many.
    pub count_loopback: bool,
    /// What opens the numbers at `/status`. Without one nobody may see them.
    pub status_key: Option<String>,
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
    status_key: Option<Arc<str>>,
    /// How many connections there are.
    here: Arc<AtomicUsize>,
}

/// One connection, as long as it lasts.
struct Here(Arc<AtomicUsize>);

/// Serves whoever connects to `listener` until `shutdown` comes. Then everybody is told, and what was acknowledged is stored.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    writer: Writer,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let door = Door::new(listener, writer.patience_with_strangers(), settings.count_loopback);
    let (inbox, events) = Inbox::new();
    let writer =
        std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(events)).map_err(Failure::Start)?;
    let here = Arc::new(AtomicUsize::new(0));
    let shared = Shared {
        here: here.clone(),
        inbox: inbox.clone(),
        patience: settings.patience,
        addresses: RandomState::new(),
        count_loopback: settings.count_loopback,
        next_connection: Arc::default(),
        status_key: settings.status_key.map(Arc::from),
    };
    let serving = tokio::spawn(axum::serve(door, routes(shared)).into_future());
    let ticking = tokio::spawn(tick(inbox.clone()));

    shutdown.await;
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
    if !matches!(joined, Ok(Ok(()))) {
        return Err(Failure::Start(std::io::Error::other("the writer thread panicked")));
    }
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
    if key.is_none() || key != shared.status_key.as_deref() {
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

const HOST_BYTES: usize = 300;
const TICK: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(3);
const DRAIN: Duration = Duration::from_secs(3);
