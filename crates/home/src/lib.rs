//! A volunteer's computer: its folders, lock, keys and maps; every question and every act as a function with typed arguments
//! and a typed answer.
//!
//! A *home* is one person's computer and lives as long as the face does. A *visit* is one command, or one request of a page:
//! it opens one map, on one day, as one act, lets go while a person thinks, and throws away what was not committed when it
//! ends. An act that lacks something answers with what it wants; the face finds that out and calls again. Nothing here
//! prints, asks, reads a terminal or parses arguments; time, chance and surroundings are handed in.

pub mod allies;
pub mod authors;
mod cards;
pub mod community;
pub mod computer;
pub mod discreet;
pub mod events;
pub mod files;
pub mod heard;
mod home;
pub mod journal;
pub mod maps;
mod put;
pub mod relations;
pub mod status;
pub mod together;
mod tried;
pub mod trouble;
mod visit;

pub use allymap_document::quiet_panics;
pub use allymap_seal::{Label, NotALabel};
pub use discreet::Discreet;
pub use heard::Heard;
pub use home::Home;
pub use tried::Tried;
pub use trouble::Trouble;
pub use visit::{Packed, Request, Visit};

#[cfg(test)]
mod tests;
