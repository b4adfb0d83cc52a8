//! A store in a folder: who owns it, when it is repaired, and when its handle is over.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::batch::Batch;
use crate::engine::{Failure, wait_until_closed};
use crate::error::{Error, is_full};
use crate::folder::{Folder, OLD, SPOOL};
use crate::lock::Lock;
use crate::pieces::FORMAT;
use crate::salvage::{COPY_BYTES, copy, salvage};
use crate::table::{Table, Unwritten};
use crate::tail::Tail;
use crate::tally::Tally;
use crate::{MAX_KEY_BYTES, MAX_VALUE_BYTES, Maintained, Report, Row, Store, stream};

/// sled never gives space back. A copy is worth it above this size, when the rows would need less than a quarter of it.
const VACUUM_ABOVE_BYTES: u64 = 64 << 20;
const VACUUM_RATIO: u64 = 4;

/// A store in a folder on this machine, owned until it is dropped.
pub struct SledStore {
    // The order matters: the engine is dropped first, and only then the lock let go.
    /// There unless the handle is dead.
    table: Option<Table>,
    dead: AtomicBool,
    tally: Tally,
    folder: Folder,
    cache_bytes: u64,
    _lock: Lock,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// How much of the store the engine may keep in memory, roughly.
    pub cache_bytes: u64,
    /// How long to wait for another process that owns the store.
    pub wait: Duration,
    /// What this program calls itself towards those who wait for it.
    pub program: String,
}

/// An open store, and what became of the one before if that was damaged.
#[derive(Debug)]
pub struct Opened {
    pub store: SledStore,
    pub recovered: Option<Recovered>,
}

/// A damaged store was set aside, and what could be read of it is in the new one. Rows may be missing, or be as they were earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    pub set_aside: PathBuf,
    /// What was read of it. Without a single row nothing of it could be opened.
    pub kept: Report,
    /// How many of the last confirmed batches it did not know of, as if they had never been: that far the store went back in time.
    pub missing_writes: u64,
}

impl SledStore {
    /// Opens the store in `folder`, which is made if it is not there.
    pub fn open(folder: &Path, options: Options) -> Result<Opened, Error> {
        let folder = Folder::prepare(folder)?;
        let lock = Lock::take(folder.path(), options.wait, &options.program)?;
        folder.tidy().map_err(Error::from_disk)?;
        let tally = Tally::open(folder.path()).map_err(Error::from_disk)?;
        let cache_bytes = options.cache_bytes;
        let (table, recovered) = open_or_repair(&folder, &tally, cache_bytes)?;
        let store =
            SledStore { table: Some(table), dead: AtomicBool::new(false), tally, folder, cache_bytes, _lock: lock };
        Ok(Opened { store, recovered })
    }

    fn table(&self) -> Result<&Table, Error> {
        match &self.table {
            Some(table) if !self.dead.load(Ordering::Relaxed) => Ok(table),
            _ => Err(Error::Dead),
        }
    }

    /// What follows from a failure while reading: damage is noted and can be lived with, all else ends the handle.
    fn read_failed(&self, failure: Failure) -> Error {
        match failure {
            Failure::Damaged(_) => self.folder.note_damage(),
            Failure::Io(_) | Failure::Locked => self.dead.store(true, Ordering::Relaxed),
        }
        error(failure)
    }

    fn write_failed(&self, failure: Failure) -> Error {
        if matches!(failure, Failure::Damaged(_)) {
            self.folder.note_damage();
        }
        self.dead.store(true, Ordering::Relaxed);
        error(failure)
    }

    fn reported(&self, read: Result<Report, Failure>) -> Result<Report, Error> {
        let report = read.map_err(|failure| self.read_failed(failure))?;
        if !report.is_whole() {
            self.folder.note_damage();
        }
        Ok(report)
    }

    fn live_bytes(&self) -> Result<u64, Error> {
        let mut bytes = 0;
        self.scan(b"", None, &mut |key, value| {
            bytes += (key.len() + value.len()) as u64;
            ControlFlow::Continue(())
        })?;
        Ok(bytes)
    }

    /// Copies what lives into a new database, which takes the place of this one.
    fn vacuum(&mut self) -> Result<(), Error> {
        let table = self.table()?;
        let copied = self.folder.build(self.cache_bytes, table.written(), |new| copy(table, new));
        let copied = copied.map_err(|failure| self.copy_failed(failure))?;
        if !copied.is_whole() {
            // Space is no reason to drop what somebody may still want to look at. The next opening repairs.
            self.folder.note_damage();
            return Ok(());
        }
        self.dead.store(true, Ordering::Relaxed);
        self.table = None;
        let reopen = || {
            // Threads of the old engine know their files by name, and the name is about to mean the new ones.
            wait_until_closed(&self.folder.db())?;
            self.folder.replace(OLD)?;
            self.folder.remove(OLD)?;
            Table::open(&self.folder.db(), self.cache_bytes)
        };
        self.table = Some(reopen().map_err(error)?);
        self.dead.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// A copy that found no room leaves the original as it was.
    fn copy_failed(&self, failure: Failure) -> Error {
        match error(failure) {
            Error::Full => Error::Full,
            error => {
                self.dead.store(true, Ordering::Relaxed);
                error
            }
        }
    }
}

impl Store for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.table()?.get(key).map_err(|failure| self.read_failed(failure))
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        let table = self.table()?;
        check_sizes(batch)?;
        if batch.is_empty() {
            return Ok(());
        }
        table.write(batch).map_err(|unwritten| match unwritten {
            Unwritten::Untouched(failure) => self.read_failed(failure),
            Unwritten::Perhaps(failure) => self.write_failed(failure),
        })?;
        self.tally.write(table.written());
        Ok(())
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error> {
        self.reported(self.table()?.scan(prefix, from, visit))
    }

    fn scan_keys(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error> {
        self.reported(self.table()?.scan_keys(prefix, from, visit))
    }

    fn last(&self, prefix: &[u8]) -> Result<Option<Row>, Error> {
        self.table()?.last(prefix).map_err(|failure| self.read_failed(failure))
    }

    fn import(&mut self, from: &mut dyn Read) -> Result<Report, Error> {
        self.table()?;
        // The digest comes last, and nothing counts before it: the stream is kept aside until then.
        let mut spool = Spool::new(&self.folder)?;
        io::copy(from, &mut spool.file)
            .map_err(|error| if is_full(&error) { Error::Full } else { Error::Stream(error) })?;
        stream::read(&mut spool.rewound()?, &mut |_, _| Ok(()))?;
        let mut report = Report::default();
        let mut batch = Batch::default();
        stream::read(&mut spool.rewound()?, &mut |key, value| {
            report.ok += 1;
            batch.put(key, value);
            if batch.bytes() < COPY_BYTES {
                return Ok(());
            }
            self.write(&std::mem::take(&mut batch))
        })?;
        self.write(&batch)?;
        Ok(report)
    }

    fn maintain(&mut self) -> Result<Maintained, Error> {
        let before = self.size()?;
        if before <= VACUUM_ABOVE_BYTES || !self.folder.is_worth_a_look(before) {
            return Ok(Maintained { before, after: before });
        }
        self.folder.note_look(before);
        if before / VACUUM_RATIO > self.live_bytes()? {
            self.vacuum()?;
        }
        let after = self.size()?;
        if after < before {
            self.folder.forget_look();
        }
        Ok(Maintained { before, after })
    }

    fn size(&self) -> Result<u64, Error> {
        self.folder.size().map_err(Error::from_disk)
    }
}

impl std::fmt::Debug for SledStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SledStore").field("folder", &self.folder.path()).finish_non_exhaustive()
    }
}

/// A file for an import that is being checked.
struct Spool {
    file: File,
    path: PathBuf,
}

impl Spool {
    fn new(folder: &Folder) -> Result<Spool, Error> {
        let path = folder.path().join(SPOOL);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        Ok(Spool { file: file.map_err(Error::from_disk)?, path })
    }

    fn rewound(&mut self) -> Result<io::BufReader<&File>, Error> {
        self.file.seek(SeekFrom::Start(0)).map_err(Error::from_disk)?;
        Ok(io::BufReader::with_capacity(1 << 16, &self.file))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.path);
    }
}

pub(crate) fn check_sizes(batch: &Batch) -> Result<(), Error> {
    for (key, value) in batch.iter() {
        for (bytes, limit) in [(key.len(), MAX_KEY_BYTES), (value.map_or(0, <[u8]>::len), MAX_VALUE_BYTES)] {
            if bytes > limit {
                return Err(Error::TooLarge { bytes, limit });
            }
        }
    }
    Ok(())
}

fn open_or_repair(folder: &Folder, tally: &Tally, cache_bytes: u64) -> Result<(Table, Option<Recovered>), Error> {
    let db = folder.db();
    if !db.try_exists().map_err(Error::from_disk)? {
        folder.create(cache_bytes).map_err(error)?;
    }
    let tail = Tail::read(&db).map_err(Error::from_disk)?;
    let opened = Table::open(&db, cache_bytes).and_then(|table| Ok((table.format()?, table)));
    let damaged = match opened {
        Ok((found, _)) if found > FORMAT => return Err(Error::NewerFormat { found, known: FORMAT }),
        Ok((_, table)) if table.written() < tally.read() => Some(table),
        Ok((_, table)) if !folder.damage_was_noted() => return Ok((table, None)),
        Ok((_, table)) => {
            let report = table.scan(b"", None, &mut |_, _| ControlFlow::Continue(())).map_err(error)?;
            if report.is_whole() {
                folder.forget_damage().map_err(error)?;
                return Ok((table, None));
            }
            Some(table)
        }
        Err(Failure::Damaged(_)) => {
            tail.put_back(&db).map_err(Error::from_disk)?;
            None
        }
        Err(failure) => return Err(error(failure)),
    };
    repair(folder, tally, cache_bytes, damaged).map(|(table, recovered)| (table, Some(recovered))).map_err(error)
}

/// Sets a database aside, open or not, and moves what reads of it into a new one. If that fails, nothing has changed.
fn repair(
    folder: &Folder,
    tally: &Tally,
    cache_bytes: u64,
    damaged: Option<Table>,
) -> Result<(Table, Recovered), Failure> {
    let confirmed = tally.read();
    let written = damaged.as_ref().map_or(confirmed, |old| old.written().max(confirmed));
    let (kept, found) = folder.build(cache_bytes, written, |new| match damaged {
        Some(old) => Ok((copy(&old, new)?, old.written())),
        None => salvage(folder, cache_bytes, new),
    })?;
    // A panic may have left threads that hold the files for ever. Everything of worth has been copied by now.
    _ = wait_until_closed(&folder.db());
    let aside = folder.name_aside(unix_seconds());
    folder.replace(&aside)?;
    folder.forget_damage()?;
    let table = Table::open(&folder.db(), cache_bytes)?;
    tally.write(table.written());
    let set_aside = folder.path().join(aside);
    Ok((table, Recovered { set_aside, kept, missing_writes: confirmed.saturating_sub(found) }))
}

#[expect(clippy::disallowed_methods, reason = "names a folder by the time of its damage; nothing depends on it")]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn error(failure: Failure) -> Error {
    match failure {
        Failure::Damaged(damage) => Error::Damaged { damage },
        Failure::Io(error) => Error::from_disk(error),
        Failure::Locked => Error::Busy { holder: None },
    }
}
