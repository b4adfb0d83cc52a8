//! What can still be had from a database, also from one that does not open.

use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use crate::Report;
use crate::batch::Batch;
use crate::engine::Failure;
use crate::folder::Folder;
use crate::table::{Table, Unwritten};
use crate::tail::hide;

/// Rows are copied and imported in batches of about this size.
pub(crate) const COPY_BYTES: usize = 1 << 20;

/// Fills a new table with what still reads of the folder's database, which itself stays as it was found. Says also how many batches
/// what was read knows of.
pub(crate) fn salvage(folder: &Folder, cache_bytes: u64, new: &Table) -> Result<(Report, u64), Failure> {
    // Where the log's end is damaged, the snapshot knows all but the last sitting. A log that was cut short makes sled look beyond
    // its end. A damaged snapshot can be made again from the log.
    let attempts: [fn(&Path) -> io::Result<()>; 3] = [hide, lengthen_log, remove_snapshots];
    let mut kept = (Report::default(), 0);
    for attempt in attempts {
        let copied = folder.copy_to_try()?;
        attempt(&copied).map_err(Failure::Io)?;
        match Table::open(&copied, cache_bytes).and_then(|old| Ok((copy(&old, new)?, old.written()))) {
            Ok(copied) => kept = copied,
            Err(Failure::Damaged(_)) => {}
            Err(failure) => return Err(failure),
        }
        if kept.0.ok > 0 {
            break;
        }
    }
    folder.end_try()?;
    Ok(kept)
}

/// Writes every readable row of one table into another.
pub(crate) fn copy(from: &Table, to: &Table) -> Result<Report, Failure> {
    let mut batch = Batch::default();
    let mut stopped = None;
    let mut write = |batch: &Batch| match to.write(batch) {
        Ok(()) => ControlFlow::Continue(()),
        Err(Unwritten::Untouched(failure) | Unwritten::Perhaps(failure)) => {
            stopped = Some(failure);
            ControlFlow::Break(())
        }
    };
    let report = from.scan(b"", None, &mut |key, value| {
        batch.put(key, value);
        if batch.bytes() < COPY_BYTES {
            return ControlFlow::Continue(());
        }
        write(&std::mem::take(&mut batch))
    })?;
    _ = write(&batch);
    stopped.map_or(Ok(report), Err)
}

/// With nothing, which takes no space. How much was lost is not known, so this is plenty.
fn lengthen_log(db: &Path) -> io::Result<()> {
    let log = File::options().write(true).create(true).truncate(false).open(db.join("db"))?;
    let bytes = log.metadata()?.len();
    log.set_len(bytes.saturating_mul(2).saturating_add(64 << 20))
}

fn remove_snapshots(db: &Path) -> io::Result<()> {
    for entry in fs::read_dir(db)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
