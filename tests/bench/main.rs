//! What the design promises about speed and size, measured: `cargo bench -p allymap-tests`, or with names of workloads behind `--`.
//!
//! Every line is the median of several runs with the least and the greatest; the workload stands in words beside it. Nothing is
//! asserted about time, only that every run ended where it should. All traffic stays on the loopback interface.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures time, draws chance and prints what it found"
)]

mod device;
mod line;
mod map;
mod processes;
mod report;
mod workloads;

use report::Report;

/// Each workload's name and what it measures.
const WORKLOADS: &[(&str, fn(&mut Report))] = &[
    ("pieces", workloads::pieces::run),
    ("fetch", workloads::fetch::run),
    ("idle", workloads::idle::run),
    ("crowd", workloads::crowd::run),
    ("relay", workloads::relay::run),
    ("commands", workloads::commands::run),
    ("decisions", workloads::decisions::run),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` builds this too, and runs it without the flag: nobody who runs tests waits for minutes.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("these are measured by: cargo bench -p allymap-tests");
        return;
    }
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let mut report = Report::default();
    for (name, run) in WORKLOADS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted.as_str() == *name) {
            run(&mut report);
        }
    }
}
