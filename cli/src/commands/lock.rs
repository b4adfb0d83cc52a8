//! `allymap lock`: nobody opens the maps on this computer without the passphrase.

use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;
use crate::terminal::typed;

/// Lock the maps on this computer
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap lock\n  allymap lock --new-passphrase")]
pub(crate) struct Args {
    /// Set a passphrase, or another one, then lock
    #[arg(long)]
    new_passphrase: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if !app.home().has_keys() {
        return Err(Failure::no_map());
    }
    if args.new_passphrase {
        let file = app.options.passphrase_file.take();
        app.unlocked()?;
        let passphrase = match file {
            Some(path) => typed::passphrase(&app.output, &path)?,
            None => typed::new_passphrase(&app.ask())?
                .ok_or_else(|| Failure::missing("The new passphrase", "--passphrase-file FILE"))?,
        };
        app.home_mut().change_passphrase(&passphrase)?;
    } else if !app.home().has_passphrase()? {
        return Err(Failure::new(
            "AM-NO-PASSPHRASE",
            Exit::Usage,
            "These maps have no passphrase, so there is nothing to lock them with.",
        )
        .hint("Set one: allymap lock --new-passphrase"));
    }
    app.home_mut().lock()?;
    app.tell(&Locked)
}

/// Nobody opens the maps without the passphrase from now on.
struct Locked;

impl Answer for Locked {
    fn json(&self) -> impl Serialize {
        json!({ "locked": true })
    }

    fn say(&self, out: &Output) {
        out.say("Locked. Open again with: allymap unlock");
    }
}
