//! Local issues: what people in the community care about, and how much.

use minicbor::{Decode, Encode};

use crate::ids::RowId;
use crate::map::Map;
use crate::map::item::{Alike, Item, Listed};
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
    /// What is said of it now, over what was said before. Where it is known from is replaced as a whole.
    pub fn with(self, weight: Option<u8>, note: Option<String>, origin: Option<Origin>) -> Issue {
        Issue {
            weight: weight.or(self.weight),
            note: note.or(self.note),
            origin: origin.unwrap_or(self.origin),
            ..self
        }
    }

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

/// An issue has one weight: saying it again changes the rest.
impl Alike for Issue {
    fn list(map: &Map) -> &[Item<RowId, Issue>] {
        &map.issues
    }

    fn is_like(&self, other: &Issue) -> bool {
        words::folded(&self.name) == words::folded(&other.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_an_issue_stays_as_it_was_said() {
        let origin = Origin { source: Some("Harbour Post".into()), ..Origin::default() };
        let known = Issue { name: "Rents".into(), weight: Some(4), note: Some("since spring".into()), origin };
        assert_eq!(known.clone().with(None, None, None), known);
        let told = known.clone().with(Some(5), None, Some(Origin::default()));
        assert_eq!(
            (told.weight, told.note.as_deref(), told.origin),
            (Some(5), Some("since spring"), Origin::default())
        );
        assert!(known.is_like(&Issue { name: "rents".into(), ..known.clone() }));
        assert!(!known.is_like(&Issue { name: "Rent".into(), ..known.clone() }));
    }
}
