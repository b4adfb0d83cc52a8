//! `allymap unlock`: commands do not ask for the passphrase for a while.

use std::time::Duration;

use crate::app::App;
use crate::terminal::failure::Failure;
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
        if app.output.json {
            app.output.json(&serde_json::json!({ "locked": false, "hours": null }));
            return Ok(());
        }
        app.output.say("These maps have no passphrase: they are always open. Set one: allymap lock --new-passphrase");
        return Ok(());
    }
    let passphrase = match &app.options.passphrase_file {
        Some(path) => typed::passphrase(path)?,
        None if app.can_ask() => app.ask().secret("Passphrase")?,
        None => return Err(Failure::missing("The passphrase", "--passphrase-file FILE")),
    };
    app.home_mut().unlock(&passphrase, Some(Duration::from_secs(args.hours * 3600)))?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "locked": false, "hours": args.hours }));
        return Ok(());
    }
    app.output.say(format_args!("Open for {} hours. Lock again with: allymap lock", args.hours));
    Ok(())
}
