//! `allymap-relay serve`: from the command line to a relay that serves, and to its orderly end.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use allymap_relay::Settings as Rules;
use allymap_wire::{RelayAddress, limits};
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::folder::{self, Place, Running};
use crate::output::{self, Ready};
use crate::serve::{Settings, serve};
use crate::writer::Writer;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
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
}

pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let folder = arguments.place.folder()?;
    let url = arguments.address.map(checked_url).transpose()?;
    let listen =
        if arguments.lan { SocketAddr::new(private_address()?, arguments.listen.port()) } else { arguments.listen };
    folder::make(&folder)?;
    let rules = Rules { anybody_may_create: arguments.open, ..Rules::default() };
    let writer = Writer::open(folder.clone(), rules, arguments.name.clone())?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Start)?;
    let served = runtime.block_on(async {
        let stop = Stop::listen().map_err(Failure::Start)?;
        let listener = TcpListener::bind(listen).await.map_err(|source| Failure::Listen { address: listen, source })?;
        let address = listener.local_addr().map_err(Failure::Start)?;
        let url = url.unwrap_or_else(|| format!("ws://{address}"));
        let identity = writer.identity().expect("a writer begins with its store open");
        let line = RelayAddress { relay: identity.relay.hash(), token: identity.token, url: url.clone() }.to_line();
        let running = Running::at(address);
        running.write(&folder)?;
        // Whoever comes from now on is let in as soon as the relay serves, which is at once.
        let name = arguments.name.as_deref();
        output::ready(&Ready { url: &url, address, name, folder: &folder, line: &line }, arguments.json);
        let settings = Settings { status_key: Some(running.key), ..Settings::default() };
        let served = serve(listener, settings, writer, stop.told()).await;
        Running::remove(&folder);
        served
    });
    // Connections that are still saying goodbye have had their time.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served?;
    output::stopped(arguments.json);
    Ok(())
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

    #[cfg_attr(not(unix), expect(unused_mut, reason = "what is waited for changes only where there are signals"))]
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
    if good { Ok(url) } else { Err(Failure::Url { typed: url, most: URL_BYTES }) }
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

/// The address in a relay's line, beside the rest of it.
const URL_BYTES: usize = limits::ADDRESS_BYTES - 40;
