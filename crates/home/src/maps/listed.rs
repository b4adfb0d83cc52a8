//! The maps on this computer, and which of them commands are about.

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Listed {
    pub name: String,
    /// The group that this person gave here.
    pub group: String,
    pub practice: bool,
    /// The one that is in use.
    pub current: bool,
}

pub fn list(v: &mut Visit<'_>) -> Result<Vec<Listed>, Trouble> {
    let current = v.map()?.number;
    let maps = v.maps()?.into_iter();
    Ok(maps
        .map(|map| Listed { current: map.number == current, name: map.name, group: map.group, practice: map.practice })
        .collect())
}

/// From now on everything is about the map of this name. Answers with its whole name.
pub fn choose(v: &mut Visit<'_>, said: String) -> Result<String, Trouble> {
    v.turn_to(said);
    let map = v.map()?;
    v.put_map(map.clone())?;
    v.commit()?;
    Ok(map.name)
}
