//! Strangers' formats, in and out: tables, registers, calendars, pictures and paper.
//!
//! No IO, and nothing of a map's documents. What is read becomes a proposal that somebody else carries out, and what goes
//! out is made of entries and cards and of an audience.

pub mod calendar;
pub mod import;
pub mod paper;
pub mod sheet;

#[cfg(test)]
mod tests;
