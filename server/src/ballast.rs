//! A few megabytes kept for a full disk: the store cannot even be opened without some.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file in a relay's folder that takes up the space.
pub(crate) struct Ballast(PathBuf);

impl Ballast {
    pub(crate) fn of(folder: &Path) -> Ballast {
        Ballast(folder.join("ballast"))
    }

    /// Takes the space, if it is not taken yet and there is more than that.
    pub(crate) fn take(&self) -> bool {
        if fs::metadata(&self.0).is_ok_and(|file| file.len() == BYTES) {
            return true;
        }
        // More than the ballast must fit: else the store would be full again with its next write.
        let trial = self.0.with_extension("trial");
        let fits = write(&trial, BYTES + MARGIN_BYTES).and_then(|()| fs::remove_file(&trial)).is_ok();
        let taken = fits && write(&self.0, BYTES).is_ok();
        if !taken {
            let _ = fs::remove_file(&trial);
            self.give();
        }
        taken
    }

    /// Gives the space up, to whoever is first.
    pub(crate) fn give(&self) -> bool {
        fs::remove_file(&self.0).is_ok()
    }
}

fn write(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    let block = vec![0x5A; 1 << 20];
    for _ in 0..bytes.div_ceil(block.len() as u64) {
        file.write_all(&block)?;
    }
    file.sync_all()
}

const BYTES: u64 = 8 << 20;
const MARGIN_BYTES: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_once_and_leaves_no_trial_behind() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::of(folder.path());
        assert!(ballast.take() && ballast.take());
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["ballast"]);
        assert!(ballast.give());
        assert!(!ballast.give());
    }
}
