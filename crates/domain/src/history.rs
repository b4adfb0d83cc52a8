//! Who changed what: one change of an entry or of the map, field by field, in words.

use std::collections::BTreeMap;

use allymap_document::{ChangeInfo, Document, Value};

use crate::author::Author;
use crate::entry::Entry;
use crate::entry::link::{Link, Target};
use crate::entry::log::LogLine;
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::kind::field::Field;
use crate::map::{MAP_FIELDS, Map};
use crate::words::{folded, nearest};

/// What was done to one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its key at the root of the document.
    pub key: String,
    pub what: String,
    /// Empty where there was nothing, or where nothing is left.
    pub before: String,
    pub after: String,
}

impl Line {
    /// The entry, or the map, was made.
    pub fn adds(&self) -> bool {
        self.key == "kind"
    }
}

/// There is no such field, and which one may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoField {
    pub nearest: Option<String>,
}

/// What one change did, field by field.
pub fn lines(document: &Document, change: &ChangeInfo, id: EntryId) -> Vec<Line> {
    let (Some(before), Some(after)) = (document.at(&change.deps), document.at(&[change.hash])) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for key in &change.keys {
        let what = label(&after, key);
        let read = |document: &Document| match key.split_once('/').map_or("", |(prefix, _)| prefix) {
            "t" => document.text(key).unwrap_or_default(),
            "a" | "l" | "x" => String::new(),
            _ => document.value(key).map(|value| said(document, key, &value)).unwrap_or_default(),
        };
        let (before, after) = match key.as_bytes().first() {
            Some(b'a' | b'l' | b'x') => (String::new(), row_words(&after, id, key)),
            _ => (read(&before), read(&after)),
        };
        if before != after {
            lines.push(Line { key: key.clone(), what, before, after });
        }
    }
    lines
}

/// Which field is meant, as its folded label.
pub fn field_named(document: &Document, typed: &str) -> Result<String, NoField> {
    let wanted = folded(typed);
    let fields = fields_of(document);
    if let Some(field) = fields.iter().find(|field| folded(field.name) == wanted) {
        return Ok(folded(field.label));
    }
    let labels = document.changes().into_iter().flat_map(|change| change.keys);
    let mut labels: Vec<String> = labels.map(|key| label(document, &key)).collect();
    labels.extend(fields.iter().map(|field| field.label.to_owned()));
    if labels.iter().any(|label| folded(label) == wanted) {
        return Ok(wanted);
    }
    let names = fields.iter().map(|field| field.name.to_owned()).chain(labels);
    Err(NoField { nearest: nearest(&wanted, names) })
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::NewEntry;
    use crate::tests::desk::{Desk, ENTRY};

    #[test]
    fn a_change_is_told_field_by_field_with_what_was_there_before() {
        let [mut ana, ..] = Desk::three_choirs();
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 0001")).unwrap();
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 0002")).unwrap();
        let changes = ana.document.changes();
        let told: Vec<Vec<Line>> = changes.iter().map(|change| lines(&ana.document, change, ENTRY)).collect();
        assert!(told[0].iter().any(Line::adds), "{told:?}");
        let line = |before: &str, after: &str| Line {
            key: "f/phone".into(),
            what: "Phone".into(),
            before: before.into(),
            after: after.into(),
        };
        assert_eq!(told[1], [line("", "02 5550 0001")]);
        assert_eq!(told[2], [line("02 5550 0001", "02 5550 0002")]);
    }

    #[test]
    fn a_field_is_meant_by_its_name_or_its_label_and_a_slip_is_told_the_nearest() {
        let new = NewEntry::new(Kind::named("organisation").unwrap(), "Wharf Choir");
        let [ana, ..] = Desk::three(&new);
        assert_eq!(field_named(&ana.document, "Held by"), Ok("held by".to_owned()));
        assert_eq!(field_named(&ana.document, "held-by"), Ok("held by".to_owned()));
        let Err(NoField { nearest }) = field_named(&ana.document, "fone") else {
            panic!("a slip was taken for a field")
        };
        assert_eq!(nearest.as_deref(), Some("Phone"));
        assert_eq!(field_named(&ana.document, "zzzzzz"), Err(NoField { nearest: None }));
    }
}
