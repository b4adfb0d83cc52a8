//! `allymap completions SHELL`: what the shell needs to finish commands and options.

use clap_complete::Shell;

use crate::app::App;
use crate::terminal::failure::{Failure, reason};

/// Let your shell finish commands and options
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap completions bash > allymap.bash\n  allymap completions fish > ~/.config/fish/completions/allymap.fish"
)]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(app: &App<'_>, args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::tree(), "allymap", &mut script);
    if app.output.json {
        let (shell, script) = (args.shell.to_string(), String::from_utf8_lossy(&script));
        app.output.json(&serde_json::json!({ "shell": shell, "script": script }));
        return Ok(());
    }
    app.output
        .bytes(&script)
        .map_err(|error| Failure::usage(format!("Standard output cannot be written: {}.", reason(&error))))
}
