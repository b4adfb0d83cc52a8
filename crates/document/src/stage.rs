//! Foreign changes: checked before Automerge sees them, applied to a copy, and checked again.

use std::collections::BTreeSet;

use automerge::{Automerge, Change};

use crate::chunk::Chunk;
use crate::document::Document;
use crate::guard::guarded;
use crate::history::Recorded;
use crate::limits::{CHANGES_PER_CALL, MAX_OPERATIONS_PER_DOCUMENT, MAX_OPERATIONS_PER_RECORD};
use crate::past::Past;
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
    #[error("change number {seq} stands where the device's number {expected} belongs")]
    SequenceGap { seq: u64, expected: u64 },
    /// Not refused: it can be applied once these are here.
    #[error("{} changes are missing", .0.len())]
    MissingDependency(Vec<ChangeHash>),
    #[error("the merging engine failed on the change")]
    Panicked,
    /// It refers to what its author had not seen or what is not of that kind, or is another writing of the same change. The
    /// document could not be saved and read again.
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
    let (fresh, automerge) = guarded(|| {
        let fresh = check(document, signer, &chunks)?;
        let bytes: Vec<&[u8]> = fresh.iter().map(|index| changes[*index].as_slice()).collect();
        let automerge = if bytes.is_empty() { None } else { Some(apply(&document.automerge, &bytes)?) };
        Ok((fresh, automerge))
    })
    .map_err(|_| Refusal::Panicked)??;
    let document = match automerge {
        Some(automerge) => {
            let recorded =
                |index: &usize| Recorded { actor: signer, hash: chunks[*index].header.hash, bytes: &changes[*index] };
            document.advanced(automerge, fresh.iter().map(recorded))
        }
        None => document.clone(),
    };
    Ok(Staged { document, hashes, fresh: fresh.len() })
}

/// Every rule that can be checked without giving Automerge a byte. Gives the indexes of the changes that are new, in order.
///
/// Each rule depends on the change and on what it follows, never on what else happens to be here, so that all devices decide
/// alike. (The limit on the whole document is the exception.)
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

    let mut order: Vec<usize> = (0..chunks.len()).filter(|index| !document.has(&chunks[*index].header.hash)).collect();
    order.sort_unstable_by_key(|index| (chunks[*index].header.seq, chunks[*index].header.hash));
    order.dedup_by_key(|index| chunks[*index].header.hash);
    for pair in order.windows(2) {
        let [known, refused] = [pair[0], pair[1]].map(|index| &chunks[index].header);
        if known.seq == refused.seq {
            return Err(Refusal::DuplicateSequence { seq: known.seq, known: known.hash, refused: refused.hash });
        }
    }

    let total = document.operations() + order.iter().map(|index| chunks[*index].header.operations).sum::<u64>();
    if total > MAX_OPERATIONS_PER_DOCUMENT {
        return Err(Refusal::TooManyOperations { operations: total, limit: MAX_OPERATIONS_PER_DOCUMENT });
    }

    let batch: BTreeSet<ChangeHash> = order.iter().map(|index| chunks[*index].header.hash).collect();
    let missing: BTreeSet<ChangeHash> = order
        .iter()
        .flat_map(|index| &chunks[*index].header.deps)
        .filter(|dep| !batch.contains(dep) && !document.has(dep))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::MissingDependency(missing.into_iter().collect()));
    }

    let mut past = Past::new(&document.automerge, signer);
    for index in &order {
        past.follow(&chunks[*index])?;
    }
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
