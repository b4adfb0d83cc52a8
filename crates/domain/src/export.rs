//! The whole map as sorted JSON Lines, the same bytes on every device that has the same edits; and its digest.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::entry::Entry;
use crate::map::Map;
use crate::said::{Assertion, Author, Link, LogLine, Said, Source};

/// The schema that stands in every line.
pub const SCHEMA: &str = "allymap-map/1";

/// One JSON object a line, sorted; object keys are sorted too.
pub fn json_lines(map: Option<&Map>, entries: &[Entry]) -> String {
    let mut lines: Vec<String> = entries.iter().map(|entry| entry_json(entry).to_string()).collect();
    lines.extend(map.map(|map| map_json(map).to_string()));
    lines.sort();
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// SHA-256 of the export, in hexadecimal: two devices with the same digest show the same map.
pub fn digest(export: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(export.as_bytes()))
}

/// One entry, everything of it that is shown.
pub fn entry_json(entry: &Entry) -> Value {
    let fields: serde_json::Map<String, Value> = entry
        .fields
        .iter()
        .map(|(name, values)| {
            let mut values: Vec<Value> =
                values.iter().map(|(value, by)| json!({ "value": value, "by": author(by) })).collect();
            // The first is the one that is shown; the rest in an order of their own.
            values[1..].sort_by_key(Value::to_string);
            ((*name).to_owned(), Value::Array(values))
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "id": entry.id.text(),
        "kind": entry.kind.slug(),
        "fields": fields,
        "texts": entry.texts,
        "sets": entry.sets,
        "assertions": entry.assertions.iter().map(assertion_json).collect::<Vec<_>>(),
        "log": entry.log.iter().map(log_json).collect::<Vec<_>>(),
        "links": entry.links.iter().map(link_json).collect::<Vec<_>>(),
        "from_a_newer_version": entry.newer,
    })
}

fn map_json(map: &Map) -> Value {
    let campaigns: Vec<Value> =
        map.campaigns.iter().map(|campaign| json!({ "id": campaign.id.text(), "name": campaign.name })).collect();
    json!({ "schema": SCHEMA, "id": map.id.text(), "kind": "map", "name": map.name, "campaigns": campaigns })
}

pub fn assertion_json(said: &Said<Assertion>) -> Value {
    let mut object = match &said.what {
        Assertion::Risk { risk, level, mitigation, source } => {
            let mut object = source_json(source);
            object.insert("risk".into(), risk.slug().into());
            object.insert("level".into(), level.slug().into());
            object.insert("mitigation".into(), mitigation.slug().into());
            object
        }
        Assertion::Position { campaign, place, source } => {
            let mut object = source_json(source);
            object.insert("campaign".into(), campaign.text().into());
            object.insert("position".into(), place.slug().into());
            object
        }
    };
    signed(said, &mut object)
}

pub fn log_json(said: &Said<LogLine>) -> Value {
    let LogLine { kind, on, with, note, size, follow_up, source } = &said.what;
    let mut object = source_json(source);
    object.insert("kind".into(), kind.slug().into());
    for (name, value) in [("on", on), ("with", with), ("note", note), ("follow_up", follow_up)] {
        if let Some(value) = value {
            object.insert(name.into(), value.as_str().into());
        }
    }
    if let Some(size) = size {
        object.insert("size".into(), (*size).into());
    }
    signed(said, &mut object)
}

pub fn link_json(said: &Said<Link>) -> Value {
    let mut object = source_json(said.what.source());
    match &said.what {
        Link::Influences { other, strength, .. } => {
            object.insert("influences".into(), other.text().into());
            object.insert("strength".into(), strength.slug().into());
        }
        Link::SameAs { other, .. } => drop(object.insert("same_as".into(), other.text().into())),
        Link::Ended { .. } => drop(object.insert("ended".into(), true.into())),
    }
    signed(said, &mut object)
}

fn source_json(source: &Source) -> serde_json::Map<String, Value> {
    let mut object = serde_json::Map::new();
    let Source { observed_on, recorded, source, said_by, supersedes, reason } = source;
    for (name, value) in [("observed_on", observed_on), ("source", source), ("said_by", said_by), ("reason", reason)] {
        if let Some(value) = value {
            object.insert(name.into(), value.as_str().into());
        }
    }
    object.insert("recorded".into(), (*recorded).into());
    if !supersedes.is_empty() {
        object.insert("supersedes".into(), supersedes.iter().map(|id| id.text()).collect::<Vec<_>>().into());
    }
    object
}

fn signed<T>(said: &Said<T>, object: &mut serde_json::Map<String, Value>) -> Value {
    object.insert("id".into(), said.id.text().into());
    object.insert("by".into(), author(&said.by));
    Value::Object(std::mem::take(object))
}

fn author(author: &Author) -> Value {
    json!({ "name": author.name, "group": author.group, "device": author.device })
}

/// The directory as a table: UTF-8, RFC 4180. A cell that a spreadsheet would take for a formula gets a leading apostrophe.
pub fn csv(entries: &[Entry]) -> Vec<u8> {
    let mut names: Vec<&str> = Vec::new();
    for kind in crate::kind::Kind::ALL {
        for field in kind.fields() {
            if !names.contains(&field.name) {
                names.push(field.name);
            }
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["allymap_id", "kind"].into_iter().chain(names.iter().copied());
    let written = writer.write_record(header);
    debug_assert!(written.is_ok(), "writing to a vector cannot fail");
    for entry in entries {
        let cell = |name: &&str| {
            let set = || entry.sets.get(name).map(|members| members.join("; "));
            let text = || entry.texts.get(name).cloned();
            entry.value(name).map(str::to_owned).or_else(text).or_else(set).unwrap_or_default()
        };
        let cells = [entry.id.text(), entry.kind.slug().to_owned()].into_iter().chain(names.iter().map(cell));
        let written = writer.write_record(cells.map(|cell| guarded(&cell)));
        debug_assert!(written.is_ok(), "writing to a vector cannot fail");
    }
    writer.into_inner().unwrap_or_default()
}

/// Against formulas in cells, as OWASP advises.
fn guarded(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}
