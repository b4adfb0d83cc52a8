//! `allymap join CODE`: ask to join a map that somebody invited you to.

use allymap_home::maps::founded::Me;
use allymap_home::together::join::{self, Joined};
use serde::Serialize;
use serde_json::json;

use crate::app::{App, runtime};
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;
use crate::terminal::words::role_word;

/// Join a map someone invited you to
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap join ALLYMAP:4F7K…\n  allymap join ALLYMAP:4F7K… --name Ben --group \"Batemans Bay\""
)]
pub(crate) struct Args {
    /// The invitation, as you received it
    code: Option<String>,
    /// Your name, as others see it
    #[arg(long)]
    name: Option<String>,
    /// Your group
    #[arg(long)]
    group: Option<String>,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let code = typed::given(args.code, || app.ask().required("Invitation", "CODE (allymap join CODE)"))?;
    let code = join::read(&code)?;
    let (name, group) = super::new::name_and_group(app, args.name, args.group)?;
    let me = Me::called(&name, &group)?;
    app.make_home()?;
    let joined = runtime()?.block_on(join::ask(app.visit()?, &code, &me))?;
    app.tell(&joined)
}

impl Answer for Joined {
    fn json(&self) -> impl Serialize {
        json!({ "map": self.map, "words": self.words, "role": role_word(self.role), "waiting": true })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("You asked to join {} as {}.", self.map, role_word(self.role)));
        out.say(format_args!("Read these words to the person who invited you: {}", self.words.join("  ")));
        out.status(
            "Next: they type them on their computer and exchange. After that run: allymap sync. You may close this computer meanwhile.",
        );
    }
}
