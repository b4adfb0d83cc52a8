//! One person's computer: its folders, what surrounds it, and what is open of its maps. It lives as long as the face does.

use std::sync::Arc;

use allymap_domain::card::Card;
use allymap_domain::card::heading::Heading;
use allymap_domain::date::Date;
use allymap_replica::Replica;
use allymap_seal::DatabaseKey;

use crate::computer::disk::Disk;
use crate::computer::folders::Folders;
use crate::computer::settings::Settings;
use crate::computer::surroundings::Surroundings;
use crate::maps::rows::MapRow;
use crate::trouble::Trouble;
use crate::visit::{Request, Visit};

#[derive(Debug)]
pub struct Home {
    pub(crate) folders: Folders,
    pub(crate) around: Surroundings,
    /// Kept while this process lives.
    pub(crate) key: Option<DatabaseKey>,
    pub(crate) held: Held,
}

/// What is open of one map.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) disk: Option<Disk>,
    pub(crate) replica: Option<Replica>,
    /// Which map the replica is of.
    number: Option<u16>,
    /// The map that the visit is about.
    pub(crate) map: Option<MapRow>,
    pub(crate) known: Known,
}

impl Held {
    /// From now on it is about this map.
    pub(crate) fn turn_to(&mut self, map: MapRow) {
        if self.number != Some(map.number) {
            self.replica = None;
        }
        (self.number, self.map, self.known) = (Some(map.number), Some(map), Known::default());
    }
}

/// What was read of every entry, until something is written or others may write.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) cards: Option<Arc<[Card]>>,
    pub(crate) headings: Option<Arc<[Heading]>>,
}

impl Home {
    /// Opens nothing until a visit needs it.
    pub fn at(folders: Folders, around: Surroundings) -> Home {
        Home { folders, around, key: None, held: Held::default() }
    }

    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    pub fn settings(&self) -> Result<Settings, Trouble> {
        Settings::read(&self.folders)
    }

    pub fn keep(&self, settings: &Settings) -> Result<(), Trouble> {
        settings.write(&self.folders)
    }

    /// What the calendar on the wall says.
    pub fn today(&self) -> Date {
        (self.around.calendar)()
    }

    pub fn now_ms(&self) -> u64 {
        (self.around.clock)()
    }

    /// One command, or one request of a page.
    pub fn visit<'h>(&'h mut self, request: Request<'h>) -> Visit<'h> {
        Visit::new(self, request)
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("disk", &self.disk.is_some()).finish_non_exhaustive()
    }
}

/// A page serves it from one thread and exchanges in another.
const _: fn() = || {
    fn moves<T: Send>() {}
    moves::<Home>();
};
