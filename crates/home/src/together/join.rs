//! Asking to join a map that somebody invited this person to.

use std::time::Duration;

use allymap_replica::{JoinEffect, JoinFailure, Joining, Replica, SpaceNumber};
use allymap_seal::{Body, DeviceKeys, Invitation, InvitationError, Offer, SignedOp};
use allymap_wire::{DeviceKey, SpaceId};

use crate::heard::Heard;
use crate::maps::founded::Me;
use crate::maps::rows::MapRow;
use crate::together::lines::{self, ConnectError, Event, Lines};
use crate::together::member::Role;
use crate::trouble::{Exchange, People, Trouble, Turned};
use crate::visit::Visit;

/// Until a relay that stopped in the middle counts as away.
const ANSWER: Duration = Duration::from_secs(30);

/// An invitation that was read.
#[derive(Clone, Debug)]
pub struct Code {
    invitation: Invitation,
}

/// A map that this computer waits to be let into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub map: String,
    pub role: Role,
    /// To be compared aloud with those of whoever made the invitation.
    pub words: Vec<String>,
}

/// The invitation as it was pasted, or why it is none.
pub fn read(line: &str) -> Result<Code, Trouble> {
    match Invitation::from_line(line.trim()) {
        Ok(invitation) => Ok(Code { invitation }),
        Err(error @ InvitationError::Newer) => Err(People::NewerInvitation(Box::new(error)).into()),
        Err(error) => Err(People::NotAnInvitation(Box::new(error)).into()),
    }
}

/// Asks through the relay of the invitation. The map comes with an exchange, once somebody has let this computer in.
pub async fn ask(v: &mut Visit<'_>, Code { invitation }: &Code, me: &Me) -> Result<Joined, Trouble> {
    if let Some(map) = here_already(v, &invitation.space)? {
        return Err(People::HereAlready { map }.into());
    }
    let seed = v.seed()?;
    // The device's identity must outlive this process before a relay binds the invitation to it.
    v.commit()?;
    v.release();
    v.tell(Heard::Asking { url: invitation.url.clone() });
    let host = lines::authority(&invitation.url).map_err(|why| away(invitation, why))?;
    let keys = || DeviceKeys::derive(&seed, &invitation.space);
    let joining = Joining::new(invitation.clone(), keys(), host, me.name.clone(), me.group.clone());
    let (offer, words) = answered(v, joining, invitation).await?;
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let (map, role) = (offer.map_name.to_string(), offer.role.into());

    let number = v.add_map(&map, &me.name, &me.group)?;
    let mut effects = Vec::new();
    let (root, salt) = (root_of(&offer.genesis), v.home.around.id());
    let mut replica = Replica::join(number, keys(), offer.genesis, root, salt, v.disk()?, &mut effects)
        .map_err(|error| People::NoMapInIt(Box::new(error)))?;
    replica.add_relay(invitation.relay, &invitation.url, None, v.disk()?, &mut effects)?;
    v.carry_out(effects)?;
    v.adopt(replica);
    let row = v.map()?;
    v.put_map(MapRow { waiting_words: Some(words.clone()), ..row })?;
    v.commit()?;
    Ok(Joined { map, role, words })
}

/// What the relay and the invitation say to it: what was offered, and the words to compare.
async fn answered(
    v: &Visit<'_>,
    mut joining: Joining,
    invitation: &Invitation,
) -> Result<(Box<Offer>, [&'static str; 4]), Trouble> {
    let (mut lines, mut chance) = (Lines::new(), v.chance());
    let connected = lines.connect(invitation.relay, &invitation.url, v.request.unprotected).await;
    connected.map_err(|why| away(invitation, why))?;
    loop {
        let Some((relay, Event::Frame(bytes))) = lines.next(ANSWER).await else { return Err(Exchange::Silent.into()) };
        for effect in joining.received(&bytes, &mut chance) {
            match effect {
                JoinEffect::Send(bytes) => lines.send(relay, bytes).await,
                JoinEffect::Asked { offer, words } => return Ok((offer, words)),
                JoinEffect::Failed(failure) => return Err(People::Turned(failure.into()).into()),
            }
        }
    }
}

fn away(invitation: &Invitation, why: ConnectError) -> Exchange {
    Exchange::Away { url: invitation.url.clone(), why }
}

/// The name of the map with this space, if this computer has it.
fn here_already(v: &mut Visit<'_>, space: &SpaceId) -> Result<Option<String>, Trouble> {
    for map in v.maps()? {
        let seed = v.seed()?;
        let replica = Replica::open(SpaceNumber(map.number), &seed, v.disk()?)?;
        if replica.space() == *space {
            return Ok(Some(map.name));
        }
    }
    Ok(None)
}

fn root_of(genesis: &SignedOp) -> DeviceKey {
    match genesis.decode().ok().and_then(|op| op.body) {
        Some(Body::Genesis { sign, .. }) => sign,
        _ => DeviceKey([0; 32]),
    }
}

impl From<JoinFailure> for Turned {
    fn from(failure: JoinFailure) -> Turned {
        match failure {
            JoinFailure::WrongRelay => Turned::OtherRelay,
            JoinFailure::WrongVersion { oldest, newest } => {
                Turned::Version { oldest, newest, ours: allymap_wire::PROTOCOL }
            }
            JoinFailure::Taken => Turned::Taken,
            JoinFailure::Unknown => Turned::Unknown,
            JoinFailure::Altered => Turned::Altered,
            JoinFailure::Refused(code) => Turned::Refused { code: format!("{code:?}") },
            JoinFailure::Protocol => Turned::Protocol,
        }
    }
}
