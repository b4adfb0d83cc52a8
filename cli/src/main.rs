//! allymap: a community map that groups keep together, online or not.

use std::process::ExitCode;

use allymap_cli::Shell;
use allymap_home::computer::surroundings::Surroundings;

fn main() -> ExitCode {
    // Before anything else runs: from here on standard output is the program's alone.
    let shell = Shell::of_this_process();
    ExitCode::from(allymap_cli::run(std::env::args_os().collect(), Surroundings::of_this_computer(), &shell))
}
