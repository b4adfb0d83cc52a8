//! Histories of devices, relays and their troubles, drawn from seeds: the real replica and the real relay over links, clocks
//! and disks that fail.
//!
//! `ALLYMAP_FULL=1` plays five times as many and wants each planted break caught five times. `SEEDS=10000 STEPS=300 cargo test
//! -p allymap-simulation -- --nocapture` runs more of them, `SEED=17` runs one.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]
#![allow(clippy::print_stdout, reason = "a test tells what it found")]

mod bounds;
mod budget;
mod careless;
mod chance;
#[path = "../hostile/chunk.rs"]
mod chunk;
mod disk;
mod faults;
mod history;
mod ledger;
mod liar;
mod look;
mod mutants;
mod oracle;
mod people;
mod plan;
mod regressions;
mod shrink;
mod sometimes;
mod start;
mod stories;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::Budget;
use crate::history::{Verdict, run};
use crate::plan::plan;
use crate::sometimes::Sometimes;

/// A history whose seed is a multiple of this is run twice.
const TWICE: u64 = 50;
/// Of a hundred things that people were told, at most so many may be lost because every disk that held them was.
const EXCUSED_PERCENT: usize = 5;

#[derive(Default)]
struct Tally {
    histories: u64,
    kept: usize,
    excused: usize,
    rounds: u32,
    sometimes: Sometimes,
    failed: Option<u64>,
}

#[test]
fn whatever_happens_nothing_acknowledged_is_lost_and_all_see_the_same_map() {
    let budget = Budget::of_this_run();
    let (seeds, steps) = (budget.histories, budget.steps);
    if let Some(seed) = budget.seed {
        let verdict = once(seed, steps);
        report(seed, steps, &verdict);
        return;
    }
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    #[expect(clippy::disallowed_methods, reason = "how many histories a second there were is worth telling")]
    let began = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    let verdict = once(seed, steps);
                    let mut tally = tally.lock().expect("no thread dies while it counts");
                    tally.histories += 1;
                    tally.kept += verdict.kept;
                    tally.excused += verdict.excused;
                    tally.rounds = tally.rounds.max(verdict.rounds);
                    tally.sometimes.join(&verdict.sometimes);
                    if verdict.failure.is_some() {
                        tally.failed = Some(tally.failed.map_or(seed, |failed| failed.min(seed)));
                        next.store(seeds, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let tally = tally.into_inner().expect("no thread died while it counted");
    let seconds = began.elapsed().as_secs_f64();
    println!("{} histories of {steps} steps in {seconds:.1} s", tally.histories);
    println!("told: {}, excused: {}, rounds until rest: {} at most", tally.kept, tally.excused, tally.rounds);
    for (what, count) in tally.sometimes.all() {
        println!("{count:>9}  {what}");
    }
    if let Some(seed) = tally.failed {
        report(seed, steps, &once(seed, steps));
    }
    assert!(tally.excused * 100 <= tally.kept * EXCUSED_PERCENT, "too much is excused to show anything");
    if budget.shows_everything() {
        assert_eq!(tally.sometimes.never(), Vec::<&str>::new(), "these never happened");
    }
}

fn once(seed: u64, steps: usize) -> Verdict {
    let (shape, plan) = plan(seed, steps);
    let twice = seed.is_multiple_of(TWICE);
    let verdict = run(seed, shape, &plan, None, twice);
    if twice {
        let again = run(seed, shape, &plan, None, true);
        assert_eq!(verdict.digest, again.digest, "seed {seed} runs differently the second time");
    }
    verdict
}

/// A failure, cut short, in a form to paste into the regressions.
fn report(seed: u64, length: usize, verdict: &Verdict) {
    let Some(failure) = &verdict.failure else { return };
    let (shape, steps) = plan(seed, length);
    let (shrunk, runs) = shrink::shrink(seed, shape, &steps, None, failure.violation.oracle);
    let source = shrink::source(seed, shape, &shrunk);
    panic!(
        "SEED={seed} STEPS={length}: {:?} at step {:?}\n{} of {} steps left after {runs} runs:\n\n{source}",
        failure.violation,
        failure.step,
        shrunk.len(),
        steps.len(),
    );
}
