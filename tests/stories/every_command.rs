//! What holds for every command, or for many at once.

mod as_of;
mod asking;
mod coming_together;
mod discreet;
#[cfg(unix)]
mod examples;
#[cfg(unix)]
mod fitting;
mod json;
mod names;
mod offline;
mod outputs;
mod promises;
