//! The end of sled's log, kept aside while sled opens it.
//!
//! sled replays what came after its last snapshot. Where that does not fit, it takes the rest for a write that was never finished and
//! overwrites it, sound rows among it, before it looks whether it can open at all. One flipped bit can cost a small store everything
//! in that way. So these bytes are read before, and put back if it comes to a repair.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// sled's default. The log is a row of these, in any order.
const SEGMENT_BYTES: u64 = 512 << 10;

const HEADER_BYTES: u64 = 20;

/// Only the newest of them, 32 MB. More than one or two come together only when a long life ends without a clean close.
const MOST_SEGMENTS: usize = 64;

pub(crate) struct Tail {
    /// Offsets in the log, and what was there.
    segments: Vec<(u64, Vec<u8>)>,
}

impl Tail {
    pub(crate) fn read(db: &Path) -> io::Result<Tail> {
        let since = newest_snapshot(db)? / SEGMENT_BYTES * SEGMENT_BYTES;
        let mut log = match File::open(db.join("db")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Tail { segments: Vec::new() }),
            log => log?,
        };
        let mut found = Vec::new();
        for offset in (0..log.metadata()?.len()).step_by(SEGMENT_BYTES as usize) {
            let mut header = Vec::new();
            log.seek(SeekFrom::Start(offset))?;
            Read::take(&log, HEADER_BYTES).read_to_end(&mut header)?;
            if let Some(number) = place_in_log(&header).filter(|number| *number >= since) {
                found.push((number, offset));
            }
        }
        found.sort_unstable();
        let mut segments = Vec::new();
        for (_, offset) in found.into_iter().rev().take(MOST_SEGMENTS) {
            let mut bytes = Vec::new();
            log.seek(SeekFrom::Start(offset))?;
            Read::take(&log, SEGMENT_BYTES).read_to_end(&mut bytes)?;
            segments.push((offset, bytes));
        }
        Ok(Tail { segments })
    }

    pub(crate) fn put_back(&self, db: &Path) -> io::Result<()> {
        let mut log = match File::options().write(true).open(db.join("db")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            log => log?,
        };
        for (offset, bytes) in &self.segments {
            log.seek(SeekFrom::Start(*offset))?;
            log.write_all(bytes)?;
        }
        Ok(())
    }
}

/// Makes sled see none of the segments that its snapshot does not cover whole, in a copy of the database: then it goes by the snapshot
/// alone, and reads in those segments what the snapshot knows of.
pub(crate) fn hide(db: &Path) -> io::Result<()> {
    let mut log = File::options().write(true).open(db.join("db"))?;
    for (offset, _) in Tail::read(db)?.segments {
        log.seek(SeekFrom::Start(offset))?;
        log.write_all(&[0; HEADER_BYTES as usize])?;
    }
    Ok(())
}

/// Up to where the newest snapshot reaches; it stands in the file's name.
fn newest_snapshot(db: &Path) -> io::Result<u64> {
    let mut newest = 0;
    for entry in fs::read_dir(db)? {
        let name = entry?.file_name();
        let place = name
            .to_str()
            .and_then(|name| name.strip_prefix("snap."))
            .and_then(|place| u64::from_str_radix(place, 16).ok());
        newest = newest.max(place.unwrap_or(0));
    }
    Ok(newest)
}

/// Where a segment belongs, from its header: crc32, this place and another one, each with its bits turned over.
fn place_in_log(header: &[u8]) -> Option<u64> {
    let (crc, rest) = header.split_first_chunk::<4>()?;
    let (place, other) = rest.split_first_chunk::<8>()?;
    let place = u64::from_le_bytes(*place) ^ i64::MAX as u64;
    (other.len() == 8 && crc32fast::hash(rest) == !u32::from_le_bytes(*crc) && place.is_multiple_of(SEGMENT_BYTES))
        .then_some(place)
}
