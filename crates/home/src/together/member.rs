//! Who is on this map, and who asks to be.

use crate::trouble::Trouble;
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

/// Somebody who asks to join, with the words that both sides compare.
#[derive(Clone, Debug)]
pub struct Asking {
    pub name: String,
    pub group: String,
    pub words: Vec<String>,
}

/// Who asks to be let in.
pub fn asking(v: &mut Visit<'_>) -> Result<Vec<Asking>, Trouble> {
    let (replica, disk) = v.hold()?;
    let asking = replica.asking(disk)?.into_iter();
    Ok(asking
        .map(|one| Asking {
            name: one.name,
            group: one.group,
            words: one.words.iter().map(|word| (*word).to_string()).collect(),
        })
        .collect())
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
