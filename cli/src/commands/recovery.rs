//! `allymap recovery`: the 24 words that make a new convenor when all are lost.

use allymap_seal::RootSeed;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};

/// Print the map's emergency words, once, and forget them
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap recovery\n  allymap recovery --printed")]
pub(crate) struct Args {
    /// You have written them down: delete them from this computer
    #[arg(long)]
    printed: bool,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let map = app.map()?;
    let seed =
        app.root(map.number)?.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok()).ok_or_else(|| {
            Failure::new(
                "AM-NO-WORDS",
                Exit::Failed,
                "This computer does not have the emergency words of this map (any more).",
            )
            .hint("They are on the computer that made the map, until they were written down.")
        })?;
    if args.printed {
        app.forget_root(map.number)?;
        app.commit()?;
        if app.output.json {
            app.output.json(&serde_json::json!({ "map": map.name, "deleted": true }));
            return Ok(());
        }
        app.output.say("The words are deleted from this computer. The paper is the only copy.");
        return Ok(());
    }
    let words = RootSeed::from_bytes(seed).words();
    if app.output.json {
        app.output.json(&serde_json::json!({ "map": map.name, "words": words }));
        return Ok(());
    }
    for (row, line) in words.chunks(6).enumerate() {
        app.output.say(format_args!("{:>2}  {}", row * 6 + 1, line.join("  ")));
    }
    app.output.status(
        "Write these 24 words on paper, twice, and keep them in two places. Whoever has them can take over the map.",
    );
    app.output.status("Then: allymap recovery --printed");
    Ok(())
}
