//! temporary
use allymap_relay::{Rows, RowsError, Visit, Write};
use std::collections::BTreeMap;
pub(crate) struct Disk(BTreeMap<Vec<u8>, Vec<u8>>);
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub(crate) struct DiskError;
impl DiskError {
    pub(crate) fn is_full(&self) -> bool {
        false
    }
}
impl Disk {
    pub(crate) fn open(_: &std::path::Path) -> Result<Disk, DiskError> {
        Ok(Disk(BTreeMap::new()))
    }
    pub(crate) fn take(&mut self, writes: Vec<Write>) {
        for w in writes {
            match w {
                Write::Put(k, v) => {
                    self.0.insert(k, v);
                }
                Write::Delete(k) => {
                    self.0.remove(&k);
                }
            }
        }
    }
    pub(crate) fn commit(&mut self) -> Result<bool, DiskError> {
        Ok(true)
    }
}
impl Rows for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(self.0.get(key).cloned())
    }
    fn scan(&self, prefix: &[u8], from: Option<&[u8]>, f: Visit<'_>) -> Result<(), RowsError> {
        for (k, v) in self.0.range(from.unwrap_or(prefix).to_vec()..) {
            if !k.starts_with(prefix) || f(k, v).is_break() {
                break;
            }
        }
        Ok(())
    }
}
