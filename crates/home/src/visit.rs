//! One command, or one request of a page: one map, on one day, as one act. What was not committed when it ends is gone.

use std::time::Duration;

use allymap_document::{ActId, Document, Edit};
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::Map;
use allymap_replica::{Effect, Replica, SpaceNumber};
use allymap_seal::Vault;
use allymap_wire::{DocumentId, Timestamp};

use crate::authors::Authors;
use crate::computer::disk::Disk;
use crate::computer::folders::write_private;
use crate::computer::surroundings::Chance;
use crate::discreet::Discreet;
use crate::heard::Heard;
use crate::home::{Held, Home, Known};
use crate::journal::acts::{self, Act};
use crate::journal::arrivals::{self, Arrivals};
use crate::maps::mended::writer;
use crate::maps::rows::{HomeKey, MapRow};
use crate::together::lines::Unprotected;
use crate::trouble::{self, Trouble};

/// How long a visit waits for another one to finish.
const WAIT: Duration = Duration::from_secs(2);

/// What a visit is for.
pub struct Request<'h> {
    /// Which map, if there are several here.
    pub map: Option<String>,
    /// An earlier day, as of which everything is read.
    pub day: Option<Date>,
    /// What is done, as it was said, shortened.
    pub said: String,
    /// What this is, for whoever finds the home busy.
    pub program: String,
    /// Names and texts of the map are not to be read over somebody's shoulder.
    pub hidden: Discreet,
    /// How far an exchange may go that nothing protects.
    pub unprotected: Unprotected,
    pub heard: &'h mut (dyn FnMut(Heard) + Send),
}

pub struct Visit<'h> {
    pub(crate) home: &'h mut Home,
    pub(crate) request: Request<'h>,
    act: ActId,
    /// What this visit did to which documents.
    doing: Option<Act>,
    pub(crate) edited: bool,
    /// Something of this visit is durable.
    wrote: bool,
}

/// Space that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    pub before_bytes: u64,
    pub after_bytes: u64,
}

impl<'h> Visit<'h> {
    pub(crate) fn new(home: &'h mut Home, request: Request<'h>) -> Visit<'h> {
        let act = ActId(home.around.id());
        // Another map may be meant than last time, or another one be the current one by now.
        home.held.map = None;
        Visit { home, request, act, doing: None, edited: false, wrote: false }
    }

    /// The day as of which everything is read, or what the calendar says.
    pub fn today(&self) -> Date {
        self.request.day.unwrap_or_else(|| self.home.today())
    }

    pub fn now_ms(&self) -> u64 {
        self.home.now_ms()
    }

    pub fn home(&self) -> &Home {
        self.home
    }

    pub fn home_mut(&mut self) -> &mut Home {
        self.home
    }

    /// From now on it is about the map of this name.
    pub fn turn_to(&mut self, map: String) {
        self.request.map = Some(map);
        self.home.held.map = None;
    }

    /// The map that the visit is about.
    pub fn map(&mut self) -> Result<MapRow, Trouble> {
        self.hold()?;
        Ok(self.home.held.map.clone().expect("hold picked it"))
    }

    /// Others may use the maps while a person thinks, unless an edit waits to be kept.
    pub fn let_go(&mut self) {
        let pending = |visit: &Visit<'_>| visit.home.held.disk.as_ref().map(Disk::is_pending);
        if self.doing.is_none() && pending(self) == Some(true) {
            // What opening a map made anew is nobody's edit. A disk that does not take it says so when the answer is kept.
            let _ = self.commit();
        }
        if pending(self) == Some(false) {
            self.release();
        }
    }

    /// Somebody should know this while it goes on.
    pub(crate) fn tell(&mut self, heard: Heard) {
        (self.request.heard)(heard);
    }

    /// Ends the visit. One that wrote and still holds the home gives back what the store keeps and nobody needs.
    pub fn leave(self) -> Option<Packed> {
        let wrote = self.wrote;
        let disk = self.home.held.disk.as_mut().filter(|_| wrote)?;
        // The act is done. Whatever is wrong with the disk, the next one meets and says.
        let done = disk.maintain().ok().filter(|done| done.after < done.before)?;
        Some(Packed { before_bytes: done.before, after_bytes: done.after })
    }

    /// Takes the home for this process.
    pub(crate) fn disk(&mut self) -> Result<&mut Disk, Trouble> {
        if self.home.held.disk.is_none() {
            let vault = Vault::new(&self.home.key()?);
            let chance = self.home.around.chance.clone();
            let disk = Disk::open(&self.home.folders.store(), vault, chance, WAIT, &self.request.program)?;
            let recovered = disk.recovered.clone();
            self.home.held.disk = Some(disk);
            if let Some(recovered) = recovered {
                let (kept, set_aside) = (recovered.kept.ok, recovered.set_aside);
                (self.request.heard)(Heard::StoreMended { kept, of: kept + recovered.kept.bad, set_aside });
                let maps = self.maps()?;
                let disk = self.home.held.disk.as_mut().expect("it was put there above");
                for map in maps {
                    disk.put(HomeKey::Mend(map.number).bytes(), Vec::new());
                }
                disk.commit()?;
            }
        }
        Ok(self.home.held.disk.as_mut().expect("it was opened above"))
    }

    /// The map that the visit is about, and its rows.
    pub(crate) fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Trouble> {
        if self.home.held.map.is_none() {
            let map = self.pick_map()?;
            self.home.held.turn_to(map);
        }
        let number = SpaceNumber(self.home.held.map.as_ref().expect("it was picked above").number);
        let reopened = self.home.held.disk.is_none();
        let opened = reopened || self.home.held.replica.is_none();
        let seed = self.seed()?;
        let Held { replica, disk, .. } = &mut self.home.held;
        let disk = disk.as_ref().expect("the seed was read from it");
        match replica {
            None => {
                let mut replica = Replica::open(number, &seed, disk)?;
                self.check_writer(&mut replica)?;
                self.home.held.replica = Some(replica);
            }
            Some(replica) if reopened => replica.refresh(&seed, disk)?,
            Some(_) => {}
        }
        if opened {
            self.mend(number)?;
        }
        if self.request.hidden.begin() {
            self.hide_names()?;
        }
        let Held { replica: Some(replica), disk: Some(disk), .. } = &mut self.home.held else {
            unreachable!("both were opened above")
        };
        Ok((replica, disk))
    }

    /// Nothing will be needed for a while: others may go on.
    pub(crate) fn release(&mut self) {
        self.home.held.disk = None;
        self.forget_cards();
    }

    pub(crate) fn forget_cards(&mut self) {
        self.home.held.known = Known::default();
    }

    /// Everything so far, durable. After this an edit is *kept*.
    pub(crate) fn commit(&mut self) -> Result<(), Trouble> {
        let token = std::mem::take(&mut self.edited).then(|| self.home.around.id::<16>());
        let Home { folders, around, held, .. } = &mut *self.home;
        if let (Some(_), Some(doing), Some(map), Some(disk)) = (token, &self.doing, &held.map, &mut held.disk) {
            acts::put(disk, map.number, doing)?;
        }
        let Some(disk) = &mut held.disk else { return Ok(()) };
        if let Some(token) = token {
            disk.put(HomeKey::Writer.bytes(), writer(folders, &around.machine, &token));
        }
        match disk.commit() {
            Ok(false) => return Ok(()),
            Ok(true) => self.wrote = true,
            Err(error) => {
                self.release();
                self.home.held.replica = None;
                if matches!(error, allymap_store::Error::Damaged { .. }) {
                    // Opening it again sets the damaged one aside and keeps what still reads; it is heard.
                    self.disk()?;
                    return Err(Trouble::Store(trouble::Store::Repaired));
                }
                return Err(error.into());
            }
        }
        if let Some(token) = token {
            // Lost on a crash, it only makes the next edits go under a new actor.
            let _ = write_private(&folders.config.join("last-writer"), &token);
        }
        let _ = std::fs::write(folders.changed_marker(), b"");
        Ok(())
    }

    /// Changes an entry, or makes it.
    pub(crate) fn edit_entry<T, E>(
        &mut self,
        id: EntryId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, Trouble> {
        self.edit(DocumentId(id.0), change)
    }

    /// Changes one document, or makes it. Its card is part of the same batch.
    pub(crate) fn edit<T, E>(
        &mut self,
        document: DocumentId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, Trouble> {
        if self.request.day.is_some() {
            return Err(Trouble::Past);
        }
        let act = self.act;
        let (replica, disk) = self.hold()?;
        let mut effects = Vec::new();
        let (value, document_now) = match replica.edit(document, act, disk, &mut effects, change)? {
            Ok(edited) => edited,
            Err(refused) => return Ok(Err(refused)),
        };
        let changed = !effects.is_empty();
        self.carry_out(effects)?;
        if changed {
            let (said, now_ms) = (&self.request.said, self.home.now_ms());
            self.doing.get_or_insert_with(|| Act::new(act, said, now_ms)).touched(document);
        }
        self.index_document(document, &document_now)?;
        self.hide_what_is_new(document, &document_now);
        self.edited = true;
        Ok(Ok(value))
    }

    /// Stores what local effects ask for; they ask for nothing else.
    pub(crate) fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Trouble> {
        let disk = self.disk()?;
        for effect in effects {
            if let Effect::Persist(writes) = effect {
                disk.persist(writes);
            }
        }
        Ok(())
    }

    /// What was done to this map on this computer, oldest first.
    pub(crate) fn acts(&mut self) -> Result<Vec<Act>, Trouble> {
        let map = self.map()?.number;
        acts::list(self.disk()?, map)
    }

    /// This act takes another back.
    pub(crate) fn undoes(&mut self, other: &Act) {
        let mut act = Act::new(self.act, &self.request.said, self.now_ms());
        act.undoing(other);
        self.doing = Some(act);
    }

    /// When others' changes of a document came to this computer.
    pub(crate) fn arrivals(&mut self, id: DocumentId) -> Result<Arrivals, Trouble> {
        let number = self.map()?.number;
        arrivals::of(self.disk()?, number, id)
    }

    /// An entry, as far as it can be read.
    pub(crate) fn entry(&mut self, id: EntryId) -> Result<Entry, Trouble> {
        let document = self.document_of(id)?;
        let authors = self.authors()?;
        let read = document.map(|document| self.read(&document, id, &authors));
        read.ok_or(Trouble::Entry(trouble::Entry::Unreadable))
    }

    /// What a document says of an entry: now, or as of the day that was asked for.
    pub(crate) fn read(&self, document: &Document, id: EntryId, authors: &Authors) -> Entry {
        let resolve = |actor| authors.of(actor);
        match self.request.day {
            None => Entry::read(document, id, &resolve),
            Some(day) => Entry::as_of(document, id, &resolve, day),
        }
    }

    /// All documents, the map's own among them: for exports, never for lists.
    pub(crate) fn all_documents(&mut self) -> Result<Vec<(EntryId, Document)>, Trouble> {
        let ids = {
            let (replica, disk) = self.hold()?;
            replica.documents(disk)?
        };
        let mut documents = Vec::with_capacity(ids.len());
        for id in ids {
            documents.extend(self.document(id)?.map(|document| (EntryId(id.0), document)));
        }
        Ok(documents)
    }

    /// What the map says about itself. A newcomer may not have it yet.
    pub(crate) fn map_entry(&mut self) -> Result<Option<Map>, Trouble> {
        let id = self.map_document()?;
        let map = self.document(id)?.filter(Map::is).map(|document| Map::read(&document));
        Ok(match self.request.day {
            None => map,
            Some(day) => map.map(|map| map.as_of(day)),
        })
    }

    /// The map's own document: its name follows from the map's, so that everybody has the same.
    pub(crate) fn map_document(&mut self) -> Result<DocumentId, Trouble> {
        let (replica, _) = self.hold()?;
        Ok(document_of_map(replica))
    }

    /// The document of an entry.
    pub(crate) fn document_of(&mut self, id: EntryId) -> Result<Option<Document>, Trouble> {
        self.document(DocumentId(id.0))
    }

    pub(crate) fn document(&mut self, id: DocumentId) -> Result<Option<Document>, Trouble> {
        let (replica, disk) = self.hold()?;
        Ok(replica.document(id, disk)?)
    }

    /// A fresh name for something beside the maps; nothing secret is made of it.
    pub fn fresh<const N: usize>(&self) -> [u8; N] {
        self.home.around.id()
    }

    /// A fresh name for an assertion, a log line, a link or a campaign.
    pub(crate) fn fresh_row(&self) -> RowId {
        RowId(self.home.around.id())
    }

    /// Fresh names for rows, while something else is open.
    pub(crate) fn fresh_rows(&self) -> impl FnMut() -> RowId + use<> {
        let around = self.home.around.clone();
        move || RowId(around.id())
    }

    /// A fresh name for an entry.
    pub(crate) fn fresh_entry(&self) -> EntryId {
        EntryId(self.home.around.id())
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now_ms())
    }

    pub(crate) fn chance(&self) -> Chance {
        self.home.around.chance.clone()
    }
}

/// A visit that has ended holds nothing, so that others go on. What it laid over the rows and never committed must not ride on
/// the next one's commit; and a replica that has seen it is opened again from its rows, as after a failed write.
impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if self.home.held.disk.as_ref().is_some_and(Disk::is_pending) {
            (self.home.held.replica, self.home.held.map) = (None, None);
        }
        self.release();
    }
}

pub(crate) fn document_of_map(replica: &Replica) -> DocumentId {
    let mut id = [0; 16];
    id.copy_from_slice(&allymap_wire::hash("map-document", &[&replica.space().0])[..16]);
    DocumentId(id)
}
