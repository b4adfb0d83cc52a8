//! What is wrong with a page that somebody wrote, and how to put it right.

use serde::Serialize;

/// One mistake in a pack or a case file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("line {line}: {what}. {remedy}")]
pub struct Fault {
    pub line: usize,
    pub what: String,
    pub remedy: String,
}

/// The one of `known` that somebody most likely meant.
pub(crate) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // What is not a word anybody typed is not compared: the distance costs its length squared.
    if typed.len() > 64 {
        return None;
    }
    let typed = typed.to_lowercase().replace([' ', '_'], "-");
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&typed, &name.to_lowercase().replace([' ', '_'], "-")), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// "Did you mean `x`?" where one is near, else the whole list.
pub(crate) fn suggestion<'k>(typed: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    match nearest(typed, known.clone()) {
        Some(name) => format!("Did you mean `{name}`?"),
        None => {
            let names: Vec<&str> = known.into_iter().collect();
            format!("Known are: {}", names.join(", "))
        }
    }
}
