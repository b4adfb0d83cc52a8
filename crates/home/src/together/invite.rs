//! A line that lets one person ask to join.

use allymap_replica::{InviteError, Inviting};
use allymap_seal::{Label, NotALabel};
use allymap_wire::limits;

use crate::together::member::Role;
use crate::together::refuse_practice;
use crate::trouble::{People, Trouble};
use crate::visit::Visit;

/// An invitation: whoever has the line may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub line: String,
    pub role: Role,
    /// How long it is good for.
    pub hours: u64,
}

/// The invitation works after the next exchange. The group is a suggestion.
pub fn make(v: &mut Visit<'_>, role: Role, group: &str) -> Result<Invited, Trouble> {
    refuse_practice(v)?;
    let group = Some(group).filter(|group| !group.trim().is_empty()).map(Label::typed).transpose()?;
    // What others called the map may be longer than what an invitation can say.
    let map = Label::shortened(&v.map()?.name).ok_or(NotALabel::Empty)?;
    let (now, mut chance) = (v.now(), v.chance());
    let (replica, disk) = v.hold()?;
    let relay = replica.relays().first().map(|relay| relay.relay).ok_or(People::NobodyReachesIt)?;
    let mut effects = Vec::new();
    let inviting = Inviting { relay, role: role.into(), group, map_name: map };
    let invitation = replica.invite(now, inviting, disk, &mut chance, &mut effects)?;
    let line = invitation.to_line().map_err(InviteError::from)?;
    v.carry_out(effects)?;
    v.commit()?;
    Ok(Invited { line, role, hours: limits::INVITATION_MS / 3_600_000 })
}

impl From<InviteError> for Trouble {
    fn from(error: InviteError) -> Trouble {
        match error {
            InviteError::NotAConvenor => People::NotAConvenor.into(),
            InviteError::Unreadable(error) => error.into(),
            error => People::NotInvited(Box::new(error)).into(),
        }
    }
}
