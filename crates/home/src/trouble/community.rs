//! What the map lists of its community, and what was meant by it.

use allymap_domain::ids::RowId;
use allymap_domain::map::question::Question;

use super::Trouble;

#[derive(Clone, Debug)]
pub enum Community {
    /// What the map says of its community has not arrived here yet.
    NotHere,
    /// Nothing of this sort is called so.
    NoSuch {
        sort: Sort,
        said: String,
    },
    /// Several are, each with the letters that tell it from all others.
    Several {
        said: String,
        fitting: Vec<(String, RowId)>,
    },
    NoQuestion {
        said: String,
    },
    NoPart {
        of: &'static Question,
        said: String,
    },
    /// A date of this name is on the map already.
    DateIsThere {
        name: String,
    },
    /// The same of a place.
    PlaceIsThere {
        name: String,
    },
    /// The entry that was meant is of another kind.
    NoPlace {
        name: String,
    },
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Date,
    /// A figure, an issue, a question or a section.
    Item,
}

impl From<Community> for Trouble {
    fn from(trouble: Community) -> Trouble {
        Trouble::Community(trouble)
    }
}
