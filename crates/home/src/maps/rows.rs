//! The list of maps in this home, and which of them is meant.

use allymap_replica::{Replica, Rows, SpaceNumber};
use allymap_seal::DeviceSeed;
use minicbor::{Decode, Encode};

use crate::trouble::{self, Trouble};
use crate::visit::Visit;

/// One map of this home.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct MapRow {
    #[n(0)]
    pub number: u16,
    #[n(1)]
    pub name: String,
    /// The name and group that this person gave here.
    #[n(2)]
    pub person: String,
    #[n(3)]
    pub group: String,
    /// Nobody has let this device in yet: what it should tell its person meanwhile.
    #[n(4)]
    pub waiting_words: Option<Vec<String>>,
    /// An invented town to practise on: it never leaves this computer.
    #[n(5)]
    #[cbor(default)]
    pub practice: bool,
}

/// Rows that belong to the home, not to a map.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HomeKey {
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
    pub(crate) fn bytes(self) -> Vec<u8> {
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

impl Visit<'_> {
    /// All maps of this home.
    pub(crate) fn maps(&mut self) -> Result<Vec<MapRow>, Trouble> {
        let disk = self.disk()?;
        let mut maps = Vec::new();
        disk.scan(b"g/map/", None, &mut |_, row| {
            maps.extend(minicbor::decode::<MapRow>(row).ok());
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(maps)
    }

    /// A new map's number and row; it becomes the current one.
    pub(crate) fn add_map(&mut self, name: &str, person: &str, group: &str) -> Result<SpaceNumber, Trouble> {
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

    pub(crate) fn put_map(&mut self, row: MapRow) -> Result<(), Trouble> {
        let disk = self.disk()?;
        disk.put(HomeKey::Map(row.number).bytes(), allymap_wire::encode(&row));
        disk.put(HomeKey::Current.bytes(), row.number.to_be_bytes().to_vec());
        self.home.held.turn_to(row);
        Ok(())
    }

    /// A replica that was just made for the current map.
    pub(crate) fn adopt(&mut self, replica: Replica) {
        self.home.held.replica = Some(replica);
        self.edited = true;
    }

    pub(crate) fn keep_root(&mut self, number: u16, seed: &[u8]) -> Result<(), Trouble> {
        self.disk()?.put(HomeKey::Root(number).bytes(), seed.to_vec());
        Ok(())
    }

    pub(crate) fn root(&mut self, number: u16) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Trouble> {
        Ok(self.disk()?.get(&HomeKey::Root(number).bytes())?.map(zeroize::Zeroizing::new))
    }

    pub(crate) fn forget_root(&mut self, number: u16) -> Result<(), Trouble> {
        self.disk()?.delete(HomeKey::Root(number).bytes());
        Ok(())
    }

    /// This device's seed; drawn when the home is new.
    pub(crate) fn seed(&mut self) -> Result<DeviceSeed, Trouble> {
        let disk = self.disk()?;
        if let Some(seed) = disk.get(&HomeKey::Seed.bytes())?.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(DeviceSeed::from_bytes(seed));
        }
        if !self.maps()?.is_empty() {
            // A new one would make this device a stranger on its own maps.
            return Err(Trouble::Store(trouble::Store::SeedDamaged));
        }
        let mut chance = self.chance();
        let disk = self.disk()?;
        let seed = DeviceSeed::generate(&mut chance);
        disk.put(HomeKey::Seed.bytes(), seed.expose().to_vec());
        Ok(seed)
    }

    pub(crate) fn pick_map(&mut self) -> Result<MapRow, Trouble> {
        if !self.home.has_keys() {
            return Err(self.home.no_keys());
        }
        let mut maps = self.maps()?;
        let current = self.disk()?.get(&HomeKey::Current.bytes())?;
        let current = current.and_then(|bytes| Some(u16::from_be_bytes(bytes.try_into().ok()?)));
        if !maps.iter().any(|map| Some(map.number) == current) {
            maps.extend(self.find_lost_maps(&maps)?);
        }
        if let Some(wanted) = self.request.map.clone() {
            return named(wanted, &maps).map_err(Trouble::Which);
        }
        maps.iter()
            .find(|map| Some(map.number) == current)
            .or(maps.first())
            .cloned()
            .ok_or(Trouble::Which(trouble::Which::NoMap))
    }
}

fn named(said: String, maps: &[MapRow]) -> Result<MapRow, trouble::Which> {
    let folded = said.to_lowercase();
    if let Some(map) = maps.iter().find(|map| map.name.to_lowercase() == folded) {
        return Ok(map.clone());
    }
    let mut fitting = maps.iter().filter(|map| map.name.to_lowercase().starts_with(&folded));
    let here = || maps.iter().map(|map| map.name.clone()).collect();
    match (fitting.next(), fitting.next()) {
        (Some(map), None) => Ok(map.clone()),
        (None, _) => Err(trouble::Which::NoMapCalled { said, here: here() }),
        _ => Err(trouble::Which::SeveralMaps { said, here: here() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_a_home_from_before_there_was_practice_is_no_practice_map() {
        // Number, name, person, group, and no words that somebody waits with: what the first version kept.
        let old = b"\xa5\x00\x01\x01\x61M\x02\x61A\x03\x61H\x04\xf6";
        let row: MapRow = minicbor::decode(old).unwrap();
        assert_eq!((row.number, row.name.as_str(), row.practice), (1, "M", false));
        let shorter = b"\xa4\x00\x01\x01\x61M\x02\x61A\x03\x61H";
        assert!(!minicbor::decode::<MapRow>(shorter).unwrap().practice);
    }
}
