//! Words and JSON of one thing, for several commands.

pub(crate) mod consent;
pub(crate) mod event;
pub(crate) mod relay;
pub(crate) mod who;
