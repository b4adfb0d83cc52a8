//! Files from others, and files and paper for others.

pub mod export;
pub mod import;
pub mod paper;
