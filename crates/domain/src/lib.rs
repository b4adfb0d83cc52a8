//! The community map: entries, fields, assertions, log, spectrum, links, and what comes in and goes out. No IO.

pub mod entry;
pub mod export;
pub mod import;
pub mod kind;
pub mod map;
pub mod row;
pub mod said;
pub mod town;
