//! Who is out there: campaigns, where people stand on them, and whom to talk with next.

pub mod find;
pub mod partner;
