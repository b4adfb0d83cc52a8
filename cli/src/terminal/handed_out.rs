//! Files that a person asked for: they appear whole or not at all, and nothing that is there is written over unasked.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};

/// Write a file. One that is there is replaced only when the person says so, now or with `--replace`.
pub(crate) fn save(app: &mut App<'_>, path: &Path, bytes: &[u8], replace: bool) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!("{} is a folder.", path.display()))
            .hint("Give the name of a file with --output. Nothing was written."));
    }
    let is_there = path.symlink_metadata().is_ok();
    if is_there && !replace && !app.ask().confirm(&format!("{} is there already. Replace it?", path.display()))? {
        return Err(Failure::new("AM-FILE", Exit::Failed, format!("{} is there already.", path.display()))
            .hint("Give another name with --output, or add --replace. Nothing was written."));
    }
    write_aside(path, app.fresh(), bytes)
        .map_err(|error| Failure::io("Writing", path, &error).hint("Nothing was written."))
}

/// Over whatever is there: who gave the name wanted it there.
pub(crate) fn write_over(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let aside = path.with_extension("part");
    std::fs::write(&aside, bytes)
        .and_then(|()| std::fs::rename(&aside, path))
        .map_err(|error| Failure::io("Writing", path, &error))
}

/// What belongs to a file of theirs, beside it under another ending, if there is anything.
pub(crate) fn beside(path: &Path, ending: &str, bytes: &[u8]) -> Result<Option<PathBuf>, Failure> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let beside = path.with_extension(ending);
    std::fs::write(&beside, bytes).map_err(|error| Failure::io("Writing", &beside, &error))?;
    Ok(Some(beside))
}

/// Beside it under a name that nobody has, to the disk, then in its place. Only its owner can read it.
fn write_aside(path: &Path, id: [u8; 4], bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", data_encoding::HEXLOWER.encode(&id)));
    let aside = path.with_file_name(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&aside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| std::fs::rename(&aside, path));
    if placed.is_err() {
        // Half a file helps nobody; that it cannot be taken away either changes nothing.
        let _ = std::fs::remove_file(&aside);
    }
    placed
}
