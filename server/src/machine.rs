//! The machine's clocks and its chance, asked here and nowhere else.
#![expect(clippy::disallowed_methods, reason = "a program reads its clocks and its chance in one place")]

use std::time::{Instant, SystemTime};

use allymap_wire::Timestamp;

pub(crate) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_millis() as u64)
}

pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

pub(crate) fn chance(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("every system that runs a relay gives random bytes");
}
