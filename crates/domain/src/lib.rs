//! The map: entries, their fields, assertions, log and links; finding, export, import.
//!
//! No IO, no clock, no chance: the caller passes today's date, random ids, and a function that says who an actor is.
//! Reading never fails because of what somebody wrote: what is readable comes back, and the rest is counted.

/// What follows from a map, for whoever asks what to do next.
pub mod advice {
    pub mod due;
    pub mod meeting;
    pub mod next;
    pub mod path;
    pub mod spectrum;
    pub mod todo;
    pub mod voices;
    pub mod waits;
}
pub mod author;
pub mod card;
pub mod date;
pub mod entry;
/// The map's own form, out and in, and what of a file is not taken.
pub mod files {
    pub mod export;
    pub mod refused;
    pub mod whole;
}
pub mod ids;
pub mod kind;
pub mod map;
pub mod private;
pub mod rejection;
pub mod town;
pub mod undo;
pub mod weigh;
pub mod words;

#[cfg(test)]
mod tests;
