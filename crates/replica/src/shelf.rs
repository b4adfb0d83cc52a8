//! Documents that were open a moment ago: the next input is often about the same ones.

use std::collections::{BTreeMap, VecDeque};

use allymap_document::{ActorId, Document};
use allymap_wire::DocumentId;

/// Documents kept, and operations in all of them together: some megabytes.
const DOCUMENTS: usize = 64;
const OPERATIONS: u64 = 200_000;

/// What stands here equals what the rows say, writes on their way included. Whoever changes a document takes it off.
#[derive(Default)]
pub(crate) struct Shelf {
    documents: BTreeMap<DocumentId, Document>,
    /// The one that was put here first goes first.
    order: VecDeque<DocumentId>,
    operations: u64,
}

impl Shelf {
    pub(crate) fn get(&self, id: &DocumentId, actor: ActorId) -> Option<Document> {
        self.documents.get(id).map(|document| {
            let mut document = document.clone();
            document.set_actor(actor);
            document
        })
    }

    pub(crate) fn take(&mut self, id: &DocumentId, actor: ActorId) -> Option<Document> {
        let mut document = self.documents.remove(id)?;
        self.order.retain(|kept| kept != id);
        self.operations -= document.operations();
        document.set_actor(actor);
        Some(document)
    }

    pub(crate) fn put(&mut self, id: DocumentId, document: Document) {
        self.forget(&id);
        self.operations += document.operations();
        self.documents.insert(id, document);
        self.order.push_back(id);
        while self.order.len() > DOCUMENTS || self.operations > OPERATIONS {
            let Some(first) = self.order.front().copied() else { break };
            self.forget(&first);
        }
    }

    pub(crate) fn forget(&mut self, id: &DocumentId) {
        if let Some(document) = self.documents.remove(id) {
            self.order.retain(|kept| kept != id);
            self.operations -= document.operations();
        }
    }
}
