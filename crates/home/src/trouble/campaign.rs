//! Which campaign was meant, and what one does not take.

use allymap_domain::date::Date;
use allymap_domain::map::campaign::Campaign as OfMap;

#[derive(Debug)]
pub enum Campaign {
    /// Nothing was said, and none is open.
    NoneOpen,
    /// Nothing was said, and several are open.
    SeveralOpen {
        open: Vec<OfMap>,
    },
    Several {
        fitting: Vec<OfMap>,
    },
    /// Nothing fits; one is much like what was said, perhaps.
    NotCalled {
        said: String,
        near: Option<String>,
        open: Vec<OfMap>,
    },
    /// It is on this map already.
    Alike {
        sentence: String,
        closed: bool,
    },
    Closed {
        sentence: String,
        on: Date,
    },
    /// Which of its arguments was meant.
    WhichArgument {
        campaign: Box<OfMap>,
    },
}
