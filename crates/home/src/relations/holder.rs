//! Whose relationships are wanted, as somebody says it.

use allymap_domain::card::holder::Holder;

use crate::trouble::Trouble;
use crate::visit::Visit;

/// One of our groups, or somebody of us; `me` is whoever asks, and their group.
pub fn meant(v: &mut Visit<'_>, said: &str) -> Result<Holder, Trouble> {
    if said != "me" {
        return Ok(Holder::called(said));
    }
    let map = v.map()?;
    Ok(Holder::me(&map.group, &map.person))
}
