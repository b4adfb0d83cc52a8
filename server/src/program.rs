//! The program: from typed words to the exit code.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::failure::Failure;
use crate::folder::Place;
use crate::{ask, output, start};

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
    Serve(start::Arguments),
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

/// What `allymap-relay` does with the words that it was started with.
pub fn run() -> ExitCode {
    log();
    match obey(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn obey(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Serve(arguments) => start::run(arguments),
        Command::Status { place, json } => {
            let status = ask::status(&place.folder()?)?;
            output::status(&status, json);
            Ok(())
        }
        Command::Health { place, address } => {
            ask::health(&place.folder()?, address)?;
            output::healthy();
            Ok(())
        }
    }
}

/// Quiet unless `ALLYMAP_RELAY_LOG` says otherwise: a level, or `target=level` with commas between. Addresses, keys and names
/// of spaces are in no line at info or above.
#[expect(clippy::disallowed_methods, reason = "the environment is read where the program starts")]
fn log() {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let told = std::env::var("ALLYMAP_RELAY_LOG").ok().and_then(|told| told.parse::<Targets>().ok());
    let filter = told.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(filter).init();
}
