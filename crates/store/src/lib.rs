//! Bytes on disk, durable or an error.
//!
//! A [`Store`] keeps rows of bytes under keys of bytes, in the order of the keys. It knows no domain and holds no secret. Two stores
//! exist: [`SledStore`] in a folder and [`MemoryStore`], a disk for simulations that fails when it is told to.
//!
//! # What is promised
//!
//! - **A write is durable when it returns.** [`Store::write`] has flushed and fsynced the whole batch by then. sled alone does not
//!   promise this: on Linux its `flush` never calls fsync, and a power cut takes back what it confirmed. The tests of this crate cut
//!   the power hundreds of times to see that nothing acknowledged is missing.
//! - **A batch is there whole or not at all**, whatever happens while it is written. After an *error* either may be the case, and
//!   opening again tells which.
//! - **Nothing comes back altered.** Each row carries a checksum over its key and its value. A row that does not fit is
//!   [`Error::Damaged`] for [`Store::get`] and counted as `bad` by a scan. It is never handed out.
//! - **Damage stays where it is.** A scan steps over what cannot be read and counts the holes. A store that no longer opens, or in
//!   which damage was met, is set aside on the next opening and what still reads moves into a new one; [`Opened::recovered`] says so.
//!   Nothing that was set aside is ever deleted.
//! - **An error of the disk ends the handle.** From then on it answers [`Error::Dead`], since an engine that missed a write may
//!   remember what the disk does not hold. Drop it and open again; that works as soon as the disk does.
//! - **One owner at a time**, on this machine, across processes. Whoever is refused learns who has it ([`Error::Busy`]).
//!
//! # What lies in the folder
//!
//! | Name | What it is |
//! | --- | --- |
//! | `LOCK` | held with flock by the owner, who writes its name into it |
//! | `db` | the engine's folder |
//! | `confirmed` | how many batches were confirmed: an engine that knows of fewer has lost some |
//! | `db.new`, `db.ready`, `db.old`, `db.try` | a copy on its way to becoming `db`; tidied by the next opening |
//! | `import.new` | an import that is being checked |
//! | `db.damaged-SECONDS` | a damaged `db` that was set aside, by the time it happened |
//! | `damage-seen` | says that damage was met, so that the next opening repairs it |
//!
//! The engine's own rows, the format's version among them, lie outside the space of callers' keys: a caller may use every key, the
//! empty one included.

mod batch;
mod engine;
mod error;
mod folder;
mod lock;
mod memory;
mod patience;
mod pieces;
mod salvage;
mod sled_store;
mod stream;
mod table;
mod tail;
mod tally;
#[cfg(test)]
mod tests;

use std::io::{Read, Write};
use std::ops::ControlFlow;

pub use batch::Batch;
pub use error::{Damage, Error};
pub use memory::{Backup, Fault, MemoryStore};
pub use sled_store::{Opened, Options, Recovered, SledStore};

/// A longer key is refused.
pub const MAX_KEY_BYTES: usize = 1024;

/// A longer value is refused.
pub const MAX_VALUE_BYTES: usize = 64 << 20;

/// Rows of bytes under keys of bytes, in the order of the keys.
pub trait Store {
    /// The value under a key. [`Error::Damaged`] if it is there but cannot be trusted.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;

    /// Applies a batch as a whole. It is durable on return: flushed and fsynced. [`Error::Damaged`] means that it would have to change
    /// something unreadable: nothing of it was written, and opening again repairs.
    fn write(&mut self, batch: &Batch) -> Result<(), Error>;

    /// Visits the rows whose key begins with `prefix`, in the order of their keys, from the key `from` on (itself included), until
    /// the visitor breaks. Rows that cannot be read are counted and left out.
    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error>;

    /// Like [`Store::scan`], without reading values: what is long is not fetched, and only the first piece of it is checked.
    fn scan_keys(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Report, Error>;

    /// The row with the greatest key under a prefix. Damage there is an error, since a smaller key would be a wrong answer.
    fn last(&self, prefix: &[u8]) -> Result<Option<Row>, Error>;

    /// Puts every row of an export into the store, over what is there under the same keys. The stream is read to its end and
    /// checked first: one that was cut or altered changes nothing and is [`Error::Altered`]. Interrupted by a crash, it may be
    /// there in part; repeating it is harmless.
    fn import(&mut self, from: &mut dyn Read) -> Result<Report, Error>;

    /// Gives back space, if enough can be had to be worth a copy of everything that lives. Takes about half a second per 50 MB of it.
    /// Cheap otherwise: how much lives is only looked at in a large store, and not again before it has grown or a day has passed.
    fn maintain(&mut self) -> Result<Maintained, Error>;

    /// Bytes on disk.
    fn size(&self) -> Result<u64, Error>;

    /// Reads everything and checks it.
    fn verify(&self) -> Result<Report, Error> {
        self.scan(b"", None, &mut |_, _| ControlFlow::Continue(()))
    }

    /// Writes every readable row into a stream that any engine can take in again, with a digest at its end. This is the backup: a
    /// copy of the folder's files taken while it is open is none.
    fn export(&self, to: &mut dyn Write) -> Result<Report, Error> {
        let mut stream = stream::Writer::begin(to)?;
        let mut failed = None;
        let report = self.scan(b"", None, &mut |key, value| match stream.row(key, value) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        stream.finish()?;
        Ok(report)
    }
}

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// What was met while reading many rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read and found whole.
    pub ok: u64,
    /// Rows that are there but whose checksum or pieces do not fit.
    pub bad: u64,
    /// Stretches that the engine could not read. How many rows were there is not known.
    pub holes: u64,
}

impl Report {
    /// Whether everything that was there could be read.
    pub fn is_whole(&self) -> bool {
        self.bad == 0 && self.holes == 0
    }
}

/// What [`Store::maintain`] did: bytes on disk before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maintained {
    pub before: u64,
    pub after: u64,
}
