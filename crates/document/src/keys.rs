//! The vocabulary of root keys, the same in every document from its first byte.
//!
//! `kind` · `f/<field>` registers · `t/<field>` texts · `s/<set>/<id>` members of sets · `a/<id>` assertions ·
//! `l/<id>` log lines · `x/<id>` links. No key ever holds a name: Automerge prints keys before one of its panics.

use crate::limits::MAX_KEY_BYTES;

/// What may stand under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A scalar that is replaced: `kind`, `f/`, `s/`.
    Register,
    /// A text object that merges letter by letter: `t/`.
    Text,
    /// Bytes that are written once: `a/`, `l/`, `x/`.
    Row,
}

/// The shape under a key, or none for a key that only a newer version knows.
pub(crate) fn shape(key: &str) -> Option<Shape> {
    if key.len() > MAX_KEY_BYTES {
        return None;
    }
    if key == "kind" {
        return Some(Shape::Register);
    }
    let (prefix, rest) = key.split_once('/')?;
    if rest.is_empty() {
        return None;
    }
    match prefix {
        "f" | "s" => Some(Shape::Register),
        "t" => Some(Shape::Text),
        "a" | "l" | "x" => Some(Shape::Row),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_vocabulary_has_one_shape() {
        let register = Some(Shape::Register);
        for (key, expected) in [
            ("kind", register),
            ("f/name", register),
            ("s/tags/1f", register),
            ("t/note", Some(Shape::Text)),
            ("a/0", Some(Shape::Row)),
            ("l/0", Some(Shape::Row)),
            ("x/0", Some(Shape::Row)),
            ("a/", None),
            ("a", None),
            ("z/0", None),
            ("", None),
        ] {
            assert_eq!(shape(key), expected, "{key}");
        }
        assert_eq!(shape(&format!("f/{}", "x".repeat(MAX_KEY_BYTES))), None);
    }
}
