//! Why something was not done: values, never sentences. A face words them, each in its own place.
//!
//! A family is what a person does next: free the disk, find the keys, say which entry was meant.

mod allies;
mod campaign;
mod community;
mod events;
mod exchange;
mod journal;
mod people;
mod relations;

use std::io;
use std::path::{Path, PathBuf};

use allymap_document::EditError;
use allymap_domain::ids::EntryId;
use allymap_domain::rejection::Rejection;
use allymap_replica::{EditFailure, OpenError, Unreadable};
use allymap_seal::NotALabel;
use allymap_seal::SlotError;

pub use allies::Allies;
pub use campaign::Campaign;
pub use community::{Community, Sort};
pub use events::Events;
pub use exchange::Exchange;
pub use journal::Journal;
pub use people::{People, Turned};
pub use relations::First;

#[derive(Debug)]
pub enum Trouble {
    /// The bytes on this computer's disk.
    Store(Store),
    /// The keys that open them.
    Keys(Keys),
    /// Which map, or which entry, was meant.
    Which(Which),
    /// An entry does not take the change.
    Entry(Entry),
    /// Somebody's card: its name, its risks, its links.
    Allies(Allies),
    /// What comes first, before something is done with somebody.
    First(First),
    /// What the map itself lists: dates, issues, questions, places.
    Community(Community),
    /// What was done, and by whom.
    Journal(Journal),
    /// Why the map refuses.
    Rejected(Rejection),
    /// Which campaign was meant.
    Campaign(Campaign),
    /// A name that nobody could be shown.
    Label(NotALabel),
    /// This person's settings.
    Settings(Settings),
    /// A file beside the maps.
    File(File),
    /// An event, or those whom it concerns.
    Events(Events),
    /// A change was meant for an earlier day.
    Past,
    /// A practice map stays where it is.
    Practice { map: String },
    /// A relay, or the way to it.
    Exchange(Exchange),
    /// Who is on a map, and who may be.
    People(People),
}

/// What a crate below says of an error that nobody tells from others.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// The maps on the disk.
#[derive(Debug)]
pub enum Store {
    /// Somebody else has them open.
    Busy {
        holder: Option<String>,
    },
    Full,
    Newer {
        found: u32,
        known: u32,
    },
    Io(io::Error),
    Other(allymap_store::Error),
    Unreadable,
    /// What says which map this is cannot be read.
    MapDamaged,
    /// It was damaged and has been mended as far as that goes; nothing of this act was kept.
    Repaired,
    /// What says who this computer is was damaged.
    SeedDamaged,
    /// Nothing tells any more which maps were in it.
    NothingLeft {
        copy: PathBuf,
    },
}

/// What opens the maps.
#[derive(Debug)]
pub enum Keys {
    Locked,
    /// Maps are here, and nothing that opens them.
    Gone {
        path: PathBuf,
    },
    WrongPassphrase,
    Damaged(SlotError),
    Unreadable {
        path: PathBuf,
        error: io::Error,
    },
    /// The emergency words of this map are not on this computer.
    NoEmergencyWords,
}

/// What somebody may have meant.
#[derive(Debug)]
pub enum Which {
    /// There is no map on this computer yet.
    NoMap,
    NoMapCalled {
        said: String,
        here: Vec<String>,
    },
    SeveralMaps {
        said: String,
        here: Vec<String>,
    },
    /// Several entries fit.
    Several {
        said: String,
        fitting: Vec<Fitting>,
    },
    /// None does; these are much like it.
    None {
        said: String,
        near: Vec<Fitting>,
    },
    /// The same where an event is meant.
    NoEvent {
        said: String,
        near: Vec<Fitting>,
    },
    NotAnEvent {
        name: String,
    },
}

/// One that may be meant.
#[derive(Clone, Debug)]
pub struct Fitting {
    pub id: EntryId,
    /// The letters that tell it from all others.
    pub short: String,
    pub name: String,
    pub kind: String,
}

/// Why an entry does not take a change.
#[derive(Debug)]
pub enum Entry {
    /// It is not here, or not readable here.
    Unreadable,
    ReadOnly,
    OwnShareIsFull,
    Full,
    /// More than fits into one change.
    TooMuch,
    Other(EditFailure),
}

#[derive(Debug)]
pub enum Settings {
    Unreadable { line: usize, why: String, path: PathBuf },
    NoSuch { typed: String, keys: Vec<&'static str> },
    NotYesNo { key: &'static str, typed: String },
    NotANumber { key: &'static str, unit: &'static str, longest: u32, typed: String },
    NotALabel(NotALabel),
}

/// What was to be done with a file, and did not work.
#[derive(Debug)]
pub struct File {
    pub doing: Doing,
    pub path: PathBuf,
    pub error: io::Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Making,
    MakingTheFolder,
    Opening,
    Locking,
    Reading,
    Writing,
    Removing,
}

impl Trouble {
    pub(crate) fn file(doing: Doing, path: &Path, error: io::Error) -> Trouble {
        Trouble::File(File { doing, path: path.to_owned(), error })
    }

    /// The store was mended: the same may work now.
    pub fn is_repaired(&self) -> bool {
        matches!(self, Trouble::Store(Store::Repaired))
    }
}

impl From<allymap_store::Error> for Trouble {
    fn from(error: allymap_store::Error) -> Trouble {
        use allymap_store::Error;
        Trouble::Store(match error {
            Error::Busy { holder } => Store::Busy { holder },
            Error::Full => Store::Full,
            Error::NewerFormat { found, known } => Store::Newer { found, known },
            Error::Io(error) => Store::Io(error),
            other => Store::Other(other),
        })
    }
}

impl From<Unreadable> for Trouble {
    fn from(_: Unreadable) -> Trouble {
        Trouble::Store(Store::Unreadable)
    }
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Trouble {
        match error {
            OpenError::Unreadable(error) => error.into(),
            // Only maps that this home lists are opened, so one that is not there was lost.
            OpenError::NoMap | OpenError::Damaged => Trouble::Store(Store::MapDamaged),
        }
    }
}

impl From<EditFailure> for Trouble {
    fn from(error: EditFailure) -> Trouble {
        Trouble::Entry(match error {
            EditFailure::Unreadable(error) => return error.into(),
            EditFailure::ReadOnly => Entry::ReadOnly,
            EditFailure::OwnShareIsFull { .. } => Entry::OwnShareIsFull,
            EditFailure::DocumentIsFull { .. } => Entry::Full,
            EditFailure::Document(EditError::TooManyOperations { .. } | EditError::TooLarge { .. }) => Entry::TooMuch,
            other => Entry::Other(other),
        })
    }
}

impl From<Exchange> for Trouble {
    fn from(trouble: Exchange) -> Trouble {
        Trouble::Exchange(trouble)
    }
}

impl From<People> for Trouble {
    fn from(trouble: People) -> Trouble {
        Trouble::People(trouble)
    }
}

impl From<Rejection> for Trouble {
    fn from(rejection: Rejection) -> Trouble {
        Trouble::Rejected(rejection)
    }
}

impl From<NotALabel> for Trouble {
    fn from(error: NotALabel) -> Trouble {
        Trouble::Label(error)
    }
}
