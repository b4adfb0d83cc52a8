//! Files that a person gives: bounded, since they may be anything.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use allymap_domain::date::Date;
use allymap_domain::files::refused::{ImportError, MAX_FILE_BYTES};

use crate::terminal::failure::Failure;

/// A file, and what the disk says of it.
pub(crate) struct HandedIn {
    pub(crate) bytes: Vec<u8>,
    pub(crate) name: String,
    /// The day it was last written.
    pub(crate) dated: Option<Date>,
}

pub(crate) fn read(path: &Path) -> Result<HandedIn, Failure> {
    let bytes = read_bounded(path)?;
    let written = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let dated = since.map(|since| Date::of_ms(since.as_millis() as u64));
    Ok(HandedIn { bytes, name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), dated })
}

/// The bytes of what may be anything: a folder, a pipe, gigabytes.
pub(crate) fn read_bounded(path: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |error: &std::io::Error| Failure::io("Reading", path, error).hint("Nothing was changed.");
    let metadata = fs::metadata(path).map_err(|error| unread(&error))?;
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{} is not a file.", path.display()))
            .hint("Give a .csv, .json or .jsonl file. Nothing was changed."));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > MAX_FILE_BYTES {
        return Err(Failure::not_read(path, &ImportError::TooLarge { bytes: size, limit: MAX_FILE_BYTES }));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(&error))?;
    Ok(bytes)
}
