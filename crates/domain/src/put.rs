//! What is to be written: into which document, and as what. A rule answers it; a computer carries it out.

use allymap_document::Edit;

use crate::entry::Entry;
use crate::entry::assertion::Assertion;
use crate::entry::log::LogLine;
use crate::ids::{EntryId, RowId};
use crate::map::Map;
use crate::rejection::Rejection;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    pub at: At,
    pub what: What,
}

/// Into which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Entry(EntryId),
    /// The map's own.
    Map,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Stated, in place of what it replaces.
    Assert(Box<Assertion>),
    /// A line of the log.
    Log(LogLine),
    Set {
        field: &'static str,
        value: String,
    },
    /// One more member of a set.
    Add {
        field: &'static str,
        value: String,
    },
}

impl Put {
    pub fn assert(entry: EntryId, assertion: Assertion) -> Put {
        Put { at: At::Entry(entry), what: What::Assert(Box::new(assertion)) }
    }

    /// It is a row, and needs a name.
    pub fn is_row(&self) -> bool {
        matches!(self.what, What::Assert(_) | What::Log(_))
    }

    /// Writes it into the document that it is meant for. What is no row leaves the name unused.
    pub fn write(&self, edit: &mut Edit<'_>, id: Option<RowId>) -> Result<(), Rejection> {
        match (self.at, &self.what, id) {
            (At::Entry(_), What::Assert(assertion), Some(id)) => Entry::assert(edit, id, assertion),
            (At::Entry(_), What::Log(line), Some(id)) => Entry::log(edit, id, line),
            (At::Entry(_), What::Set { field, value }, _) => Entry::set(edit, field, value),
            (At::Entry(_), What::Add { field, value }, _) => Entry::add(edit, field, value),
            (At::Map, What::Set { field, value }, _) => Map::set(edit, field, value),
            (At::Map, What::Add { field, value }, _) => Map::add(edit, field, value),
            // The map has no statements about itself and no log; and a row without a name is none.
            (_, What::Assert(_) | What::Log(_), _) => Err(Rejection::NoEntry),
        }
    }
}
