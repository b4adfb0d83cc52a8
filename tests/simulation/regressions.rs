//! Histories that failed once, cut short. Each runs every time.

use crate::history::run;
use crate::plan::Node::*;
use crate::plan::Shape;
use crate::plan::Step::{self, *};

pub struct Regression {
    pub seed: u64,
    pub shape: Shape,
    pub steps: &'static [Step],
}

pub const REGRESSIONS: &[Regression] = &[
    // The hole that an acknowledgement taken as final leaves: the relay forgets what it acknowledged, and the author's cursor
    // still fits its older log.
    Regression {
        seed: 0,
        shape: Shape { devices: 2, relays: 1, hostile: false, page_bytes: 4096 },
        steps: &[
            Backup { node: Relay(0) },
            Connect { device: 0, relay: 0 },
            Exchange { device: 0, relay: 0, frames: 12 },
            Edit { device: 0, document: 0, what: 0 },
            Offer { device: 0 },
            Exchange { device: 0, relay: 0, frames: 12 },
            Restore { node: Relay(0) },
        ],
    },
];

#[test]
fn no_history_that_failed_once_fails_again() {
    for (number, Regression { seed, shape, steps }) in REGRESSIONS.iter().enumerate() {
        let verdict = run(*seed, *shape, steps, None, false);
        assert_eq!(verdict.failure, None, "regression {number}");
    }
}
