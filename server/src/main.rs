//! `allymap-relay`: keeps what devices seal, in order, and hands it to those who may have it. It cannot read any of it.

mod ask;
mod ballast;
mod connection;
mod disk;
mod door;
mod failure;
mod folder;
mod machine;
mod outbox;
mod output;
mod serve;
mod status;
mod writer;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::failure::Failure;

/// A relay for community maps: it stores sealed changes and passes them on, and cannot read them
#[derive(Parser)]
#[command(name = "allymap-relay", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices until told to stop
    Serve(serve::Arguments),
    /// Show how much is stored and who is there, in numbers
    Status {
        #[command(flatten)]
        place: Place,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Exit with 0 if the relay answers and can store
    Health {
        #[command(flatten)]
        place: Place,
        /// Where it listens, if it does not run from this folder
        #[arg(long)]
        address: Option<SocketAddr>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Place {
    /// The relay's folder [default: allymap-relay in your data folder]
    #[arg(long = "data", value_name = "FOLDER", env = "ALLYMAP_RELAY_DATA")]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    log();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Status { place, json } => {
            let status = ask::status(&folder::named_or_usual(place.folder)?)?;
            output::status(&status, json);
            Ok(())
        }
        Command::Health { place, address } => {
            ask::health(&folder::named_or_usual(place.folder)?, address)?;
            output::healthy();
            Ok(())
        }
    }
}

/// Quiet unless `ALLYMAP_RELAY_LOG` says otherwise: a level, or `target=level` with commas between. Addresses, keys and names
/// of spaces are in no line at info or above.
#[allow(clippy::disallowed_methods, reason = "the environment is read where the program starts")]
fn log() {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let told = std::env::var("ALLYMAP_RELAY_LOG").ok().and_then(|told| told.parse::<Targets>().ok());
    let filter = told.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(filter).init();
}
