//! `allymap relay add LINE`, `allymap relay list`: where this map is exchanged.

use allymap_home::together::relay::{self, Address, State};
use serde::Serialize;
use serde_json::json;

use crate::about::relay as about;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

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
            let address = relay::read(&line)?;
            relay::add(app.visit()?, &address)?;
            app.tell(&Added(address))
        }
        Verb::List => {
            let relays = Relays(relay::list(app.visit()?)?);
            app.tell(&relays)
        }
    }
}

/// The map is exchanged there from now on.
struct Added(Address);

impl Answer for Added {
    fn json(&self) -> impl Serialize {
        json!({ "added": self.0.url })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("This map is exchanged through {} from now on. Next: allymap sync", self.0.url));
    }
}

/// Where it is exchanged.
struct Relays(Vec<State>);

impl Answer for Relays {
    fn json(&self) -> impl Serialize {
        json!({ "relays": self.0.iter().map(about::json).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        if self.0.is_empty() {
            out.status("None yet. Add one with: allymap relay add LINE");
        }
        let rows: Vec<_> = self.0.iter().map(|state| vec![state.url.clone(), about::words(state)]).collect();
        out.table(&["Relay", "Your changes"], &rows);
    }
}
