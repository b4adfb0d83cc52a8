//! Start here: a map of one's own, or somebody else's.

mod join;
mod new;
mod status;
