//! Who is out there: campaigns, where people stand on them, and whom to talk with next.

pub mod campaign;
pub mod find;
pub mod next;
pub mod partner;
pub mod spectrum;
