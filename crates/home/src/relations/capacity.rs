//! What all of them together can bring.

pub use allymap_domain::advice::capacity::Together;

use crate::trouble::Trouble;
use crate::visit::Visit;

pub fn together(v: &mut Visit<'_>) -> Result<Vec<Together>, Trouble> {
    Ok(allymap_domain::advice::capacity::together(&v.cards_once()?))
}
