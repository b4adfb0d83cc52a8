//! `allymap invite`: a code that lets one person ask to join.

use allymap_replica::{InviteError, Inviting};
use allymap_seal::Role;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};

/// Invite a person or a group to this map
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap invite\n  allymap invite --role reader --group \"Batemans Bay\"")]
pub(crate) struct Args {
    /// What they may do: read, write, or invite others too
    #[arg(long, default_value = "member", value_parser = ["reader", "member", "convenor"])]
    role: String,
    /// The group that they belong to, as a suggestion
    #[arg(long, default_value = "")]
    group: String,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    super::new::refuse_practice(app)?;
    let role = match args.role.as_str() {
        "reader" => Role::Reader,
        "convenor" => Role::Convenor,
        _ => Role::Member,
    };
    let name = app.map()?.name;
    let mut chance = app.chance();
    let now = app.now();
    let (replica, disk) = app.hold()?;
    let relay = replica.relays().first().map(|relay| relay.relay).ok_or_else(no_relay)?;
    let mut effects = Vec::new();
    let inviting = Inviting { relay, role, group: &args.group, map_name: &name };
    let invitation = replica.invite(now, inviting, disk, &mut chance, &mut effects).map_err(failed)?;
    let line = invitation.to_line().map_err(|error| failed(error.into()))?;
    app.carry_out(effects)?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "invitation": line, "role": args.role, "hours": 72 }));
        return Ok(());
    }
    app.output.say(&line);
    app.output.status(format_args!("One person, as {}, within 72 hours. Send it privately.", args.role));
    app.output.status("Next: allymap sync; the invitation works after it.");
    app.output.status("When they have used it, allymap sync shows four words. Read them to each other, then: allymap member approve NAME");
    Ok(())
}

fn no_relay() -> Failure {
    Failure::new(
        "AM-NO-RELAY",
        Exit::Failed,
        "This map is not exchanged through any relay yet, so nobody can reach it.",
    )
    .hint("Add one with: allymap relay add LINE (its operator has the line).")
}

pub(crate) fn failed(error: InviteError) -> Failure {
    match error {
        InviteError::NotAConvenor => {
            Failure::new("AM-ROLE", Exit::Failed, "Only a convenor of this map can invite or approve.")
                .hint("allymap member list names the convenors.")
        }
        InviteError::Unreadable(error) => error.into(),
        error => {
            Failure::new("AM-INVITE", Exit::Failed, format!("That did not work: {error}.")).hint("Nothing was changed.")
        }
    }
}
