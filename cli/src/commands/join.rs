//! `allymap join CODE`: ask to join a map that somebody invited you to.

use std::time::Duration;

use allymap_domain::kind::field;
use allymap_domain::words::label::label;
use allymap_replica::{JoinEffect, JoinFailure, Joining, Replica};
use allymap_seal::{Body, DeviceKeys, Invitation, InvitationError};
use allymap_wire::DeviceKey;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;
use crate::terminal::words::role_word;
use allymap_home::computer::surroundings::Chance;
use allymap_home::together::lines::{Event, Lines};

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
    let invitation = Invitation::from_line(code.trim()).map_err(|error| unreadable(&error))?;
    let settings = app.home().settings()?;
    let (name, group) = (args.name.or(settings.value(&field::NAME)), args.group.or(settings.value("group")));
    let name = typed::given(name, || app.ask().required("Your name, as others see it", "--name"))?;
    let group = typed::given(group, || app.ask().required("Your group", "--group"))?;
    let (name, group) = (label(&name)?, label(&group)?);
    app.make_home()?;
    if let Some(known) = map_of_space(app, &invitation.space)? {
        return Err(Failure::new("AM-JOINED", Exit::Failed, format!("This computer has {known} already."))
            .hint("Look at it with: allymap status"));
    }
    let seed = app.seed()?;
    // The device's identity must outlive this process before a relay binds the invitation to it.
    app.commit()?;
    app.release();
    let keys = DeviceKeys::derive(&seed, &invitation.space);
    app.output.status(format_args!("Asking {} …", invitation.url));
    let joining = Joining::new(
        invitation.clone(),
        DeviceKeys::derive(&seed, &invitation.space),
        allymap_home::together::lines::authority(&invitation.url)
            .map_err(|error| super::sync::unreachable(&invitation.url, &error))?,
        name.clone(),
        group.clone(),
    );
    let runtime = super::sync::runtime()?;
    let (offer, words) = runtime.block_on(ask(joining, &invitation, app.options.insecure, app.chance()))?;

    let number = app.add_map(&offer.map_name, &name, &group)?;
    let mut effects = Vec::new();
    let root = root_of(&offer.genesis);
    let mut replica = Replica::join(number, keys, offer.genesis, root, app.fresh(), app.disk()?, &mut effects)
        .map_err(|error| {
            Failure::new("AM-JOIN", Exit::Failed, format!("The invitation's map cannot be read: {error}."))
        })?;
    replica.add_relay(invitation.relay, &invitation.url, None, app.disk()?, &mut effects)?;
    app.carry_out(effects)?;
    app.adopt(replica);
    let mut row = app.map()?;
    row.waiting_words = Some(words.iter().map(|word| (*word).to_owned()).collect());
    app.put_map(row)?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "map": offer.map_name, "words": words, "role": role_word(offer.role), "waiting": true,
        }));
        return Ok(());
    }
    app.output.say(format_args!("You asked to join {} as {}.", offer.map_name, role_word(offer.role)));
    app.output.say(format_args!("Read these words to the person who invited you: {}", words.join("  ")));
    app.output.status(
        "Next: when theirs are the same they approve you and exchange. After that run: allymap sync. You may close this computer meanwhile.",
    );
    Ok(())
}

async fn ask(
    mut joining: Joining,
    invitation: &Invitation,
    insecure: bool,
    mut chance: Chance,
) -> Result<(Box<allymap_seal::Offer>, [&'static str; 4]), Failure> {
    let mut lines = Lines::new();
    lines
        .connect(invitation.relay, &invitation.url, insecure)
        .await
        .map_err(|error| super::sync::unreachable(&invitation.url, &error))?;
    loop {
        let event = lines.next(Duration::from_secs(30)).await;
        let Some((relay, Event::Frame(bytes))) = event else {
            return Err(Failure::new("AM-RELAY", Exit::NotExchanged, "The relay stopped answering.")
                .hint("Nothing is lost: repeat the command when it can be reached."));
        };
        for effect in joining.received(&bytes, &mut chance) {
            match effect {
                JoinEffect::Send(bytes) => lines.send(relay, bytes).await,
                JoinEffect::Asked { offer, words } => return Ok((offer, words)),
                JoinEffect::Failed(failure) => return Err(refused(&failure)),
            }
        }
    }
}

/// The name of the map with this space, if this computer has it.
fn map_of_space(app: &mut App<'_>, space: &allymap_wire::SpaceId) -> Result<Option<String>, Failure> {
    for map in app.maps()? {
        let seed = app.seed()?;
        let replica = allymap_replica::Replica::open(allymap_replica::SpaceNumber(map.number), &seed, app.disk()?)?;
        if replica.space() == *space {
            return Ok(Some(map.name));
        }
    }
    Ok(None)
}

fn root_of(genesis: &allymap_seal::SignedOp) -> DeviceKey {
    match genesis.decode().ok().and_then(|op| op.body) {
        Some(Body::Genesis { sign, .. }) => sign,
        _ => DeviceKey([0; 32]),
    }
}

fn refused(failure: &JoinFailure) -> Failure {
    let told = Failure::new("AM-INVITATION", Exit::Failed, format!("You could not join: {failure}."));
    told.hint(match failure {
        JoinFailure::Taken | JoinFailure::Unknown => {
            "Ask for a new invitation. If this one is quite new, the person who made it must run allymap sync first."
        }
        JoinFailure::WrongRelay | JoinFailure::Altered => {
            "Ask for a new invitation, and tell the person who invited you."
        }
        JoinFailure::WrongVersion { .. } => "Bring allymap on this computer and the relay to the same version.",
        _ => "Nothing was changed. Try again later.",
    })
}

fn unreadable(error: &InvitationError) -> Failure {
    let failure = Failure::usage(format!("This is not an invitation: {error}."));
    match error {
        InvitationError::Newer => failure.hint("Install the newer version of allymap."),
        _ => failure.hint("Copy the whole line again, from ALLYMAP: to its end. Nothing was changed."),
    }
}
