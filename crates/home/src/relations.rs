//! Relationships: what was said, asked and given, what is due, risks, links, and what comes before a contact.

pub mod facts;
pub mod meet;
