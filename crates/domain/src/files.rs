//! The map's own form, out and in, and what of a file is not taken.

pub mod export;
pub mod refused;
pub mod whole;
