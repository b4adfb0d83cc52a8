//! Where things lie on this computer. `ALLYMAP_HOME` moves everything into one folder: a USB stick, a test, a demo.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The folders of one person.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// Maps, sealed; the keyslots.
    pub(crate) data: PathBuf,
    /// Settings.
    pub(crate) config: PathBuf,
    /// What only matters while the computer runs: the unlocked key.
    pub(crate) runtime: PathBuf,
}

impl Home {
    /// From the environment: `ALLYMAP_HOME`, or else the places that the system has for such things.
    pub(crate) fn find() -> Option<Home> {
        if let Some(folder) = std::env::var_os("ALLYMAP_HOME").filter(|folder| !folder.is_empty()) {
            return Some(Home::at(Path::new(&folder)));
        }
        let places = etcetera::choose_base_strategy().ok()?;
        let data = places.data_dir().join("allymap");
        Some(Home {
            config: places.config_dir().join("allymap"),
            runtime: places.runtime_dir().map_or_else(|| data.join("run"), |folder| folder.join("allymap")),
            data,
        })
    }

    pub(crate) fn at(folder: &Path) -> Home {
        Home { data: folder.join("data"), config: folder.join("config"), runtime: folder.join("run") }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.data.join("maps")
    }

    /// The newest damaged copy that the store has set aside.
    pub(crate) fn set_aside(&self) -> Option<PathBuf> {
        let copies = std::fs::read_dir(self.store()).ok()?.flatten().map(|entry| entry.path());
        copies.filter(|path| path.to_string_lossy().contains("db.damaged-")).max()
    }

    pub(crate) fn keyslots(&self) -> PathBuf {
        self.data.join("keyslots")
    }

    pub(crate) fn unlocked_key(&self) -> PathBuf {
        self.runtime.join("unlocked")
    }

    /// Touched after every write, so that a running `sync --watch` looks for new edits.
    pub(crate) fn changed_marker(&self) -> PathBuf {
        self.data.join("changed")
    }
}

/// Creates a folder that only its owner can enter.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file that only its owner can read: aside, to the disk, then in place.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
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
