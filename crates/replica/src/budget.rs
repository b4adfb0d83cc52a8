//! How much one device may write into one document.
//!
//! Every device has a budget of operations for each document, all its actors together. What a device wrote beyond it does not
//! count, and which part that is follows from the set of records that are here, never from their order. So a flood takes
//! nothing from anybody but its author, a document is bounded by members times budget, and no two devices differ for ever.
//!
//! A device refuses its own edits long before. Half of the budget is for long writing, since a restored backup may have
//! forgotten the other half; a quarter more is for small edits, so that a note that is full keeps nobody from rating a risk.

use allymap_document::MAX_OPERATIONS_PER_DEVICE;

/// An edit that makes at most so many operations is a small one: rows, answers, a line added to a note.
pub(crate) const SMALL_EDIT: u64 = 100;

/// Operations per device and document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(pub u64);

impl Budget {
    pub(crate) const DEFAULT: Budget = Budget(MAX_OPERATIONS_PER_DEVICE);

    pub(crate) fn long_writing(self) -> u64 {
        self.0 / 2
    }

    pub(crate) fn small_edits(self) -> u64 {
        self.0 / 4 * 3
    }

    /// Beyond this, a document is slow to open, and nobody adds long writing to it.
    pub(crate) fn document(self) -> u64 {
        self.0 * 2
    }
}
