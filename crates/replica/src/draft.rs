//! What one input wants stored: read through, written once.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use minicbor::{Decode, Encode};

use crate::rows::{Key, Rows, SpaceNumber, Unreadable, Write};

/// The rows with this input's own changes laid over them. They leave together, as one `Persist`.
pub(crate) struct Draft<'a> {
    rows: &'a dyn Rows,
    space: SpaceNumber,
    changed: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(rows: &'a dyn Rows, space: SpaceNumber) -> Self {
        Draft { rows, space, changed: BTreeMap::new() }
    }

    pub(crate) fn bytes(&self, key: Key<'_>) -> Result<Option<Vec<u8>>, Unreadable> {
        let key = key.bytes(self.space);
        match self.changed.get(&key) {
            Some(value) => Ok(value.clone()),
            None => self.rows.get(&key),
        }
    }

    /// The row, if it is there and still makes sense. A damaged row reads as missing; what it held comes back from records.
    pub(crate) fn row<T: for<'b> Decode<'b, ()>>(&self, key: Key<'_>) -> Result<Option<T>, Unreadable> {
        Ok(self.bytes(key)?.and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    pub(crate) fn put<T: Encode<()>>(&mut self, key: Key<'_>, row: &T) {
        self.put_bytes(key, allymap_wire::encode(row));
    }

    pub(crate) fn put_bytes(&mut self, key: Key<'_>, bytes: Vec<u8>) {
        self.changed.insert(key.bytes(self.space), Some(bytes));
    }

    pub(crate) fn delete(&mut self, key: Key<'_>) {
        self.changed.insert(key.bytes(self.space), None);
    }

    /// As [`Draft::delete`], for a row whose name came out of [`Draft::list`] with nothing after its letter.
    pub(crate) fn delete_named(&mut self, letter: u8, name: &[u8]) {
        self.changed.insert(crate::rows::prefix(letter, self.space, name), None);
    }

    /// Rows under one letter (and what follows it), own changes included, in order of their keys; at most `limit`.
    pub(crate) fn list(
        &self,
        letter: u8,
        rest: &[u8],
        from: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, Unreadable> {
        let prefix = crate::rows::prefix(letter, self.space, rest);
        let start = from.unwrap_or_else(|| prefix.clone());
        let mut overlay =
            self.changed.range(start.clone()..).take_while(|(key, _)| key.starts_with(&prefix)).peekable();
        let mut found = Vec::new();
        let take = |key: &[u8], value: &[u8], found: &mut Vec<(Vec<u8>, Vec<u8>)>| {
            found.push((key[prefix.len()..].to_vec(), value.to_vec()));
            if found.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        self.rows.scan(&prefix, Some(&start), &mut |key, value| {
            while let Some((ours, change)) = overlay.next_if(|(ours, _)| ours.as_slice() < key) {
                if let Some(value) = change {
                    take(ours, value, &mut found)?;
                }
            }
            match overlay.next_if(|(ours, _)| ours.as_slice() == key) {
                Some((_, Some(value))) => take(key, value, &mut found),
                Some((_, None)) => ControlFlow::Continue(()),
                None => take(key, value, &mut found),
            }
        })?;
        if found.len() < limit {
            for (ours, change) in overlay {
                if let Some(value) = change
                    && take(ours, value, &mut found).is_break()
                {
                    break;
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    pub(crate) fn into_writes(self) -> Vec<Write> {
        self.changed
            .into_iter()
            .map(|(key, change)| match change {
                Some(value) => Write::Put(key, value),
                None => Write::Delete(key),
            })
            .collect()
    }
}
