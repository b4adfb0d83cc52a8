//! Programs that are not ours: a member's device that keeps no rule, a relay that keeps none, and a member whose program is newer.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]

mod chunk;
mod eve;
mod member;
mod newer;
mod relay;
