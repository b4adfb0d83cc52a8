//! What the two volunteers import: an invented town, or a file, divided by council or organisation.

use std::path::{Path, PathBuf};

use allymap_home::files::export::invented_town;
use allymap_home::files::import::{Register, read_register};

use super::grouped;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::handed_in::read_bounded;

/// A file and its two halves.
pub(super) struct Halves {
    pub(super) name: String,
    pub(super) whole: PathBuf,
    pub(super) first: PathBuf,
    pub(super) second: PathBuf,
    /// Rows of the whole file.
    pub(super) rows: usize,
    /// A few names in it, to look for where they must not be.
    pub(super) names: Vec<String>,
}

pub(super) fn divide(file: Option<&Path>, folder: &Path) -> Result<Halves, Failure> {
    let (whole, name, bytes) = match file {
        None => (folder.join("town.csv"), "an invented town".to_owned(), invented_town()),
        Some(file) => {
            let bytes = read_bounded(file)?;
            let own_name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (folder.join(&own_name), own_name, bytes)
        }
    };
    let register = read_register(&bytes, &name, None)
        .map_err(|error| Failure::new("AM-IMPORT", Exit::Failed, format!("{name} cannot be brought in: {error}.")))?;
    let table = register.table_rows();
    let (first_bytes, second_bytes) =
        if table.is_empty() { divide_popolo(&bytes)? } else { divide_table(&register, table) };
    let extension = whole.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    let (first, second) =
        (folder.join(format!("first-half.{extension}")), folder.join(format!("second-half.{extension}")));
    for (path, bytes) in [(&whole, &bytes), (&first, &first_bytes), (&second, &second_bytes)] {
        std::fs::write(path, bytes).map_err(|error| Failure::io("Writing", path, &error))?;
    }
    let names: Vec<String> = register
        .rows
        .iter()
        .step_by((register.rows.len() / 5).max(1))
        .map(|row| row.entry.name().to_owned())
        .filter(|name| name.len() > 8)
        .take(5)
        .collect();
    let rows = register.rows.len() + register.refused.len();
    Ok(Halves { name, whole, first, second, rows, names })
}

/// As import has read it: its columns, encoding and quotation marks are not this file's to guess again.
fn divide_table(register: &Register, rows: Vec<&[String]>) -> (Vec<u8>, Vec<u8>) {
    let column = register.columns.iter().position(|column| {
        matches!(column.header.to_lowercase().as_str(), "council" | "organisation" | "organization")
    });
    let group = |number: usize, row: &[String]| {
        column.and_then(|column| row.get(column).cloned()).unwrap_or_else(|| number.to_string())
    };
    let (first, second) =
        grouped(rows.into_iter().enumerate().map(|(number, row)| (group(number, row), row)).collect());
    (register.table_of(&first), register.table_of(&second))
}

fn divide_popolo(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    use serde_json::Value;
    let file: Value = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|error| Failure::new("AM-IMPORT", Exit::Failed, format!("The file is not JSON: {error}.")))?;
    let list = |name: &str| file[name].as_array().cloned().unwrap_or_default();
    let memberships = list("memberships");
    let council = |person: &Value| {
        memberships
            .iter()
            .find(|membership| membership["person_id"] == person["id"])
            .and_then(|membership| membership["organization_id"].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let (first, second) = grouped(list("persons").into_iter().map(|person| (council(&person), person)).collect());
    let half = |persons: Vec<Value>, with_the_rest: bool| {
        let ids: std::collections::BTreeSet<&str> = persons.iter().filter_map(|person| person["id"].as_str()).collect();
        let theirs: Vec<&Value> = memberships
            .iter()
            .filter(|membership| membership["person_id"].as_str().is_some_and(|id| ids.contains(id)))
            .collect();
        let councils: std::collections::BTreeSet<&str> =
            theirs.iter().filter_map(|membership| membership["organization_id"].as_str()).collect();
        let elsewhere = |id: &str| !memberships.iter().any(|membership| membership["organization_id"] == id);
        let organizations: Vec<Value> = list("organizations")
            .into_iter()
            .filter(|organization| {
                let id = organization["id"].as_str().unwrap_or_default();
                organization["classification"] == "party" || councils.contains(id) || (with_the_rest && elsewhere(id))
            })
            .collect();
        serde_json::json!({ "persons": persons, "organizations": organizations, "memberships": theirs })
            .to_string()
            .into_bytes()
    };
    Ok((half(first, true), half(second, false)))
}
