//! The volunteer's program: words at a terminal over the maps of this computer.

mod about;
mod app;
mod commands;
mod help;
mod start;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use allymap_home::computer::surroundings::Surroundings;

/// Runs what was typed; the program's name comes first. Standard output is this program's from here on.
pub fn run(arguments: Vec<OsString>, around: Surroundings) -> ExitCode {
    // Before anything else runs: Automerge prints to standard output before one of its panics.
    let out = terminal::stdout::Stdout::set_aside();
    allymap_home::quiet_panics();
    start::run(arguments, around, out)
}
