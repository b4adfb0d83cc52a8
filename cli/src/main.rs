//! allymap: a community map that groups keep together, online or not.

mod acts;
mod app;
mod arrivals;
mod chance;
mod commands;
mod discreet;
mod disk;
mod editor;
mod exchange;
mod failure;
mod handed_out;
mod home;
mod output;
mod prompt;
mod settings;
mod socket;
mod stdout;
mod unlock;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else runs: Automerge prints to standard output before one of its panics.
    stdout::set_aside();
    allymap_document::quiet_panics();
    commands::run(std::env::args_os().collect())
}
