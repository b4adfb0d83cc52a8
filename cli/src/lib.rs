//! The volunteer's program: words at a terminal over the maps of this computer.

mod about;
mod app;
mod commands;
mod help;
mod start;
mod terminal;

use std::ffi::OsString;

use allymap_home::computer::surroundings::Surroundings;

pub use terminal::shell::Shell;

/// Runs what was typed; the program's name comes first. The answer is the code with which the program ends.
pub fn run(arguments: Vec<OsString>, around: Surroundings, shell: &Shell) -> u8 {
    allymap_home::quiet_panics();
    start::run(arguments, around, shell)
}
