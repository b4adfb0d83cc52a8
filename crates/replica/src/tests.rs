//! Stories of devices: two and a relay, and one that is given records in any order.

mod exchange;
mod floods;
pub(crate) mod judged_as_a_set;
pub(crate) mod memory;
