//! Strangers' formats, in and out: tables, registers, calendars, pictures and paper.
//!
//! No IO, and nothing of a map's documents. What is read becomes a proposal that somebody else carries out, and what goes
//! out is made of entries and cards and of an audience.

pub mod calendar;
pub mod import;
/// The map on paper.
pub mod paper {
    pub mod blank;
    pub mod counts;
    pub mod directory;
    pub mod event;
    pub mod page;
    pub mod picture;
    pub mod report;
    pub mod said;
    pub mod template;
    pub mod understanding;
    pub mod wall;
}
pub mod sheet;

#[cfg(test)]
mod tests;
