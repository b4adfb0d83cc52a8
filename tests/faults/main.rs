//! Faults of real processes: kill -9, full and read-only disks, damaged files, power cuts. What was told stays true.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]

mod damage;
mod disks;
mod fault;
mod kill_client;
mod kill_relay;
mod power;
#[path = "../../crates/store/src/tests/crashes/shadow.rs"]
mod shadow;
