//! `allymap where`: where the maps lie, who holds copies, what leaves this computer.

use crate::app::App;
use crate::terminal::failure::Failure;

/// Where your data lies, and where it goes
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap where\n  allymap where --json")]
pub(crate) struct Args {}

pub(crate) fn run(app: &mut App<'_>, _: Args) -> Result<(), Failure> {
    let folder = app.folders().store();
    let passphrase = app.home().has_passphrase()?;
    let (relays, members) = {
        let (replica, _) = app.hold()?;
        (
            replica.relays(),
            replica.roster().members().into_iter().filter(|member| member.role != allymap_seal::Role::Root).count(),
        )
    };
    let bytes = app.disk()?.bytes_on_disk();
    if app.output.json {
        app.output.json(&serde_json::json!({
            "folder": folder.display().to_string(), "bytes": bytes, "passphrase": passphrase,
            "relays": relays.iter().map(|relay| relay.url.clone()).collect::<Vec<_>>(), "members": members,
        }));
        return Ok(());
    }
    app.output.say(format_args!("On this computer: {}", folder.display()));
    app.output.say(if passphrase {
        "  sealed; opened by your passphrase"
    } else {
        "  sealed, but the key lies beside it: whoever has this computer can read it (allymap lock --new-passphrase)"
    });
    for relay in &relays {
        app.output.say(format_args!("Relay: {}", relay.url));
        app.output.say("  sealed changes; it cannot read them, and sees who connects when");
    }
    app.output.say("Members' computers: whole copies. See: allymap member list");
    app.output.say("Nowhere else. allymap speaks to the network in sync and join only.");
    Ok(())
}
