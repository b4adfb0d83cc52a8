//! Entries by their names.

use allymap_home::status::Who;
use serde_json::{Value, json};

/// The first few by name.
pub(crate) fn names(all: &[Who]) -> String {
    let named: Vec<&str> = all.iter().take(3).map(|who| who.name.as_str()).collect();
    match all.len().saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

pub(crate) fn named(all: &[Who]) -> Vec<Value> {
    all.iter().map(|who| json!({ "id": who.id.to_string(), "entry": who.name })).collect()
}
