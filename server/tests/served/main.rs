//! The real relay over real sockets: a handful of stories that no simulation can tell. Most are told of its process.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test program has no outside, and fails where it panics")]

mod disk;
mod exchanging;
mod harness;
mod hostile;
mod stopping;
