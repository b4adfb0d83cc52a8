//! What a change or a document may hold, and why.

/// Operations (and, counted apart, predecessors) that one record may bring.
///
/// A run-length column of a hundred bytes can stand for millions of them; a sitting of honest work has a few thousand.
pub const MAX_OPERATIONS_PER_RECORD: u64 = 20_000;

/// Operations of one device that count in one document, whatever actors it wrote under.
///
/// A limit on the document itself would be used up by whoever comes first, and two devices would fill it with different things.
pub const MAX_OPERATIONS_PER_DEVICE: u64 = 100_000;

/// The greatest operation counter. Automerge keeps counters in 32 bits; half of them stay out of reach for ever.
pub const MAX_COUNTER: u64 = 1 << 31;

/// Bytes of one change of our own, uncompressed: sealed and padded, it must still fit into one record of 256 KiB.
pub const MAX_CHANGE_BYTES: usize = 192 << 10;

/// Heads that one change may name. Every author adds at most one head, and a map has no thousand authors at work at once.
pub const MAX_DEPENDENCIES: u64 = 1_024;

/// Other actors whose operations one change may name, for the same reason.
pub const MAX_OTHER_ACTORS: u64 = 1_024;

/// Bytes of a change's message. Ours are 32: an act id in hex.
pub const MAX_MESSAGE_BYTES: u64 = 64;

/// Bytes of a key. A repeated key costs a byte in a run-length column but is copied for every operation when it is read.
pub const MAX_KEY_BYTES: usize = 128;

/// Bytes of an expanded save. A document at its limit of operations is far below.
pub const MAX_SAVE_BYTES: usize = 64 << 20;

/// Oddities listed; beyond that the list says no more than that there are many.
pub const MAX_ODDITIES: usize = 1_000;

/// Changes given to Automerge in one call: it keeps memory for all of them at once (500 changes took 640 MB, measured).
pub(crate) const CHANGES_PER_CALL: usize = 100;
