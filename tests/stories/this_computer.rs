//! What is about this computer only.

mod config;
