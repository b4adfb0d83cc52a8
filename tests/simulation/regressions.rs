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
        shape: Shape { devices: 2, relays: 1, hostile: false, liar: false, page_bytes: 4096 },
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
    // A relay that lost the map refused the Sync that came with the log-in, and nobody asked again after making the map anew.
    Regression {
        seed: 13,
        shape: Shape { devices: 4, relays: 1, hostile: true, liar: false, page_bytes: 4096 },
        steps: &[Empty { relay: 0 }],
    },
    // A device that was behind was acknowledged the place after its cursor, and then accused the relay because a page held that
    // place too. It takes nothing but five devices that catch up in small pages.
    Regression {
        seed: 6,
        shape: Shape { devices: 5, relays: 2, hostile: false, liar: false, page_bytes: 512 },
        steps: &[],
    },
    // Two relays told two devices different things of one number, and each kept what it heard first.
    Regression {
        seed: 38,
        shape: Shape { devices: 5, relays: 2, hostile: true, liar: false, page_bytes: 4096 },
        steps: &[
            SpeakTwice { relay: 0, document: 0 },
            Connect { device: 0, relay: 0 },
            Connect { device: 1, relay: 1 },
            Exchange { device: 0, relay: 0, frames: 12 },
            Exchange { device: 1, relay: 1, frames: 12 },
        ],
    },
    // Two convenors found a relay that had lost the map. One had asked for the log with her log-in, the other made the map before
    // the relay read that, and its answer was taken for a lie.
    Regression {
        seed: 6087,
        shape: Shape { devices: 2, relays: 1, hostile: false, liar: false, page_bytes: 512 },
        steps: &[
            Empty { relay: 0 },
            Clone { from: 0, to: 1 },
            Connect { device: 0, relay: 0 },
            Exchange { device: 0, relay: 0, frames: 3 },
            Connect { device: 1, relay: 0 },
            Exchange { device: 1, relay: 0, frames: 11 },
            Exchange { device: 0, relay: 0, frames: 9 },
        ],
    },
    // The list of members arrived before the operation that it followed from. Between the two another convenor came, who knew
    // of no newcomer, and put her older list in its place.
    Regression {
        seed: 5140,
        shape: Shape { devices: 3, relays: 2, hostile: false, liar: false, page_bytes: 512 },
        steps: &[
            Invite { relay: 0 },
            Connect { device: 0, relay: 0 },
            Exchange { device: 0, relay: 0, frames: 12 },
            Take { stranger: 1 },
            HangUp { device: 0, relay: 0 },
            Connect { device: 0, relay: 0 },
            Exchange { device: 0, relay: 0, frames: 12 },
            Connect { device: 0, relay: 1 },
            Approve,
            HalfOpen { device: 0, relay: 1 },
            Up { device: 0, relay: 0 },
            Connect { device: 1, relay: 0 },
            Exchange { device: 1, relay: 0, frames: 9 },
            Exchange { device: 0, relay: 0, frames: 12 },
        ],
    },
    // Damage took a document and left the mark that it has something to seal: nothing ever came of that, and no judgement either.
    Regression {
        seed: 5940,
        shape: Shape { devices: 5, relays: 1, hostile: true, liar: false, page_bytes: 512 },
        steps: &[
            Edit { device: 1, document: 4, what: 5 },
            Edit { device: 0, document: 3, what: 0 },
            Remove { relay: 0 },
            Forge { relay: 0, document: 4, how: 3 },
            Damage { device: 0, number: 65304 },
            Edit { device: 0, document: 4, what: 0 },
            Damage { device: 0, number: 32521 },
        ],
    },
    // A relay's clock was ahead while a device used up its day, and nothing it offered was taken again.
    Regression {
        seed: 22,
        shape: Shape { devices: 2, relays: 2, hostile: false, liar: false, page_bytes: 512 },
        steps: &[
            Clock { node: Relay(0), hours: 20732 },
            Narrow { relay: 0, narrow: true },
            Connect { device: 0, relay: 0 },
            Edit { device: 0, document: 3, what: 5 },
            Edit { device: 0, document: 1, what: 5 },
            Edit { device: 0, document: 0, what: 5 },
            Edit { device: 0, document: 2, what: 7 },
            Connect { device: 0, relay: 1 },
            Edit { device: 0, document: 4, what: 7 },
            Exchange { device: 0, relay: 1, frames: 8 },
            Edit { device: 0, document: 2, what: 4 },
            Exchange { device: 0, relay: 0, frames: 7 },
            Clock { node: Relay(0), hours: 9303 },
            Edit { device: 0, document: 3, what: 0 },
        ],
    },
    // Damage took the record of an edit that an earlier damage had left, and the statement with it. Meanwhile the device wrote
    // under another actor, so it did not know the edit in its own document for its own, and sealed it for nobody.
    Regression {
        seed: 1160,
        shape: Shape { devices: 5, relays: 1, hostile: false, liar: false, page_bytes: 32768 },
        steps: &[
            Edit { device: 0, document: 1, what: 2 },
            Edit { device: 4, document: 0, what: 6 },
            Edit { device: 4, document: 4, what: 3 },
            Connect { device: 0, relay: 0 },
            Exchange { device: 0, relay: 0, frames: 6 },
            Edit { device: 0, document: 0, what: 3 },
            Edit { device: 0, document: 2, what: 3 },
            Connect { device: 3, relay: 0 },
            Edit { device: 0, document: 0, what: 3 },
            Edit { device: 1, document: 2, what: 3 },
            Edit { device: 1, document: 3, what: 6 },
            Edit { device: 2, document: 3, what: 7 },
            Edit { device: 4, document: 4, what: 0 },
            Edit { device: 0, document: 1, what: 4 },
            Exchange { device: 3, relay: 0, frames: 6 },
            Serve { relay: 0 },
            Edit { device: 3, document: 0, what: 4 },
            Exchange { device: 3, relay: 0, frames: 2 },
            Edit { device: 3, document: 2, what: 4 },
            Edit { device: 3, document: 1, what: 0 },
            Edit { device: 3, document: 4, what: 4 },
            Edit { device: 3, document: 3, what: 3 },
            Damage { device: 3, number: 12923 },
            Edit { device: 3, document: 2, what: 6 },
            Edit { device: 3, document: 0, what: 7 },
            Damage { device: 3, number: 10536 },
        ],
    },
    // Damage took a part of a flood's record and the row that says whose it is, and left the document. The other part came back
    // first and was within the budget of a device that had written nothing; nothing was weighed again when the first came back.
    Regression {
        seed: 3252,
        shape: Shape { devices: 3, relays: 2, hostile: true, liar: false, page_bytes: 4096 },
        steps: &[
            Flood { relay: 0, document: 3 },
            Flood { relay: 1, document: 3 },
            Connect { device: 0, relay: 1 },
            Exchange { device: 0, relay: 1, frames: 12 },
            Edit { device: 0, document: 3, what: 0 },
            Edit { device: 0, document: 4, what: 7 },
            Offer { device: 0 },
            Damage { device: 0, number: 16071 },
        ],
    },
];

#[test]
fn no_history_that_failed_once_fails_again() {
    let failures: Vec<_> = REGRESSIONS
        .iter()
        .enumerate()
        .filter_map(|(number, Regression { seed, shape, steps })| {
            Some((number, run(*seed, *shape, steps, None, false).failure?))
        })
        .collect();
    assert_eq!(failures, [], "by their number, from 0");
}
