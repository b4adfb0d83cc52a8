//! Demographics: figures about the community, each with its source and date. A newer one stands beside the older.

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::Map;
use crate::map::item::{Alike, Item, Listed};
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

/// The same count on the same day is a correction; on another day it stands beside the older one.
impl Alike for Figure {
    fn list(map: &Map) -> &[Item<RowId, Figure>] {
        &map.figures
    }

    fn is_like(&self, other: &Figure) -> bool {
        words::folded(&self.what) == words::folded(&other.what) && self.origin.on == other.origin.on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::When;

    #[test]
    fn a_count_of_another_day_stands_beside_the_older_one() {
        let of = |what: &str, year: &str| {
            let on = Some(When { typed: year.into(), date: None });
            Figure { what: what.into(), value: "9,040".into(), origin: Origin { on, ..Origin::default() } }
        };
        assert!(of("People", "2021").is_like(&of("people", "2021")));
        assert!(!of("People", "2021").is_like(&of("People", "2016")));
        assert!(!of("People", "2021").is_like(&of("People under 25", "2021")));
    }
}
