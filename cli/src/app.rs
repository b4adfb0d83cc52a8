//! What a command may reach: the maps of this home, through one door. Commands see no store, no Automerge, no socket.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use allymap_document::{ActId, ActorId, Document, Edit};
use allymap_domain::author::Author;
use allymap_domain::card::duplicates::identities;
use allymap_domain::card::find::Found;
use allymap_domain::card::heading::{Heading, Named};
use allymap_domain::card::texts::{TEXTS_SCHEMA, Texts};
use allymap_domain::card::{CARD_SCHEMA, Card};
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::map::Map;
use allymap_replica::{Effect, Replica, Rows, SpaceNumber, index_key, index_prefix, texts_key, texts_prefix};
use allymap_seal::{DatabaseKey, DeviceSeed, Vault};
use allymap_wire::{DocumentId, RelayKeyHash, Timestamp};
use minicbor::{Decode, Encode};

use crate::acts::{self, Act};
use crate::arrivals::{self, Arrivals};
use crate::chance::random;
use crate::disk::Disk;
use crate::failure::{Candidate, Exit, Failure};
use crate::home::{Home, write_private};
use crate::output::Output;
use crate::prompt::Prompt;
use crate::unlock;

/// How long a command waits for another one to finish.
const WAIT: Duration = Duration::from_secs(2);
/// How many numbers are tried when the list of maps was damaged. They are given in order, from 1.
const MAPS_LOOKED_FOR: u16 = 99;

/// Options that every command understands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) map: Option<String>,
    pub(crate) passphrase_file: Option<PathBuf>,
    pub(crate) insecure: bool,
    /// What this command is, for whoever finds the home busy.
    pub(crate) program: String,
    /// The command as it was typed, shortened.
    pub(crate) said: String,
    /// An earlier day, as of which everything is read.
    pub(crate) as_of: Option<Date>,
    /// Names and texts of the map are not to be read over somebody's shoulder.
    pub(crate) discreet: bool,
}

/// One map of this home.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct MapRow {
    #[n(0)]
    pub(crate) number: u16,
    #[n(1)]
    pub(crate) name: String,
    /// The name and group that this person gave here.
    #[n(2)]
    pub(crate) person: String,
    #[n(3)]
    pub(crate) group: String,
    /// Nobody has let this device in yet: what it should tell its person meanwhile.
    #[n(4)]
    pub(crate) waiting_words: Option<Vec<String>>,
    /// An invented town to practise on: it never leaves this computer.
    #[n(5)]
    #[cbor(default)]
    pub(crate) practice: bool,
}

/// Rows that belong to the home, not to a map.
#[derive(Clone, Copy, Debug)]
enum HomeKey {
    Seed,
    Writer,
    Current,
    Map(u16),
    /// The map's root seed, until `recovery` has printed it.
    Root(u16),
    IndexSchema(u16),
    /// The store was damaged since this map was last opened.
    Mend(u16),
}

impl HomeKey {
    fn bytes(self) -> Vec<u8> {
        match self {
            HomeKey::Seed => b"g/seed".to_vec(),
            HomeKey::Writer => b"g/writer".to_vec(),
            HomeKey::Current => b"g/current".to_vec(),
            HomeKey::Map(number) => [b"g/map/", &number.to_be_bytes()[..]].concat(),
            HomeKey::Root(number) => [b"g/root/", &number.to_be_bytes()[..]].concat(),
            HomeKey::Mend(number) => [b"g/mend/", &number.to_be_bytes()[..]].concat(),
            HomeKey::IndexSchema(number) => [b"g/index/", &number.to_be_bytes()[..]].concat(),
        }
    }
}

/// The program as a command sees it.
pub(crate) struct App {
    pub(crate) home: Home,
    pub(crate) output: Output,
    /// Reached through [`App::ask`] alone, which lets the home go meanwhile.
    prompt: Prompt,
    pub(crate) options: Options,
    key: Option<DatabaseKey>,
    disk: Option<Disk>,
    replica: Option<Replica>,
    map: Option<MapRow>,
    act: ActId,
    /// What this command did to which documents.
    doing: Option<Act>,
    edited: bool,
    /// Something of this command is durable.
    wrote: bool,
    known: Known,
}

/// What was read of every entry, until something is written or others may write.
#[derive(Default)]
struct Known {
    rows: Option<Rc<[Card]>>,
    headings: Option<Vec<Heading>>,
}

/// Now, as this computer's clock tells it. It decides nothing.
#[allow(clippy::disallowed_methods)]
pub(crate) fn now() -> Timestamp {
    if let Some(told) = told_clock() {
        return told;
    }
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64))
}

/// Today: the day of `--as-of`, or what this computer's calendar says.
pub(crate) fn today() -> Date {
    AS_OF.get().copied().unwrap_or_else(calendar_today)
}

/// From now on it is the evening of this earlier day.
pub(crate) fn look_back_to(day: Date) {
    let _ = AS_OF.set(day);
}

static AS_OF: OnceLock<Date> = OnceLock::new();

/// A build for tests can be told the time, so that whole outputs can be compared: `ALLYMAP_TEST_CLOCK`, in milliseconds since
/// 1970. A release reads nothing of the kind.
fn told_clock() -> Option<Timestamp> {
    let told = cfg!(debug_assertions).then(|| std::env::var_os("ALLYMAP_TEST_CLOCK")).flatten()?;
    told.to_str()?.parse().ok().map(Timestamp)
}

fn calendar_today() -> Date {
    if let Some(told) = told_clock() {
        return Date::of_ms(told.0);
    }
    let today = jiff::Zoned::now().date();
    let parts = (i32::from(today.year()), today.month(), today.day());
    Date::new(parts.0, parts.1.unsigned_abs().into(), parts.2.unsigned_abs().into()).unwrap_or(Date::of_ms(now().0))
}

impl App {
    pub(crate) fn new(home: Home, output: Output, prompt: Prompt, options: Options) -> App {
        App {
            home,
            output,
            prompt,
            options,
            key: None,
            disk: None,
            replica: None,
            map: None,
            act: ActId(random()),
            doing: None,
            edited: false,
            wrote: false,
            known: Known::default(),
        }
    }

    /// The database key: asked for once, kept while this process lives.
    pub(crate) fn key(&mut self) -> Result<DatabaseKey, Failure> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        let key = unlock::key(&self.home, self.options.passphrase_file.as_ref(), &self.prompt)?;
        self.key = Some(key.clone());
        Ok(key)
    }

    pub(crate) fn use_key(&mut self, key: DatabaseKey) {
        self.key = Some(key);
    }

    /// Takes the home for this process.
    pub(crate) fn disk(&mut self) -> Result<&mut Disk, Failure> {
        if self.disk.is_none() {
            let vault = Vault::new(&self.key()?);
            let disk = Disk::open(&self.home.store(), vault, WAIT, &self.options.program)?;
            let recovered = disk.recovered.clone();
            self.disk = Some(disk);
            if let Some(recovered) = recovered {
                self.output.warn(format_args!(
                    "The maps on this disk were damaged. What still reads ({} of {} parts) was kept; the damaged copy is at {}.\n\
                     Run allymap sync: the rest comes back from the relay.",
                    recovered.kept.ok,
                    recovered.kept.ok + recovered.kept.bad,
                    recovered.set_aside.display()
                ));
                let maps = self.maps()?;
                let disk = self.disk.as_mut().expect("it was put there above");
                for map in maps {
                    disk.put(HomeKey::Mend(map.number).bytes(), Vec::new());
                }
                disk.commit()?;
            }
        }
        Ok(self.disk.as_mut().expect("it was opened above"))
    }

    /// The map that the command is about, and its rows.
    pub(crate) fn hold(&mut self) -> Result<(&mut Replica, &mut Disk), Failure> {
        if self.map.is_none() {
            self.map = Some(self.pick_map()?);
        }
        let number = SpaceNumber(self.map.as_ref().expect("it was picked above").number);
        let reopened = self.disk.is_none();
        let opened = reopened || self.replica.is_none();
        let seed = self.seed()?;
        let disk = self.disk.as_ref().expect("the seed was read from it");
        match &mut self.replica {
            None => {
                let mut replica = Replica::open(number, &seed, disk)?;
                self.check_writer(&mut replica)?;
                self.replica = Some(replica);
            }
            Some(replica) if reopened => replica.refresh(&seed, disk)?,
            Some(_) => {}
        }
        if opened {
            self.mend(number)?;
        }
        if self.options.discreet && !crate::discreet::is_on() {
            crate::discreet::begin();
            self.hide_names()?;
        }
        let App { replica: Some(replica), disk: Some(disk), .. } = self else { unreachable!("both were opened above") };
        Ok((replica, disk))
    }

    /// After damage, once for each map: everything that is left is read again, and the relays are asked for the rest.
    fn mend(&mut self, number: SpaceNumber) -> Result<(), Failure> {
        let App { replica: Some(replica), disk: Some(disk), .. } = self else { return Ok(()) };
        let marker = HomeKey::Mend(number.0).bytes();
        if disk.get(&marker)?.is_none() {
            return Ok(());
        }
        let mut effects = Vec::new();
        replica.mend(random(), disk, &mut effects)?;
        disk.delete(marker);
        // The rows for lists are made anew when somebody asks for them.
        disk.delete(HomeKey::IndexSchema(number.0).bytes());
        self.known = Known::default();
        self.carry_out(effects)?;
        self.edited = true;
        self.commit()
    }

    pub(crate) fn map(&mut self) -> Result<MapRow, Failure> {
        self.hold()?;
        Ok(self.map.clone().expect("hold picked it"))
    }

    /// Nothing will be needed for a while: other commands may go on.
    pub(crate) fn release(&mut self) {
        self.disk = None;
        self.known = Known::default();
    }

    /// Who can be asked, with the home let go meanwhile: a person who thinks must not keep other commands waiting.
    pub(crate) fn ask(&mut self) -> Prompt {
        self.let_go();
        self.prompt.clone()
    }

    /// Whether there is somebody to ask.
    pub(crate) fn can_ask(&self) -> bool {
        self.prompt.can_ask()
    }

    /// Asks until the answer is understood; `None` for Enter, and when there is nobody to ask.
    pub(crate) fn ask_until<T>(
        &mut self,
        question: &str,
        mut understand: impl FnMut(&mut App, &str) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        loop {
            let Some(answer) = self.ask().optional(question)? else { return Ok(None) };
            match understand(self, &answer) {
                Err(failure) if failure.is_about_the_answer() => self.output.again(&failure),
                understood => return understood.map(Some),
            }
        }
    }

    /// Others may use the home while a person thinks, unless an edit of theirs waits to be kept.
    pub(crate) fn let_go(&mut self) {
        if self.doing.is_none() && self.disk.as_ref().is_some_and(Disk::is_pending) {
            // What opening a map made anew is nobody's edit. A disk that does not take it says so when the answer is kept.
            let _ = self.commit();
        }
        if self.disk.as_ref().is_some_and(|disk| !disk.is_pending()) {
            self.release();
        }
    }

    /// Everything so far, durable. After this an edit is *kept*.
    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        let token = std::mem::take(&mut self.edited).then(random::<16>);
        if let (Some(_), Some(doing), Some(map), Some(disk)) = (token, &self.doing, &self.map, &mut self.disk) {
            acts::put(disk, map.number, doing)?;
        }
        let Some(disk) = &mut self.disk else { return Ok(()) };
        if let Some(token) = token {
            disk.put(HomeKey::Writer.bytes(), writer(&self.home, &token));
        }
        match disk.commit() {
            Ok(false) => return Ok(()),
            Ok(true) => self.wrote = true,
            Err(error) => {
                self.release();
                self.replica = None;
                if matches!(error, allymap_store::Error::Damaged { .. }) {
                    // Opening it again sets the damaged one aside and keeps what still reads; it says so.
                    self.disk()?;
                    return Err(Failure::repaired());
                }
                return Err(error.into());
            }
        }
        if let Some(token) = token {
            // Lost on a crash, it only makes the next edits go under a new actor.
            let _ = write_private(&self.home.config.join("last-writer"), &token);
        }
        let _ = std::fs::write(self.home.changed_marker(), b"");
        Ok(())
    }

    /// At the end of a command that wrote and still holds the home: what the store keeps and nobody needs is given back.
    pub(crate) fn give_space_back(&mut self) {
        let Some(disk) = self.disk.as_mut().filter(|_| self.wrote) else { return };
        match disk.maintain() {
            Ok(done) if done.after < done.before => self.output.status(format_args!(
                "The folder of your maps was packed: {} MB before, {} MB now.",
                done.before >> 20,
                done.after.div_ceil(1 << 20)
            )),
            // The command has done its work. Whatever is wrong with the disk, the next one meets and says.
            Ok(_) | Err(_) => {}
        }
    }

    /// Change one document, or make it. Its index row is part of the same batch.
    pub(crate) fn edit<T, E>(
        &mut self,
        document: DocumentId,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, E>,
    ) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        let act = self.act;
        let (replica, disk) = self.hold()?;
        let mut effects = Vec::new();
        let (value, document_now) = replica.edit(document, act, disk, &mut effects, change)??;
        let changed = !effects.is_empty();
        self.carry_out(effects)?;
        if changed {
            let said = &self.options.said;
            self.doing.get_or_insert_with(|| Act::new(act, said, now().0)).touched(document);
        }
        self.index_document(document, &document_now)?;
        // A name that was not on the map when this command began.
        if crate::discreet::is_on() {
            let row = Card::of(&document_now, EntryId(document.0));
            row.iter().for_each(|row| crate::discreet::hide_name(&row.name));
        }
        self.edited = true;
        Ok(value)
    }

    /// Stores what local effects ask for; they ask for nothing else.
    pub(crate) fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Failure> {
        let disk = self.disk()?;
        for effect in effects {
            if let Effect::Persist(writes) = effect {
                disk.persist(writes);
            }
        }
        Ok(())
    }

    /// What was done to this map on this computer, oldest first.
    pub(crate) fn acts(&mut self) -> Result<Vec<Act>, Failure> {
        let map = self.map()?.number;
        acts::list(self.disk()?, map)
    }

    /// This command takes another back.
    pub(crate) fn undoes(&mut self, other: &Act) {
        let mut act = Act::new(self.act, &self.options.said, now().0);
        act.undoing(other);
        self.doing = Some(act);
    }

    /// Redoes the index rows of documents that others changed, and notes what came when.
    pub(crate) fn index(&mut self, documents: &[DocumentId]) -> Result<(), Failure> {
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
                arrivals::note(self.disk()?, number, *id, &document, &|actor| own.contains(&actor), now().0)?;
            }
        }
        Ok(())
    }

    fn reindex(&mut self, id: DocumentId) -> Result<Option<Document>, Failure> {
        let (replica, disk) = self.hold()?;
        match replica.document(id, disk) {
            Ok(Some(document)) => {
                self.index_document(id, &document)?;
                Ok(Some(document))
            }
            // Nothing of it counts any more, as after the removal of its only author.
            Ok(None) => {
                let number = SpaceNumber(self.map()?.number);
                self.known = Known::default();
                self.disk()?.delete(index_key(number, &id));
                self.disk()?.delete(texts_key(number, &id));
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    /// When others' changes of a document came to this computer.
    pub(crate) fn arrivals(&mut self, id: DocumentId) -> Result<Arrivals, Failure> {
        let number = self.map()?.number;
        arrivals::of(self.disk()?, number, id)
    }

    /// What was written in sentences, entry by entry: for finding only.
    pub(crate) fn texts(&mut self) -> Result<BTreeMap<EntryId, Texts>, Failure> {
        self.rows()?;
        let prefix = texts_prefix(SpaceNumber(self.map()?.number));
        let mut texts = BTreeMap::new();
        self.disk()?.scan(&prefix, None, &mut |key, row| {
            let id = key.get(prefix.len()..).and_then(|id| id.try_into().ok());
            texts.extend(id.map(EntryId).zip(Texts::from_bytes(row)));
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(texts)
    }

    /// Every entry's row, in order of their names.
    /// They are read once in a command, however often they are asked for.
    pub(crate) fn rows(&mut self) -> Result<Rc<[Card]>, Failure> {
        if let Some(rows) = &self.known.rows {
            return Ok(rows.clone());
        }
        let mut rows = match self.options.as_of {
            None => self.read_rows(Card::from_bytes)?,
            // They stand nowhere and are made from every document.
            Some(day) => {
                let documents = self.all_documents()?;
                documents.iter().filter_map(|(id, document)| Card::as_of(document, *id, day)).collect()
            }
        };
        sort(&mut rows);
        Ok(self.known.rows.insert(rows.into()).clone())
    }

    /// What finding needs of every row, read once.
    fn known_headings(&mut self) -> Result<&[Heading], Failure> {
        if self.known.headings.is_none() {
            self.known.headings = Some(self.read_rows(Heading::of_card)?);
        }
        Ok(self.known.headings.as_deref().unwrap_or_default())
    }

    /// Rows of another schema are made anew from the documents.
    fn read_rows<T>(&mut self, read: impl Fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Failure> {
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
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// The row of one entry that was found.
    pub(crate) fn row(&mut self, id: EntryId) -> Result<Card, Failure> {
        self.row_if_here(id)?.ok_or_else(unreadable)
    }

    /// The row of an entry that something names: it may not have arrived.
    pub(crate) fn row_if_here(&mut self, id: EntryId) -> Result<Option<Card>, Failure> {
        if self.reads_whole_rows() {
            return Ok(self.rows()?.iter().find(|row| row.id == id).cloned());
        }
        let number = SpaceNumber(self.map()?.number);
        Ok(self.disk()?.get(&index_key(number, &DocumentId(id.0)))?.as_deref().and_then(Card::from_bytes))
    }

    /// The ids of an entry and of all that are known to be the same.
    pub(crate) fn one_and_the_same(&mut self, id: EntryId) -> Result<Vec<EntryId>, Failure> {
        fn of(id: EntryId, rows: &[impl Named]) -> Vec<EntryId> {
            let same = identities(rows);
            let Some(one) = same.get(&id) else { return vec![id] };
            same.iter().filter(|(_, identity)| *identity == one).map(|(id, _)| *id).collect()
        }
        Ok(if self.reads_whole_rows() { of(id, &self.rows()?) } else { of(id, self.known_headings()?) })
    }

    /// For each entry the letters that name it.
    pub(crate) fn short_ids(&mut self) -> Result<BTreeMap<EntryId, String>, Failure> {
        fn of(rows: &[impl Named]) -> BTreeMap<EntryId, String> {
            allymap_domain::card::find::short_ids(rows.iter().map(Named::id))
        }
        Ok(if self.reads_whole_rows() { of(&self.rows()?) } else { of(self.known_headings()?) })
    }

    /// The shown name of each entry.
    pub(crate) fn names(&mut self) -> Result<BTreeMap<EntryId, String>, Failure> {
        fn of(rows: &[impl Named]) -> BTreeMap<EntryId, String> {
            rows.iter().map(|row| (row.id(), row.name().to_owned())).collect()
        }
        Ok(if self.reads_whole_rows() { of(&self.rows()?) } else { of(self.known_headings()?) })
    }

    /// Whole rows are there already, or have to be made: then there is nothing to spare.
    fn reads_whole_rows(&self) -> bool {
        self.known.rows.is_some() || self.options.as_of.is_some()
    }

    /// Rows for lists and counts: entries that are known to be the same count once, under the smallest id.
    pub(crate) fn rows_once(&mut self) -> Result<Rc<[Card]>, Failure> {
        let rows = self.rows()?;
        let same = identities(&rows);
        if same.is_empty() {
            return Ok(rows);
        }
        Ok(rows.iter().filter(|row| same.get(&row.id).is_none_or(|identity| *identity == row.id)).cloned().collect())
    }

    /// The one entry that somebody means. Nothing is guessed: several, or a misspelt name, are told as candidates.
    pub(crate) fn find(&mut self, said: &str) -> Result<Card, Failure> {
        let id =
            if self.reads_whole_rows() { meant(said, &self.rows()?) } else { meant(said, self.known_headings()?) }?;
        self.row(id)
    }

    /// An entry, as far as it can be read.
    pub(crate) fn entry(&mut self, id: EntryId) -> Result<Entry, Failure> {
        let document = self.document(DocumentId(id.0))?;
        let authors = self.authors()?;
        document.map(|document| self.read(&document, id, &authors)).ok_or_else(unreadable)
    }

    /// What a document says of an entry: now, or as of the day that was asked for.
    pub(crate) fn read(&self, document: &Document, id: EntryId, authors: &Authors) -> Entry {
        let resolve = |actor| authors.of(actor);
        match self.options.as_of {
            None => Entry::read(document, id, &resolve),
            Some(day) => Entry::as_of(document, id, &resolve, day),
        }
    }

    /// All documents, the map's own among them: for exports, never for lists.
    pub(crate) fn all_documents(&mut self) -> Result<Vec<(EntryId, Document)>, Failure> {
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
    pub(crate) fn map_entry(&mut self) -> Result<Option<Map>, Failure> {
        let id = self.map_document()?;
        let map = self.document(id)?.filter(Map::is).map(|document| Map::read(&document));
        Ok(match self.options.as_of {
            None => map,
            Some(day) => map.map(|map| map.as_of(day)),
        })
    }

    /// The map's own document: its name follows from the map's, so that everybody has the same.
    pub(crate) fn map_document(&mut self) -> Result<DocumentId, Failure> {
        let (replica, _) = self.hold()?;
        Ok(document_of_map(replica))
    }

    /// Who wrote under which actor, with their names in this map.
    pub(crate) fn authors(&mut self) -> Result<Authors, Failure> {
        let (replica, disk) = self.hold()?;
        let mut authors = Authors::default();
        for (actor, device) in replica.actors(disk)? {
            let member = replica.roster().was_member(&device);
            authors.0.insert(
                actor,
                Author {
                    name: member.as_ref().map(|member| member.name.clone()).unwrap_or_default(),
                    group: member.as_ref().map(|member| member.group.clone()).unwrap_or_default(),
                    device: data_encoding::HEXLOWER.encode(&device.0[..4]),
                },
            );
        }
        Ok(authors)
    }

    /// A fresh name for an assertion, a log line, a link or a campaign.
    pub(crate) fn fresh_row(&self) -> RowId {
        RowId(random())
    }

    /// A fresh name for an entry.
    pub(crate) fn fresh_entry(&self) -> EntryId {
        EntryId(random())
    }

    fn index_document(&mut self, id: DocumentId, document: &Document) -> Result<(), Failure> {
        let number = SpaceNumber(self.map()?.number);
        self.known = Known::default();
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

    /// The map is called what its own document says, whoever renamed it.
    fn take_name(&mut self, id: DocumentId, document: &Document) -> Result<(), Failure> {
        if id != self.map_document()? || !Map::is(document) {
            return Ok(());
        }
        let (row, names) = (self.map()?, Map::read(document).names);
        let Some(name) = names.into_iter().next().filter(|name| *name != row.name) else { return Ok(()) };
        let row = MapRow { name, ..row };
        self.disk()?.put(HomeKey::Map(row.number).bytes(), allymap_wire::encode(&row));
        self.map = Some(row);
        Ok(())
    }

    /// Connections of the exchange, and whether all was said on each.
    pub(crate) fn replica_connections(&self) -> BTreeMap<RelayKeyHash, bool> {
        self.replica.as_ref().map(Replica::connections).unwrap_or_default()
    }

    pub(crate) fn document(&mut self, id: DocumentId) -> Result<Option<Document>, Failure> {
        let (replica, disk) = self.hold()?;
        Ok(replica.document(id, disk)?)
    }

    /// Tells what prints of every name and text of this map.
    fn hide_names(&mut self) -> Result<(), Failure> {
        let rows = self.rows()?;
        let short = allymap_domain::card::find::short_ids(rows.iter().map(|row| row.id));
        let mut named: BTreeMap<&String, Vec<&str>> = BTreeMap::new();
        for row in rows.iter() {
            for name in [&row.name].into_iter().chain(&row.other_names) {
                named.entry(name).or_default().push(&short[&row.id]);
            }
        }
        for (name, ids) in named {
            crate::discreet::hide_entry(name, &ids.join("/"));
        }
        let authors = self.authors()?;
        let person = self.map()?.person;
        let (replica, disk) = self.hold()?;
        let members = replica.roster().members();
        let asking = replica.asking(disk)?;
        let people = members.iter().map(|member| &member.name).chain(authors.0.values().map(|author| &author.name));
        let people = people.chain(asking.iter().map(|one| &one.name)).chain([&person]);
        // Whoever gave no name is called You, and so is everybody who reads a sentence.
        for name in people.filter(|name| *name != "You") {
            crate::discreet::hide_name(name);
        }
        for (id, document) in self.all_documents()? {
            if Map::is(&document) {
                crate::discreet::hide_map(&Map::read(&document));
            } else {
                crate::discreet::hide_in(&Entry::read(&document, id, &|actor| authors.of(actor)));
            }
        }
        Ok(())
    }

    /// All maps of this home.
    pub(crate) fn maps(&mut self) -> Result<Vec<MapRow>, Failure> {
        let disk = self.disk()?;
        let mut maps = Vec::new();
        disk.scan(b"g/map/", None, &mut |_, row| {
            maps.extend(minicbor::decode::<MapRow>(row).ok());
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(maps)
    }

    /// A new map's number and row; it becomes the current one.
    pub(crate) fn add_map(&mut self, name: &str, person: &str, group: &str) -> Result<SpaceNumber, Failure> {
        let number = self.maps()?.iter().map(|map| map.number).max().unwrap_or(0) + 1;
        let row = MapRow {
            number,
            name: name.to_owned(),
            person: person.to_owned(),
            group: group.to_owned(),
            waiting_words: None,
            practice: false,
        };
        self.put_map(row)?;
        Ok(SpaceNumber(number))
    }

    pub(crate) fn put_map(&mut self, row: MapRow) -> Result<(), Failure> {
        let disk = self.disk()?;
        disk.put(HomeKey::Map(row.number).bytes(), allymap_wire::encode(&row));
        disk.put(HomeKey::Current.bytes(), row.number.to_be_bytes().to_vec());
        (self.map, self.known) = (Some(row), Known::default());
        Ok(())
    }

    /// A replica that was just made for the current map.
    pub(crate) fn adopt(&mut self, replica: Replica) {
        self.replica = Some(replica);
        self.edited = true;
    }

    pub(crate) fn keep_root(&mut self, number: SpaceNumber, seed: &[u8]) -> Result<(), Failure> {
        self.disk()?.put(HomeKey::Root(number.0).bytes(), seed.to_vec());
        Ok(())
    }

    pub(crate) fn root(&mut self, number: u16) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Failure> {
        Ok(self.disk()?.get(&HomeKey::Root(number).bytes())?.map(zeroize::Zeroizing::new))
    }

    pub(crate) fn forget_root(&mut self, number: u16) -> Result<(), Failure> {
        self.disk()?.delete(HomeKey::Root(number).bytes());
        Ok(())
    }

    /// This device's seed; drawn when the home is new.
    pub(crate) fn seed(&mut self) -> Result<DeviceSeed, Failure> {
        let disk = self.disk()?;
        if let Some(seed) = disk.get(&HomeKey::Seed.bytes())?.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(DeviceSeed::from_bytes(seed));
        }
        if !self.maps()?.is_empty() {
            // A new one would make this device a stranger on its own maps.
            return Err(Failure::new("AM-DAMAGED", Exit::Failed, "What says who this computer is was damaged on the disk.")
                .hint("Ask a convenor to invite this computer again, with another ALLYMAP_HOME; everything that was exchanged comes back."));
        }
        let disk = self.disk()?;
        let seed = DeviceSeed::generate(&mut crate::chance::Chance);
        disk.put(HomeKey::Seed.bytes(), seed.expose().to_vec());
        Ok(seed)
    }

    fn pick_map(&mut self) -> Result<MapRow, Failure> {
        if !unlock::exists(&self.home) {
            return Err(if self.home.store().exists() { Failure::keys_gone(&self.home) } else { Failure::no_map() });
        }
        let mut maps = self.maps()?;
        let current = self.disk()?.get(&HomeKey::Current.bytes())?;
        let current = current.and_then(|bytes| Some(u16::from_be_bytes(bytes.try_into().ok()?)));
        if !maps.iter().any(|map| Some(map.number) == current) {
            maps.extend(self.find_lost_maps(&maps)?);
        }
        if let Some(wanted) = &self.options.map {
            let folded = wanted.to_lowercase();
            if let Some(map) = maps.iter().find(|map| map.name.to_lowercase() == folded) {
                return Ok(map.clone());
            }
            let mut fitting = maps.iter().filter(|map| map.name.to_lowercase().starts_with(&folded));
            return match (fitting.next(), fitting.next()) {
                (Some(map), None) => Ok(map.clone()),
                (None, _) => {
                    Err(Failure::new("AM-NO-MAP", Exit::WhichEntry, format!("There is no map called {wanted} here."))
                        .hint(format!("Here are: {}.", names(&maps))))
                }
                _ => Err(Failure::new(
                    "AM-WHICH-MAP",
                    Exit::WhichEntry,
                    format!("More than one map begins with {wanted}."),
                )
                .hint(format!("Here are: {}.", names(&maps)))),
            };
        }
        maps.iter().find(|map| Some(map.number) == current).or(maps.first()).cloned().ok_or_else(Failure::no_map)
    }

    /// Maps whose row in the home's list was damaged or lost, while the map itself is here: the row is made anew from it.
    fn find_lost_maps(&mut self, known: &[MapRow]) -> Result<Vec<MapRow>, Failure> {
        let set_aside = self.home.set_aside();
        let disk = self.disk()?;
        let Some(seed) = disk.get(&HomeKey::Seed.bytes())?.and_then(|bytes| bytes.try_into().ok()) else {
            return set_aside.map_or(Ok(Vec::new()), |copy| Err(Failure::nothing_left(&copy)));
        };
        let seed = DeviceSeed::from_bytes(seed);
        let mut found = Vec::new();
        for number in (1..=MAPS_LOOKED_FOR).filter(|number| known.iter().all(|map| map.number != *number)) {
            let disk = self.disk()?;
            let replica = match Replica::open(SpaceNumber(number), &seed, disk) {
                Err(allymap_replica::OpenError::NoMap) => continue,
                opened => opened?,
            };
            let document = replica.document(document_of_map(&replica), disk).ok().flatten();
            let name = document.filter(Map::is).map(|document| Map::read(&document).name().to_owned());
            let member = replica.membership();
            let row = MapRow {
                number,
                name: name.unwrap_or_else(|| format!("Map {number}")),
                person: member.map(|member| member.name.clone()).unwrap_or_default(),
                group: member.map(|member| member.group.clone()).unwrap_or_default(),
                waiting_words: None,
                practice: false,
            };
            self.output.warn(format_args!(
                "What says that {} is on this computer was damaged on the disk. It was written anew from the map itself; nothing is lost by it.",
                row.name
            ));
            self.put_map(row.clone())?;
            found.push(row);
        }
        (self.map, self.known) = (None, Known::default());
        self.commit()?;
        match set_aside {
            Some(copy) if found.is_empty() && known.is_empty() => Err(Failure::nothing_left(&copy)),
            _ => Ok(found),
        }
    }

    /// Whether this folder was last written by this computer. If not, or if that cannot be told (a restored backup, a copied
    /// folder), this device writes under a new actor from now on, so that two lives never share one sequence of changes.
    fn check_writer(&mut self, replica: &mut Replica) -> Result<(), Failure> {
        let token = std::fs::read(self.home.config.join("last-writer")).unwrap_or_default();
        let expected = writer(&self.home, &token);
        let disk = self.disk()?;
        if disk.get(&HomeKey::Writer.bytes())?.is_some_and(|found| found == expected) {
            return Ok(());
        }
        let mut effects = Vec::new();
        replica.renew_salt(random(), disk, &mut effects);
        self.carry_out(effects)?;
        self.edited = true;
        Ok(())
    }
}

/// Who wrote under which actor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Authors(BTreeMap<ActorId, Author>);

impl Authors {
    pub(crate) fn of(&self, actor: ActorId) -> Author {
        self.0.get(&actor).cloned().unwrap_or_else(|| Author {
            name: String::new(),
            group: String::new(),
            device: String::new(),
        })
    }
}

fn document_of_map(replica: &Replica) -> DocumentId {
    let mut id = [0; 16];
    id.copy_from_slice(&allymap_wire::hash("map-document", &[&replica.space().0])[..16]);
    DocumentId(id)
}

fn unreadable() -> Failure {
    Failure::new("AM-NOT-FOUND", Exit::Failed, "This entry cannot be read here.").hint("allymap sync may bring it.")
}

/// The one of these that somebody means.
fn meant<R: Named>(said: &str, rows: &[R]) -> Result<EntryId, Failure> {
    let candidates = |near: &[&R]| -> Vec<Candidate> {
        let short = allymap_domain::card::find::short_ids(rows.iter().map(Named::id));
        near.iter()
            .map(|row| Candidate { id: short[&row.id()].clone(), name: row.name().into(), kind: row.kind().into() })
            .collect()
    };
    let (code, message, hint, near) = match allymap_domain::card::find::find(said, rows) {
        Found::One(row) => return Ok(row.id()),
        Found::Several(rows) => (
            "AM-WHICH",
            format!("{} entries fit \"{said}\".", rows.len()),
            "Say more of the name, or use the letters at the end.".to_owned(),
            candidates(&rows),
        ),
        Found::None { near } if near.is_empty() => (
            "AM-NOT-FOUND",
            format!("Nothing on this map is called \"{said}\"."),
            format!("Add it with: allymap partner add \"{said}\""),
            Vec::new(),
        ),
        Found::None { near } => (
            "AM-NOT-FOUND",
            format!("Nothing on this map is called \"{said}\". Did you mean one of these?"),
            "Or add it with: allymap partner add NAME".to_owned(),
            candidates(&near),
        ),
    };
    let mut failure = Failure::new(code, Exit::WhichEntry, message).hint(hint);
    failure.candidates = near;
    Err(failure)
}

fn sort(rows: &mut [Card]) {
    rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
}

fn names(maps: &[MapRow]) -> String {
    maps.iter().map(|map| map.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What marks this computer, this folder and its last write.
fn writer(home: &Home, token: &[u8]) -> Vec<u8> {
    let machine = std::fs::read("/etc/machine-id").unwrap_or_default();
    let folder = folder_number(&home.store());
    allymap_wire::hash("writer", &[&machine, &folder.to_be_bytes(), token]).to_vec()
}

#[cfg(unix)]
fn folder_number(folder: &std::path::Path) -> u64 {
    std::fs::metadata(folder).map_or(0, |metadata| std::os::unix::fs::MetadataExt::ino(&metadata))
}

#[cfg(not(unix))]
fn folder_number(_: &std::path::Path) -> u64 {
    0
}
