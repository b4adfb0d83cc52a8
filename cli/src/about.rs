//! Words and JSON of one thing, for several commands.

pub(crate) mod relationship;
pub(crate) mod relay;
pub(crate) mod who;
