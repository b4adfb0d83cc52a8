//! What one input wants stored: read through, written once.

mod readers;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use minicbor::{Decode, Encode};

use crate::effect::Effect;
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

    /// Rows whose keys begin with `prefix`, own changes included, in order of their keys, from `from` on. Their names are given:
    /// what follows the prefix.
    fn visit(
        &self,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable> {
        let overlay = self.changed.range(from.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        let mut overlay = overlay.map(|(key, change)| (key.as_slice(), change.as_deref())).peekable();
        let mut goes_on = ControlFlow::Continue(());
        let mut give = |key: &[u8], value: Option<&[u8]>| match value {
            Some(value) => visit(&key[prefix.len()..], value),
            None => ControlFlow::Continue(()),
        };
        self.rows.scan(prefix, Some(from), &mut |key, value| {
            goes_on = (|| {
                while let Some((ours, change)) = overlay.next_if(|(ours, _)| *ours < key) {
                    give(ours, change)?;
                }
                match overlay.next_if(|(ours, _)| *ours == key) {
                    Some((_, change)) => give(key, change),
                    None => give(key, Some(value)),
                }
            })();
            goes_on
        })?;
        while let (ControlFlow::Continue(()), Some((ours, change))) = (goes_on, overlay.next()) {
            goes_on = give(ours, change);
        }
        Ok(())
    }

    /// What was changed leaves as one `Persist`, if there is anything.
    pub(crate) fn persist(self, effects: &mut Vec<Effect>) {
        if !self.changed.is_empty() {
            effects.push(Effect::Persist(self.into_writes()));
        }
    }

    fn into_writes(self) -> Vec<Write> {
        self.changed
            .into_iter()
            .map(|(key, change)| match change {
                Some(value) => Write::Put(key, value),
                None => Write::Delete(key),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Kind;

    #[test]
    fn own_changes_lie_over_the_rows_in_the_order_of_keys() {
        let document = |name: u8| allymap_wire::DocumentId([name; 16]);
        let mut rows = BTreeMap::new();
        for name in [2, 4, 6] {
            rows.insert(Key::Document(document(name)).bytes(SpaceNumber(1)), vec![name]);
        }
        // Another map's rows are none of ours.
        rows.insert(Key::Document(document(3)).bytes(SpaceNumber(2)), vec![3]);
        let mut draft = Draft::new(&rows, SpaceNumber(1));
        draft.delete(Key::Document(document(4)));
        for name in [1, 5, 9] {
            draft.put_bytes(Key::Document(document(name)), vec![name]);
        }
        assert_eq!(draft.documents().unwrap(), [1, 2, 5, 6, 9].map(document));
        draft.clear(Kind::Document).unwrap();
        assert_eq!(draft.documents().unwrap(), []);
    }

    #[test]
    fn what_was_changed_leaves_as_one_write_and_nothing_as_none() {
        let rows = BTreeMap::new();
        let (mut draft, mut effects) = (Draft::new(&rows, SpaceNumber(1)), Vec::new());
        draft.put_bytes(Key::Unapplied(7), vec![1]);
        draft.delete(Key::Breadcrumb);
        draft.persist(&mut effects);
        Draft::new(&rows, SpaceNumber(1)).persist(&mut effects);
        assert!(matches!(&effects[..], [Effect::Persist(writes)] if writes.len() == 2), "{effects:?}");
    }
}
