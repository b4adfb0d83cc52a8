//! What a field holds, with who wrote it.

use crate::author::Author;
use crate::kind::field::{Field, Merges};

/// What one field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldValue {
    pub field: &'static Field,
    /// Of a register the shown value, then those that were written apart from it; of a set its members; of a text one.
    pub values: Vec<Said>,
}

/// A value and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub value: String,
    /// None for a text, which has many authors.
    pub by: Option<Author>,
}

impl FieldValue {
    /// Values that were written apart, and nobody has settled which holds.
    pub fn differs(&self) -> bool {
        self.field.merges == Merges::Register && self.values.len() > 1
    }
}
