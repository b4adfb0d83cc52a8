//! `allymap relay add LINE`, `allymap relay list`: where this map is exchanged.

use allymap_wire::{AddressError, RelayAddress};

use crate::app::App;
use crate::failure::Failure;

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
    Add {
        /// The line that the relay's operator gave you
        line: String,
    },
    /// Name the relays and how much of each is here
    List,
}

pub(crate) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { line } => {
            let relay = read_line(&line)?;
            super::new::add_relay(app, &relay)?;
            app.commit()?;
            app.output.say(format_args!("This map is exchanged through {} from now on. Next: allymap sync", relay.url));
        }
        Verb::List => {
            let (replica, _) = app.hold()?;
            let relays = replica.relays();
            if app.output.json {
                let relays: Vec<_> = relays
                    .iter()
                    .map(|relay| serde_json::json!({ "url": relay.url, "records": relay.position, "lets_us_in": relay.admitted }))
                    .collect();
                app.output.json(&serde_json::json!({ "relays": relays }));
                return Ok(());
            }
            if relays.is_empty() {
                app.output.status("None yet. Add one with: allymap relay add LINE");
            }
            let rows: Vec<_> =
                relays.iter().map(|relay| vec![relay.url.clone(), format!("{} records", relay.position)]).collect();
            app.output.table(&["Relay", "Known here"], &rows);
        }
    }
    Ok(())
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
    crate::exchange::authority(&address.url)
        .map_err(|error| Failure::usage(format!("The address in this line cannot be used: {error}.")))?;
    Ok(address)
}
