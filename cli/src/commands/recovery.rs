//! `allymap recovery`: the 24 words that make a new convenor when all are lost.

use allymap_home::computer::recovery::{self, Forgotten, Words};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;

/// Print the map's emergency words, once, and forget them
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap recovery\n  allymap recovery --printed")]
pub(crate) struct Args {
    /// You have written them down: delete them from this computer
    #[arg(long)]
    printed: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if args.printed {
        let forgotten = recovery::forget(app.visit()?)?;
        return app.tell(&forgotten);
    }
    let words = recovery::words(app.visit()?)?;
    app.tell(&words)
}

impl Answer for Forgotten {
    fn json(&self) -> impl Serialize {
        json!({ "map": self.map, "deleted": true })
    }

    fn say(&self, out: &Output) {
        out.say("The words are deleted from this computer. The paper is the only copy.");
    }
}

impl Answer for Words {
    fn json(&self) -> impl Serialize {
        json!({ "map": self.map, "words": self.words })
    }

    fn say(&self, out: &Output) {
        for (row, line) in self.words.chunks(6).enumerate() {
            out.say(format_args!("{:>2}  {}", row * 6 + 1, line.join("  ")));
        }
        out.status(
            "Write these 24 words on paper, twice, and keep them in two places. Whoever has them can take over the map.",
        );
        out.status("Then: allymap recovery --printed");
    }
}
