//! What is about this computer only.

mod completions;
mod config;
mod demo;
mod doctor;
mod help;
mod lock;
