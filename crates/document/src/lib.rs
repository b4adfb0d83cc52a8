//! One Automerge document: own edits come out as changes, foreign changes are checked, staged and applied.
//!
//! The only crate that names Automerge. Nothing here opens a file or a socket, reads a clock or draws chance: actor and act
//! ids are arguments. The shape of a document is fixed (see `keys.rs`), because two devices that never met must make the same one.

mod broken;
mod chunk;
mod document;
mod edit;
mod guard;
mod history;
mod keys;
mod limits;
mod past;
mod read;
mod refusal;
mod stage;
#[cfg(test)]
mod tests;
mod value;

#[doc(hidden)]
pub use broken::Broken;
pub use chunk::{ChunkHeader, change_hashes, inspect};
pub use document::{Document, LoadError, OwnChange};
pub use edit::{Edit, EditError, WriteError};
pub use guard::quiet_panics;
pub use history::{Appended, ChangeInfo, Oddity, OddityKind};
pub use limits::{
    MAX_CHANGE_BYTES, MAX_COUNTER, MAX_DEPENDENCIES, MAX_KEY_BYTES, MAX_MESSAGE_BYTES, MAX_ODDITIES,
    MAX_OPERATIONS_PER_DEVICE, MAX_OPERATIONS_PER_RECORD, MAX_OTHER_ACTORS, MAX_SAVE_BYTES,
};
pub use refusal::Refusal;
pub use stage::Staged;
pub use value::{ActId, ActorId, ChangeHash, Value, Written};
