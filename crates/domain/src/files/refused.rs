//! What of a file is not taken, and why: a row of it, or all of it.

use crate::rejection::Rejection;
use crate::words;

/// Bytes of a file. A register of 100,000 people is about half of it, and all of it is in memory at once.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// Rows of a table, or people, organisations and memberships of a register.
pub const MAX_FILE_ROWS: usize = 100_000;

/// Where in a file something stands, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A line of a table.
    Line(u64),
    /// A place in one of the lists of a register, whose name it has: `persons`.
    Item(&'static str, u64),
}

/// A row that cannot be taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    pub spot: Spot,
    /// What it is about, as far as that can be told.
    pub name: String,
    pub reason: RefusedReason,
    /// The row as it stood in the table, for the report.
    pub cells: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedReason {
    #[error("it has {found} cells and the first line has {expected}")]
    Cells { found: usize, expected: usize },
    #[error("it is longer than {}", size(*limit))]
    TooLong { limit: usize },
    #[error("a quotation mark in it is not closed")]
    Unclosed,
    #[error("it has no name")]
    NoName,
    #[error("{0}")]
    Rejected(#[from] Rejection),
    #[error("{spot} has the same id")]
    SameIdAs { spot: Spot },
    #[error("{spot} has the same name, and neither has an id")]
    SameNameAs { spot: Spot },
    #[error("it has no {field}")]
    Missing { field: &'static str },
    #[error("its {field} is not in the form that Popolo describes")]
    NotInForm { field: &'static str },
    #[error("it is not in the form that Popolo describes")]
    NotAnObject,
    #[error("it is not a line of an allymap export")]
    NotALine,
    #[error("it is on this map already, and says something else there")]
    OnTheMap,
    #[error("taken, but this reads differently now: {}", .parts.join(", "))]
    ReadsDifferently { parts: Vec<String> },
    #[error("it names a person who is not in the file")]
    NoSuchPerson,
    #[error("it names an organisation that is not in the file")]
    NoSuchOrganisation,
    /// Not refused: the row is taken.
    #[error("taken, but \"{typed}\" does not fit as {label} and stands in the notes as it was typed")]
    InNotes { label: &'static str, typed: String },
}

/// Why a whole file was not read. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has {} MB; up to {} MB can be read, so bring it in in parts", bytes.div_ceil(1 << 20), limit >> 20)]
    TooLarge { bytes: usize, limit: usize },
    #[error("line {line} has {columns} columns; {limit} can be read")]
    TooManyColumns { line: u64, columns: usize, limit: usize },
    #[error("the file has more than {limit} rows")]
    TooManyRows { limit: usize },
    #[error("line {line} is longer than {} KB; this is hardly a table", limit >> 10)]
    LineTooLong { line: u64, limit: usize },
    #[error("line {line} names the columns, and a quotation mark in it is not closed")]
    UnclosedHeader { line: u64 },
    #[error("{0}")]
    NotText(NotText),
    #[error("no column of the file holds names (the first line reads: {found})")]
    NoNameColumn { found: String },
    #[error("it holds lists in lists, more than {limit} deep, as no register does")]
    TooDeep { limit: usize },
    #[error("this is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "this is JSON, but not a register in the Popolo form (it needs lists called persons, organizations or memberships)"
    )]
    NotPopolo,
}

/// What a file is that holds no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    #[error("this is a spreadsheet or another packed file; save it as CSV first")]
    Packed,
    #[error("this is an old spreadsheet or document; save it as CSV first")]
    OldOffice,
    #[error("this is a PDF, which holds no table that could be read")]
    Pdf,
    #[error("this is not a text file")]
    Unknown,
}

impl Refused {
    pub fn new(spot: Spot, name: &str, reason: RefusedReason, cells: Vec<String>) -> Refused {
        Refused { spot, name: words::shown_line(name).chars().take(80).collect(), reason, cells }
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1 << 20 { format!("{} KB", bytes >> 10) } else { format!("{} MB", bytes >> 20) }
}

/// `line 12`, or `number 3 of persons`
impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Spot::Line(line) => write!(f, "line {line}"),
            Spot::Item(list, number) => write!(f, "number {number} of {list}"),
        }
    }
}

/// Says where, never what.
impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refused").field("spot", &self.spot).finish_non_exhaustive()
    }
}
