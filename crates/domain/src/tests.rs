//! Stories over the whole map, and the desk that they are told at.

pub(crate) mod desk;
mod events;
mod files;
pub(crate) mod merging;
mod papers;
mod relationships;
mod stated;
mod stories;
mod whole_map;
