//! Who had seen what: the order of changes, which no clock decides.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use allymap_document::{ChangeHash, Document};

/// The changes of a document and what each follows, read when first asked for.
pub(crate) struct Ancestry<'a> {
    document: &'a Document,
    changes: OnceCell<Changes>,
    /// For each change that was asked about, which changes its author had seen: one bit for each.
    seen: RefCell<BTreeMap<usize, Vec<u64>>>,
}

struct Changes {
    numbers: BTreeMap<ChangeHash, usize>,
    /// By number, the numbers of the changes that it follows.
    follows: Vec<Vec<usize>>,
}

/// Changes whose past is looked up. An honest entry has a handful that settle something; one with more was made to be slow,
/// and what is not looked up counts as not seen, so that nothing is released by it.
const LOOKED_UP: usize = 2_000;

impl<'a> Ancestry<'a> {
    pub(crate) fn of(document: &'a Document) -> Ancestry<'a> {
        Ancestry { document, changes: OnceCell::new(), seen: RefCell::default() }
    }

    /// True when whoever made `later` had `earlier` before them.
    pub(crate) fn saw(&self, later: ChangeHash, earlier: ChangeHash) -> bool {
        let changes = self.changes();
        let (Some(later), Some(earlier)) = (changes.numbers.get(&later), changes.numbers.get(&earlier)) else {
            return false;
        };
        let mut seen = self.seen.borrow_mut();
        if !seen.contains_key(later) {
            if seen.len() >= LOOKED_UP {
                return false;
            }
            seen.insert(*later, reachable(*later, &changes.follows));
        }
        seen.get(later).is_some_and(|bits| has(bits, *earlier))
    }

    /// True when some change was made without seeing this one, and this one without seeing it.
    pub(crate) fn has_apart_from(&self, change: ChangeHash) -> bool {
        let changes = self.changes();
        let Some(change) = changes.numbers.get(&change) else { return false };
        let mut followed_by = vec![Vec::new(); changes.follows.len()];
        for (number, follows) in changes.follows.iter().enumerate() {
            for earlier in follows {
                followed_by[*earlier].push(number);
            }
        }
        let (before, after) = (reachable(*change, &changes.follows), reachable(*change, &followed_by));
        (0..changes.follows.len()).any(|other| other != *change && !has(&before, other) && !has(&after, other))
    }

    fn changes(&self) -> &Changes {
        self.changes.get_or_init(|| {
            let all = self.document.changes();
            let numbers: BTreeMap<ChangeHash, usize> =
                all.iter().enumerate().map(|(number, change)| (change.hash, number)).collect();
            let follows = all
                .iter()
                .map(|change| change.deps.iter().filter_map(|earlier| numbers.get(earlier).copied()).collect())
                .collect();
            Changes { numbers, follows }
        })
    }
}

fn reachable(from: usize, edges: &[Vec<usize>]) -> Vec<u64> {
    let mut bits = vec![0u64; edges.len().div_ceil(64)];
    let mut ahead = vec![from];
    while let Some(change) = ahead.pop() {
        for next in &edges[change] {
            if !has(&bits, *next) {
                bits[next / 64] |= 1 << (next % 64);
                ahead.push(*next);
            }
        }
    }
    bits
}

fn has(bits: &[u64], number: usize) -> bool {
    bits[number / 64] & (1 << (number % 64)) != 0
}
