//! How much one device may write into one document.
//!
//! Every device has a budget of operations for each document, all its actors together. What a device wrote beyond it does not
//! count, and which part that is follows from the set of records that are here, never from their order. So a flood takes
//! nothing from anybody but its author, a document is bounded by members times budget, and no two devices differ for ever.
//!
//! A device refuses its own edits long before. Half of the budget is for long writing, since a restored backup may have
//! forgotten the other half; a quarter more is for small edits, so that a note that is full keeps nobody from rating a risk.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, Document, MAX_OPERATIONS_PER_DEVICE};
use allymap_wire::DeviceKey;

use crate::accept::Pending;
use crate::draft::Draft;
use crate::replica::{EditFailure, Replica};
use crate::rows::{Key, Unreadable};

/// An edit that makes at most so many operations is a small one: rows, answers, a line added to a note.
const SMALL_EDIT: u64 = 100;

/// Operations per device and document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(pub u64);

impl Budget {
    pub(crate) const DEFAULT: Budget = Budget(MAX_OPERATIONS_PER_DEVICE);

    fn long_writing(self) -> u64 {
        self.0 / 2
    }

    fn small_edits(self) -> u64 {
        self.0 / 4 * 3
    }

    /// Beyond this, a document is slow to open, and nobody adds long writing to it.
    fn document(self) -> u64 {
        self.0 * 2
    }
}

impl Replica {
    /// Machines under test have a small budget, so that they meet its end.
    #[doc(hidden)]
    pub fn limit_operations(&mut self, per_device: u64) {
        self.budget = Budget(per_device);
    }

    /// Whether an own edit that was made in this document may stand.
    pub(crate) fn check_own_edit(
        &self,
        before: u64,
        document: &Document,
        draft: &Draft<'_>,
    ) -> Result<(), EditFailure> {
        let operations = document.operations();
        let made = operations - before;
        // Who wrote what need not be asked as long as all together wrote less.
        if operations <= self.budget.long_writing() || made == 0 {
            return Ok(());
        }
        let small = made <= SMALL_EDIT;
        let limit = if small { self.budget.small_edits() } else { self.budget.long_writing() };
        let own = self.operations_by_device(document, draft)?.get(&self.device()).copied().unwrap_or(0);
        if own > limit {
            return Err(EditFailure::OwnShareIsFull { operations: own, limit });
        }
        if !small && operations > self.budget.document() {
            return Err(EditFailure::DocumentIsFull { operations, limit: self.budget.document() });
        }
        Ok(())
    }

    /// Which of these records would bring their author's device beyond its budget. The document decides whether they count.
    pub(crate) fn beyond_budget(
        &self,
        document: &Document,
        records: &[Pending],
        draft: &Draft<'_>,
    ) -> Result<Vec<bool>, Unreadable> {
        let mut used = self.operations_by_device(document, draft)?;
        let mut known = BTreeSet::new();
        let mut beyond = Vec::with_capacity(records.len());
        for record in records {
            let fresh = record.changes.iter().filter_map(|change| allymap_document::inspect(change).ok());
            let operations: u64 = fresh
                .filter(|change| !document.has(&change.hash) && known.insert(change.hash))
                .map(|change| change.operations)
                .sum();
            let used = used.entry(record.statement.by).or_default();
            beyond.push(*used + operations > self.budget.0);
            if beyond.last() == Some(&false) {
                *used += operations;
            }
        }
        Ok(beyond)
    }

    fn operations_by_device(
        &self,
        document: &Document,
        draft: &Draft<'_>,
    ) -> Result<BTreeMap<DeviceKey, u64>, Unreadable> {
        let mut devices = BTreeMap::new();
        for (actor, operations) in document.operations_by_actor() {
            if let Some(device) = self.device_of(actor, draft)? {
                *devices.entry(device).or_default() += operations;
            }
        }
        Ok(devices)
    }

    pub(crate) fn device_of(&self, actor: ActorId, draft: &Draft<'_>) -> Result<Option<DeviceKey>, Unreadable> {
        if actor == self.actor() {
            return Ok(Some(self.device()));
        }
        Ok(draft.bytes(Key::Actor(actor.0))?.and_then(|key| DeviceKey::from_slice(&key)))
    }
}
