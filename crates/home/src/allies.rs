//! Who is out there: campaigns, where people stand on them, and whom to talk with next.

pub mod campaign;
pub mod next;
pub mod spectrum;
