//! What is mended of the list of maps: rows that were lost, damage, another computer.

use allymap_document::Document;
use allymap_domain::map::Map;
use allymap_replica::{Replica, Rows, SpaceNumber};
use allymap_seal::DeviceSeed;
use allymap_wire::{DocumentId, Timestamp};

use crate::computer::folders::Folders;
use crate::heard::Heard;
use crate::home::{Held, Home, Known};
use crate::maps::rows::{HomeKey, MapRow};
use crate::trouble::{self, Trouble};
use crate::visit::{Visit, document_of_map};

/// How many numbers are tried when the list of maps was damaged. They are given in order, from 1.
const MAPS_LOOKED_FOR: u16 = 99;

impl Visit<'_> {
    /// After damage, once for each map: everything that is left is read again, and the relays are asked for the rest.
    pub(crate) fn mend(&mut self, number: SpaceNumber) -> Result<(), Trouble> {
        let Home { around, held, .. } = &mut *self.home;
        let Held { replica: Some(replica), disk: Some(disk), .. } = held else { return Ok(()) };
        let marker = HomeKey::Mend(number.0).bytes();
        if disk.get(&marker)?.is_none() {
            return Ok(());
        }
        let mut effects = Vec::new();
        let now = Timestamp((around.clock)());
        replica.mend(now, disk, &mut around.chance.clone(), &mut effects)?;
        disk.delete(marker);
        // The rows for lists are made anew when somebody asks for them.
        disk.delete(HomeKey::IndexSchema(number.0).bytes());
        self.forget_cards();
        self.carry_out(effects)?;
        self.edited = true;
        self.commit()
    }

    /// Maps whose row in the home's list was damaged or lost, while the map itself is here: the row is made anew from it.
    pub(crate) fn find_lost_maps(&mut self, known: &[MapRow]) -> Result<Vec<MapRow>, Trouble> {
        let set_aside = self.home.folders.set_aside();
        let disk = self.disk()?;
        let Some(seed) = disk.get(&HomeKey::Seed.bytes())?.and_then(|bytes| bytes.try_into().ok()) else {
            return set_aside.map_or(Ok(Vec::new()), |copy| Err(nothing_left(copy)));
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
            (self.request.heard)(Heard::MapFound { name: row.name.clone() });
            self.put_map(row.clone())?;
            found.push(row);
        }
        (self.home.held.map, self.home.held.known) = (None, Known::default());
        self.commit()?;
        match set_aside {
            Some(copy) if found.is_empty() && known.is_empty() => Err(nothing_left(copy)),
            _ => Ok(found),
        }
    }

    /// Whether this folder was last written by this computer. If not, or if that cannot be told (a restored backup, a copied
    /// folder), this device writes under a new actor from now on, so that two lives never share one sequence of changes.
    pub(crate) fn check_writer(&mut self, replica: &mut Replica) -> Result<(), Trouble> {
        let Home { folders, around, .. } = &*self.home;
        let token = std::fs::read(folders.config.join("last-writer")).unwrap_or_default();
        let expected = writer(folders, &around.machine, &token);
        let disk = self.disk()?;
        if disk.get(&HomeKey::Writer.bytes())?.is_some_and(|found| found == expected) {
            return Ok(());
        }
        let mut effects = Vec::new();
        let salt = self.home.around.id();
        let disk = self.disk()?;
        replica.renew_salt(salt, disk, &mut effects);
        self.carry_out(effects)?;
        self.edited = true;
        Ok(())
    }

    /// The map is called what its own document says, whoever renamed it.
    pub(crate) fn take_name(&mut self, id: DocumentId, document: &Document) -> Result<(), Trouble> {
        if id != self.map_document()? || !Map::is(document) {
            return Ok(());
        }
        let (row, names) = (self.map()?, Map::read(document).names);
        let Some(name) = names.into_iter().next().filter(|name| *name != row.name) else { return Ok(()) };
        let row = MapRow { name, ..row };
        self.disk()?.put(HomeKey::Map(row.number).bytes(), allymap_wire::encode(&row));
        self.home.held.map = Some(row);
        Ok(())
    }
}

fn nothing_left(copy: std::path::PathBuf) -> Trouble {
    Trouble::Store(trouble::Store::NothingLeft { copy })
}

/// What marks this computer, this folder and its last write.
pub(crate) fn writer(folders: &Folders, machine: &[u8], token: &[u8]) -> Vec<u8> {
    let folder = folder_number(&folders.store());
    allymap_wire::hash("writer", &[machine, &folder.to_be_bytes(), token]).to_vec()
}

#[cfg(unix)]
fn folder_number(folder: &std::path::Path) -> u64 {
    std::fs::metadata(folder).map_or(0, |metadata| std::os::unix::fs::MetadataExt::ino(&metadata))
}

#[cfg(not(unix))]
fn folder_number(_: &std::path::Path) -> u64 {
    0
}
