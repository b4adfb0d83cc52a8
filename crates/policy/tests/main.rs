//! What must hold of the rules: their pages, their cases, their laws, and that a broken rule is noticed.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test program has no outside, and fails where it panics")]

mod breaks;
mod faults;
mod golden;
mod laws;
mod pages;
mod shipped;
