//! The one door to what lists, finding and rules read of each entry: rows, their headings, and sentences.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use allymap_document::{ActorId, Document};
use allymap_domain::card::duplicates::identities;
use allymap_domain::card::find::Found;
use allymap_domain::card::heading::{Heading, Named};
use allymap_domain::card::joined::{join_into, joined};
use allymap_domain::card::texts::{TEXTS_SCHEMA, Texts};
use allymap_domain::card::{CARD_SCHEMA, Card};
use allymap_domain::ids::EntryId;
use allymap_replica::{Rows, SpaceNumber, index_key, index_prefix, texts_key, texts_prefix};
use allymap_wire::DocumentId;

use crate::journal::arrivals;
use crate::maps::rows::HomeKey;
use crate::trouble::{self, Fitting, Trouble};
use crate::visit::Visit;

impl Visit<'_> {
    /// What was written in sentences, entry by entry: for finding only.
    pub(crate) fn texts(&mut self) -> Result<BTreeMap<EntryId, Texts>, Trouble> {
        self.cards()?;
        let prefix = texts_prefix(SpaceNumber(self.map()?.number));
        let mut texts = BTreeMap::new();
        self.disk()?.scan(&prefix, None, &mut |key, row| {
            let id = key.get(prefix.len()..).and_then(|id| id.try_into().ok());
            texts.extend(id.map(EntryId).zip(Texts::from_bytes(row)));
            ControlFlow::Continue(())
        })?;
        Ok(texts)
    }

    /// Every entry's row, in order of their names.
    /// They are read once in a command, however often they are asked for.
    pub(crate) fn cards(&mut self) -> Result<Arc<[Card]>, Trouble> {
        if let Some(rows) = &self.home.held.known.cards {
            return Ok(rows.clone());
        }
        let mut rows = match self.request.day {
            None => self.read_cards(Card::from_bytes)?,
            // They stand nowhere and are made from every document.
            Some(day) => {
                let documents = self.all_documents()?;
                documents.iter().filter_map(|(id, document)| Card::as_of(document, *id, day)).collect()
            }
        };
        sort(&mut rows);
        Ok(self.home.held.known.cards.insert(rows.into()).clone())
    }

    /// What finding needs of every row, read once.
    fn known_headings(&mut self) -> Result<Arc<[Heading]>, Trouble> {
        if let Some(headings) = &self.home.held.known.headings {
            return Ok(headings.clone());
        }
        let headings = self.read_cards(Heading::of_card)?;
        Ok(self.home.held.known.headings.insert(headings.into()).clone())
    }

    /// Rows of another schema are made anew from the documents.
    fn read_cards<T>(&mut self, read: impl Fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Trouble> {
        let number = self.map()?.number;
        let key = HomeKey::IndexSchema(number).bytes();
        let schema = [CARD_SCHEMA.to_be_bytes(), TEXTS_SCHEMA.to_be_bytes()].concat();
        if self.disk()?.get(&key)?.is_none_or(|known| known != schema) {
            let documents = {
                let (replica, disk) = self.hold()?;
                replica.documents(disk)?
            };
            for id in documents {
                self.reindex(id)?;
            }
            self.disk()?.put(key, schema);
        }
        let mut rows = Vec::new();
        self.disk()?.scan(&index_prefix(SpaceNumber(number)), None, &mut |_, row| {
            rows.extend(read(row));
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// The row of one entry that was found.
    pub(crate) fn card(&mut self, id: EntryId) -> Result<Card, Trouble> {
        self.card_if_here(id)?.ok_or(Trouble::Entry(trouble::Entry::Unreadable))
    }

    /// The row of an entry that something names: it may not have arrived.
    pub(crate) fn card_if_here(&mut self, id: EntryId) -> Result<Option<Card>, Trouble> {
        if self.reads_whole_rows() {
            return Ok(self.cards()?.iter().find(|row| row.id == id).cloned());
        }
        let number = SpaceNumber(self.map()?.number);
        Ok(self.disk()?.get(&index_key(number, &DocumentId(id.0)))?.as_deref().and_then(Card::from_bytes))
    }

    /// The ids of an entry and of all that are known to be the same.
    pub(crate) fn one_and_the_same(&mut self, id: EntryId) -> Result<Vec<EntryId>, Trouble> {
        fn of(id: EntryId, rows: &[impl Named]) -> Vec<EntryId> {
            let same = identities(rows);
            let Some(one) = same.get(&id) else { return vec![id] };
            same.iter().filter(|(_, identity)| *identity == one).map(|(id, _)| *id).collect()
        }
        Ok(if self.reads_whole_rows() { of(id, &self.cards()?) } else { of(id, &self.known_headings()?) })
    }

    /// For each entry the letters that name it.
    pub(crate) fn short_ids(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble> {
        fn of(rows: &[impl Named]) -> BTreeMap<EntryId, String> {
            allymap_domain::card::find::short_ids(rows.iter().map(Named::id))
        }
        Ok(if self.reads_whole_rows() { of(&self.cards()?) } else { of(&self.known_headings()?) })
    }

    /// The shown name of each entry.
    pub(crate) fn names(&mut self) -> Result<BTreeMap<EntryId, String>, Trouble> {
        fn of(rows: &[impl Named]) -> BTreeMap<EntryId, String> {
            rows.iter().map(|row| (row.id(), row.name().to_owned())).collect()
        }
        Ok(if self.reads_whole_rows() { of(&self.cards()?) } else { of(&self.known_headings()?) })
    }

    /// Whole rows are there already, or have to be made: then there is nothing to spare.
    fn reads_whole_rows(&self) -> bool {
        self.home.held.known.cards.is_some() || self.request.day.is_some()
    }

    /// Rows for lists and counts: entries that are known to be the same count once, under the smallest id.
    pub(crate) fn cards_once(&mut self) -> Result<Arc<[Card]>, Trouble> {
        let rows = self.cards()?;
        let same = identities(&rows);
        if same.is_empty() {
            return Ok(rows);
        }
        Ok(rows.iter().filter(|row| same.get(&row.id).is_none_or(|identity| *identity == row.id)).cloned().collect())
    }

    /// The cards of the map, entries that are known to be one joined: what was asked, given and met of either counts for both.
    pub(crate) fn joined(&mut self) -> Result<Arc<[Card]>, Trouble> {
        let cards = self.cards()?;
        // They are in order already.
        if identities(&cards).is_empty() {
            return Ok(cards);
        }
        Ok(joined(cards.to_vec()).into())
    }

    /// The one entry that is meant, with what is known of it under its other names.
    pub fn find_joined(&mut self, said: &str) -> Result<Card, Trouble> {
        let card = self.find(said)?;
        self.join_others(card)
    }

    /// One entry, with what is known of it under its other names.
    pub(crate) fn joined_card(&mut self, id: EntryId) -> Result<Card, Trouble> {
        let card = self.card(id)?;
        self.join_others(card)
    }

    fn join_others(&mut self, card: Card) -> Result<Card, Trouble> {
        let all = self.one_and_the_same(card.id)?;
        if all.len() < 2 {
            return Ok(card);
        }
        let all = all.into_iter().map(|id| self.card(id)).collect::<Result<_, _>>()?;
        Ok(join_into(card, all))
    }

    /// The one entry that somebody means. Nothing is guessed: several, or a misspelt name, are told as candidates.
    pub fn find(&mut self, said: &str) -> Result<Card, Trouble> {
        let id =
            if self.reads_whole_rows() { meant(said, &self.cards()?) } else { meant(said, &self.known_headings()?) }?;
        self.card(id)
    }

    /// Redoes the index rows of documents that others changed, and notes what came when.
    pub(crate) fn index(&mut self, documents: &[DocumentId]) -> Result<(), Trouble> {
        let device = self.hold()?.0.device();
        let writers = {
            let (replica, disk) = self.hold()?;
            replica.actors(disk)?
        };
        let own: BTreeSet<ActorId> =
            writers.into_iter().filter(|(_, writer)| *writer == device).map(|(actor, _)| actor).collect();
        for id in documents {
            if let Some(document) = self.reindex(*id)? {
                let number = self.map()?.number;
                let now_ms = self.now_ms();
                arrivals::note(self.disk()?, number, *id, &document, &|actor| own.contains(&actor), now_ms)?;
            }
        }
        Ok(())
    }

    fn reindex(&mut self, id: DocumentId) -> Result<Option<Document>, Trouble> {
        let (replica, disk) = self.hold()?;
        match replica.document(id, disk) {
            Ok(Some(document)) => {
                self.index_document(id, &document)?;
                Ok(Some(document))
            }
            // Nothing of it counts any more, as after the removal of its only author.
            Ok(None) => {
                let number = SpaceNumber(self.map()?.number);
                self.forget_cards();
                self.disk()?.delete(index_key(number, &id));
                self.disk()?.delete(texts_key(number, &id));
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    pub(crate) fn index_document(&mut self, id: DocumentId, document: &Document) -> Result<(), Trouble> {
        let number = SpaceNumber(self.map()?.number);
        self.forget_cards();
        let (index, sentences) = (index_key(number, &id), texts_key(number, &id));
        let (row, texts) = Card::with_texts(document, EntryId(id.0)).unzip();
        let disk = self.disk()?;
        match texts.flatten() {
            Some(texts) => disk.put(sentences, texts.to_bytes()),
            None => disk.delete(sentences),
        }
        match row {
            Some(row) => disk.put(index, row.to_bytes()),
            None => {
                disk.delete(index);
                self.take_name(id, document)?;
            }
        }
        Ok(())
    }
}

/// The one of these that somebody means.
fn meant<R: Named>(said: &str, rows: &[R]) -> Result<EntryId, Trouble> {
    let fitting = |near: &[&R]| -> Vec<Fitting> {
        let short = allymap_domain::card::find::short_ids(rows.iter().map(Named::id));
        let fitting = |row: &&R| {
            let id = row.id();
            Fitting { id, short: short[&id].clone(), name: row.name().into(), kind: row.kind().into() }
        };
        near.iter().map(fitting).collect()
    };
    let said_so = said.to_owned();
    Err(Trouble::Which(match allymap_domain::card::find::find(said, rows) {
        Found::One(row) => return Ok(row.id()),
        Found::Several(rows) => trouble::Which::Several { said: said_so, fitting: fitting(&rows) },
        Found::None { near } => trouble::Which::None { said: said_so, near: fitting(&near) },
    }))
}

fn sort(rows: &mut [Card]) {
    rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
}
