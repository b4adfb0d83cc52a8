//! The exchange: lines to relays, and what drives them.

pub mod driver;
pub mod lines;
mod socket;
