//! Stories of one device that is given records in any order.

mod floods;
pub(crate) mod judged_as_a_set;
