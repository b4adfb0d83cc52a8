//! Local issues: what people in the community care about, and how much.

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::item::Listed;
use crate::map::origin::{Origin, needed_line, optional_note, shown_note};
use crate::rejection::Rejection;
use crate::words;

/// One issue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Issue {
    #[n(0)]
    pub name: String,
    /// How much people here care: 1 a few, 5 everybody. None when nobody has said.
    #[n(1)]
    pub weight: Option<u8>,
    #[n(2)]
    pub note: Option<String>,
    #[n(3)]
    pub origin: Origin,
}

impl Issue {
    /// The weight in words.
    pub fn weight_words(&self) -> &'static str {
        match self.weight {
            Some(1) => "matters to a few",
            Some(2) => "matters to some",
            Some(3) => "matters to many",
            Some(4) => "matters to most",
            Some(5) => "everybody talks about it",
            _ => "weight not known",
        }
    }
}

impl Listed for Issue {
    type Key = RowId;
    const SET: &'static str = "issues";

    fn clean(self) -> Result<Issue, Rejection> {
        if let Some(typed) = self.weight.filter(|weight| !(1..=5).contains(weight)) {
            return Err(Rejection::NotAWeight { typed });
        }
        Ok(Issue {
            name: needed_line("issue", &self.name, words::NAME_LETTERS)?,
            weight: self.weight,
            note: optional_note("note", self.note)?,
            origin: self.origin.clean()?,
        })
    }

    fn shown(self) -> Option<Issue> {
        Some(Issue {
            name: words::shown_line(&self.name),
            weight: self.weight.filter(|weight| (1..=5).contains(weight)),
            note: shown_note(self.note),
            origin: self.origin.shown(),
        })
    }
}
