//! Registers and spreadsheets from outside: read into rows, compared with the map, and only then applied by the caller.
//!
//! Nothing here trusts the file: its size, rows, columns, cells and depth are bounded, and what cannot be taken is reported
//! with its line and its reason while the rest goes on.

pub mod plan;
pub mod popolo;
pub mod records;
pub mod table;

use std::collections::BTreeMap;

use allymap_domain::date::Date;
use allymap_domain::entry::NewEntry;
use allymap_domain::files::refused::{ImportError, Refused, RefusedReason, Spot};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::kind::affiliation::{Affiliation, Tie};
use allymap_domain::kind::field;
use allymap_domain::rejection::Rejection;
use allymap_domain::words;

/// Columns of a table.
pub const MAX_COLUMNS: usize = 500;
/// Bytes of one row of a table.
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
    pub spot: Spot,
    pub entry: NewEntry,
    /// The entry it was exported from.
    pub allymap_id: Option<EntryId>,
    /// What could not stand where it was meant to, and stands in the notes as it was typed.
    pub remarks: Vec<RefusedReason>,
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

/// Read a file by what is in it: a register in the Popolo form, or else a table, whose rows are of `kind` where no column
/// says what they are.
pub fn read_register(bytes: &[u8], file_name: &str, kind: Option<&'static Kind>) -> Result<Register, ImportError> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => popolo::read_popolo(bytes, file_name),
        _ => table::read_csv(bytes, file_name, kind),
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

    /// The rows of a table as they stand in the file, in its order, with those that were refused. A register in another form
    /// has none.
    pub fn table_rows(&self) -> Vec<&[String]> {
        let taken = self.rows.iter().map(|row| (row.spot, &row.cells));
        let refused = self.refused.iter().map(|row| (row.spot, &row.cells));
        // Councils were made of rows that stand here themselves.
        let rows: BTreeMap<Spot, &Vec<String>> = taken.chain(refused).filter(|(_, cells)| !cells.is_empty()).collect();
        rows.into_values().map(Vec::as_slice).collect()
    }

    /// Some of its rows as a table of the same columns, in UTF-8 and with commas.
    pub fn table_of(&self, rows: &[&[String]]) -> Vec<u8> {
        let lines = std::iter::once(&self.header[..]).chain(rows.iter().copied()).map(<[String]>::to_vec);
        crate::sheet::write(lines.collect(), false)
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
        let mut remarks = row.remarks;
        match check(&row.entry, &mut remarks) {
            Ok(entry) => self.rows.push(RegisterRow { entry, remarks, ..row }),
            Err(reason) => self.refuse(row.spot, row.entry.name(), reason, row.cells),
        }
    }

    fn refuse(&mut self, spot: Spot, name: &str, reason: RefusedReason, cells: Vec<String>) {
        self.refused.push(Refused::new(spot, name, reason, cells));
    }

    /// Rows with an id that an earlier row has, or with neither an id nor a name of their own, are reported.
    fn refuse_repeated(&mut self) {
        let mut ids = BTreeMap::new();
        let mut names = BTreeMap::new();
        for row in std::mem::take(&mut self.rows) {
            let source_id = || row.entry.value(&field::SOURCE_ID).map(str::to_owned);
            let id = row.allymap_id.map(|id| id.to_string()).or_else(source_id);
            let name = (row.entry.kind.name, words::folded(row.entry.name()));
            let reason = match &id {
                Some(id) => ids.get(id).map(|spot| RefusedReason::SameIdAs { spot: *spot }),
                None => names.get(&name).map(|spot| RefusedReason::SameNameAs { spot: *spot }),
            };
            if let Some(reason) = reason {
                self.refuse(row.spot, row.entry.name(), reason, row.cells);
                continue;
            }
            match id {
                Some(id) => ids.insert(id, row.spot),
                None => names.insert(name, row.spot),
            };
            self.rows.push(row);
        }
    }
}

/// Clean every value. What is readable but does not fit its field goes into the notes, so that no word is lost.
fn check(entry: &NewEntry, remarks: &mut Vec<RefusedReason>) -> Result<NewEntry, RefusedReason> {
    let mut checked = NewEntry { kind: entry.kind, fields: Vec::new(), affiliations: Vec::new() };
    for (name, typed) in &entry.fields {
        let field = entry.kind.needed_field(name)?;
        match field.clean(typed) {
            Ok(value) if value.is_empty() => {}
            Ok(value) => checked.fields.push((name.clone(), value)),
            Err(Rejection::Empty { .. }) if name == "name" => return Err(RefusedReason::NoName),
            Err(refusal @ Rejection::Untidy(_)) => return Err(refusal.into()),
            Err(_) => remarks.push(in_notes(field.label, typed)),
        }
    }
    if checked.name().is_empty() {
        return Err(RefusedReason::NoName);
    }
    let belongs = entry.kind.own(&field::AFFILIATION);
    if belongs.is_none() {
        remarks.extend(entry.affiliations.iter().map(|own| in_notes("Belongs to", &own.to_string())));
    }
    let asides: Vec<String> = remarks
        .iter()
        .filter_map(|remark| match remark {
            RefusedReason::InNotes { label, typed } => Some(format!("{label}: {typed}")),
            _ => None,
        })
        .collect();
    if !asides.is_empty() {
        let notes = entry.kind.needed_field("notes")?;
        checked.fields.push(("notes".to_owned(), notes.clean(&asides.join("\n"))?));
    }
    for affiliation in entry.affiliations.iter().filter(|_| belongs.is_some()) {
        let affiliation = affiliation.clone().clean()?;
        if !checked.affiliations.contains(&affiliation) {
            checked.affiliations.push(affiliation);
        }
    }
    Ok(checked)
}

fn in_notes(label: &'static str, typed: &str) -> RefusedReason {
    RefusedReason::InNotes { label, typed: words::shown_line(typed).trim().to_owned() }
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
        f.debug_struct("RegisterRow").field("spot", &self.spot).finish_non_exhaustive()
    }
}
