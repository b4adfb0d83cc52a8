//! The exchange: lines to relays, what drives them, and who takes part.

mod driver;
pub mod invite;
pub mod join;
pub mod lines;
pub mod member;
pub mod relay;
mod socket;
pub mod stopped;
pub mod sync;

use crate::trouble::Trouble;
use crate::visit::Visit;

/// A practice map stays where it is.
fn refuse_practice(v: &mut Visit<'_>) -> Result<(), Trouble> {
    let map = v.map()?;
    if map.practice { Err(Trouble::Practice { map: map.name }) } else { Ok(()) }
}
