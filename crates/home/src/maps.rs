//! The maps of this home: their list, how one begins, and what is mended of it.

pub mod founded;
pub(crate) mod mended;
pub mod practice;
pub mod rows;

use crate::maps::rows::MapRow;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Every map of this home.
#[derive(Clone, Debug)]
pub struct Maps {
    pub all: Vec<MapRow>,
    /// The number of the one in use.
    pub current: u16,
}

pub fn list(v: &mut Visit<'_>) -> Result<Maps, Trouble> {
    let current = v.map()?.number;
    Ok(Maps { all: v.maps()?, current })
}

/// From now on every visit is about this map, unless it names another one.
pub fn choose(v: &mut Visit<'_>, name: &str) -> Result<MapRow, Trouble> {
    v.turn_to(name.to_owned());
    let map = v.map()?;
    v.put_map(map.clone())?;
    v.commit()?;
    Ok(map)
}
