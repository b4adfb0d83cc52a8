//! The relay's folder: where it is, and the note in it by which other commands find the running relay.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::machine::chance;

/// Which relay is meant.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The relay's folder [default: allymap-relay in your data folder]
    #[arg(long = "data", value_name = "FOLDER", env = "ALLYMAP_RELAY_DATA")]
    folder: Option<PathBuf>,
}

impl Place {
    /// The folder that was named, or the usual place for a program's data.
    pub(crate) fn folder(self) -> Result<PathBuf, Failure> {
        self.folder.or_else(usual).ok_or(Failure::NoFolder)
    }
}

#[allow(clippy::disallowed_methods, reason = "where data usually lies is read where the program starts")]
fn usual() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else {
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))
    };
    Some(base?.join("allymap-relay"))
}

/// What a running relay leaves in its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    pub address: SocketAddr,
    /// Whoever can read the folder may ask for numbers; nobody else, also not through a proxy on the same machine.
    pub key: String,
}

impl Running {
    /// With a new key.
    pub fn at(address: SocketAddr) -> Running {
        let mut key = [0; 16];
        chance(&mut key);
        Running { address, key: data_encoding::HEXLOWER.encode(&key) }
    }

    pub(crate) fn read(folder: &Path) -> Option<Running> {
        serde_json::from_slice(&std::fs::read(folder.join(NOTE)).ok()?).ok()
    }

    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
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
