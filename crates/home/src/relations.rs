//! Relationships: what was said, asked and given, what is due, risks, links, and what comes before a contact.

pub mod approach;
pub mod ask;
pub mod balance;
pub mod before;
pub mod capacity;
pub mod due;
pub mod facts;
pub mod gave;
pub mod holder;
pub mod link;
pub mod log;
pub mod meet;
pub mod relationship;
pub mod risk;
pub mod voices;
