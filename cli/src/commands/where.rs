//! `allymap where`: where the maps lie, who holds copies, what leaves this computer.

use allymap_home::computer::whereabouts::{self, Whereabouts};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// Where your data lies, and where it goes
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap where\n  allymap where --json")]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App<'_>, _: Args) -> Result<(), Failure> {
    let whereabouts = whereabouts::of(app.visit()?)?;
    app.tell(&whereabouts)
}

impl Answer for Whereabouts {
    fn json(&self) -> impl Serialize {
        json!({
            "folder": self.folder.display().to_string(), "bytes": self.bytes, "passphrase": self.passphrase,
            "relays": self.relays, "members": self.members,
        })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("On this computer: {}", self.folder.display()));
        out.say(if self.passphrase {
            "  sealed; opened by your passphrase"
        } else {
            "  sealed, but the key lies beside it: whoever has this computer can read it (allymap lock --new-passphrase)"
        });
        for url in &self.relays {
            out.say(format_args!("Relay: {url}"));
            out.say("  sealed changes; it cannot read them, and sees who connects when");
        }
        out.say("Members' computers: whole copies. See: allymap member list");
        out.say("Nowhere else. allymap speaks to the network in sync and join only.");
    }
}
