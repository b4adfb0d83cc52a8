//! A disk: rows in order. What is durable is one of these, what a process sees is another.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use allymap_relay::RowsError;
use allymap_replica::Unreadable;

/// One change to a disk; nothing means that the row goes.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

#[derive(Clone, Debug, Default)]
pub struct Disk(BTreeMap<Arc<[u8]>, Arc<[u8]>>);

impl Disk {
    pub fn write(&mut self, writes: &[Write]) {
        for (key, value) in writes {
            match value {
                Some(value) => self.0.insert(key.as_slice().into(), value.as_slice().into()),
                None => self.0.remove(key.as_slice()),
            };
        }
    }

    pub fn row(&self, key: &[u8]) -> Option<&[u8]> {
        self.0.get(key).map(|value| &**value)
    }

    /// Rows whose keys begin with `prefix`, with what follows it.
    pub fn under<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.from(prefix, prefix).map(move |(key, value)| (&key[prefix.len()..], value))
    }

    /// Rows whose keys begin with this letter.
    pub fn under_letter(&self, letter: u8) -> impl Iterator<Item = (&[u8], &[u8])> {
        let start: Arc<[u8]> = [letter][..].into();
        self.0.range(start..).take_while(move |(key, _)| key[0] == letter).map(|(key, value)| (&**key, &**value))
    }

    /// Every row there is.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    fn from<'a>(&'a self, prefix: &'a [u8], start: &[u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let start: Arc<[u8]> = start.into();
        self.0.range(start..).take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, value)| (&**key, &**value))
    }
}

impl allymap_replica::Rows for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.row(key).map(<[u8]>::to_vec))
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable> {
        for (key, value) in self.from(prefix, from.unwrap_or(prefix)) {
            if visit(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl allymap_relay::Rows for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        allymap_relay::Rows::get(&self.0, key)
    }

    fn scan(&self, prefix: &[u8], from: Option<&[u8]>, f: allymap_relay::Visit<'_>) -> Result<(), RowsError> {
        self.0.scan(prefix, from, f)
    }
}
