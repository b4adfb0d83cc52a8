//! Registers and spreadsheets from outside: read into rows, compared with the map, and only then applied by the caller.
//!
//! Nothing here trusts the file: its size, rows, columns, cells and depth are bounded, and what cannot be taken is reported
//! with its line and its reason while the rest goes on.

mod plan;
mod popolo;
mod table;

use std::collections::BTreeMap;

use crate::affiliation::{Affiliation, Tie};
use crate::date::Date;
use crate::entry::NewEntry;
use crate::ids::EntryId;
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::words;

pub use plan::{Change, Changed, Plan, Planned, Preview, Unclear, plan};
pub use popolo::read_popolo;
pub use table::read_csv;

/// Bytes of a file. A register of 100,000 people is about half of it, and all of it is in memory at once.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// Rows of a table, or people, organisations and memberships of a register.
pub const MAX_FILE_ROWS: usize = 100_000;
/// Columns of a table.
pub const MAX_COLUMNS: usize = 500;
/// Bytes of one row of a table. A quotation mark that is never closed makes everything after it one cell.
pub const MAX_LINE_BYTES: usize = 256 << 10;

/// A file, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Register {
    /// The file's name, without folders.
    pub file: String,
    /// How it was understood: `comma, UTF-8`, or `Popolo JSON`.
    pub form: String,
    pub rows: Vec<RegisterRow>,
    pub refused: Vec<Refused>,
    /// What was made of each column of a table.
    pub columns: Vec<Column>,
    /// Sentences about what a person should know before going on.
    pub warnings: Vec<String>,
    /// Seats and roles that are in `rows`, parties not counted.
    pub memberships: usize,
    /// Rows without a single word.
    pub blank: usize,
    /// The first line of a table, for the report.
    header: Vec<String>,
}

/// One entry that the file speaks of.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterRow {
    /// Its line in a table, or its place in a list, from 1.
    pub line: u64,
    pub entry: NewEntry,
    /// The entry it was exported from.
    pub allymap_id: Option<EntryId>,
    /// The row as it stood in the table, for the report.
    cells: Vec<String>,
}

/// A column of a table and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub header: String,
    /// None when it is not used.
    pub means: Option<&'static str>,
}

/// A row that cannot be taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    pub line: u64,
    /// What it is about, as far as that can be told.
    pub name: String,
    pub reason: RefusedReason,
    cells: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedReason {
    #[error("it has {found} cells and the first line has {expected}")]
    Cells { found: usize, expected: usize },
    #[error("it is longer than {MAX_LINE_BYTES} bytes; a quotation mark may not be closed")]
    TooLong,
    #[error("it has no name")]
    NoName,
    #[error("{0}")]
    Rejected(#[from] Rejection),
    #[error("line {line} has the same id")]
    SameIdAs { line: u64 },
    #[error("line {line} has the same name, and neither has an id")]
    SameNameAs { line: u64 },
    #[error("it is not in the form that Popolo describes")]
    NotInForm,
    #[error("it names a person who is not in the file")]
    NoSuchPerson,
    #[error("it names an organisation that is not in the file")]
    NoSuchOrganisation,
}

/// Why a whole file was not read. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has {bytes} bytes; {limit} can be read")]
    TooLarge { bytes: usize, limit: usize },
    #[error("line {line} has {columns} columns; {limit} can be read")]
    TooManyColumns { line: u64, columns: usize, limit: usize },
    #[error("the file has more than {limit} rows")]
    TooManyRows { limit: usize },
    #[error("line {line} is longer than {limit} bytes")]
    LineTooLong { line: u64, limit: usize },
    #[error("no column of the file holds names (the first line reads: {found})")]
    NoNameColumn { found: String },
    #[error("line {line}: this is not a table")]
    NotATable { line: u64 },
    #[error("this is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "this is JSON, but not a register in the Popolo form (it needs lists called persons, organizations or memberships)"
    )]
    NotPopolo,
}

/// Read a file by what is in it: a register in the Popolo form, or else a table, whose rows are of `kind` where no column
/// says what they are.
pub fn read_register(bytes: &[u8], file_name: &str, kind: Option<&'static Kind>) -> Result<Register, ImportError> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => read_popolo(bytes, file_name),
        _ => read_csv(bytes, file_name, kind),
    }
}

impl Register {
    fn new(file_name: &str) -> Register {
        let file = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        Register {
            file: words::shown_line(file).chars().take(100).collect(),
            form: String::new(),
            rows: Vec::new(),
            refused: Vec::new(),
            columns: Vec::new(),
            warnings: Vec::new(),
            memberships: 0,
            blank: 0,
            header: Vec::new(),
        }
    }

    /// An id as it is kept. A bare number would make strangers of two spreadsheets one, so it is given the file's name; the
    /// same register in another format has the same name before the dot.
    fn source_id(&self, id: &str) -> String {
        let id = words::shown_line(id).trim().to_owned();
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { format!("{}#{id}", self.file.split('.').next().unwrap_or_default()) } else { id }
    }

    /// Take a row whose every value fits; else report it.
    fn take(&mut self, row: RegisterRow) {
        match check(&row.entry) {
            Ok(entry) => self.rows.push(RegisterRow { entry, ..row }),
            Err(reason) => self.refuse(row.line, row.entry.name(), reason, row.cells),
        }
    }

    fn refuse(&mut self, line: u64, name: &str, reason: RefusedReason, cells: Vec<String>) {
        let name = words::shown_line(name).chars().take(80).collect();
        self.refused.push(Refused { line, name, reason, cells });
    }

    /// Rows with an id that an earlier row has, or with neither an id nor a name of their own, are reported.
    fn refuse_repeated(&mut self) {
        let mut ids = BTreeMap::new();
        let mut names = BTreeMap::new();
        for row in std::mem::take(&mut self.rows) {
            let id = row.entry.value("source-id").map(str::to_owned).or(row.allymap_id.map(|id| id.to_string()));
            let name = (row.entry.kind.name, words::folded(row.entry.name()));
            let reason = match &id {
                Some(id) => ids.get(id).map(|line| RefusedReason::SameIdAs { line: *line }),
                None => names.get(&name).map(|line| RefusedReason::SameNameAs { line: *line }),
            };
            if let Some(reason) = reason {
                self.refuse(row.line, row.entry.name(), reason, row.cells);
                continue;
            }
            match id {
                Some(id) => ids.insert(id, row.line),
                None => names.insert(name, row.line),
            };
            self.rows.push(row);
        }
    }
}

/// Clean every value. What is readable but does not fit its field goes into the notes, so that no word is lost.
fn check(entry: &NewEntry) -> Result<NewEntry, RefusedReason> {
    let mut checked = NewEntry { kind: entry.kind, fields: Vec::new(), affiliations: Vec::new() };
    let mut asides = Vec::new();
    for (name, typed) in &entry.fields {
        let field = entry.kind.needed_field(name)?;
        match field.clean(typed) {
            Ok(value) if value.is_empty() => {}
            Ok(value) => checked.fields.push((name.clone(), value)),
            Err(Rejection::Empty { .. }) if name == "name" => return Err(RefusedReason::NoName),
            Err(refusal @ (Rejection::Unprintable { .. } | Rejection::TooLong { .. })) => return Err(refusal.into()),
            Err(_) => asides.push(format!("{}: {}", field.label, words::shown_line(typed).trim())),
        }
    }
    if checked.name().is_empty() {
        return Err(RefusedReason::NoName);
    }
    if !asides.is_empty() {
        let notes = entry.kind.needed_field("notes")?;
        checked.fields.push(("notes".to_owned(), notes.clean(&asides.join("\n"))?));
    }
    for affiliation in &entry.affiliations {
        let affiliation = affiliation.clone().clean()?;
        if !checked.affiliations.contains(&affiliation) {
            checked.affiliations.push(affiliation);
        }
    }
    Ok(checked)
}

/// A role without dates of its own ends with the seat that it came with.
fn end_with_seat(affiliations: &mut [Affiliation]) {
    let is_seat = |affiliation: &Affiliation| {
        let role = affiliation.role.as_deref().map(words::folded);
        role.is_none_or(|role| matches!(role.as_str(), "councillor" | "member"))
    };
    let place = |affiliation: &Affiliation| {
        affiliation.organisation_id.clone().unwrap_or_else(|| words::folded(&affiliation.organisation))
    };
    // The end of the last seat in each place, or none while one goes on.
    let mut ends: BTreeMap<String, Option<Date>> = BTreeMap::new();
    for seat in affiliations.iter().filter(|affiliation| affiliation.tie == Tie::Member && is_seat(affiliation)) {
        let end = ends.entry(place(seat)).or_insert(seat.until);
        *end = end.zip(seat.until).map(|(one, other)| one.max(other));
    }
    for role in affiliations.iter_mut().filter(|affiliation| affiliation.tie == Tie::Member && !is_seat(affiliation)) {
        let end = ends.get(&place(role)).copied().flatten();
        role.until = role.until.or(end);
    }
}

/// Says how much, never what.
impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register")
            .field("rows", &self.rows.len())
            .field("refused", &self.refused.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RegisterRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisterRow").field("line", &self.line).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refused").field("line", &self.line).finish_non_exhaustive()
    }
}
