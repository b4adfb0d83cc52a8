//! `allymap event print`: one sheet with the guide's five headings, as HTML that a browser prints.

use std::path::PathBuf;

use allymap_domain::words::folded_words;
use allymap_home::events::event::{meant, print};
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Failure, reason};
use crate::terminal::handed_out::save;
use crate::terminal::output::Output;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
    #[arg(long, short, value_name = "FILE", help = "Into this file; - for standard output")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let printed = print::sheet(app.visit()?, event.id)?;
    if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        if app.output.json {
            app.output.json(&json!({ "html": printed.html }));
            return Ok(());
        }
        return app
            .output
            .bytes(printed.html.as_bytes())
            .map_err(|error| Failure::usage(format!("Standard output cannot be written: {}.", reason(&error))));
    }
    let words = folded_words(&event.name).join("-");
    let name: String = words.chars().take(60).collect();
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.html")));
    save(app, &path, printed.html.as_bytes(), args.replace)?;
    app.tell(&Wrote { path, left_out: printed.left_out.into_iter().collect() })
}

/// A sheet in a file.
struct Wrote {
    path: PathBuf,
    left_out: Vec<&'static str>,
}

impl Answer for Wrote {
    fn json(&self) -> impl Serialize {
        json!({ "file": self.path.display().to_string(), "left_out": self.left_out })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Wrote {}: one page. Open it in a browser and print it.", self.path.display()));
        if !self.left_out.is_empty() {
            out.say(format_args!("Leaves out: {}.", self.left_out.join(", ")));
        }
        out.status("It is not sealed: whoever has it can read it. A printed sheet cannot be taken back.");
    }
}
