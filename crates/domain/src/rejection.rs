//! Why the map refuses an edit, in words for a person.

use allymap_document::WriteError;

use crate::date::Date;
use crate::date::typed::NoDay;
use crate::ids::RowId;
use crate::words::Untidy;
use crate::words::choice::Choice;

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error(transparent)]
    Untidy(#[from] Untidy),
    #[error(transparent)]
    NoDay(#[from] NoDay),
    #[error("there is no kind of entry called \"{typed}\" (there are {})", kinds.join(", "))]
    NoSuchKind { typed: String, kinds: Vec<&'static str> },
    #[error("{kind} has no field called \"{typed}\"")]
    NoSuchField { kind: &'static str, typed: String },
    #[error("\"{typed}\" is not one of {}", listed(choices))]
    NotOneOf { field: &'static str, typed: String, choices: &'static [Choice] },
    #[error("{field} is yes or no, not \"{typed}\"")]
    NotYesOrNo { field: &'static str, typed: String },
    #[error("\"{typed}\" is not a web address (it begins with http:// or https://)")]
    NotAWebAddress { typed: String },
    #[error("\"{typed}\" is not an e-mail address")]
    NotAnEmail { typed: String },
    #[error("\"{typed}\" is not a phone number")]
    NotAPhone { typed: String },
    #[error("{field} takes several values; add or remove one")]
    OneAtATime { field: &'static str },
    #[error("{field} takes one value; set it")]
    OnlyOne { field: &'static str },
    #[error("{field} is a whole number or unknown, not \"{typed}\"")]
    NotACount { field: &'static str, typed: String },
    #[error("what is said about {about} needs its source: who said so, or where it was read")]
    Unsourced { about: &'static str },
    #[error("a size goes from 1 to 5, not {typed}")]
    NotASize { typed: u8 },
    #[error("a weight goes from 1 (matters to a few) to 5 (everybody talks about it), not {typed}")]
    NotAWeight { typed: u8 },
    #[error("{field} is a number from 1 to {limit}, not \"{typed}\"")]
    NotANumber { field: &'static str, typed: String, limit: u32 },
    #[error("a date lasts from 1 to 100 days, not {days}")]
    NotALength { days: u32 },
    #[error("{} is before {}", to.spelled(), from.spelled())]
    EndsFirst { from: Date, to: Date },
    #[error("this begins like GeoJSON and is none: {why}")]
    NotGeoJson { why: &'static str },
    #[error("this was written by a newer version, which alone can change it")]
    NewerItem,
    #[error(
        "a word about {field} is kept only with where it is known from and the day, as in: keeps promises (Bay Post, 4 Feb 2026)"
    )]
    NoSource { field: &'static str },
    #[error("\"{typed}\" is not a kind of log line{}", meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default())]
    NoSuchLogKind { typed: String, meant: Option<&'static str> },
    #[error("settling a risk needs a reason")]
    NoReason,
    #[error("nothing here is called {id}, so it cannot be replaced")]
    NothingToReplace { id: RowId },
    #[error("an entry cannot be linked to itself")]
    LinkToItself,
    #[error("this entry exists already")]
    Exists,
    #[error("there is no entry here yet")]
    NoEntry,
    #[error("this entry is of a kind that only a newer version knows")]
    NewerKind,
    #[error("the entry could not take it: {0}")]
    Document(#[from] WriteError),
}

fn listed(choices: &[Choice]) -> String {
    choices.iter().map(|choice| choice.slug).collect::<Vec<_>>().join(", ")
}
