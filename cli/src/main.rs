//! allymap: a community map that groups keep together, online or not.

use std::process::ExitCode;

use allymap_home::computer::surroundings::Surroundings;

fn main() -> ExitCode {
    allymap_cli::run(std::env::args_os().collect(), Surroundings::of_this_computer())
}
