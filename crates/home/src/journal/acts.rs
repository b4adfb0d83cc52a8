//! What the commands of this computer did, newest last: what `undo` takes back, and when it was. One sealed row a command.

use std::ops::ControlFlow;

use allymap_document::ActId;
use allymap_replica::Rows;
use allymap_wire::DocumentId;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::computer::disk::Disk;
use crate::trouble::Trouble;

/// Older ones are forgotten; what they did stays in the history of each entry.
const KEPT: usize = 200;

/// One command that changed something.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Act {
    #[n(0)]
    id: ByteArray<16>,
    /// As it was typed, shortened.
    #[n(1)]
    pub said: String,
    #[n(2)]
    documents: Vec<ByteArray<16>>,
    /// This computer's clock. It decides nothing.
    #[n(3)]
    pub at_ms: u64,
    /// The command took this one back.
    #[n(4)]
    undoes: Option<String>,
}

impl Act {
    pub(crate) fn new(id: ActId, said: &str, at_ms: u64) -> Act {
        Act { id: id.0.into(), said: said.to_owned(), documents: Vec::new(), at_ms, undoes: None }
    }

    pub fn id(&self) -> ActId {
        ActId(*self.id)
    }

    pub fn documents(&self) -> Vec<DocumentId> {
        self.documents.iter().map(|id| DocumentId(**id)).collect()
    }

    pub(crate) fn touched(&mut self, document: DocumentId) {
        if !self.documents.iter().any(|known| **known == document.0) {
            self.documents.push(document.0.into());
        }
    }

    /// What the command did, in the words in which it was said.
    pub fn words(&self) -> &str {
        self.undoes.as_deref().unwrap_or(&self.said)
    }

    /// The same for whoever reads. Names and notes are typed into commands, so a discreet answer tells only which command it was.
    pub fn shown(&self, discreet: bool) -> &str {
        let words = self.words();
        let verb = words.split(' ').next().unwrap_or_default();
        if discreet { verb } else { words }
    }

    pub fn is_undo(&self) -> bool {
        self.undoes.is_some()
    }

    pub(crate) fn undoing(&mut self, other: &Act) {
        self.undoes = Some(other.words().to_owned());
    }
}

/// The map's acts, oldest first.
pub(crate) fn list(disk: &Disk, map: u16) -> Result<Vec<Act>, Trouble> {
    let mut acts = Vec::new();
    disk.scan(&prefix(map), None, &mut |_, row| {
        acts.extend(minicbor::decode::<Act>(row).ok());
        ControlFlow::Continue(())
    })?;
    Ok(acts)
}

/// Puts the row of a command that is under way; a command that commits several times has one row still.
pub(crate) fn put(disk: &mut Disk, map: u16, act: &Act) -> Result<(), Trouble> {
    let mut keys = Vec::new();
    let mut own = None;
    disk.scan(&prefix(map), None, &mut |key, row| {
        if minicbor::decode::<Act>(row).is_ok_and(|known| known.id == act.id) {
            own = Some(key.to_vec());
        }
        keys.push(key.to_vec());
        ControlFlow::Continue(())
    })?;
    let last = keys.last().and_then(|key| key.last_chunk::<8>()).map_or(0, |number| u64::from_be_bytes(*number));
    let key = own.unwrap_or_else(|| [&prefix(map)[..], &(last + 1).to_be_bytes()].concat());
    disk.put(key, allymap_wire::encode(act));
    for old in keys.iter().rev().skip(KEPT) {
        disk.delete(old.clone());
    }
    Ok(())
}

fn prefix(map: u16) -> Vec<u8> {
    [b"g/act/", &map.to_be_bytes()[..]].concat()
}
