//! The volunteer's program with surroundings that a test tells: its clock, its ids, its patience. So whole outputs can be
//! compared. Keys are drawn as always.
#![allow(clippy::disallowed_methods, reason = "what is told stands in the environment")]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use allymap_cli::Shell;
use allymap_domain::date::Date;
use allymap_home::computer::surroundings::Surroundings;

/// Milliseconds since 1970.
const CLOCK: &str = "ALLYMAP_TEST_CLOCK";
/// A number from which ids are drawn.
const IDS: &str = "ALLYMAP_TEST_IDS";
/// How many milliseconds a relay may take to answer.
const ANSWER: &str = "ALLYMAP_TEST_ANSWER";

fn main() -> ExitCode {
    let mut around = Surroundings::of_this_computer();
    if let Some(now_ms) = told(CLOCK) {
        around.clock = Arc::new(move || now_ms);
        around.calendar = Arc::new(move || Date::of_ms(now_ms));
    }
    if let Some(seed) = told(IDS) {
        let drawn = AtomicU64::new(1);
        around.ids = Arc::new(move |bytes| {
            for chunk in bytes.chunks_mut(8) {
                let next = foreseen(seed, drawn.fetch_add(1, Ordering::Relaxed));
                chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
            }
        });
    }
    if let Some(answer_ms) = told(ANSWER) {
        around.patience = Duration::from_millis(answer_ms);
    }
    ExitCode::from(allymap_cli::run(std::env::args_os().collect(), around, &Shell::of_this_process()))
}

fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One of the numbers that follow from a seed (SplitMix64).
fn foreseen(seed: u64, drawn: u64) -> u64 {
    let mixed = seed.rotate_left(32).wrapping_add(drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
