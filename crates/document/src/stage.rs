//! Foreign changes: checked before Automerge sees them, applied to a copy, and checked again.

use std::collections::BTreeMap;

use automerge::{Automerge, Change};

use crate::chunk::Chunk;
use crate::document::Document;
use crate::guard::guarded;
use crate::limits::{CHANGES_PER_CALL, MAX_OPERATIONS_PER_DOCUMENT, MAX_OPERATIONS_PER_RECORD};
use crate::value::{ActorId, ChangeHash};

/// A document with a record's changes applied, not yet in the document's place.
#[derive(Clone, Debug)]
pub struct Staged {
    document: Document,
    hashes: Vec<ChangeHash>,
    fresh: usize,
}

/// Why a record's changes do not count.
///
/// All are final but `MissingDependency`, which says what to wait for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the change is not one that this program could have written")]
    Malformed,
    #[error("the change is compressed")]
    Compressed,
    #[error("{operations} operations, {limit} are allowed")]
    TooManyOperations { operations: u64, limit: u64 },
    #[error("the change was not made by the device that signed it")]
    ForeignActor { actor: ActorId },
    /// `expected` is none when the counter is beyond what any change may reach.
    #[error("the change counts its operations from {start_op}")]
    CounterJump { start_op: u64, expected: Option<u64> },
    /// The signer said two different things under one number.
    #[error("two different changes with number {seq} from one device")]
    DuplicateSequence { seq: u64, known: ChangeHash, refused: ChangeHash },
    /// The change does not follow the signer's own previous one.
    #[error("change number {seq} does not follow the device's change {expected}")]
    SequenceGap { seq: u64, expected: u64 },
    /// Not refused: it can be applied once these are here.
    #[error("{} changes are missing", .0.len())]
    MissingDependency(Vec<ChangeHash>),
    #[error("the merging engine failed on the change")]
    Panicked,
    /// The document would not have come out as the change says: operations on things that do not exist, or another writing
    /// of the same change. It could not be saved and read again.
    #[error("the change does not fit the document")]
    Inconsistent,
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

pub(crate) fn stage(document: &Document, signer: ActorId, changes: &[Vec<u8>]) -> Result<Staged, Refusal> {
    let chunks = changes.iter().map(|bytes| Chunk::parse(bytes)).collect::<Result<Vec<_>, _>>()?;
    let hashes = chunks.iter().map(|chunk| chunk.header.hash).collect();
    let fresh = check(document, signer, &chunks)?;
    if fresh.is_empty() {
        return Ok(Staged { document: document.clone(), hashes, fresh: 0 });
    }
    let bytes: Vec<&[u8]> = fresh.iter().map(|index| changes[*index].as_slice()).collect();
    let automerge = guarded(|| apply(&document.automerge, &bytes)).map_err(|_| Refusal::Panicked)??;
    let fresh = bytes.len();
    Ok(Staged { document: document.advanced(automerge, bytes), hashes, fresh })
}

/// Every rule that can be checked without Automerge. Gives the indexes of the changes that are new, in order.
fn check(document: &Document, signer: ActorId, chunks: &[Chunk<'_>]) -> Result<Vec<usize>, Refusal> {
    let mut operations = 0u64;
    let mut preds = 0u64;
    for chunk in chunks {
        if chunk.header.actor != signer {
            return Err(Refusal::ForeignActor { actor: chunk.header.actor });
        }
        operations += chunk.header.operations;
        preds += chunk.header.preds;
    }
    if operations.max(preds) > MAX_OPERATIONS_PER_RECORD {
        return Err(Refusal::TooManyOperations { operations: operations.max(preds), limit: MAX_OPERATIONS_PER_RECORD });
    }

    let known = Known::new(&document.automerge, signer);
    let mut order: Vec<usize> =
        (0..chunks.len()).filter(|index| known.greatest_counter(&chunks[*index].header.hash).is_none()).collect();
    order.sort_unstable_by_key(|index| (chunks[*index].header.seq, chunks[*index].header.hash));
    order.dedup_by_key(|index| chunks[*index].header.hash);

    let total = document.operations() + order.iter().map(|index| chunks[*index].header.operations).sum::<u64>();
    if total > MAX_OPERATIONS_PER_DOCUMENT {
        return Err(Refusal::TooManyOperations { operations: total, limit: MAX_OPERATIONS_PER_DOCUMENT });
    }

    // The greatest counter of each change of this batch that has passed.
    let mut batch: BTreeMap<ChangeHash, u64> = BTreeMap::new();
    let mut last = known.last;
    let mut missing = Vec::new();
    for index in &order {
        let header = &chunks[*index].header;
        if let Some(other) =
            known.own.get(&header.seq).copied().or(last.filter(|(seq, _)| *seq == header.seq).map(|(_, hash)| hash))
        {
            return Err(Refusal::DuplicateSequence { seq: header.seq, known: other, refused: header.hash });
        }
        let mut greatest = 0;
        let mut absent = false;
        for dep in &header.deps {
            match batch.get(dep).copied().or_else(|| known.greatest_counter(dep)) {
                Some(counter) => greatest = greatest.max(counter),
                None => {
                    missing.push(*dep);
                    absent = true;
                }
            }
        }
        // A change that waits is judged when all it follows is here; those after it in the batch still say what they miss.
        if !absent && missing.is_empty() {
            if header.start_op != greatest + 1 {
                return Err(Refusal::CounterJump { start_op: header.start_op, expected: Some(greatest + 1) });
            }
            let expected = last.map_or(1, |(seq, _)| seq + 1);
            let follows = last.is_none_or(|(_, hash)| header.deps.contains(&hash));
            if header.seq != expected || !follows {
                return Err(Refusal::SequenceGap { seq: header.seq, expected });
            }
        }
        chunks[*index].operations()?;
        last = Some((header.seq, header.hash));
        batch.insert(header.hash, header.start_op + header.operations - 1);
    }
    if missing.is_empty() {
        return Ok(order);
    }
    missing.sort_unstable();
    missing.dedup();
    Err(Refusal::MissingDependency(missing))
}

/// What the document already says about a signer.
struct Known<'a> {
    automerge: &'a Automerge,
    /// The signer's changes by number.
    own: BTreeMap<u64, ChangeHash>,
    last: Option<(u64, ChangeHash)>,
}

impl<'a> Known<'a> {
    fn new(automerge: &'a Automerge, signer: ActorId) -> Known<'a> {
        let actor = automerge::ActorId::from(signer);
        let own: BTreeMap<u64, ChangeHash> = automerge
            .get_changes_meta(&[])
            .into_iter()
            .filter(|meta| *meta.actor == actor)
            .map(|meta| (meta.seq, meta.hash.into()))
            .collect();
        let last = own.last_key_value().map(|(seq, hash)| (*seq, *hash));
        Known { automerge, own, last }
    }

    /// The counter of a change's last operation; none for a change that is not here.
    fn greatest_counter(&self, hash: &ChangeHash) -> Option<u64> {
        self.automerge.get_change_meta_by_hash(&(*hash).into()).map(|meta| meta.max_op)
    }
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
    // A copy gives back the memory that applying took.
    Ok(trial.clone())
}
