//! The folder's moves: everything is built aside, fsynced, and then takes its place by its name.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::{Failure, wait_until_closed};
use crate::error::Error;
use crate::table::Table;

const NEW: &str = "db.new";
const READY: &str = "db.ready";
/// What a smaller copy replaced.
pub(crate) const OLD: &str = "db.old";
const TRY: &str = "db.try";
/// An import that is being checked.
pub(crate) const SPOOL: &str = "import.new";
const DAMAGE_SEEN: &str = "damage-seen";
/// How large the database was when nothing was to be gained from a smaller copy.
const LOOKED: &str = "looked";

/// Looking reads all that lives. It is done again once the database has grown by a quarter, or the next day.
const LOOK_AGAIN: Duration = Duration::from_secs(24 * 3_600);

/// A store's folder, owned by whoever has its lock.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, for its owner alone, if it is not there.
    pub(crate) fn prepare(path: &Path) -> Result<Folder, Error> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(Error::NotAFolder(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut builder = DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                builder.recursive(true).create(path).map_err(Error::from_disk)?;
                if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    sync(parent).map_err(Error::from_disk)?;
                }
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(Error::NotAFolder(path.to_owned())),
            Err(error) => return Err(Error::from_disk(error)),
        }
        Ok(Folder { path: path.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path.join("db")
    }

    /// Finishes or takes back what a crash interrupted.
    pub(crate) fn tidy(&self) -> io::Result<()> {
        if !self.db().try_exists()? && self.path.join(READY).try_exists()? {
            fs::rename(self.path.join(READY), self.db())?;
            sync(&self.path)?;
        }
        for leftover in [READY, NEW, OLD, TRY, SPOOL] {
            remove(&self.path.join(leftover))?;
        }
        Ok(())
    }

    /// A new database in place of none.
    pub(crate) fn create(&self, cache_bytes: u64) -> Result<(), Failure> {
        self.build(cache_bytes, 0, |_| Ok(()))?;
        self.rename(NEW, "db")?;
        sync(&self.path).map_err(Failure::Io)
    }

    /// A new database, filled and durable, that waits for [`Folder::replace`]. It goes on counting batches from `written`.
    pub(crate) fn build<T>(
        &self,
        cache_bytes: u64,
        written: u64,
        fill: impl FnOnce(&Table) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let new = self.path.join(NEW);
        let build = || {
            remove(&new).map_err(Failure::Io)?;
            let table = Table::open(&new, cache_bytes)?;
            table.begin(written)?;
            let filled = fill(&table)?;
            drop(table);
            wait_until_closed(&new)?;
            sync_tree(&new).map_err(Failure::Io)?;
            Ok(filled)
        };
        let built = build();
        if built.is_err() {
            // It may have taken the disk's last bytes.
            _ = remove(&new);
        }
        built
    }

    /// What was built takes the place of what is there, which is called `aside` from then on. At every moment one of the two can be
    /// opened: `db`, or else `db.ready`.
    pub(crate) fn replace(&self, aside: &str) -> Result<(), Failure> {
        self.rename(NEW, READY)?;
        sync(&self.path).map_err(Failure::Io)?;
        self.rename("db", aside)?;
        self.rename(READY, "db")?;
        sync(&self.path).map_err(Failure::Io)
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), Failure> {
        remove(&self.path.join(name)).map_err(Failure::Io)
    }

    /// A name for a damaged database that nothing has yet.
    pub(crate) fn name_aside(&self, unix_seconds: u64) -> String {
        let name = format!("db.damaged-{unix_seconds}");
        let free = |name: &String| !self.path.join(name).exists();
        let later = (2..).map(|n| format!("{name}-{n}"));
        std::iter::once(name.clone()).chain(later).find(free).expect("there is always one more number")
    }

    /// A copy of the database to try things on. What is there stays as it was found.
    pub(crate) fn copy_to_try(&self) -> Result<PathBuf, Failure> {
        let copy = self.path.join(TRY);
        remove(&copy).and_then(|()| copy_tree(&self.db(), &copy)).map_err(Failure::Io)?;
        Ok(copy)
    }

    pub(crate) fn end_try(&self) -> Result<(), Failure> {
        self.remove(TRY)
    }

    /// Asks for a repair on the next opening. Where even this cannot be written, damage will be met again.
    pub(crate) fn note_damage(&self) {
        _ = File::create(self.path.join(DAMAGE_SEEN)).and_then(|file| file.sync_all());
    }

    pub(crate) fn damage_was_noted(&self) -> bool {
        self.path.join(DAMAGE_SEEN).exists()
    }

    pub(crate) fn forget_damage(&self) -> Result<(), Failure> {
        self.remove(DAMAGE_SEEN)
    }

    /// Whether it was not looked lately, at about this size, how much of the database lives.
    pub(crate) fn is_worth_a_look(&self, bytes: u64) -> bool {
        let note = self.path.join(LOOKED);
        let looked = fs::read_to_string(&note).ok().and_then(|looked| looked.parse::<u64>().ok());
        let at = fs::metadata(&note).and_then(|note| note.modified()).ok();
        match (looked, at.and_then(|at| at.elapsed().ok())) {
            (Some(looked), Some(since)) => bytes / 5 * 4 > looked || since > LOOK_AGAIN,
            _ => true,
        }
    }

    /// Where it cannot be written, it is only looked again too soon.
    pub(crate) fn note_look(&self, bytes: u64) {
        _ = fs::write(self.path.join(LOOKED), bytes.to_string());
    }

    pub(crate) fn forget_look(&self) {
        _ = remove(&self.path.join(LOOKED));
    }

    /// Bytes of everything in it.
    pub(crate) fn size(&self) -> io::Result<u64> {
        fn below(path: &Path) -> io::Result<u64> {
            let mut sum = 0;
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                // Files come and go while the engine tidies up.
                sum += match entry.metadata() {
                    Ok(found) if found.is_dir() => below(&entry.path())?,
                    Ok(found) => found.len(),
                    Err(error) if error.kind() == ErrorKind::NotFound => 0,
                    Err(error) => return Err(error),
                };
            }
            Ok(sum)
        }
        below(&self.db())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        fs::rename(self.path.join(from), self.path.join(to)).map_err(Failure::Io)
    }
}

/// Makes names in a folder durable.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file, and names are durable when they are changed.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::options().write(true).open(entry.path())?.sync_all()?;
        }
    }
    sync(folder)
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Removing what is not there is no error.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_looked_at_again_when_it_has_grown_or_the_next_day() {
        let path = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(path.path()).unwrap();
        assert!(folder.is_worth_a_look(100));
        folder.note_look(100);
        assert!(!folder.is_worth_a_look(100) && !folder.is_worth_a_look(120));
        assert!(folder.is_worth_a_look(130));
        let note = File::options().write(true).open(path.path().join(LOOKED)).unwrap();
        note.set_modified(note.metadata().unwrap().modified().unwrap() - LOOK_AGAIN * 2).unwrap();
        assert!(folder.is_worth_a_look(100));
        fs::write(path.path().join(LOOKED), "no number").unwrap();
        assert!(folder.is_worth_a_look(100));
    }
}
