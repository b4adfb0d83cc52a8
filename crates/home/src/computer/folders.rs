//! Where things lie on this computer. Where that is, the face finds out.

use std::path::{Path, PathBuf};

/// The folders of one person.
#[derive(Clone, Debug)]
pub struct Folders {
    /// Maps, sealed; the keyslots.
    pub data: PathBuf,
    /// Settings.
    pub config: PathBuf,
    /// What only matters while the computer runs: the unlocked key.
    pub runtime: PathBuf,
}

impl Folders {
    /// Everything in one folder: a USB stick, a test, a demo.
    pub fn at(folder: &Path) -> Folders {
        Folders { data: folder.join("data"), config: folder.join("config"), runtime: folder.join("run") }
    }

    pub fn store(&self) -> PathBuf {
        self.data.join("maps")
    }

    /// The newest damaged copy that the store has set aside.
    pub fn set_aside(&self) -> Option<PathBuf> {
        let copies = std::fs::read_dir(self.store()).ok()?.flatten().map(|entry| entry.path());
        copies.filter(|path| path.to_string_lossy().contains("db.damaged-")).max()
    }

    pub fn keyslots(&self) -> PathBuf {
        self.data.join("keyslots")
    }

    pub fn unlocked_key(&self) -> PathBuf {
        self.runtime.join("unlocked")
    }

    /// Touched after every write, so that a running `sync --watch` looks for new edits.
    pub fn changed_marker(&self) -> PathBuf {
        self.data.join("changed")
    }
}

/// Creates a folder that only its owner can enter.
pub fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file that only its owner can read: aside, to the disk, then in place.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_private(folder)?;
    let aside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    std::fs::rename(&aside, path)?;
    std::fs::File::open(folder)?.sync_all()
}
