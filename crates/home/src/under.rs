//! The old door: what commands that have not moved yet still reach. It only shrinks, and goes with the last of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use allymap_document::{Document, Edit};
use allymap_domain::card::Card;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::Assertion;
use allymap_domain::entry::fact::Fact;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::Map;
use allymap_replica::Replica;
use allymap_wire::{DocumentId, Timestamp};

use crate::authors::Authors;
use crate::computer::disk::Disk;
use crate::journal::acts::Act;
use crate::maps::rows::MapRow;
use crate::relations::facts::{self, Moved};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// See [`Visit`], whose own methods these are.
pub trait Under {
    fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Trouble>;
    fn release(&mut self);
    fn commit(&mut self) -> Result<(), Trouble>;
    fn edit<T, E>(
        &mut self,
        document: DocumentId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, Trouble>;
    fn acts(&mut self) -> Result<Vec<Act>, Trouble>;
    fn entry(&mut self, id: EntryId) -> Result<Entry, Trouble>;
    fn read(&self, document: &Document, id: EntryId, authors: &Authors) -> Entry;
    fn all_documents(&mut self) -> Result<Vec<(EntryId, Document)>, Trouble>;
    fn map_entry(&mut self) -> Result<Option<Map>, Trouble>;
    fn map_document(&mut self) -> Result<DocumentId, Trouble>;
    fn document(&mut self, id: DocumentId) -> Result<Option<Document>, Trouble>;
    fn authors(&mut self) -> Result<Authors, Trouble>;
    fn cards(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn cards_once(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn card(&mut self, id: EntryId) -> Result<Card, Trouble>;
    fn one_and_the_same(&mut self, id: EntryId) -> Result<Vec<EntryId>, Trouble>;
    fn short_ids(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble>;
    fn names(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble>;
    fn joined(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn maps(&mut self) -> Result<Vec<MapRow>, Trouble>;
    fn put_map(&mut self, row: MapRow) -> Result<(), Trouble>;
    fn fresh_row(&self) -> RowId;
    fn fresh_rows(&self) -> impl FnMut() -> RowId + use<Self>;
    fn fresh_entry(&self) -> EntryId;
    fn fresh<const N: usize>(&self) -> [u8; N];
    fn now(&self) -> Timestamp;
}

impl Under for Visit<'_> {
    fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Trouble> {
        Visit::hold(self)
    }

    fn release(&mut self) {
        Visit::release(self)
    }

    fn commit(&mut self) -> Result<(), Trouble> {
        Visit::commit(self)
    }

    fn edit<T, E>(
        &mut self,
        document: DocumentId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, Trouble> {
        Visit::edit(self, document, change)
    }

    fn acts(&mut self) -> Result<Vec<Act>, Trouble> {
        Visit::acts(self)
    }

    fn entry(&mut self, id: EntryId) -> Result<Entry, Trouble> {
        Visit::entry(self, id)
    }

    fn read(&self, document: &Document, id: EntryId, authors: &Authors) -> Entry {
        Visit::read(self, document, id, authors)
    }

    fn all_documents(&mut self) -> Result<Vec<(EntryId, Document)>, Trouble> {
        Visit::all_documents(self)
    }

    fn map_entry(&mut self) -> Result<Option<Map>, Trouble> {
        Visit::map_entry(self)
    }

    fn map_document(&mut self) -> Result<DocumentId, Trouble> {
        Visit::map_document(self)
    }

    fn document(&mut self, id: DocumentId) -> Result<Option<Document>, Trouble> {
        Visit::document(self, id)
    }

    fn authors(&mut self) -> Result<Authors, Trouble> {
        Visit::authors(self)
    }

    fn cards(&mut self) -> Result<Arc<[Card]>, Trouble> {
        Visit::cards(self)
    }

    fn cards_once(&mut self) -> Result<Arc<[Card]>, Trouble> {
        Visit::cards_once(self)
    }

    fn card(&mut self, id: EntryId) -> Result<Card, Trouble> {
        Visit::card(self, id)
    }

    fn one_and_the_same(&mut self, id: EntryId) -> Result<Vec<EntryId>, Trouble> {
        Visit::one_and_the_same(self, id)
    }

    fn short_ids(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble> {
        Visit::short_ids(self)
    }

    fn names(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble> {
        Visit::names(self)
    }

    fn joined(&mut self) -> Result<Arc<[Card]>, Trouble> {
        Visit::joined(self)
    }

    fn maps(&mut self) -> Result<Vec<MapRow>, Trouble> {
        Visit::maps(self)
    }

    fn put_map(&mut self, row: MapRow) -> Result<(), Trouble> {
        Visit::put_map(self, row)
    }

    fn fresh_row(&self) -> RowId {
        Visit::fresh_row(self)
    }

    #[allow(refining_impl_trait, reason = "what it draws from is shared, not borrowed")]
    fn fresh_rows(&self) -> impl FnMut() -> RowId + use<> {
        Visit::fresh_rows(self)
    }

    fn fresh_entry(&self) -> EntryId {
        Visit::fresh_entry(self)
    }

    fn fresh<const N: usize>(&self) -> [u8; N] {
        self.home.around.id()
    }

    fn now(&self) -> Timestamp {
        Visit::now(self)
    }
}

/// See `relations::facts::state`.
pub fn state(
    v: &mut Visit<'_>,
    id: EntryId,
    fact: Fact,
    change: impl FnOnce(Assertion) -> Assertion,
) -> Result<Moved, Trouble> {
    facts::state(v, id, fact, change)
}
