//! Why a store refused.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// What can go wrong with a store, as far as a caller can act on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process owns the store, and did not let go in time.
    #[error("another program is using the store")]
    Busy {
        /// The program's words about itself and its process number, as it wrote them into `LOCK`.
        holder: Option<String>,
    },
    /// The disk is full, or the quota used up.
    #[error("the disk is full")]
    Full,
    /// Something is there but cannot be trusted.
    #[error("the store is damaged: {damage}")]
    Damaged { damage: Damage },
    /// The system refused to read or write.
    #[error("the disk refused: {0}")]
    Io(#[source] io::Error),
    /// A newer program wrote this. It was left as it is.
    #[error("the store has format {found}, and this program knows {known}")]
    NewerFormat { found: u32, known: u32 },
    /// An earlier error of the disk ended this handle. Drop it and open the store again.
    #[error("an earlier error of the disk ended this handle")]
    Dead,
    /// Where the store should be lies something else, or a link to elsewhere.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A key or a value is longer than a store takes. Nothing of its batch was written.
    #[error("{bytes} bytes are more than the {limit} that a store takes")]
    TooLarge { bytes: usize, limit: usize },
    /// An export was cut short or altered. Nothing of it was taken in.
    #[error("the export was cut short or altered")]
    Altered,
    /// The stream that an export goes to or comes from failed. The store itself is well.
    #[error("the export could not be moved: {0}")]
    Stream(#[source] io::Error),
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A row's checksum or its pieces.
    #[error("a row does not fit its checksum")]
    Row,
    /// The engine's own order.
    #[error("a part of it cannot be read")]
    Page,
}

impl Error {
    pub(crate) fn from_disk(error: io::Error) -> Error {
        if is_full(&error) { Error::Full } else { Error::Io(error) }
    }
}

pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
