//! Demographics: figures about the community, each with its source and date. A newer one stands beside the older.

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::item::Listed;
use crate::map::origin::{Origin, needed_line};
use crate::rejection::Rejection;
use crate::words;

/// One figure, or one fact in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Figure {
    /// What is counted.
    #[n(0)]
    pub what: String,
    /// As it is written in its source: `18 %`, `about 9,000`.
    #[n(1)]
    pub value: String,
    #[n(2)]
    pub origin: Origin,
}

impl Listed for Figure {
    type Key = RowId;
    const SET: &'static str = "figures";

    fn clean(self) -> Result<Figure, Rejection> {
        Ok(Figure {
            what: needed_line("figure", &self.what, words::NAME_LETTERS)?,
            value: needed_line("value", &self.value, words::LINE_LETTERS)?,
            origin: self.origin.clean()?,
        })
    }

    fn shown(self) -> Option<Figure> {
        Some(Figure {
            what: words::shown_line(&self.what),
            value: words::shown_line(&self.value),
            origin: self.origin.shown(),
        })
    }
}
