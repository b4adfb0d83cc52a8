//! What the guides want first, before something is done with somebody.

pub use allymap_domain::advice::before::First;

use super::Trouble;

impl From<First> for Trouble {
    fn from(first: First) -> Trouble {
        Trouble::First(first)
    }
}
