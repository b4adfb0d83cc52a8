//! What a store survives: killed processes, failing power, full disks, long use.
#![allow(clippy::print_stderr, reason = "a test that could not run must be seen")]
#![allow(clippy::disallowed_methods, reason = "a test's own process is told by its environment what to do")]

mod kill;
mod power_cut;
mod shadow;
mod space;
mod writer;
