//! Who had seen what: the order of changes, which no clock decides.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ChangeHash, Document};

/// The changes that each change follows, read when first asked for.
pub(crate) struct Ancestry<'a> {
    document: &'a Document,
    follows: OnceCell<BTreeMap<ChangeHash, Vec<ChangeHash>>>,
    /// All that a change's author had seen, for those that were asked about.
    seen: RefCell<BTreeMap<ChangeHash, BTreeSet<ChangeHash>>>,
}

impl<'a> Ancestry<'a> {
    pub(crate) fn of(document: &'a Document) -> Ancestry<'a> {
        Ancestry { document, follows: OnceCell::new(), seen: RefCell::default() }
    }

    /// True when whoever made `later` had `earlier` before them.
    pub(crate) fn saw(&self, later: ChangeHash, earlier: ChangeHash) -> bool {
        self.seen.borrow_mut().entry(later).or_insert_with(|| self.walk(later)).contains(&earlier)
    }

    /// True when some change was made without seeing this one, and this one without seeing it.
    pub(crate) fn has_apart_from(&self, change: ChangeHash) -> bool {
        let all: Vec<ChangeHash> = self.follows().keys().copied().collect();
        all.into_iter().any(|other| other != change && !self.saw(change, other) && !self.saw(other, change))
    }

    fn follows(&self) -> &BTreeMap<ChangeHash, Vec<ChangeHash>> {
        self.follows
            .get_or_init(|| self.document.changes().into_iter().map(|change| (change.hash, change.deps)).collect())
    }

    fn walk(&self, from: ChangeHash) -> BTreeSet<ChangeHash> {
        let mut seen = BTreeSet::new();
        let mut ahead = vec![from];
        while let Some(change) = ahead.pop() {
            for earlier in self.follows().get(&change).into_iter().flatten() {
                if seen.insert(*earlier) {
                    ahead.push(*earlier);
                }
            }
        }
        seen
    }
}
