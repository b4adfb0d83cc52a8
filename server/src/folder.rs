//! The relay's folder: where it is, and the note in it by which other commands find the running relay.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What a running relay leaves in its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// Whoever can read the folder may ask for numbers; nobody else, also not through a proxy on the same machine.
    pub(crate) key: String,
}

impl Running {
    pub(crate) fn read(folder: &Path) -> Option<Running> {
        serde_json::from_slice(&std::fs::read(folder.join(NOTE)).ok()?).ok()
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(NOTE);
        let bytes = serde_json::to_vec(self).expect("an address and a key are JSON");
        let aside = folder.join("running.new");
        private_file(&aside)
            .and_then(|mut file| file.write_all(&bytes))
            .and_then(|()| std::fs::rename(&aside, &path))
            .map_err(|source| Failure::Folder { path, source })
    }

    pub(crate) fn remove(folder: &Path) {
        // A note that stays behind only makes the next command ask an address where nobody answers.
        let _ = std::fs::remove_file(folder.join(NOTE));
    }
}

/// The folder that was named, or the usual place for a program's data.
pub(crate) fn named_or_usual(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let usual = || {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = if cfg!(windows) {
            absolute("LOCALAPPDATA")
        } else {
            absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))
        };
        Some(base?.join("allymap-relay"))
    };
    named.or_else(usual).ok_or(Failure::NoFolder)
}

/// Makes the folder, for its owner alone.
pub(crate) fn make(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| Failure::Folder { path: path.into(), source })
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const NOTE: &str = "running.json";
