//! Who is out there: partners and people, where each stands, and whom to talk to next.

mod campaign;
mod next;
mod partner;
mod spectrum;
