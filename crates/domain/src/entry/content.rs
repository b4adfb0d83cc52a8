//! Everything that a document holds, key by key: what an export carries so that importing it makes the same document.
//!
//! It knows no field, no row and no version: what only a newer program understands goes along like everything else.

use std::collections::BTreeMap;

use allymap_document::{Document, Value, Written};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

/// By key, what stands there: of a register the shown value, then those that were written apart; of a text its letters; of
/// a row its bytes.
pub(crate) type Content = BTreeMap<String, Vec<Scalar>>;

/// One value as JSON has it: text, number, yes or no, and bytes as `{"bytes": "base64"}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Text(String),
    Int(i64),
    Bool(bool),
    Bytes {
        bytes: String,
    },
    /// `null`: a value of a form that only a newer version knows. It cannot be carried.
    Unknown,
}

pub(crate) fn content(document: &Document) -> Content {
    let mut content = Content::new();
    for key in document.keys() {
        if is_text(&key) {
            content.insert(key.clone(), document.text(&key).map(Scalar::Text).into_iter().collect());
        } else if !is_row(&key) {
            let mut values = document.values(&key).into_iter().map(|Written { value, .. }| Scalar::of(value));
            let shown = values.next();
            let mut others: Vec<Scalar> = values.filter(|value| Some(value) != shown.as_ref()).collect();
            others.sort();
            others.dedup();
            content.insert(key, shown.into_iter().chain(others).collect());
        }
    }
    // From the changes: overwriting or deleting a row never takes it away.
    for prefix in ROWS {
        for appended in document.appended(prefix) {
            let rows = content.entry(format!("{prefix}{}", appended.id)).or_default();
            rows.push(Scalar::of(Value::Bytes(appended.value)));
            rows.sort();
            rows.dedup();
        }
    }
    content
}

impl Scalar {
    fn of(value: Value) -> Scalar {
        match value {
            Value::Text(text) => Scalar::Text(text),
            Value::Int(number) => Scalar::Int(number),
            Value::Bool(yes) => Scalar::Bool(yes),
            Value::Bytes(bytes) => Scalar::Bytes { bytes: BASE64.encode(&bytes) },
            Value::Unknown => Scalar::Unknown,
        }
    }

    /// None for what cannot be written.
    pub(crate) fn value(&self) -> Option<Value> {
        match self {
            Scalar::Text(text) => Some(Value::Text(text.clone())),
            Scalar::Int(number) => Some(Value::Int(*number)),
            Scalar::Bool(yes) => Some(Value::Bool(*yes)),
            Scalar::Bytes { bytes } => BASE64.decode(bytes.as_bytes()).ok().map(Value::Bytes),
            Scalar::Unknown => None,
        }
    }
}

pub(crate) fn is_text(key: &str) -> bool {
    key.starts_with("t/")
}

pub(crate) fn is_row(key: &str) -> bool {
    ROWS.iter().any(|prefix| key.starts_with(prefix))
}

const ROWS: [&str; 3] = ["a/", "l/", "x/"];
