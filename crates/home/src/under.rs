//! The old door: what commands that have not moved yet still reach. It only shrinks, and goes with the last of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use allymap_document::{Document, Edit};
use allymap_domain::card::Card;
use allymap_domain::card::texts::Texts;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::Assertion;
use allymap_domain::entry::fact::{Fact, Stage};
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::Map;
use allymap_replica::{Effect, Replica, SpaceNumber};
use allymap_seal::DeviceSeed;
use allymap_wire::{DocumentId, Timestamp};
use zeroize::Zeroizing;

use crate::authors::Authors;
use crate::computer::disk::Disk;
use crate::computer::surroundings::Chance;
use crate::journal::acts::Act;
use crate::journal::arrivals::Arrivals;
use crate::maps::rows::MapRow;
use crate::relations::facts::{self, Moved};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// See [`Visit`], whose own methods these are.
pub trait Under {
    fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Trouble>;
    fn disk(&mut self) -> Result<&mut Disk, Trouble>;
    fn release(&mut self);
    fn commit(&mut self) -> Result<(), Trouble>;
    fn edit<T, E>(
        &mut self,
        document: DocumentId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, Trouble>;
    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Trouble>;
    fn acts(&mut self) -> Result<Vec<Act>, Trouble>;
    fn undoes(&mut self, other: &Act);
    fn arrivals(&mut self, id: DocumentId) -> Result<Arrivals, Trouble>;
    fn entry(&mut self, id: EntryId) -> Result<Entry, Trouble>;
    fn map_entry(&mut self) -> Result<Option<Map>, Trouble>;
    fn map_document(&mut self) -> Result<DocumentId, Trouble>;
    fn document(&mut self, id: DocumentId) -> Result<Option<Document>, Trouble>;
    fn authors(&mut self) -> Result<Authors, Trouble>;
    fn cards(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn cards_once(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn card(&mut self, id: EntryId) -> Result<Card, Trouble>;
    fn card_if_here(&mut self, id: EntryId) -> Result<Option<Card>, Trouble>;
    fn one_and_the_same(&mut self, id: EntryId) -> Result<Vec<EntryId>, Trouble>;
    fn short_ids(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble>;
    fn names(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble>;
    fn texts(&mut self) -> Result<BTreeMap<EntryId, Texts>, Trouble>;
    fn joined(&mut self) -> Result<Arc<[Card]>, Trouble>;
    fn find_joined(&mut self, said: &str) -> Result<Card, Trouble>;
    fn seed(&mut self) -> Result<DeviceSeed, Trouble>;
    fn maps(&mut self) -> Result<Vec<MapRow>, Trouble>;
    fn add_map(&mut self, name: &str, person: &str, group: &str) -> Result<SpaceNumber, Trouble>;
    fn put_map(&mut self, row: MapRow) -> Result<(), Trouble>;
    fn adopt(&mut self, replica: Replica);
    fn keep_root(&mut self, number: SpaceNumber, seed: &[u8]) -> Result<(), Trouble>;
    fn root(&mut self, number: u16) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble>;
    fn forget_root(&mut self, number: u16) -> Result<(), Trouble>;
    fn fresh_row(&self) -> RowId;
    fn fresh_rows(&self) -> impl FnMut() -> RowId + use<Self>;
    fn fresh_entry(&self) -> EntryId;
    fn fresh<const N: usize>(&self) -> [u8; N];
    fn now(&self) -> Timestamp;
    fn chance(&self) -> Chance;
}

impl Under for Visit<'_> {
    fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Trouble> {
        Visit::hold(self)
    }

    fn disk(&mut self) -> Result<&mut Disk, Trouble> {
        Visit::disk(self)
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

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Trouble> {
        Visit::carry_out(self, effects)
    }

    fn acts(&mut self) -> Result<Vec<Act>, Trouble> {
        Visit::acts(self)
    }

    fn undoes(&mut self, other: &Act) {
        Visit::undoes(self, other)
    }

    fn arrivals(&mut self, id: DocumentId) -> Result<Arrivals, Trouble> {
        Visit::arrivals(self, id)
    }

    fn entry(&mut self, id: EntryId) -> Result<Entry, Trouble> {
        Visit::entry(self, id)
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

    fn card_if_here(&mut self, id: EntryId) -> Result<Option<Card>, Trouble> {
        Visit::card_if_here(self, id)
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

    fn texts(&mut self) -> Result<BTreeMap<EntryId, Texts>, Trouble> {
        Visit::texts(self)
    }

    fn joined(&mut self) -> Result<Arc<[Card]>, Trouble> {
        Visit::joined(self)
    }

    fn find_joined(&mut self, said: &str) -> Result<Card, Trouble> {
        Visit::find_joined(self, said)
    }

    fn seed(&mut self) -> Result<DeviceSeed, Trouble> {
        Visit::seed(self)
    }

    fn maps(&mut self) -> Result<Vec<MapRow>, Trouble> {
        Visit::maps(self)
    }

    fn add_map(&mut self, name: &str, person: &str, group: &str) -> Result<SpaceNumber, Trouble> {
        Visit::add_map(self, name, person, group)
    }

    fn put_map(&mut self, row: MapRow) -> Result<(), Trouble> {
        Visit::put_map(self, row)
    }

    fn adopt(&mut self, replica: Replica) {
        Visit::adopt(self, replica);
    }

    fn keep_root(&mut self, number: SpaceNumber, seed: &[u8]) -> Result<(), Trouble> {
        Visit::keep_root(self, number, seed)
    }

    fn root(&mut self, number: u16) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
        Visit::root(self, number)
    }

    fn forget_root(&mut self, number: u16) -> Result<(), Trouble> {
        Visit::forget_root(self, number)
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

    fn chance(&self) -> Chance {
        Visit::chance(self)
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

/// See `relations::facts::reach_stage`.
pub fn reach_stage(
    v: &mut Visit<'_>,
    card: &Card,
    earlier: &[Stage],
    stage: Stage,
    why: &str,
) -> Result<Option<Moved>, Trouble> {
    facts::reach_stage(v, card, earlier, stage, why)
}
