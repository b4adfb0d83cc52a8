//! Other people's tables: CSV with headings of any kind, and Popolo JSON. Every row ends as an entry or in the report with its reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::checked;
use crate::kind::{Kind, Merges};
use crate::row::{Row, fold};

mod csv;
mod popolo;

pub use csv::read_csv;
pub use popolo::read_popolo;

/// What a file says, before it is compared with the map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// The file's name: the source of every fact in it.
    pub file: String,
    pub entries: Vec<Incoming>,
    pub refused: Vec<Unusable>,
    /// What a person should know about how the file was read.
    pub remarks: Vec<String>,
    /// Rows (CSV) or persons and organisations (Popolo) in the file.
    pub rows: usize,
    /// Memberships, where the format has them; each ended up in an entry or is refused.
    pub memberships: usize,
}

/// An entry as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub kind: Kind,
    pub source_id: Option<String>,
    /// Fields by name, apart from the source id.
    pub fields: Vec<(String, String)>,
    /// Its line, where the format has lines.
    pub line: Option<u64>,
}

/// A row that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    pub line: Option<u64>,
    pub what: String,
    pub reason: String,
}

/// Why a whole file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is empty")]
    Empty,
    #[error("it is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("line {line} is no text: it holds a NUL byte. Is this a spreadsheet file? Save it as CSV first")]
    Binary { line: u64 },
    #[error("line {line} is longer than {limit} bytes")]
    LongLine { line: u64, limit: usize },
    #[error("the first line has {columns} columns; {limit} fit")]
    TooManyColumns { columns: usize, limit: usize },
    #[error("no heading of the first line is known as a name; there are: {headings}")]
    NoName { headings: String },
    #[error("this is not Popolo JSON: {0}")]
    Json(#[source] serde_json::Error),
    #[error("this JSON has neither persons nor organizations")]
    NotPopolo,
}

/// A file.
pub const FILE_BYTES: usize = 200 << 20;

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub new: Vec<Incoming>,
    /// There already, and nothing in the file is different.
    pub same: usize,
    /// There already; these fields are new to it.
    pub changed: Vec<Change>,
    /// Perhaps there already under another name; not touched.
    pub unclear: Vec<(Incoming, Row)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub row: Row,
    pub fields: Vec<(String, String)>,
}

/// Compares a register with the map. `current` gives the present value of an entry's field, for the few that are there already.
pub fn plan(register: &Register, rows: &[Row], mut current: impl FnMut(&Row, &str) -> Option<String>) -> Plan {
    let mut by_source: BTreeMap<&str, &Row> = BTreeMap::new();
    let mut by_name: BTreeMap<(Kind, String), &Row> = BTreeMap::new();
    for row in rows {
        by_source.extend(row.source_ids.iter().map(|id| (id.as_str(), row)));
        by_name.insert((row.kind(), fold(&row.name)), row);
    }
    let mut plan = Plan::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for incoming in &register.entries {
        if let Some(id) = &incoming.source_id
            && !taken.insert(id.clone())
        {
            plan.same += 1;
            continue;
        }
        let known = incoming.source_id.as_deref().and_then(|id| by_source.get(id).copied());
        let name = incoming.field("name").unwrap_or_default();
        match known {
            Some(row) => {
                let fields: Vec<(String, String)> = incoming
                    .fields
                    .iter()
                    .filter(|(field, value)| {
                        // What people wrote stays: a file fills what is empty.
                        field != "source" && !value.is_empty() && current(row, field).is_none()
                    })
                    .cloned()
                    .collect();
                if fields.is_empty() { plan.same += 1 } else { plan.changed.push(Change { row: row.clone(), fields }) }
            }
            None => match by_name.get(&(incoming.kind, fold(name))) {
                // Two registers may each have somebody of this name: different ids, different people.
                Some(row) if incoming.source_id.is_none() || row.source_ids.is_empty() => {
                    plan.unclear.push((incoming.clone(), (*row).clone()));
                }
                _ => plan.new.push(incoming.clone()),
            },
        }
    }
    plan
}

impl Incoming {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Checked against the kind's table.
    fn checked(mut self) -> Result<Incoming, String> {
        for (name, value) in &mut self.fields {
            let field = self.kind.field(name).ok_or_else(|| format!("{} has no field {name}", self.kind))?;
            *value = checked(field, value).map_err(|rejection| rejection.to_string())?;
        }
        self.fields.retain(|(name, value)| {
            !value.is_empty() && self.kind.field(name).is_some_and(|field| field.merges != Merges::Set)
        });
        if self.field("name").is_none() {
            return Err("it has no name".into());
        }
        Ok(self)
    }
}

/// Short enough for a report.
fn excerpt(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(80).collect()
}
