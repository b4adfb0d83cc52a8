//! Homes whose keys are foreseen. Which of two values comes first where two wrote apart follows from their devices' keys, and a
//! program draws those by chance, also in a build for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use allymap_document::ActId;
use allymap_domain::map::{Map, NewMap};
use allymap_replica::{Effect, Founding, Replica, SpaceNumber};
use allymap_seal::{DatabaseKey, DeviceKeys, DeviceSeed, Keyslots, RootKeys, RootSeed, Vault};
use allymap_store::{Batch, Options, SledStore, Store};
use allymap_tests::Volunteer;
use allymap_tests::chance::Chance;
use allymap_wire::{DocumentId, SpaceId, Timestamp};

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
    take(&mut rows, &mut effects);
    let mut document = [0; 16];
    document.copy_from_slice(&allymap_wire::hash("map-document", &[&space.0])[..16]);
    let new = NewMap { name: map.to_owned(), community: String::new() };
    let made =
        replica.edit(DocumentId(document), ActId([device; 16]), &rows, &mut effects, |edit| Map::create(edit, &new));
    made.unwrap().unwrap();
    take(&mut rows, &mut effects);
    let mut row = minicbor::Encoder::new(Vec::new());
    row.map(5).unwrap().u8(0).unwrap().u16(NUMBER).unwrap().u8(1).unwrap().str(map).unwrap();
    row.u8(2).unwrap().str(name).unwrap().u8(3).unwrap().str(group).unwrap().u8(4).unwrap().null().unwrap();
    rows.insert([b"g/map/", &NUMBER.to_be_bytes()[..]].concat(), row.into_writer());
    rows.insert(b"g/current".to_vec(), NUMBER.to_be_bytes().to_vec());
    home(who, device, rows);
}

/// A home with no map in it yet.
pub(crate) fn newcomer(who: &Volunteer, device: u8) {
    home(who, device, Memory::default());
}

fn home(who: &Volunteer, device: u8, mut rows: Memory) {
    rows.insert(b"g/seed".to_vec(), vec![device; 32]);
    let key = DatabaseKey::from_bytes([device; 32]);
    let data = who.home.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("keyslots"), &*Keyslots::in_clear(&key).to_bytes()).unwrap();
    let options = Options { cache_bytes: 1 << 20, wait: Duration::ZERO, program: "a test".to_owned() };
    let mut store = SledStore::open(&data.join("maps"), options).unwrap().store;
    let vault = Vault::new(&key);
    let mut batch = Batch::default();
    for (key, value) in &rows {
        batch.put(key.as_slice(), vault.seal_value(0, key, value, &mut Chance(u64::from(device))));
    }
    store.write(&batch).unwrap();
}

type Memory = BTreeMap<Vec<u8>, Vec<u8>>;

fn take(rows: &mut Memory, effects: &mut Vec<Effect>) {
    for effect in effects.drain(..) {
        let Effect::Persist(writes) = effect else { continue };
        writes.into_iter().for_each(|write| write.apply(rows));
    }
}
