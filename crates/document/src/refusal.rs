//! Why a foreign change does not count.

use crate::value::{ActorId, ChangeHash};

/// Why a record's changes do not count.
///
/// All are final but `MissingDependency`, which says what to wait for, and `BeyondLimit`, which depends on what else is here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the change is not one that this program could have written")]
    Malformed,
    #[error("the change is compressed")]
    Compressed,
    #[error("{operations} operations, {limit} are allowed")]
    TooManyOperations { operations: u64, limit: u64 },
    /// With it the document would hold more than the caller allowed.
    #[error("{operations} operations in the document, {limit} were allowed")]
    BeyondLimit { operations: u64, limit: u64 },
    #[error("the change was not made by the device that signed it")]
    ForeignActor { actor: ActorId },
    /// `expected` is none when the counter is beyond what any change may reach.
    #[error("the change counts its operations from {start_op}")]
    CounterJump { start_op: u64, expected: Option<u64> },
    /// The signer said two different things under one number.
    #[error("two different changes with number {seq} from one device")]
    DuplicateSequence { seq: u64, known: ChangeHash, refused: ChangeHash },
    /// The change does not follow the signer's own previous one.
    #[error("change number {seq} stands where the device's number {expected} belongs")]
    SequenceGap { seq: u64, expected: u64 },
    /// Not refused: it can be applied once these are here.
    #[error("{} changes are missing", .0.len())]
    MissingDependency(Vec<ChangeHash>),
    #[error("the merging engine failed on the change")]
    Panicked,
    /// It refers to what its author had not seen or what is not of that kind, or is another writing of the same change. The
    /// document could not be saved and read again.
    #[error("the change does not fit the document")]
    Inconsistent,
}
