//! What this device reads and writes: documents, changed one sitting at a time.

use std::collections::BTreeMap;

use allymap_document::{ActId, ActorId, Document, Edit};
use allymap_seal::Role;
use allymap_wire::{DeviceKey, DocumentId};
use minicbor::bytes::ByteVec;

use crate::budget::{Budget, SMALL_EDIT};
use crate::draft::Draft;
use crate::effect::Effect;
use crate::replica::Replica;
use crate::rows::{DocumentRow, Key, OwnRow, Rows, Unreadable};

#[derive(Debug, thiserror::Error)]
pub enum EditFailure {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Document(#[from] allymap_document::EditError),
    #[error("the saved document was damaged")]
    Damaged(#[source] allymap_document::LoadError),
    /// This device has written as much into the document as others are sure to take from it.
    #[error("this device wrote {operations} operations into it, {limit} are for edits like this one")]
    OwnShareIsFull { operations: u64, limit: u64 },
    /// All together have written so much that the document would be slow to open.
    #[error("the document holds {operations} operations, {limit} fit")]
    DocumentIsFull { operations: u64, limit: u64 },
    /// This device may read, not write.
    #[error("this device may only read this map")]
    ReadOnly,
}

impl Replica {
    /// The document as it is here, own unsent edits included. `None`: there is none of this name.
    pub fn document(&self, id: DocumentId, rows: &dyn Rows) -> Result<Option<Document>, EditFailure> {
        let draft = self.me.draft(rows);
        if let Some(document) = self.shelf.get(&id, self.me.actor()) {
            return Ok(Some(document));
        }
        match draft.row::<DocumentRow>(Key::Document(id))? {
            None => Ok(None),
            Some(row) => Document::load(&row.saved, self.me.actor()).map(Some).map_err(EditFailure::Damaged),
        }
    }

    /// The names of all documents, in order.
    pub fn documents(&self, rows: &dyn Rows) -> Result<Vec<DocumentId>, Unreadable> {
        self.me.draft(rows).documents()
    }

    /// Change a document, or make it. What `change` rejects has not happened. The returned document is what the rows in
    /// `effects` will hold; it is *kept* once they are durable.
    pub fn edit<T, E>(
        &mut self,
        id: DocumentId,
        act: ActId,
        rows: &dyn Rows,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<(T, Document), E>, EditFailure> {
        if self.membership().is_some_and(|member| member.role < Role::Member) {
            return Err(EditFailure::ReadOnly);
        }
        let mut draft = self.me.draft(rows);
        let mut row: DocumentRow = draft.row(Key::Document(id))?.unwrap_or_default();
        let mut document = if row.saved.is_empty() {
            Document::new(self.me.actor())
        } else {
            Document::load(&row.saved, self.me.actor()).map_err(EditFailure::Damaged)?
        };
        let (before, operations) = (document.heads(), document.operations());
        let value = match document.edit(act, change)? {
            Ok(value) => value,
            Err(rejection) => return Ok(Err(rejection)),
        };
        if document.heads() != before {
            self.check_own_edit(operations, &document, &draft)?;
            let salt = self.me.salt();
            if !row.own.iter().any(|own| own.salt == salt) {
                row.own.push(OwnRow { salt, sealed_through: 0 });
            }
            put_document(&mut draft, id, row, &document);
            self.shelf.forget(&id);
            draft.put_bytes(Key::Unsealed(id), Vec::new());
            draft.put_bytes(Key::Actor(self.me.actor().0), self.device().0.to_vec());
            draft.persist(effects);
        }
        Ok(Ok((value, document)))
    }

    /// Machines under test have a small budget, so that they meet its end.
    #[doc(hidden)]
    pub fn limit_operations(&mut self, per_device: u64) {
        self.budget = Budget(per_device);
    }

    /// Whether an own edit that was made in this document may stand.
    pub(crate) fn check_own_edit(
        &self,
        before: u64,
        document: &Document,
        draft: &Draft<'_>,
    ) -> Result<(), EditFailure> {
        let operations = document.operations();
        let made = operations - before;
        // Who wrote what need not be asked as long as all together wrote less.
        if operations <= self.budget.long_writing() || made == 0 {
            return Ok(());
        }
        let small = made <= SMALL_EDIT;
        let limit = if small { self.budget.small_edits() } else { self.budget.long_writing() };
        let own = self.operations_by_device(document, draft)?.get(&self.device()).copied().unwrap_or(0);
        if own > limit {
            return Err(EditFailure::OwnShareIsFull { operations: own, limit });
        }
        if !small && operations > self.budget.document() {
            return Err(EditFailure::DocumentIsFull { operations, limit: self.budget.document() });
        }
        Ok(())
    }

    /// Which member's device wrote under this actor.
    pub fn author(&self, actor: ActorId, rows: &dyn Rows) -> Result<Option<DeviceKey>, Unreadable> {
        self.device_of(actor, &self.me.draft(rows))
    }

    /// All actors that are known here, this device's own among them.
    pub fn actors(&self, rows: &dyn Rows) -> Result<BTreeMap<ActorId, DeviceKey>, Unreadable> {
        let mut actors = BTreeMap::from([(self.me.actor(), self.device())]);
        actors.extend(self.me.draft(rows).actors()?);
        Ok(actors)
    }

    /// Documents with edits that are kept here and in no record yet.
    pub fn unsealed(&self, rows: &dyn Rows) -> Result<Vec<DocumentId>, Unreadable> {
        self.me.draft(rows).unsealed()
    }

    pub(crate) fn operations_by_device(
        &self,
        document: &Document,
        draft: &Draft<'_>,
    ) -> Result<BTreeMap<DeviceKey, u64>, Unreadable> {
        let mut devices = BTreeMap::new();
        for (actor, operations) in document.operations_by_actor() {
            if let Some(device) = self.device_of(actor, draft)? {
                *devices.entry(device).or_default() += operations;
            }
        }
        Ok(devices)
    }

    pub(crate) fn device_of(&self, actor: ActorId, draft: &Draft<'_>) -> Result<Option<DeviceKey>, Unreadable> {
        if actor == self.me.actor() {
            return Ok(Some(self.device()));
        }
        Ok(draft.bytes(Key::Actor(actor.0))?.and_then(|key| DeviceKey::from_slice(&key)))
    }
}

pub(crate) fn put_document(draft: &mut Draft<'_>, id: DocumentId, mut row: DocumentRow, document: &Document) {
    row.saved = document.save();
    row.heads = document.heads().iter().map(|head| ByteVec::from(head.0.to_vec())).collect();
    draft.put(Key::Document(id), &row);
}
