//! The map on paper.

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
