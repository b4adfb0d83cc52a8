//! Who is on this map, and who asks to be.

use allymap_replica::Asking as Request;

use crate::tried::Tried;
use crate::trouble::{People, Trouble};
use crate::visit::Visit;

/// What somebody may do on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reader,
    Member,
    Convenor,
    /// The map's own key, which is on paper.
    Root,
}

impl From<allymap_seal::Role> for Role {
    fn from(role: allymap_seal::Role) -> Role {
        match role {
            allymap_seal::Role::Reader => Role::Reader,
            allymap_seal::Role::Member => Role::Member,
            allymap_seal::Role::Convenor => Role::Convenor,
            allymap_seal::Role::Root => Role::Root,
        }
    }
}

impl From<Role> for allymap_seal::Role {
    fn from(role: Role) -> allymap_seal::Role {
        match role {
            Role::Reader => allymap_seal::Role::Reader,
            Role::Member => allymap_seal::Role::Member,
            Role::Convenor => allymap_seal::Role::Convenor,
            Role::Root => allymap_seal::Role::Root,
        }
    }
}

/// Somebody who is on this map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub group: String,
    pub role: Role,
    pub this_computer: bool,
}

/// Somebody who asks to join. What stands here they wrote themselves. The words that both sides compare are not in it: whoever
/// lets them in hears them read aloud, and has nothing to read along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// How they are named until they are let in: a stranger's name proves nothing, and may be like another's.
    pub number: u32,
    pub name: String,
    pub group: String,
    pub role: Role,
}

/// Who is to be let in, and the words that they read aloud.
#[derive(Clone, Debug, Default)]
pub struct Approving {
    /// It may be left out when one person asks.
    pub number: Option<u32>,
    pub words: Option<Vec<String>>,
}

/// What is lacking before somebody is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// The words that they read aloud.
    Words(Asking),
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    pub name: String,
    pub role: Role,
}

/// Somebody who was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    pub name: String,
}

/// Everybody on this map: who may do most first.
pub fn list(v: &mut Visit<'_>) -> Result<Vec<Member>, Trouble> {
    let (replica, _) = v.hold()?;
    let me = replica.device();
    let mut members = replica.roster().members();
    members.retain(|member| member.role != allymap_seal::Role::Root);
    members.sort_by(|a, b| b.role.cmp(&a.role).then_with(|| a.name.cmp(&b.name)));
    let member = |member: allymap_seal::Member| Member {
        this_computer: member.device == me,
        name: member.name,
        group: member.group,
        role: member.role.into(),
    };
    Ok(members.into_iter().map(member).collect())
}

/// Who asks to be let in by an invitation of this computer.
pub fn waiting(v: &mut Visit<'_>) -> Result<Vec<Asking>, Trouble> {
    let (replica, disk) = v.hold()?;
    Ok(replica.asking(disk)?.iter().map(Asking::from).collect())
}

/// Lets somebody in whose words are those that stand here.
pub fn approve(v: &mut Visit<'_>, approving: &Approving) -> Result<Tried<Approved, Want>, Trouble> {
    let asking = meant(v, approving.number)?;
    let Some(said) = &approving.words else { return Ok(Tried::wants(Want::Words(Asking::from(&asking)))) };
    if !said.iter().map(|word| word.to_lowercase()).eq(asking.words.iter().map(|word| (*word).to_owned())) {
        return Err(People::OtherWords { number: asking.number }.into());
    }
    let mut effects = Vec::new();
    let (now, mut chance) = (v.now(), v.chance());
    let (replica, disk) = v.hold()?;
    replica.approve(now, &asking, disk, &mut chance, &mut effects)?;
    v.carry_out(effects)?;
    v.commit()?;
    Ok(Tried::Kept(Approved { name: asking.name, role: asking.role.into() }))
}

/// Turns somebody away; their invitation ends.
pub fn decline(v: &mut Visit<'_>, number: Option<u32>) -> Result<Declined, Trouble> {
    let asking = meant(v, number)?;
    let mut effects = Vec::new();
    let (replica, disk) = v.hold()?;
    replica.decline(asking.token, disk, &mut effects)?;
    v.carry_out(effects)?;
    v.commit()?;
    Ok(Declined { name: asking.name })
}

/// Who will see what was just kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoSees {
    pub map: String,
    pub members: usize,
}

pub fn who_sees(v: &mut Visit<'_>) -> Result<WhoSees, Trouble> {
    Ok(WhoSees { map: v.map()?.name, members: count(v)? })
}

/// How many will see what is written here.
pub fn count(v: &mut Visit<'_>) -> Result<usize, Trouble> {
    let (replica, _) = v.hold()?;
    Ok(replica.roster().members().iter().filter(|member| member.role != allymap_seal::Role::Root).count())
}

/// Who is meant among those who ask.
fn meant(v: &mut Visit<'_>, number: Option<u32>) -> Result<Request, Trouble> {
    let (replica, disk) = v.hold()?;
    let mut fitting = replica.asking(disk)?;
    fitting.retain(|one| number.is_none_or(|number| one.number == number));
    match fitting.len() {
        1 => Ok(fitting.remove(0)),
        0 => Err(People::NobodyAsks { number }.into()),
        _ => Err(People::SeveralAsk { fitting: fitting.iter().map(Asking::from).collect() }.into()),
    }
}

impl From<&Request> for Asking {
    fn from(one: &Request) -> Asking {
        Asking { number: one.number, name: one.name.clone(), group: one.group.clone(), role: one.role.into() }
    }
}
