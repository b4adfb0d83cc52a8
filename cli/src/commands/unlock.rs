//! `allymap unlock`: commands do not ask for the passphrase for a while.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Open the maps on this computer for a while
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap unlock\n  allymap unlock --hours 1")]
pub(crate) struct Args {
    /// For how long
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=72))]
    hours: u64,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if !app.home().has_keys() {
        return Err(Failure::no_map());
    }
    if !app.home().has_passphrase()? {
        return app.tell(&Open::Always);
    }
    let passphrase = match &app.options.passphrase_file {
        Some(path) => typed::passphrase(&app.output, path)?,
        None if app.can_ask() => app.ask().secret("Passphrase")?,
        None => return Err(Failure::missing("The passphrase", "--passphrase-file FILE")),
    };
    app.home_mut().unlock(&passphrase, Some(Duration::from_secs(args.hours * 3600)))?;
    app.tell(&Open::For { hours: args.hours })
}

/// How long the maps are open.
enum Open {
    /// They have no passphrase.
    Always,
    For {
        hours: u64,
    },
}

impl Answer for Open {
    fn json(&self) -> impl Serialize {
        match self {
            Open::Always => json!({ "locked": false, "hours": null }),
            Open::For { hours } => json!({ "locked": false, "hours": hours }),
        }
    }

    fn say(&self, out: &Output) {
        match self {
            Open::Always => {
                out.say("These maps have no passphrase: they are always open. Set one: allymap lock --new-passphrase")
            }
            Open::For { hours } => {
                out.say(format_args!("Open for {hours} hours. Lock again with: allymap lock"));
            }
        }
    }
}
