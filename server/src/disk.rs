//! The relay's rows on disk: what was written, and over it what is about to be.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::time::Duration;

use allymap_relay::{Rows, RowsError, Visit, Write};
use allymap_store::{Batch, Error, Maintained, Options, SledStore, Store};

/// A store, and the writes that were taken in since the last commit. Reading shows both.
pub(crate) struct Disk {
    store: SledStore,
    /// By key; a deletion has no value.
    pending: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DiskError(#[from] Error);

impl DiskError {
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.0, Error::Full)
    }
}

impl Disk {
    /// Opens the store in `folder`. The second is whether it was damaged, so that rows may be missing.
    pub(crate) fn open(folder: &Path) -> Result<(Disk, bool), DiskError> {
        let options = Options { cache_bytes: CACHE_BYTES, wait: WAIT, program: "allymap-relay".into() };
        let opened = SledStore::open(folder, options)?;
        if let Some(recovered) = &opened.recovered {
            tracing::error!(
                set_aside = %recovered.set_aside.display(),
                kept = recovered.kept.ok,
                missing_writes = recovered.missing_writes,
                "the store was damaged; what could be read is in a new one, devices will bring the rest"
            );
        }
        Ok((Disk { store: opened.store, pending: BTreeMap::new() }, opened.recovered.is_some()))
    }

    pub(crate) fn take(&mut self, writes: Vec<Write>) {
        self.pending.extend(writes.into_iter().map(|write| match write {
            Write::Put(key, value) => (key, Some(value)),
            Write::Delete(key) => (key, None),
        }));
    }

    /// Makes everything that was taken durable, and says whether there was anything.
    pub(crate) fn commit(&mut self) -> Result<bool, DiskError> {
        if self.pending.is_empty() {
            return Ok(false);
        }
        let mut batch = Batch::default();
        for (key, value) in std::mem::take(&mut self.pending) {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        self.store.write(&batch)?;
        Ok(true)
    }

    /// Gives back space that nothing needs any more, if that is worth it.
    pub(crate) fn maintain(&mut self) -> Result<Maintained, DiskError> {
        Ok(self.store.maintain()?)
    }
}

impl Rows for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        match self.pending.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.store.get(key).map_err(rows_error),
        }
    }

    fn scan(&self, prefix: &[u8], from: Option<&[u8]>, f: Visit<'_>) -> Result<(), RowsError> {
        let start = Bound::Included(from.unwrap_or(prefix));
        let mut pending = self
            .pending
            .range::<[u8], _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .peekable();
        let mut ended = false;
        // What is damaged is left out and counted there; the rules notice what is missing.
        self.store
            .scan(prefix, from, &mut |key, value| {
                while let Some((new, value)) = pending.next_if(|(new, _)| new.as_slice() < key) {
                    if value.as_ref().is_some_and(|value| f(new, value).is_break()) {
                        ended = true;
                        return ControlFlow::Break(());
                    }
                }
                let flow = match pending.next_if(|(new, _)| new.as_slice() == key) {
                    Some((_, Some(value))) => f(key, value),
                    Some((_, None)) => ControlFlow::Continue(()),
                    None => f(key, value),
                };
                ended = flow.is_break();
                flow
            })
            .map_err(rows_error)?;
        if !ended {
            let _ = pending.try_for_each(|(key, value)| match value {
                Some(value) => f(key, value),
                None => ControlFlow::Continue(()),
            });
        }
        Ok(())
    }
}

fn rows_error(error: Error) -> RowsError {
    match error {
        Error::Damaged { .. } => RowsError::Damaged,
        other => RowsError::Failed(Box::new(other)),
    }
}

const CACHE_BYTES: u64 = 64 << 20;
/// How long another relay or a `status` may still be in the folder.
const WAIT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    fn all(disk: &Disk, prefix: &[u8], from: Option<&[u8]>) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut rows = Vec::new();
        disk.scan(prefix, from, &mut |key, value| {
            rows.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
        rows
    }

    fn put(key: &str, value: &str) -> Write {
        Write::Put(key.into(), value.into())
    }

    #[test]
    fn what_is_about_to_be_written_is_read_as_if_it_were() {
        let folder = tempfile::tempdir().unwrap();
        let (mut disk, _) = Disk::open(folder.path()).unwrap();
        disk.take(vec![put("a1", "old"), put("a2", "old"), put("a4", "old"), put("b1", "old")]);
        assert!(disk.commit().unwrap());
        disk.take(vec![
            put("a0", "new"),
            put("a2", "new"),
            put("a3", "new"),
            Write::Delete("a4".into()),
            put("a5", "new"),
            put("b0", "new"),
        ]);
        let before = [all(&disk, b"a", None), all(&disk, b"a", Some(b"a2")), all(&disk, b"b", None)];
        let keys = |rows: &[(Vec<u8>, Vec<u8>)]| -> Vec<String> {
            rows.iter().map(|(key, value)| format!("{} {}", text(key), text(value))).collect()
        };
        assert_eq!(keys(&before[0]), ["a0 new", "a1 old", "a2 new", "a3 new", "a5 new"]);
        assert_eq!(keys(&before[1]), ["a2 new", "a3 new", "a5 new"]);
        assert_eq!(keys(&before[2]), ["b0 new", "b1 old"]);
        assert_eq!(disk.get(b"a4").unwrap(), None);
        assert!(disk.commit().unwrap());
        assert!(!disk.commit().unwrap());
        assert_eq!([all(&disk, b"a", None), all(&disk, b"a", Some(b"a2")), all(&disk, b"b", None)], before);
    }

    #[test]
    fn a_visitor_that_has_enough_is_not_called_again() {
        let folder = tempfile::tempdir().unwrap();
        let (mut disk, _) = Disk::open(folder.path()).unwrap();
        disk.take(vec![put("a1", ""), put("a3", "")]);
        disk.commit().unwrap();
        disk.take(vec![put("a0", ""), put("a2", ""), put("a4", "")]);
        for enough in 1..=5 {
            let mut seen = 0;
            disk.scan(b"a", None, &mut |_, _| {
                seen += 1;
                if seen == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
            assert_eq!(seen, enough);
        }
    }

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }
}
