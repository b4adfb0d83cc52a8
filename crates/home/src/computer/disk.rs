//! The rows of a home: read through the vault, written as one sealed batch that is durable when `commit` returns.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use allymap_replica::{Rows, Unreadable, Write};
use allymap_seal::Vault;
use allymap_store::{Batch, Error, Maintained, Options, Recovered, SledStore, Store};

use crate::computer::surroundings::Chance;

/// sled's cache. A command touches little; what it does not need is not worth its memory.
const CACHE_BYTES: u64 = 16 << 20;

/// The map's number is part of every key already, so a value is bound to its map by its key.
const WHOLE_KEY: u16 = 0;

/// An open store, owned by this process until it is dropped.
pub struct Disk {
    store: SledStore,
    vault: Vault,
    chance: Chance,
    pending: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Set when the store was damaged and what could still be read was saved into a new one.
    pub(crate) recovered: Option<Recovered>,
}

impl Disk {
    /// Takes the home's lock, waiting for another command to finish for at most `wait`.
    pub fn open(folder: &Path, vault: Vault, chance: Chance, wait: Duration, program: &str) -> Result<Disk, Error> {
        let options = Options { cache_bytes: CACHE_BYTES, wait, program: program.to_owned() };
        let opened = SledStore::open(folder, options)?;
        Ok(Disk { store: opened.store, vault, chance, pending: BTreeMap::new(), recovered: opened.recovered })
    }

    /// Lays writes over the rows. They can be read at once and are durable after [`Disk::commit`].
    pub fn persist(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Put(key, value) => self.pending.insert(key, Some(value)),
                Write::Delete(key) => self.pending.insert(key, None),
            };
        }
    }

    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.pending.insert(key, Some(value));
    }

    pub fn delete(&mut self, key: Vec<u8>) {
        self.pending.insert(key, None);
    }

    /// Everything since the last commit, in one batch, flushed and synced.
    pub fn commit(&mut self) -> Result<bool, Error> {
        if self.pending.is_empty() {
            return Ok(false);
        }
        let mut batch = Batch::default();
        for (key, value) in &self.pending {
            match value {
                Some(value) => {
                    let sealed = self.vault.seal_value(WHOLE_KEY, key, value, &mut self.chance);
                    batch.put(key.as_slice(), sealed);
                }
                None => batch.delete(key.as_slice()),
            }
        }
        self.store.write(&batch)?;
        self.pending.clear();
        Ok(true)
    }

    /// Whether something waits for [`Disk::commit`].
    pub(crate) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Gives back space that the maps do not need any more, if that is worth it.
    pub(crate) fn maintain(&mut self) -> Result<Maintained, Error> {
        self.store.maintain()
    }

    pub fn bytes_on_disk(&self) -> Option<u64> {
        self.store.size().ok()
    }
}

impl Rows for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        if let Some(value) = self.pending.get(key) {
            return Ok(value.clone());
        }
        match self.store.get(key) {
            Ok(Some(sealed)) => Ok(self.vault.open_value(WHOLE_KEY, key, &sealed).ok().map(|value| value.to_vec())),
            Ok(None) => Ok(None),
            // A value that its checksum refuses is missing, as if it had never come; the exchange brings it back.
            Err(Error::Damaged { .. }) => Ok(None),
            Err(_) => Err(Unreadable),
        }
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable> {
        let start = from.unwrap_or(prefix).to_vec();
        let mut pending = self.pending.range(start..).take_while(|(key, _)| key.starts_with(prefix)).peekable();
        let mut stopped = false;
        let scanned = self.store.scan(prefix, from, &mut |key, sealed| {
            let mut step = || {
                while let Some((ours, value)) = pending.next_if(|(ours, _)| ours.as_slice() < key) {
                    if let Some(value) = value {
                        visit(ours, value)?;
                    }
                }
                match pending.next_if(|(ours, _)| ours.as_slice() == key) {
                    Some((_, Some(value))) => visit(key, value),
                    Some((_, None)) => ControlFlow::Continue(()),
                    None => match self.vault.open_value(WHOLE_KEY, key, sealed) {
                        Ok(value) => visit(key, &value),
                        Err(_) => ControlFlow::Continue(()),
                    },
                }
            };
            let flow = step();
            stopped = flow.is_break();
            flow
        });
        scanned.map_err(|_| Unreadable)?;
        if !stopped {
            for (ours, value) in pending {
                if let Some(value) = value
                    && visit(ours, value).is_break()
                {
                    break;
                }
            }
        }
        Ok(())
    }
}
