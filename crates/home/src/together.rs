//! The exchange: lines to relays, and what drives them.

pub mod driver;
pub mod lines;
pub mod member;
pub mod readers;
pub mod relay;
mod socket;
