//! `allymap invite`: a code that lets one person ask to join.

use allymap_home::together::invite::{self, Invited};
use allymap_home::together::member::Role;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed::one_of;
use crate::terminal::words::{ROLES, role_word};

/// Invite a person or a group to this map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap invite\n  allymap invite --role reader --group \"Batemans Bay\"")]
pub(crate) struct Args {
    /// What they may do: read, write, or invite others too
    #[arg(long, default_value = "member", value_parser = one_of(&ROLES))]
    role: Role,
    /// The group that they belong to, as a suggestion
    #[arg(long, default_value = "")]
    group: String,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let invited = invite::make(app.visit()?, args.role, &args.group)?;
    app.tell(&invited)
}

impl Answer for Invited {
    fn json(&self) -> impl Serialize {
        json!({ "invitation": self.line, "role": role_word(self.role), "hours": self.hours })
    }

    fn say(&self, out: &Output) {
        out.say(&self.line);
        let (role, hours) = (role_word(self.role), self.hours);
        out.status(format_args!("One person, as {role}, within {hours} hours. Send it privately."));
        out.status("Next: allymap sync; the invitation works after it.");
        out.status("When they have used it, allymap sync says so. Let them read their four words to you, and type them: allymap member approve");
    }
}
