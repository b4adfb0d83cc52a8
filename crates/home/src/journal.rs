//! What was done here, and what came from others when.

pub mod acts;
pub mod arrivals;
pub mod history;
pub mod undo;
