//! When other people's changes came to this computer: a change carries no time of its own. One sealed row an entry.

use std::collections::BTreeMap;

use allymap_document::{ActorId, ChangeInfo, Document};
use allymap_replica::Rows;
use allymap_wire::DocumentId;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::computer::disk::Disk;
use crate::trouble::Trouble;

/// Arrivals of one entry that are told apart; what came before them came at a time that nobody knows any more.
const KEPT: usize = 12;

/// What came to one entry, the oldest first.
#[derive(Clone, Debug, Default, Encode, Decode)]
#[cbor(map)]
pub struct Arrivals {
    #[n(0)]
    list: Vec<Arrival>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
struct Arrival {
    /// This computer's clock; 0 for what is not known any more.
    #[n(0)]
    at_ms: u64,
    /// How far each author's changes then reached.
    #[n(1)]
    reached: Vec<Reached>,
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[cbor(array)]
struct Reached {
    #[n(0)]
    actor: ByteArray<16>,
    #[n(1)]
    seq: u64,
}

impl Arrivals {
    /// When a change came, if it came and that is still known.
    pub fn of(&self, change: &ChangeInfo) -> Option<u64> {
        let has = |arrival: &&Arrival| {
            arrival.reached.iter().any(|reached| *reached.actor == change.actor.0 && reached.seq >= change.seq)
        };
        self.list.iter().find(has).map(|arrival| arrival.at_ms).filter(|at_ms| *at_ms > 0)
    }

    pub fn newest_ms(&self) -> u64 {
        self.list.last().map_or(0, |arrival| arrival.at_ms)
    }

    fn note(&mut self, document: &Document, own: &dyn Fn(ActorId) -> bool, at_ms: u64) -> bool {
        let mut reached: BTreeMap<ActorId, u64> = BTreeMap::new();
        for change in document.changes() {
            let seq = reached.entry(change.actor).or_default();
            *seq = change.seq.max(*seq);
        }
        for known in self.list.iter().flat_map(|arrival| &arrival.reached) {
            let actor = ActorId(*known.actor);
            if reached.get(&actor).is_some_and(|seq| *seq <= known.seq) {
                reached.remove(&actor);
            }
        }
        let reached: Vec<Reached> = reached
            .into_iter()
            .filter(|(actor, _)| !own(*actor))
            .map(|(actor, seq)| Reached { actor: actor.0.into(), seq })
            .collect();
        if reached.is_empty() {
            return false;
        }
        self.list.push(Arrival { at_ms, reached });
        if self.list.len() > KEPT {
            let oldest = self.list.remove(0);
            self.list[0].reached.extend(oldest.reached);
            self.list[0].at_ms = 0;
        }
        true
    }
}

/// Notes what is new in a document that others changed.
pub(crate) fn note(
    disk: &mut Disk,
    map: u16,
    id: DocumentId,
    document: &Document,
    own: &dyn Fn(ActorId) -> bool,
    at_ms: u64,
) -> Result<(), Trouble> {
    let mut arrivals = of(disk, map, id)?;
    if arrivals.note(document, own, at_ms) {
        disk.put(key(map, id), allymap_wire::encode(&arrivals));
    }
    Ok(())
}

/// What came to a document.
pub(crate) fn of(disk: &Disk, map: u16, id: DocumentId) -> Result<Arrivals, Trouble> {
    let row = disk.get(&key(map, id))?;
    Ok(row.and_then(|row| minicbor::decode(&row).ok()).unwrap_or_default())
}

fn key(map: u16, id: DocumentId) -> Vec<u8> {
    [b"g/came/", &map.to_be_bytes()[..], &id.0].concat()
}
