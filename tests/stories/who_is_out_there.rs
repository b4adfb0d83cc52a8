//! Who is out there: partners and people, where each stands, and whom to talk to next.

mod campaign;
mod find;
mod r#move;
mod next;
mod partner;
mod spectrum;
