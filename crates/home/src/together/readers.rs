//! Who will read what was just kept.

use crate::together::member;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readers {
    pub map: String,
    pub members: usize,
}

pub fn of(v: &mut Visit<'_>) -> Result<Readers, Trouble> {
    Ok(Readers { map: v.map()?.name, members: member::count(v)? })
}
