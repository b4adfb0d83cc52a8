//! `allymap relay add LINE`, `allymap relay list`: where this map is exchanged.

use allymap_home::together::relay;
use allymap_wire::{AddressError, RelayAddress};

use crate::about::relay as about;
use crate::app::App;
use crate::terminal::failure::{Failure, connect_words};

/// The relays that this map is exchanged through
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap relay add ALLYMAP-RELAY:9QK2…\n  allymap relay list")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Exchange through this relay too; everything here is offered to it
    #[command(
        after_help = "Examples:\n  allymap relay add ALLYMAP-RELAY:9QK2…\n  allymap relay add ALLYMAP-RELAY:9QK2… --map \"kill town\""
    )]
    Add {
        /// The line that the relay's operator gave you
        line: String,
    },
    /// Name the relays and how much of each is here
    #[command(after_help = "Examples:\n  allymap relay list\n  allymap relay list --json")]
    List,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { line } => {
            let address = read_line(&line)?;
            super::new::add_relay(app, &address)?;
            app.commit()?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "added": address.url }));
                return Ok(());
            }
            app.output
                .say(format_args!("This map is exchanged through {} from now on. Next: allymap sync", address.url));
        }
        Verb::List => {
            let states = relay::states(app.visit()?)?;
            if app.output.json {
                let relays: Vec<_> = states.iter().map(about::json).collect();
                app.output.json(&serde_json::json!({ "relays": relays }));
                return Ok(());
            }
            if states.is_empty() {
                app.output.status("None yet. Add one with: allymap relay add LINE");
            }
            let rows: Vec<_> = states.iter().map(|state| vec![state.url.clone(), about::words(state)]).collect();
            app.output.table(&["Relay", "Your changes"], &rows);
        }
    }
    Ok(())
}

/// How a relay stands after an exchange that did not succeed with it.
pub(crate) fn without(failure: &Failure) -> String {
    let word =
        if matches!(failure.code, "AM-REMOVED" | "AM-NOT-TAKEN" | "AM-NOT-CREATED") { "refused" } else { "kept" };
    format!("{word}. {failure}")
}

/// An operator's line, or why it is none.
pub(crate) fn read_line(line: &str) -> Result<RelayAddress, Failure> {
    let address = RelayAddress::from_line(line).map_err(|error| {
        let failure = Failure::usage(format!("This is not a relay's line: {error}."));
        match error {
            AddressError::Newer => failure.hint("Install the newer version of allymap."),
            _ => failure.hint("Copy the whole line that allymap-relay serve printed, from ALLYMAP-RELAY: to its end."),
        }
    })?;
    allymap_home::together::lines::authority(&address.url).map_err(|error| {
        Failure::usage(format!("The address in this line cannot be used: {}.", connect_words(&error)))
            .hint("Ask the relay's operator for another line. Nothing was changed.")
    })?;
    Ok(address)
}
