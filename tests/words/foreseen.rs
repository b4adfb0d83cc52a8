//! Homes whose keys are foreseen. Which of two values comes first where two wrote apart follows from their devices' keys, and a
//! program draws those by chance, also in a build for tests.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::Duration;

use allymap_document::ActId;
use allymap_domain::map::{Map, NewMap};
use allymap_replica::{Effect, Founding, Replica, Rows, SpaceNumber, Unreadable, Write};
use allymap_seal::{DatabaseKey, DeviceKeys, DeviceSeed, Keyslots, RootKeys, RootSeed, Vault};
use allymap_store::{Batch, Options, SledStore, Store};
use allymap_tests::Volunteer;
use allymap_wire::{DocumentId, SpaceId, Timestamp};
use rand_core::{TryCryptoRng, TryRng};

const NUMBER: u16 = 1;

/// A home with a new map in it, as `allymap new` makes it, for somebody with this name and group.
pub(crate) fn founder(who: &Volunteer, device: u8, map: &str, (name, group): (&str, &str)) {
    let mut chance = Chance(u64::from(device));
    let seed = DeviceSeed::from_bytes([device; 32]);
    let root = RootKeys::derive(&RootSeed::from_bytes([device; 32]));
    let genesis = allymap_seal::genesis(&root, [device; 32], 0);
    let space = SpaceId::of(&genesis.bytes);
    let keys = DeviceKeys::derive(&seed, &space);
    let founding = Founding { root: &root, keys, genesis, name, group, salt: [device; 8] };
    let (mut rows, mut effects) = (Memory::default(), Vec::new());
    let mut replica =
        Replica::found(Timestamp(0), SpaceNumber(NUMBER), founding, &rows, &mut chance, &mut effects).unwrap();
    rows.take(&mut effects);
    let mut document = [0; 16];
    document.copy_from_slice(&allymap_wire::hash("map-document", &[&space.0])[..16]);
    let new = NewMap { name: map.to_owned(), community: String::new() };
    let made =
        replica.edit(DocumentId(document), ActId([device; 16]), &rows, &mut effects, |edit| Map::create(edit, &new));
    made.unwrap().unwrap();
    rows.take(&mut effects);
    let mut row = minicbor::Encoder::new(Vec::new());
    row.map(5).unwrap().u8(0).unwrap().u16(NUMBER).unwrap().u8(1).unwrap().str(map).unwrap();
    row.u8(2).unwrap().str(name).unwrap().u8(3).unwrap().str(group).unwrap().u8(4).unwrap().null().unwrap();
    rows.0.insert([b"g/map/", &NUMBER.to_be_bytes()[..]].concat(), row.into_writer());
    rows.0.insert(b"g/current".to_vec(), NUMBER.to_be_bytes().to_vec());
    home(who, device, rows);
}

/// A home with no map in it yet.
pub(crate) fn newcomer(who: &Volunteer, device: u8) {
    home(who, device, Memory::default());
}

fn home(who: &Volunteer, device: u8, mut rows: Memory) {
    rows.0.insert(b"g/seed".to_vec(), vec![device; 32]);
    let key = DatabaseKey::from_bytes([device; 32]);
    let data = who.home.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("keyslots"), &*Keyslots::in_clear(&key).to_bytes()).unwrap();
    let options = Options { cache_bytes: 1 << 20, wait: Duration::ZERO, program: "a test".to_owned() };
    let mut store = SledStore::open(&data.join("maps"), options).unwrap().store;
    let vault = Vault::new(&key);
    let mut batch = Batch::default();
    for (key, value) in &rows.0 {
        batch.put(key.as_slice(), vault.seal_value(0, key, value, &mut Chance(u64::from(device))));
    }
    store.write(&batch).unwrap();
}

#[derive(Default)]
struct Memory(BTreeMap<Vec<u8>, Vec<u8>>);

impl Memory {
    fn take(&mut self, effects: &mut Vec<Effect>) {
        for effect in effects.drain(..) {
            let Effect::Persist(writes) = effect else { continue };
            for write in writes {
                match write {
                    Write::Put(key, value) => drop(self.0.insert(key, value)),
                    Write::Delete(key) => drop(self.0.remove(&key)),
                }
            }
        }
    }
}

impl Rows for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.get(key).cloned())
    }

    fn scan(
        &self,
        prefix: &[u8],
        from: Option<&[u8]>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Unreadable> {
        let rows = self.0.range(from.unwrap_or(prefix).to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        for (key, value) in rows {
            if visit(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// splitmix64 (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ (mixed >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Chance {}
