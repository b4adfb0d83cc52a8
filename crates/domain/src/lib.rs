//! The map: its entries with their fields, assertions, log and links; what lists need of them; what follows from it all; and
//! how it goes in and out.
//!
//! No IO, no clock, no chance: the caller passes today's date, random ids, and a function that says who an actor is.
//! Reading never fails because of what somebody wrote: what is readable comes back, and the rest is counted.

pub mod advice;
pub mod author;
pub mod card;
pub mod date;
pub mod entry;
pub mod files;
pub mod history;
pub mod ids;
pub mod kind;
pub mod map;
pub mod private;
pub mod put;
pub mod rejection;
pub mod town;
pub mod undo;
pub mod weigh;
pub mod words;

#[cfg(test)]
mod tests;
