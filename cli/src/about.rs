//! Words and JSON of one thing, for several commands.

pub(crate) mod also;
pub(crate) mod card;
pub(crate) mod choice;
pub(crate) mod consent;
pub(crate) mod event;
pub(crate) mod relationship;
pub(crate) mod relay;
pub(crate) mod risk;
pub(crate) mod sensitive;
pub(crate) mod stated;
pub(crate) mod who;
