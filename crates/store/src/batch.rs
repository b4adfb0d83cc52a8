//! Changes that are made together.

use std::collections::BTreeMap;
use std::fmt;

/// Puts and deletions that a store applies as a whole. Of two changes to the same key the later wins.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Batch {
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
}

impl Batch {
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.change(key.into(), Some(value.into()));
    }

    /// Deleting what is not there is no error.
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        self.change(key.into(), None);
    }

    /// How many keys it changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Bytes of all its keys and values.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The changes in the order of their keys; a deletion has no value.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    fn change(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let key_bytes = key.len();
        self.bytes += key_bytes + value.as_ref().map_or(0, Vec::len);
        if let Some(before) = self.changes.insert(key, value) {
            self.bytes -= key_bytes + before.map_or(0, |value| value.len());
        }
    }
}

/// Counts only: what is stored is nobody's business in a log.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} changes, {} bytes)", self.len(), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_change_of_a_key_wins_and_the_bytes_follow() {
        let mut batch = Batch::default();
        assert!(batch.is_empty());
        batch.put("a", "12345");
        batch.put("b", "1");
        batch.delete("a");
        assert_eq!(batch.iter().collect::<Vec<_>>(), [(&b"a"[..], None), (b"b", Some(&b"1"[..]))]);
        assert_eq!((batch.len(), batch.bytes()), (2, 3));
        batch.put("a", "123");
        assert_eq!((batch.len(), batch.bytes()), (2, 6));
        assert_eq!(format!("{batch:?}"), "Batch(2 changes, 6 bytes)");
    }
}
