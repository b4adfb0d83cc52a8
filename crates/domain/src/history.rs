//! One change in words: what a key of a document is called, and what was said under it.

use std::collections::BTreeMap;

use allymap_document::{Document, Value};

use crate::author::Author;
use crate::entry::Entry;
use crate::entry::link::{Link, Target};
use crate::entry::log::LogLine;
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::field::Field;
use crate::map::{MAP_FIELDS, Map};

/// The field that a root key belongs to, in words.
pub fn label(document: &Document, key: &str) -> String {
    match key {
        "f/archived" => return "Archived".into(),
        "kind" => return "Added".into(),
        _ => {}
    }
    match (field(document, key), key.split_once('/')) {
        (Some(field), _) => field.label.to_owned(),
        (None, Some(("a", _))) => "Said".into(),
        (None, Some(("l", _))) => "Log".into(),
        (None, Some(("x", _))) => "Link".into(),
        (None, Some((_, name))) => name.split('/').next().unwrap_or_default().to_owned(),
        (None, None) => key.to_owned(),
    }
}

/// A register's value in words.
pub fn said(document: &Document, key: &str, value: &Value) -> String {
    match value {
        Value::Text(text) => field(document, key).map_or_else(|| text.clone(), |field| field.shown(text)),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Bytes(_) => "(noted)".to_owned(),
        Value::Unknown => "(from a newer version)".to_owned(),
    }
}

/// What a row (`a/`, `l/`, `x/`) of an entry says, in words.
pub fn row_words(document: &Document, id: EntryId, key: &str) -> String {
    let Some((prefix, Ok(row))) = key.split_once('/').map(|(prefix, row)| (prefix, row.parse::<RowId>())) else {
        return String::new();
    };
    let entry = entry(document, id);
    let reason = |text: &Option<String>| text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    let words = match prefix {
        "a" => entry.assertions.iter().find(|said| said.id == row).map(|said| {
            let claim = &said.assertion.claim;
            let words = if said.assertion.takes_back { "taken back" } else { claim.words() };
            format!("{}: {words}{}", claim.subject_words(), reason(&said.assertion.reason))
        }),
        "l" => entry.log.iter().find(|logged| logged.id == row).map(|logged| line_words(&logged.line)),
        _ => entry.all_links.iter().find(|linked| linked.id == row).map(|linked| {
            let taken = match (linked.link.takes_back, linked.link.withdrawn) {
                (true, _) => ", taken back",
                (false, true) => ", taken away",
                (false, false) => "",
            };
            format!("{}{taken}", words_of(&linked.link))
        }),
    };
    // A line that was taken back is not read any more.
    words.unwrap_or_else(|| "taken back".to_owned()).trim().to_owned()
}

/// The hour at which its author's clock stood when each row of an entry was written, in hours since 1970, by key.
pub fn recorded_hours(document: &Document, id: EntryId) -> BTreeMap<String, u32> {
    let entry = entry(document, id);
    let assertions = entry.assertions.iter().map(|said| (format!("a/{}", said.id), said.assertion.recorded_hour));
    let log = entry.log.iter().map(|logged| (format!("l/{}", logged.id), logged.line.recorded_hour));
    let links = entry.all_links.iter().map(|linked| (format!("x/{}", linked.id), linked.link.recorded_hour));
    assertions.chain(log).chain(links).collect()
}

/// The fields that a document may hold.
pub fn fields_of(document: &Document) -> &'static [Field] {
    match document.value("kind") {
        Some(Value::Text(kind)) if !Map::is(document) => Kind::named(&kind).map_or(&[], |kind| kind.fields),
        _ => MAP_FIELDS,
    }
}

fn field(document: &Document, key: &str) -> Option<&'static Field> {
    fields_of(document).iter().find(|field| {
        let own = field.key();
        key == own || (own.ends_with('/') && key.starts_with(&own))
    })
}

pub(crate) fn line_words(line: &LogLine) -> String {
    format!("{} {} {}", line.on, line.kind, line.text).trim().to_owned()
}

pub(crate) fn words_of(link: &Link) -> String {
    match link.target {
        Target::Influence { strength, .. } => format!("influence, {}", strength.slug()),
        Target::Same => "the same as another entry".to_owned(),
        Target::BranchOf => "a branch of another entry".to_owned(),
    }
}

/// What is compared is never whose it is.
pub(crate) fn entry(document: &Document, id: EntryId) -> Entry {
    Entry::read(document, id, &|_| Author { name: String::new(), group: String::new(), device: String::new() })
}
