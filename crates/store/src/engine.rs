//! sled, with its errors told apart and its panics caught. No other file names it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::{Bound, ControlFlow};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once, mpsc};
use std::time::Duration;

use sled::IVec;

use crate::error::{Damage, is_full};
use crate::patience::patiently;

/// Threads of a handle that was dropped keep sled's own lock for a moment.
const HANDOVER: Duration = Duration::from_secs(2);

/// Why sled did not do it.
#[derive(Debug)]
pub(crate) enum Failure {
    Damaged(Damage),
    Io(io::Error),
    /// Another handle has the files, though nobody should.
    Locked,
}

impl From<Damage> for Failure {
    fn from(damage: Damage) -> Failure {
        Failure::Damaged(damage)
    }
}

/// An open sled with a second handle to its log, through which that is fsynced.
pub(crate) struct Engine {
    /// There until dropped.
    trees: Option<Trees>,
    log: File,
    /// Set when anything went wrong.
    failed: Arc<AtomicBool>,
}

struct Trees {
    rows: sled::Db,
    /// One row: how many batches there were.
    count: sled::Tree,
}

const COUNT_TREE: &str = "count";
const COUNT_KEY: &[u8] = b"";

impl Engine {
    /// Opens or creates the files in `folder`.
    pub(crate) fn open(folder: &Path, cache_bytes: u64) -> Result<Engine, Failure> {
        // A snapshot that was never finished would be taken for the newest one, and nothing would open any more.
        for entry in read_dir(folder)? {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                std::fs::remove_file(entry.path()).map_err(Failure::Io)?;
            }
        }
        // The flusher thread stops for good after one error, and only logs it.
        let config = sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(None);
        let rows = patiently(HANDOVER, || match guarded(|| config.open()) {
            Err(Failure::Locked) => ControlFlow::Continue(Failure::Locked),
            done => ControlFlow::Break(done),
        })??;
        let count = match guarded(|| rows.open_tree(COUNT_TREE)) {
            Ok(count) => count,
            Err(failure) => {
                close_in_time(rows);
                return Err(failure);
            }
        };
        let log = File::open(folder.join("db")).map_err(Failure::Io)?;
        Ok(Engine { trees: Some(Trees { rows, count }), log, failed: Arc::default() })
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Failure> {
        self.noting(|| self.rows().get(key))
    }

    /// Rows from `from` up to `end`, which is not among them. After an error there is nothing to be had from it.
    pub(crate) fn range(&self, from: Bound<Vec<u8>>, end: &[u8]) -> Range {
        Range { rows: self.rows().range((from, Bound::Excluded(end.to_vec()))), failed: Arc::clone(&self.failed) }
    }

    pub(crate) fn last(&self, from: &[u8], end: &[u8]) -> Result<Option<(IVec, IVec)>, Failure> {
        let mut rows = self.rows().range::<&[u8], _>((Bound::Included(from), Bound::Excluded(end)));
        self.noting(|| rows.next_back().transpose())
    }

    /// The number that was given with the last batch.
    pub(crate) fn count(&self) -> Result<u64, Failure> {
        match self.noting(|| self.trees().count.get(COUNT_KEY))? {
            Some(count) => Ok(u64::from_be_bytes(count.as_ref().try_into().map_err(|_| Damage::Page)?)),
            None => Ok(0),
        }
    }

    /// Applies the changes as a whole, durably. The number follows them in the log: where it is, they are.
    pub(crate) fn apply(&self, changes: sled::Batch, number: u64) -> Result<(), Failure> {
        self.noting(|| self.rows().apply_batch(changes))?;
        self.noting(|| self.trees().count.insert(COUNT_KEY, &number.to_be_bytes()))?;
        self.noting(|| self.rows().flush())?;
        // sled's flush ends in sync_file_range, which writes neither the file's length nor the drive's cache.
        self.log.sync_all().map_err(Failure::Io)
    }

    fn noting<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
        guarded(call).inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }

    fn rows(&self) -> &sled::Db {
        &self.trees().rows
    }

    fn trees(&self) -> &Trees {
        self.trees.as_ref().expect("they are there until dropped")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let trees = self.trees.take();
        if self.failed.load(Ordering::Relaxed) {
            close_in_time(trees);
        } else {
            _ = close(trees);
        }
    }
}

/// Everything that was promised is durable by now. What else sled would still like to write may fail.
fn close<T>(handle: T) -> Result<(), Failure> {
    guarded(|| {
        drop(handle);
        Ok(())
    })
}

/// After a failed write sled may wait here for another one that never comes. Then its thread is left behind, with its lock: to open
/// the same files again in this process is `Locked`, which beats standing still.
fn close_in_time<T: Send + 'static>(handle: T) {
    let (closed, done) = mpsc::channel();
    std::thread::spawn(move || {
        _ = close(handle);
        _ = closed.send(());
    });
    _ = done.recv_timeout(HANDOVER);
}

pub(crate) struct Range {
    rows: sled::Iter,
    failed: Arc<AtomicBool>,
}

impl Range {
    pub(crate) fn next(&mut self) -> Result<Option<(IVec, IVec)>, Failure> {
        guarded(|| self.rows.next().transpose()).inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }
}

/// Waits until no thread of a dropped engine holds the files in `folder` any more.
pub(crate) fn wait_until_closed(folder: &Path) -> Result<(), Failure> {
    let log = File::open(folder.join("db")).map_err(Failure::Io)?;
    patiently(HANDOVER, || match log.try_lock() {
        Ok(()) => ControlFlow::Break(()),
        Err(_) => ControlFlow::Continue(Failure::Locked),
    })
}

fn read_dir(folder: &Path) -> Result<Vec<std::fs::DirEntry>, Failure> {
    match std::fs::read_dir(folder).and_then(|entries| entries.collect()) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.map_err(Failure::Io),
    }
}

/// Calls into sled. A damaged file makes it panic as often as it makes it fail; both are an answer here.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Failure> {
    thread_local!(static INSIDE: Cell<bool> = const { Cell::new(false) });
    static QUIET: Once = Once::new();
    // What sled says when it panics may contain rows, and frightens whoever reads it. Everybody else's panics are told as before.
    QUIET.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                others(panic);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let done = catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(outer);
    match done {
        Ok(result) => result.map_err(failure),
        Err(panic) => Err(panicked(panic.as_ref())),
    }
}

fn failure(error: sled::Error) -> Failure {
    match error {
        // sled has no error of its own for this.
        sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => Failure::Locked,
        sled::Error::Io(error) if is_full(&error) => Failure::Io(error),
        sled::Error::Io(error) => match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput => Damage::Page.into(),
            _ => Failure::Io(error),
        },
        sled::Error::Corruption { .. }
        | sled::Error::ReportableBug(_)
        | sled::Error::Unsupported(_)
        | sled::Error::CollectionNotFound(_) => Damage::Page.into(),
    }
}

/// Some of sled's panics are errors of the disk that it unwrapped, and those are no damage.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or_default();
    if text.contains("StorageFull") {
        Failure::Io(ErrorKind::StorageFull.into())
    } else if text.contains("Os {") {
        Failure::Io(ErrorKind::Other.into())
    } else {
        Damage::Page.into()
    }
}
