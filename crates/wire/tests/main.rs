//! The wire's messages and lines, to the byte.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test program has no outside, and fails where it panics")]

mod addresses;
mod protocol;
