//! Other people's tables and registers, and whole maps of ours.

pub use allymap_doors::import::plan::{Plan, plan};
pub use allymap_doors::import::{Register, read_register};
