//! Why a command of the relay did not do what it was asked.

use std::net::SocketAddr;
use std::path::PathBuf;

use allymap_relay::{OpenError, RowsError};

use crate::disk::DiskError;

/// Each is worded here, and nowhere else.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("there is no place for the relay's data: name one with --data FOLDER")]
    NoFolder,
    #[error("{} cannot be used for the relay's data: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("nobody can be served at {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("this machine has no private network address now; connect it, or name an address with --listen")]
    NoPrivateAddress,
    #[error("{typed:?} is no address for devices: it begins with ws:// or wss:// and has at most {most} letters")]
    Url { typed: String, most: usize },
    #[error("{0}")]
    Disk(#[from] DiskError),
    #[error("{0}")]
    Open(#[from] OpenError),
    #[error("{0}")]
    Rows(#[from] RowsError),
    #[error("the relay cannot start: {0}")]
    Start(std::io::Error),
    #[error("no relay is running from {}", folder.display())]
    NotRunning { folder: PathBuf },
    #[error("there is no relay in {} yet: `allymap-relay serve` makes one", folder.display())]
    NeverServed { folder: PathBuf },
    #[error("the relay at {address} does not answer: {source}")]
    NoAnswer { address: SocketAddr, source: std::io::Error },
    #[error("the relay at {0} answers, but it is not well: it cannot store anything now")]
    Unwell(SocketAddr),
}
