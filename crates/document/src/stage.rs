//! Foreign changes: checked before Automerge sees them, applied to a copy, and checked again.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, Change};

use crate::broken::Broken;
use crate::chunk::Chunk;
use crate::document::Document;
use crate::guard::guarded;
use crate::history::Recorded;
use crate::limits::{CHANGES_PER_CALL, MAX_OPERATIONS_PER_RECORD};
use crate::past::Past;
use crate::refusal::Refusal;
use crate::value::{ActorId, ChangeHash};

/// A document with a record's changes applied, not yet in the document's place.
#[derive(Clone, Debug)]
pub struct Staged {
    document: Document,
    hashes: Vec<ChangeHash>,
    fresh: usize,
}

impl Staged {
    /// The document with the changes in it, to be put in the old one's place.
    pub fn commit(self) -> Document {
        self.document
    }

    /// The document as it would be.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The names of all changes that were given, in the order given.
    pub fn hashes(&self) -> &[ChangeHash] {
        &self.hashes
    }

    /// True when the document held all of them before.
    pub fn already_known(&self) -> bool {
        self.fresh == 0
    }
}

impl Document {
    /// Check a record's changes and apply them to a copy. The document itself changes only when the caller takes
    /// [`Staged::commit`] in its place.
    pub fn stage(&self, signer: ActorId, changes: &[Vec<u8>]) -> Result<Staged, Refusal> {
        self.stage_within(signer, changes, u64::MAX)
    }

    /// As [`Document::stage`] for one record after the other, each with its signer, and [`Staged::commit`] for all that count:
    /// the document after them, and for each whether it brought anything new, or why it does not count. What would bring the
    /// document beyond `limit` operations is [`Refusal::BeyondLimit`].
    pub fn stage_all(&self, records: &[(ActorId, &[Vec<u8>])], limit: u64) -> (Document, Vec<Result<bool, Refusal>>) {
        let mut document = self.clone();
        let mut outcomes = Vec::with_capacity(records.len());
        while let Some((signer, changes)) = records.get(outcomes.len()) {
            // Automerge takes about as long over a call as the document is long, so records that do not build on each other
            // share one.
            if let Some((next, fresh)) = together(&document, &records[outcomes.len()..], limit) {
                document = next;
                outcomes.extend(fresh.into_iter().map(Ok));
                continue;
            }
            match document.stage_within(*signer, changes, limit) {
                Ok(staged) => {
                    outcomes.push(Ok(!staged.already_known()));
                    document = staged.commit();
                }
                Err(refusal) => outcomes.push(Err(refusal)),
            }
        }
        (document, outcomes)
    }

    fn stage_within(&self, signer: ActorId, changes: &[Vec<u8>], limit: u64) -> Result<Staged, Refusal> {
        let chunks = changes.iter().map(|bytes| Chunk::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
        let hashes = chunks.iter().map(|chunk| chunk.header.hash).collect();
        let (fresh, automerge) = guarded(|| {
            let (taken, mut room) = (BTreeSet::new(), Room { operations: self.operations(), limit });
            let mut past = Past::new(self, signer);
            let fresh = check(self, &taken, &mut room, &mut past, signer, &chunks)?;
            let bytes: Vec<&[u8]> = fresh.iter().map(|index| changes[*index].as_slice()).collect();
            let automerge = if bytes.is_empty() { None } else { Some(apply(&self.automerge, &bytes)?) };
            Ok((fresh, automerge))
        })
        .map_err(|_| Refusal::Panicked)??;
        let document = match automerge {
            Some(automerge) => {
                let recorded = |index: &usize| Recorded {
                    actor: signer,
                    hash: chunks[*index].header.hash,
                    bytes: &changes[*index],
                };
                self.advanced(automerge, fresh.iter().map(recorded))
            }
            None => self.clone(),
        };
        Ok(Staged { document, hashes, fresh: fresh.len() })
    }
}

/// The first records that are sound and build on the document or on their own signer's earlier ones, applied in one go. Nothing
/// when that are fewer than two, or when it fails: then each is looked at by itself.
fn together(document: &Document, records: &[(ActorId, &[Vec<u8>])], limit: u64) -> Option<(Document, Vec<bool>)> {
    let applied = guarded(|| {
        let mut pasts: BTreeMap<ActorId, Past<'_>> = BTreeMap::new();
        let mut taken: BTreeSet<ChangeHash> = BTreeSet::new();
        let mut room = Room { operations: document.operations(), limit };
        let (mut given, mut fresh) = (Vec::new(), Vec::new());
        for (signer, changes) in records {
            let Ok(chunks) = changes.iter().map(|bytes| Chunk::parse(bytes)).collect::<Result<Vec<_>, _>>() else {
                break;
            };
            let past = pasts.entry(*signer).or_insert_with(|| Past::new(document, *signer));
            let Ok(order) = check(document, &taken, &mut room, past, *signer, &chunks) else { break };
            fresh.push(!order.is_empty());
            for index in order {
                let hash = chunks[index].header.hash;
                taken.insert(hash);
                given.push(Recorded { actor: *signer, hash, bytes: &changes[index] });
            }
        }
        if fresh.len() < 2 {
            return None;
        }
        if given.is_empty() {
            return Some((document.clone(), fresh));
        }
        let bytes: Vec<&[u8]> = given.iter().map(|recorded| recorded.bytes).collect();
        let automerge = apply(&document.automerge, &bytes).ok()?;
        Some((document.advanced(automerge, given), fresh))
    });
    applied.ok().flatten()
}

/// Operations that the document will hold, and how many it may.
struct Room {
    operations: u64,
    limit: u64,
}

/// Every rule that can be checked without giving Automerge a byte. Gives the indexes of the changes that are new, in order.
///
/// Each rule depends on the change and on what it follows, never on what else happens to be here, so that all devices decide
/// alike. (The caller's limit on the whole document is the exception: it is not final.) `taken` are changes that were checked
/// before and are not yet in the document; `room` counts them.
fn check(
    document: &Document,
    taken: &BTreeSet<ChangeHash>,
    room: &mut Room,
    past: &mut Past<'_>,
    signer: ActorId,
    chunks: &[Chunk<'_>],
) -> Result<Vec<usize>, Refusal> {
    let (mut brought, mut preds) = (0u64, 0u64);
    for chunk in chunks {
        if chunk.header.actor != signer {
            return Err(Refusal::ForeignActor { actor: chunk.header.actor });
        }
        brought += chunk.header.operations;
        preds += chunk.header.preds;
    }
    if brought.max(preds) > MAX_OPERATIONS_PER_RECORD && document.broken != Some(Broken::OperationsNotCounted) {
        return Err(Refusal::TooManyOperations { operations: brought.max(preds), limit: MAX_OPERATIONS_PER_RECORD });
    }

    let known = |hash: &ChangeHash| taken.contains(hash) || document.has(hash);
    let mut order: Vec<usize> = (0..chunks.len()).filter(|index| !known(&chunks[*index].header.hash)).collect();
    order.sort_unstable_by_key(|index| (chunks[*index].header.seq, chunks[*index].header.hash));
    order.dedup_by_key(|index| chunks[*index].header.hash);
    for pair in order.windows(2) {
        let [known, refused] = [pair[0], pair[1]].map(|index| &chunks[index].header);
        if known.seq == refused.seq {
            return Err(Refusal::DuplicateSequence { seq: known.seq, known: known.hash, refused: refused.hash });
        }
    }

    let operations = room.operations + order.iter().map(|index| chunks[*index].header.operations).sum::<u64>();
    if operations > room.limit {
        return Err(Refusal::BeyondLimit { operations, limit: room.limit });
    }

    let batch: BTreeSet<ChangeHash> = order.iter().map(|index| chunks[*index].header.hash).collect();
    let missing: BTreeSet<ChangeHash> = order
        .iter()
        .flat_map(|index| &chunks[*index].header.deps)
        .filter(|dep| !batch.contains(dep) && !past.follows(dep) && !document.has(dep))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::MissingDependency(missing.into_iter().collect()));
    }

    for index in &order {
        past.follow(&chunks[*index])?;
    }
    room.operations = operations;
    Ok(order)
}

/// Apply to a copy and look at what came out. May panic.
fn apply(automerge: &Automerge, chunks: &[&[u8]]) -> Result<Automerge, Refusal> {
    let mut trial = automerge.clone();
    let before = trial.get_heads();
    for batch in chunks.chunks(CHANGES_PER_CALL) {
        let changes = batch
            .iter()
            .map(|bytes| Change::try_from(*bytes))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Refusal::Malformed)?;
        trial.apply_changes(changes).map_err(|_| Refusal::Inconsistent)?;
    }
    // What Automerge would write for these changes must be what was signed, or the document could not be saved and read.
    let mut written: Vec<Vec<u8>> =
        trial.get_changes(&before).into_iter().map(|change| change.raw_bytes().to_vec()).collect();
    let mut given: Vec<&[u8]> = chunks.to_vec();
    written.sort_unstable();
    given.sort_unstable();
    if written != given {
        return Err(Refusal::Inconsistent);
    }
    // A copy gives back the memory that applying many took.
    Ok(if chunks.len() > CHANGES_PER_CALL / 8 { trial.clone() } else { trial })
}
