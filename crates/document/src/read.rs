//! Reading the current state, the same for a document and for an edit in progress. Nothing a peer wrote makes it fail.

use automerge::{ObjId, ObjType, ROOT, ReadDoc};

use crate::value::Value;

pub(crate) fn keys(document: &impl ReadDoc) -> Vec<String> {
    let mut keys: Vec<String> = document.keys(&ROOT).map(|key| key.to_string()).collect();
    keys.sort_unstable();
    keys
}

pub(crate) fn value(document: &impl ReadDoc, key: &str) -> Option<Value> {
    let (value, _) = document.get(&ROOT, key).ok()??;
    Some(Value::from_automerge(&value))
}

/// All concurrent values and the operations that wrote them, the winner first.
pub(crate) fn values(document: &impl ReadDoc, key: &str) -> Vec<(Value, ObjId)> {
    let mut values: Vec<(Value, ObjId)> = document
        .get_all(&ROOT, key)
        .unwrap_or_default()
        .into_iter()
        .map(|(value, id)| (Value::from_automerge(&value), id))
        .collect();
    // Automerge lists them by operation id, and the greatest wins.
    values.reverse();
    values
}

pub(crate) fn text_object(document: &impl ReadDoc, key: &str) -> Option<ObjId> {
    match document.get(&ROOT, key).ok()?? {
        (automerge::Value::Object(ObjType::Text), id) => Some(id),
        _ => None,
    }
}

pub(crate) fn text(document: &impl ReadDoc, key: &str) -> Option<String> {
    document.text(text_object(document, key)?).ok()
}
