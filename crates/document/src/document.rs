//! One entry, or the map itself, as a document that merges.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use automerge::{Automerge, ReadDoc};

use crate::broken::Broken;
use crate::edit::{self, Edit, EditError};
use crate::guard::guarded;
use crate::history::{Appended, ChangeInfo, History, Oddity, Recorded};
use crate::limits::MAX_SAVE_BYTES;
use crate::read;
use crate::value::{ActId, ActorId, ChangeHash, Value, Written};

/// A document and the actor that writes into it.
#[derive(Clone)]
pub struct Document {
    pub(crate) automerge: Automerge,
    actor: ActorId,
    /// Read from the changes when first asked for, then kept up to date.
    history: OnceLock<History>,
    pub(crate) broken: Option<Broken>,
}

/// A saved document could not be read. It can be built anew from its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error("the saved document is damaged")]
    Damaged,
    #[error("the saved document would take more than {limit} bytes")]
    TooLarge { limit: usize },
}

/// One change made by this document's actor, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnChange {
    pub hash: ChangeHash,
    /// 1 for the actor's first change to this document.
    pub seq: u64,
    /// What it counts for in a record's limit: the greater of its operations and its predecessors.
    pub operations: u64,
    /// The uncompressed change chunk.
    pub bytes: Vec<u8>,
}

impl Document {
    /// A document with nothing in it.
    pub fn new(actor: ActorId) -> Document {
        Document::from_automerge(Automerge::new(), actor)
    }

    /// Read what [`save`](Document::save) wrote.
    pub fn load(bytes: &[u8], actor: ActorId) -> Result<Document, LoadError> {
        let expanded = expand(bytes)?;
        let automerge =
            guarded(|| Automerge::load(&expanded)).map_err(|_| LoadError::Damaged)?.map_err(|_| LoadError::Damaged)?;
        Ok(Document::from_automerge(automerge, actor))
    }

    /// All of it, compressed. The bytes depend on the order in which changes arrived: compare [`heads`](Document::heads) instead.
    pub fn save(&self) -> Vec<u8> {
        zstd::bulk::compress(&self.automerge.save_nocompress(), 3).expect("compressing into memory cannot fail")
    }

    pub fn actor(&self) -> ActorId {
        self.actor
    }

    pub fn set_actor(&mut self, actor: ActorId) {
        self.actor = actor;
        self.automerge.set_actor(actor.into());
    }

    /// The changes that no other change follows, sorted: equal heads mean an equal document.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> = self.automerge.get_heads().into_iter().map(ChangeHash::from).collect();
        heads.sort_unstable();
        heads
    }

    /// True until the first change.
    pub fn is_empty(&self) -> bool {
        self.automerge.is_empty()
    }

    /// Operations in all changes.
    pub fn operations(&self) -> u64 {
        self.automerge.stats().num_ops
    }

    /// Operations in the changes of each actor. Costs a pass over all changes.
    pub fn operations_by_actor(&self) -> BTreeMap<ActorId, u64> {
        let mut operations = BTreeMap::new();
        for meta in self.automerge.get_changes_meta(&[]) {
            if let Some(actor) = ActorId::from_automerge(&meta.actor) {
                *operations.entry(actor).or_default() += meta.max_op + 1 - meta.start_op;
            }
        }
        operations
    }

    /// Root keys, sorted.
    pub fn keys(&self) -> Vec<String> {
        read::keys(&self.automerge)
    }

    /// The winning value.
    pub fn value(&self, key: &str) -> Option<Value> {
        read::value(&self.automerge, key)
    }

    /// All concurrent values, the winner first.
    pub fn values(&self, key: &str) -> Vec<Written> {
        read::values(&self.automerge, key)
            .into_iter()
            .filter_map(|(value, id)| {
                let automerge::ObjId::Id(_, actor, _) = &id else { return None };
                Some(Written {
                    value,
                    actor: ActorId::from_automerge(actor)?,
                    change: self.automerge.hash_for_opid(&id)?.into(),
                })
            })
            .collect()
    }

    /// The letters of a text (`t/`).
    pub fn text(&self, key: &str) -> Option<String> {
        read::text(&self.automerge, key)
    }

    /// Every row that was ever written under a prefix (`a/`, `l/` or `x/`), by order and change.
    ///
    /// Read from the changes, not from the present: overwriting or deleting a row never takes it away. Costs one pass over
    /// all changes the first time; later calls on the same document cost what they return.
    pub fn appended(&self, prefix: &str) -> Vec<Appended> {
        self.history().appended(prefix)
    }

    /// What is in the document but should not be, or is not understood by this version.
    pub fn oddities(&self) -> Vec<Oddity> {
        self.history().oddities(&self.automerge)
    }

    /// All changes, each after those it follows, in the same order on every device.
    pub fn changes(&self) -> Vec<ChangeInfo> {
        self.history().changes()
    }

    /// The document as it was once these changes, and all that they follow, were there: to read, never to write into.
    /// `None`: one of them is not here.
    #[allow(clippy::disallowed_methods, reason = "a copy to read; what is written goes into the document itself")]
    pub fn at(&self, heads: &[ChangeHash]) -> Option<Document> {
        if heads.is_empty() {
            return Some(Document::new(self.actor));
        }
        let heads: Vec<automerge::ChangeHash> = heads.iter().map(|hash| (*hash).into()).collect();
        let automerge = guarded(|| self.automerge.fork_at(&heads)).ok()?.ok()?;
        Some(Document::from_automerge(automerge, self.actor))
    }

    /// Make one edit. What `change` writes becomes one change under this document's actor, or none when nothing differs.
    ///
    /// When `change` returns an error, panics or writes too much, the document is as it was.
    pub fn edit<T, E>(
        &mut self,
        act: ActId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, EditError> {
        let edited = match edit::edit(self.automerge.clone(), act, change)? {
            Ok(edited) => edited,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(change) = &edited.change {
            self.automerge = edited.trial;
            if let Some(history) = self.history.get_mut() {
                history.extend([Recorded::new(change)]);
            }
        }
        Ok(Ok(edited.value))
    }

    /// This actor's changes with a sequence number above `through`, in order.
    pub fn change_bytes_since(&self, through: u64) -> Vec<OwnChange> {
        let actor = automerge::ActorId::from(self.actor);
        let own: Vec<automerge::ChangeHash> = self
            .automerge
            .get_changes_meta(&[])
            .into_iter()
            .filter(|meta| *meta.actor == actor && meta.seq > through)
            .map(|meta| meta.hash)
            .collect();
        // Automerge rebuilds changes from its columns: a few are cheaper one by one, many in one pass over all.
        let changes: Vec<automerge::Change> = if own.len() <= 16 {
            own.iter().filter_map(|hash| self.automerge.get_change_by_hash(hash)).collect()
        } else {
            let all = self.automerge.get_changes(&[]).into_iter();
            all.filter(|change| *change.actor_id() == actor && change.seq() > through).collect()
        };
        let mut own: Vec<OwnChange> = changes
            .iter()
            .filter_map(|change| {
                let bytes = change.raw_bytes();
                let header = crate::chunk::inspect(bytes).ok()?;
                let operations = header.operations.max(header.preds);
                Some(OwnChange { hash: header.hash, seq: header.seq, operations, bytes: bytes.to_vec() })
            })
            .collect();
        own.sort_unstable_by_key(|change| change.seq);
        own
    }

    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.automerge.get_change_meta_by_hash(&(*hash).into()).is_some()
    }

    /// For the tests of the tests: this document breaks one of its rules from now on.
    #[doc(hidden)]
    pub fn break_rule(&mut self, rule: Broken) {
        self.broken = Some(rule);
    }

    pub(crate) fn from_automerge(mut automerge: Automerge, actor: ActorId) -> Document {
        automerge.set_actor(actor.into());
        Document { automerge, actor, history: OnceLock::new(), broken: None }
    }

    /// The same document after more changes.
    pub(crate) fn advanced<'a>(
        &self,
        automerge: Automerge,
        changes: impl IntoIterator<Item = Recorded<'a>>,
    ) -> Document {
        let mut history = self.history.clone();
        if let Some(history) = history.get_mut() {
            history.extend(changes);
        }
        Document { automerge, actor: self.actor, history, broken: self.broken }
    }

    /// Not guarded: every change here was rebuilt once when it was accepted, and a failure must not look like an entry
    /// without assertions.
    fn history(&self) -> &History {
        self.history.get_or_init(|| {
            let mut history = History::default();
            history.extend(self.automerge.get_changes(&[]).iter().map(Recorded::new));
            history
        })
    }
}

/// Says how much there is, never what.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("actor", &self.actor).field("heads", &self.heads()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OwnChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnChange").field("hash", &self.hash).field("seq", &self.seq).finish_non_exhaustive()
    }
}

/// The size stands at the front of what `save` wrote, so nothing is inflated that is too large.
fn expand(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().ok_or(LoadError::Damaged)?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size > MAX_SAVE_BYTES {
        return Err(LoadError::TooLarge { limit: MAX_SAVE_BYTES });
    }
    zstd::bulk::decompress(bytes, size).map_err(|_| LoadError::Damaged)
}
