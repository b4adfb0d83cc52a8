//! Who can use a place, as far as that is known (guide, section 2: accessible, safe, culturally appropriate).

use crate::card::Card;
use crate::kind::place::{ACCESS, Access};

/// What nobody knows about a place yet.
pub fn to_find_out(place: &Card) -> Vec<&'static Access> {
    ACCESS.iter().filter(|access| !access.is_known(place.value(access.field))).collect()
}

/// How much of it is known.
pub fn known(place: &Card) -> usize {
    ACCESS.len() - to_find_out(place).len()
}
