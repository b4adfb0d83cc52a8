//! Entries by their names.

use allymap_domain::author::Author;
use allymap_domain::kind::field::Audience;
use allymap_home::status::Who;
use allymap_home::together::member::{Asking, WhoSees};
use serde_json::{Value, json};

use crate::terminal::output::Output;

/// Whom a report or a table is for.
pub(crate) const AUDIENCES: [(&str, Audience); 4] = [
    ("public", Audience::Public),
    ("partner", Audience::Partner),
    ("group", Audience::Group),
    ("staff", Audience::Staff),
];

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

/// Who will read what was just kept.
pub(crate) fn say_who_sees(out: &Output, seen_by: &WhoSees) {
    out.status(format_args!("Who will see it: members of {} ({})", seen_by.map, seen_by.members));
}

/// What a stranger wrote of themselves, in quotes: it proves nothing.
pub(crate) fn calls_themselves(asking: &Asking) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "'"));
    format!("They call themselves {} of {}.", quoted(&asking.name), quoted(&asking.group))
}

/// `Ana, Harbour`
pub(crate) fn by(author: &Author) -> String {
    if author.group.is_empty() { author.name.clone() } else { format!("{}, {}", author.name, author.group) }
}
