//! A disk for simulations. It is always durable, and fails when it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::{Damage, Error};
use crate::sled_store::check_sizes;
use crate::{Maintained, Report, Row, Store, stream};

/// Rows in memory. A clone shares them until one of the two is written to.
#[derive(Clone, Default)]
pub struct MemoryStore {
    rows: Arc<Rows>,
    damaged: BTreeSet<Vec<u8>>,
    fault: Option<(u64, Fault)>,
    dead: bool,
}

type Rows = BTreeMap<Vec<u8>, Arc<[u8]>>;

/// How a write goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full. Nothing of the batch is kept.
    Full,
    /// The disk fails. Nothing of the batch is kept.
    Io,
    /// The disk fails, and yet the whole batch is kept: an error does not mean that nothing happened.
    IoButKept,
}

/// What a store held at some moment.
#[derive(Clone)]
pub struct Backup {
    rows: Arc<Rows>,
}

impl MemoryStore {
    /// The n-th write from now on fails, the next being the first, and ends the handle until [`MemoryStore::reopen`]. Replaces what
    /// was planned before.
    ///
    /// # Panics
    ///
    /// When `n` is 0.
    pub fn fail_write(&mut self, n: u64, fault: Fault) {
        assert_ne!(n, 0, "the next write is the first");
        self.fault = Some((n, fault));
    }

    /// What dropping and opening again does: the handle lives, and nothing is planned any more.
    pub fn reopen(&mut self) {
        self.dead = false;
        self.fault = None;
    }

    pub fn backup(&self) -> Backup {
        Backup { rows: Arc::clone(&self.rows) }
    }

    pub fn restore(&mut self, backup: &Backup) {
        self.rows = Arc::clone(&backup.rows);
        self.damaged.clear();
    }

    /// Makes a row unreadable, if it is there, until it is written or deleted.
    pub fn damage(&mut self, key: &[u8]) {
        if self.rows.contains_key(key) {
            self.damaged.insert(key.to_vec());
        }
    }

    fn alive(&self) -> Result<(), Error> {
        if self.dead { Err(Error::Dead) } else { Ok(()) }
    }

    fn apply(&mut self, batch: &Batch) {
        let rows = Arc::make_mut(&mut self.rows);
        for (key, value) in batch.iter() {
            self.damaged.remove(key);
            match value {
                Some(value) => _ = rows.insert(key.to_vec(), value.into()),
                None => _ = rows.remove(key),
            }
        }
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.alive()?;
        if self.damaged.contains(key) {
            return Err(Error::Damaged { damage: Damage::Row });
        }
        Ok(self.rows.get(key).map(|value| value.to_vec()))
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        self.alive()?;
        check_sizes(batch)?;
        let fault = match &mut self.fault {
            Some((1, fault)) => Some(*fault),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        };
        if matches!(fault, None | Some(Fault::IoButKept)) {
            self.apply(batch);
        }
        let Some(fault) = fault else { return Ok(()) };
        self.fault = None;
        self.dead = true;
        Err(match fault {
            Fault::Full => Error::Full,
            Fault::Io | Fault::IoButKept => Error::Io(io::Error::other("a fault was planned here")),
        })
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error> {
        self.alive()?;
        let mut report = Report::default();
        let start = from.unwrap_or(prefix).max(prefix);
        let rows = self.rows.range::<[u8], _>((Bound::Included(start), Bound::Unbounded));
        for (key, value) in rows.take_while(|(key, _)| key.starts_with(prefix)) {
            if self.damaged.contains(key) {
                report.bad += 1;
                continue;
            }
            report.ok += 1;
            if visit(key, value).is_break() {
                break;
            }
        }
        Ok(report)
    }

    fn scan_keys(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error> {
        self.scan(prefix, from, &mut |key, _| visit(key))
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Row>, Error> {
        self.alive()?;
        // Keys that begin with a prefix stand together, behind all that are less than it: the first that does not belong ends them.
        let longest = [prefix, &[u8::MAX; crate::MAX_KEY_BYTES]].concat();
        let mut rows = self.rows.range::<[u8], _>((Bound::Included(prefix), Bound::Included(&longest[..])));
        match rows.next_back() {
            Some((key, _)) if self.damaged.contains(key) => Err(Error::Damaged { damage: Damage::Row }),
            Some((key, value)) => Ok(Some((key.clone(), value.to_vec()))),
            None => Ok(None),
        }
    }

    fn import(&mut self, from: &mut dyn Read) -> Result<Report, Error> {
        self.alive()?;
        let mut batch = Batch::default();
        stream::read(from, &mut |key, value| {
            batch.put(key, value);
            Ok(())
        })?;
        self.write(&batch)?;
        Ok(Report { ok: batch.len() as u64, ..Report::default() })
    }

    fn maintain(&mut self) -> Result<Maintained, Error> {
        let bytes = self.size()?;
        Ok(Maintained { before: bytes, after: bytes })
    }

    fn size(&self) -> Result<u64, Error> {
        self.alive()?;
        Ok(self.rows.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str) -> Batch {
        let mut batch = Batch::default();
        batch.put(key, "value");
        batch
    }

    #[test]
    fn the_write_that_was_chosen_fails_and_ends_the_handle_until_it_is_opened_again() {
        for (fault, kept) in [(Fault::Full, false), (Fault::Io, false), (Fault::IoButKept, true)] {
            let mut store = MemoryStore::default();
            store.fail_write(2, fault);
            store.write(&one("a")).unwrap();
            let error = store.write(&one("b")).unwrap_err();
            assert_eq!(matches!(error, Error::Full), fault == Fault::Full);
            assert!(matches!(store.get(b"a"), Err(Error::Dead)));
            assert!(matches!(store.write(&one("c")), Err(Error::Dead)));
            assert!(matches!(store.verify(), Err(Error::Dead)));
            store.reopen();
            assert!(store.get(b"a").unwrap().is_some());
            assert_eq!(store.get(b"b").unwrap().is_some(), kept);
            store.write(&one("c")).unwrap();
        }
    }

    #[test]
    fn a_backup_is_what_was_there_and_a_clone_goes_its_own_way() {
        let mut store = MemoryStore::default();
        store.write(&one("a")).unwrap();
        let (backup, mut clone) = (store.backup(), store.clone());
        store.write(&one("b")).unwrap();
        clone.write(&one("c")).unwrap();
        assert!(clone.get(b"b").unwrap().is_none());
        store.restore(&backup);
        assert_eq!(store.verify().unwrap().ok, 1);
        assert!(store.get(b"b").unwrap().is_none());
    }

    #[test]
    fn a_damaged_row_is_refused_and_counted_until_it_is_written() {
        let mut store = MemoryStore::default();
        store.write(&one("a")).unwrap();
        store.damage(b"a");
        store.damage(b"never there");
        assert!(matches!(store.get(b"a"), Err(Error::Damaged { damage: Damage::Row })));
        assert!(matches!(store.last(b""), Err(Error::Damaged { damage: Damage::Row })));
        assert_eq!(store.verify().unwrap(), Report { ok: 0, bad: 1, holes: 0 });
        store.write(&one("a")).unwrap();
        assert!(store.verify().unwrap().is_whole());
    }
}
