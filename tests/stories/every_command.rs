//! What holds for every command, or for many at once.

mod as_of;
mod asking;
mod discreet;
#[cfg(unix)]
mod examples;
#[cfg(unix)]
mod fitting;
mod json;
mod outputs;
mod promises;
