//! Stories over the whole map, and the desk that they are told at.

pub(crate) mod desk;
mod events;
pub(crate) mod merging;
mod page;
mod relationships;
mod stated;
mod stories;
mod whole_map;
