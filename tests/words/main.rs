//! What the commands say, to the letter, where their examples do not lead: every failure, every conversation, a locked home, and
//! a map on which people differ.
//!
//! All of it is held whole under `outputs`. To write it anew, and then to read what changed as a volunteer would:
//! `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-tests --test words`.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]

#[cfg(unix)]
mod codes;
#[cfg(unix)]
mod conflicts;
#[cfg(unix)]
mod conversations;
#[cfg(unix)]
mod failures;
#[cfg(unix)]
mod foreseen;
#[cfg(unix)]
mod held;
#[cfg(unix)]
mod liar;
#[cfg(unix)]
mod locked;
#[cfg(unix)]
mod person;
#[cfg(unix)]
mod talk;
