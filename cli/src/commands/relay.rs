//! `allymap relay add LINE`, `allymap relay list`: where this map is exchanged.

use allymap_wire::{AddressError, RelayAddress, RelayKeyHash};

use crate::app::App;
use crate::terminal::failure::{Failure, connect_words};
use crate::terminal::words::count;

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
            let relay = read_line(&line)?;
            super::new::add_relay(app, &relay)?;
            app.commit()?;
            if app.output.json {
                app.output.json(&serde_json::json!({ "added": relay.url }));
                return Ok(());
            }
            app.output.say(format_args!("This map is exchanged through {} from now on. Next: allymap sync", relay.url));
        }
        Verb::List => {
            let states = states(app)?;
            if app.output.json {
                let relays: Vec<_> = states.iter().map(State::to_json).collect();
                app.output.json(&serde_json::json!({ "relays": relays }));
                return Ok(());
            }
            if states.is_empty() {
                app.output.status("None yet. Add one with: allymap relay add LINE");
            }
            let rows: Vec<_> = states.iter().map(|state| vec![state.url.clone(), state.words()]).collect();
            app.output.table(&["Relay", "Your changes"], &rows);
        }
    }
    Ok(())
}

/// How this person's changes stand with one relay.
pub(crate) struct State {
    pub(crate) relay: RelayKeyHash,
    pub(crate) url: String,
    /// How much of what the relay keeps is known here.
    records: u64,
    admitted: bool,
    removed: bool,
    /// Parts that the relay is not known to have on its disk.
    not_with: usize,
    /// Entries with changes that were never offered to any relay.
    unsealed: usize,
    /// Other people's computers that have this person's newest exchanged change; `None` when there is none at this relay.
    pub(crate) seen_by: Option<usize>,
}

/// Every relay of the map, in one order everywhere.
pub(crate) fn states(app: &mut App<'_>) -> Result<Vec<State>, Failure> {
    let (replica, disk) = app.hold()?;
    let standing = replica.standing(disk)?;
    let newest = replica.newest_own_record(disk)?;
    let mut states = Vec::new();
    for relay in replica.relays() {
        let seen_by = match &newest {
            Some(record) => Some(replica.seen_by(record, &relay.relay, disk)?.len()),
            None => None,
        };
        states.push(State {
            not_with: standing.not_with.get(&relay.relay).copied().unwrap_or(0),
            unsealed: standing.unsealed,
            relay: relay.relay,
            url: relay.url,
            records: relay.position,
            admitted: relay.admitted,
            removed: relay.removed,
            seen_by,
        });
    }
    Ok(states)
}

impl State {
    /// True when this relay has everything of ours on its disk.
    fn has_all(&self) -> bool {
        self.admitted && !self.removed && self.not_with == 0 && self.unsealed == 0
    }

    /// One of the words for what became of a change: *kept*, *with the relay*, *seen by N devices*, *refused*.
    pub(crate) fn words(&self) -> String {
        if self.removed {
            return "refused: this computer was removed from the map. Everything is kept here".to_owned();
        }
        if self.has_all() {
            let seen = self.seen_by.filter(|seen| *seen > 0);
            let seen = seen.map(|seen| format!(", seen by {}", count(seen, "device", "devices")));
            return format!("everything of yours is with the relay{}", seen.unwrap_or_default());
        }
        match (self.admitted, self.not_with + self.unsealed) {
            (_, 0) => "nothing exchanged with it yet; everything is kept here".to_owned(),
            (_, parts) => format!("{} kept here, not with the relay yet: allymap sync", count(parts, "part", "parts")),
        }
    }

    /// The same after an exchange that did not succeed with this relay.
    pub(crate) fn without(&self, failure: &Failure) -> String {
        let word =
            if matches!(failure.code, "AM-REMOVED" | "AM-NOT-TAKEN" | "AM-NOT-CREATED") { "refused" } else { "kept" };
        format!("{word}. {failure}")
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "url": self.url,
            "state": match (self.removed, self.has_all()) {
                (true, _) => "refused",
                (false, true) => "with the relay",
                (false, false) => "kept",
            },
            "not_with": self.not_with,
            "seen_by": self.seen_by,
            "records": self.records,
            "lets_us_in": self.admitted,
        })
    }
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
