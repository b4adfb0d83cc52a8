//! What a change may follow and refer to: only what its author had seen.
//!
//! Automerge trusts references. One that points at nothing, at another object or at a key elsewhere makes it panic, or makes a
//! document that can be saved and never read again (both seen in tests with forged changes). So every reference is looked up
//! first, in the change's own past and nowhere else: a reference to something that merely happens to be here would be accepted
//! on one device and refused on another.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ObjId, ReadDoc};

use crate::broken::Broken;
use crate::chunk::{Action, Chunk, ChunkHeader, Id, Key, Object, Operation, Scalar};
use crate::document::Document;
use crate::refusal::Refusal;
use crate::value::{ActorId, ChangeHash};

/// The past of a signer's changes, taken one after the other.
pub(crate) struct Past<'a> {
    automerge: &'a Automerge,
    signer: ActorId,
    /// The changes of this batch that were followed, and the greatest counter of each.
    batch: BTreeMap<ChangeHash, u64>,
    last: Option<(u64, ChangeHash)>,
    /// The document's changes that the batch names as dependencies.
    roots: BTreeSet<ChangeHash>,
    /// The document's changes that are no part of the past; none until asked for since `roots` grew.
    unseen: Option<BTreeSet<ChangeHash>>,
    /// Operations looked up so far, all of them in the past.
    found: BTreeMap<Id, Found>,
    broken: Option<Broken>,
}

/// As much of an operation as a reference to it must fit.
struct Found {
    object: Object,
    slot: Slot,
    inserts: bool,
    action: Action,
}

/// Where a value stands in its object.
#[derive(PartialEq, Eq)]
enum Slot {
    Name(Box<str>),
    Element(Id),
}

impl<'a> Past<'a> {
    pub(crate) fn new(document: &'a Document, signer: ActorId) -> Past<'a> {
        Past {
            automerge: &document.automerge,
            signer,
            batch: BTreeMap::new(),
            last: None,
            roots: BTreeSet::new(),
            unseen: None,
            found: BTreeMap::new(),
            broken: document.broken,
        }
    }

    /// Whether this change was followed before.
    pub(crate) fn follows(&self, change: &ChangeHash) -> bool {
        self.batch.contains_key(change)
    }

    /// Check the signer's next change, whose dependencies are all here, and count it to the past.
    pub(crate) fn follow(&mut self, chunk: &Chunk<'_>) -> Result<(), Refusal> {
        let header = &chunk.header;
        let mut greatest = 0;
        let mut own: Option<(u64, ChangeHash)> = None;
        for dep in &header.deps {
            if let Some(counter) = self.batch.get(dep) {
                greatest = greatest.max(*counter);
                own = own.max(self.last.filter(|(_, hash)| hash == dep));
            } else if let Some(meta) = self.automerge.get_change_meta_by_hash(&(*dep).into()) {
                greatest = greatest.max(meta.max_op);
                if ActorId::from_automerge(&meta.actor) == Some(self.signer) {
                    own = own.max(Some((meta.seq, *dep)));
                }
                if self.roots.insert(*dep) {
                    self.unseen = None;
                }
            } else {
                return Err(Refusal::MissingDependency(vec![*dep]));
            }
        }
        if header.start_op != greatest + 1 && self.broken != Some(Broken::AnyStartOp) {
            return Err(Refusal::CounterJump { start_op: header.start_op, expected: Some(greatest + 1) });
        }
        // Every change of ours names our previous one, so an actor's changes form a chain.
        let expected = own.map_or(1, |(seq, _)| seq + 1);
        if header.seq != expected || (self.last.is_some() && own != self.last) {
            return Err(Refusal::SequenceGap { seq: header.seq, expected });
        }
        self.refuse_fork(header)?;

        for (counter, operation) in (header.start_op..).zip(chunk.operations()?) {
            let found = self.check((counter, header.actor), &operation)?;
            self.found.insert((counter, header.actor), found);
        }
        self.last = Some((header.seq, header.hash));
        self.batch.insert(header.hash, header.start_op + header.operations - 1);
        Ok(())
    }

    /// A change of the same actor that this one does not follow was made beside it, under the same number.
    fn refuse_fork(&mut self, header: &ChunkHeader) -> Result<(), Refusal> {
        if self.unseen.is_some() {
            return Ok(());
        }
        let roots: Vec<automerge::ChangeHash> = self.roots.iter().map(|hash| (*hash).into()).collect();
        let metas = self.automerge.get_changes_meta(&roots);
        let fork = metas
            .iter()
            .find(|meta| meta.seq == header.seq && ActorId::from_automerge(&meta.actor) == Some(self.signer));
        if let Some(fork) = fork {
            return Err(Refusal::DuplicateSequence { seq: header.seq, known: fork.hash.into(), refused: header.hash });
        }
        self.unseen = Some(metas.into_iter().map(|meta| meta.hash.into()).collect());
        Ok(())
    }

    /// An operation is well-formed when all it refers to exists in the past and is of the right kind.
    fn check(&mut self, own: Id, operation: &Operation<'_>) -> Result<Found, Refusal> {
        let holder = match operation.object {
            Object::Root => Action::MakeMap,
            Object::Made(id) => self.find(id)?.action,
        };
        let slot = match (holder, operation.key) {
            (Action::MakeMap, Key::Name(name)) if !operation.inserts => Slot::Name(name.into()),
            (Action::MakeList | Action::MakeText, Key::Head) if operation.inserts => Slot::Element(own),
            (Action::MakeList | Action::MakeText, Key::Element(id)) => {
                let element = self.find(id)?;
                if !element.inserts || element.object != operation.object {
                    return Err(Refusal::Inconsistent);
                }
                Slot::Element(if operation.inserts { own } else { id })
            }
            _ => return Err(Refusal::Inconsistent),
        };
        let replaces = !operation.preds.is_empty();
        let fits = match (operation.inserts, operation.action) {
            (true, Action::Delete) => false,
            (true, _) => !replaces,
            (false, Action::Delete) => replaces,
            // An element that is there has a value to be replaced; a name may be new.
            (false, _) => replaces || matches!(slot, Slot::Name(_)),
        };
        // A text holds letters: they come and go, and nothing else stands among them.
        let letters = holder != Action::MakeText
            || operation.action == Action::Delete
            || (operation.inserts && operation.action == Action::Put && operation.value == Scalar::Text);
        if !fits || !letters {
            return Err(Refusal::Inconsistent);
        }
        if !operation.preds.is_sorted_by(|one, next| one < next) {
            return Err(Refusal::Inconsistent);
        }
        for pred in &operation.preds {
            let replaced = self.find(*pred)?;
            let same_place = replaced.object == operation.object && replaced.slot == slot;
            if !same_place || replaced.action == Action::Delete {
                return Err(Refusal::Inconsistent);
            }
        }
        Ok(Found { object: operation.object, slot, inserts: operation.inserts, action: operation.action })
    }

    fn find(&mut self, id: Id) -> Result<&Found, Refusal> {
        if !self.found.contains_key(&id) {
            self.look_up(id)?;
        }
        self.found.get(&id).ok_or(Refusal::Inconsistent)
    }

    /// Read the change in the document that made an operation, if that change is in the past.
    fn look_up(&mut self, (counter, actor): Id) -> Result<(), Refusal> {
        // The place among the actors is a hint only; Automerge looks the actor up when it does not fit.
        let operation = ObjId::Id(counter, actor.into(), 0);
        let hash = self.automerge.hash_for_opid(&operation).ok_or(Refusal::Inconsistent)?;
        if self.unseen.as_ref().is_none_or(|unseen| unseen.contains(&hash.into())) {
            return Err(Refusal::Inconsistent);
        }
        let change = self.automerge.get_change_by_hash(&hash).ok_or(Refusal::Inconsistent)?;
        let chunk = Chunk::parse(change.raw_bytes())?;
        for (counter, operation) in (chunk.header.start_op..).zip(chunk.operations()?) {
            let own = (counter, chunk.header.actor);
            let slot = match operation.key {
                Key::Name(name) => Slot::Name(name.into()),
                Key::Element(id) if !operation.inserts => Slot::Element(id),
                _ => Slot::Element(own),
            };
            let found = Found { object: operation.object, slot, inserts: operation.inserts, action: operation.action };
            self.found.insert(own, found);
        }
        Ok(())
    }
}
