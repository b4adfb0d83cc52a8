//! What single steps cost, so that it is known where time goes.

use std::hint::black_box;

use allymap_document::{ActId, ActorId, Document};
use allymap_home::computer::disk::Disk;
use allymap_replica::{Replica, Rows, Write};
use allymap_seal::{Content, DatabaseKey, Roster, Vault, compress_body, expand_body, open, seal};
use allymap_tests::chance::Chance;
use allymap_wire::RecordKind;
use rand_core::Rng;

use crate::device::{Device, Folder, NUMBER, open_disk, system_chance};
use crate::map::{Map, small_edit};
use crate::processes::Relay;
use crate::report::{Report, Runs};

pub(crate) fn run(report: &mut Report) {
    documents(report);
    sealing(report);
    rosters(report);
    stores(report);
}

fn written(changes: usize, chance: &mut Chance) -> Document {
    let mut document = Document::new(ActorId([1; 16]));
    for _ in 0..changes {
        let act = ActId(chance.bytes());
        document.edit(act, |edit| small_edit(edit, chance)).expect("it fits").expect("it is in the vocabulary");
    }
    document
}

fn documents(report: &mut Report) {
    report.section("Pieces: one document, microseconds");
    let mut chance = Chance(7);
    for (changes, calls) in [(10, 200), (50, 100), (500, 20), (10_000, 1)] {
        let document = written(changes, &mut chance);
        let saved = document.save();
        let own = document.change_bytes_since(0);
        let bytes: Vec<Vec<u8>> = own.into_iter().map(|change| change.bytes).collect();
        let (last, others) = bytes.split_last().expect("there are some");
        let signer = document.actor();
        let before = {
            let mut before = Document::new(ActorId([2; 16]));
            for part in others.chunks(200) {
                before = before.stage(signer, part).expect("our own changes").commit();
            }
            before
        };
        let one = std::slice::from_ref(last);
        let save = Runs::microseconds(calls, || drop(black_box(document.save())));
        let load = Runs::microseconds(calls, || drop(black_box(Document::load(&saved, signer))));
        let copy = Runs::microseconds(calls, || drop(black_box(document.clone())));
        let stage = Runs::microseconds(calls, || drop(black_box(before.stage(signer, one))));
        let edit = Runs::microseconds(calls, || {
            let mut copy = document.clone();
            let act = ActId(chance.bytes());
            copy.edit(act, |edit| small_edit(edit, &mut chance)).expect("it fits").expect("in the vocabulary");
        });
        let rows = Runs::microseconds(calls, || {
            // A fresh load, so that nothing was read from the changes before.
            let loaded = Document::load(&saved, signer).expect("it was saved");
            black_box(loaded.appended("a/"));
        });
        let all = Runs::microseconds(calls.min(5), || {
            let mut empty = Document::new(ActorId([2; 16]));
            for part in bytes.chunks(200) {
                empty = empty.stage(signer, part).expect("our own changes").commit();
            }
            black_box(empty);
        });
        report.line(&format!("**{changes} changes**: saved, {} bytes", saved.len()), save, "");
        report.line("… loaded", load, "");
        report.line("… loaded and its assertions read from the changes", rows, "");
        report.line("… copied", copy, "");
        report.line("… copied and edited", edit, "");
        report.line("… one foreign change checked and applied", stage, "");
        report.line("… all its changes applied to an empty one, 200 at a time", all, "");
    }
}

fn sealing(report: &mut Report) {
    report.section("Pieces: sealing, microseconds");
    let (mut chance, mut system) = (Chance(8), system_chance());
    let vault = Vault::new(&DatabaseKey::from_bytes([3; 32]));
    for sitting in [1, 10, 200] {
        let mut map = Map::with_members(3, &mut chance);
        map.write(1, 1, sitting, &mut chance);
        let record = map.log.last().expect("a sitting was written");
        let content = open(&map.space, &map.ring, record).expect("the key is there");
        let Content::Changes { statement, body } = &content else { panic!("a sitting") };
        let changes = expand_body(statement.codec, body).expect("it unpacks");
        let hashes: Vec<[u8; 32]> =
            allymap_document::change_hashes(&changes).expect("changes").into_iter().map(|hash| hash.0).collect();
        report.line(
            &format!("**a sitting of {sitting}** ({} bytes as a record): compressed", record.as_bytes().len()),
            Runs::microseconds(20, || drop(black_box(compress_body(&changes)))),
            "",
        );
        let expanded = Runs::microseconds(200, || drop(black_box(expand_body(statement.codec, body))));
        report.line("… expanded", expanded, "");
        let hashed = Runs::microseconds(200, || drop(black_box(allymap_document::change_hashes(&changes))));
        report.line("… its changes hashed", hashed, "");
        let sealed = Runs::microseconds(200, || drop(black_box(seal(&map.space, &map.key, &content, &mut system))));
        report.line("… sealed", sealed, "");
        let opened = Runs::microseconds(200, || drop(black_box(open(&map.space, &map.ring, record))));
        report.line("… opened", opened, "");
        let verified = Runs::microseconds(50, || {
            black_box(statement.verify(&map.space, &hashes));
        });
        report.line("… its signature checked", verified, "");
        let named = Runs::microseconds(500, || {
            black_box(record.id());
        });
        report.line("… its name (SHA-256)", named, "");
        let kept =
            Runs::microseconds(500, || drop(black_box(vault.seal_value(0, b"key", record.as_bytes(), &mut system))));
        report.line("… sealed by the vault as a row", kept, "");
    }
    let row = Runs::microseconds(1_000, || drop(black_box(vault.seal_value(0, b"key", &[7; 40], &mut system))));
    report.line("a row of 40 bytes sealed by the vault", row, "");
}

fn rosters(report: &mut Report) {
    report.section("Pieces: the roster, microseconds");
    let mut chance = Chance(9);
    for members in [3, 20, 200] {
        let map = Map::with_members(members, &mut chance);
        let ops: Vec<_> = map
            .log
            .iter()
            .filter(|record| record.kind() == RecordKind::Sealed)
            .map(|record| match open(&map.space, &map.ring, record) {
                Ok(Content::Op(op)) => op,
                other => panic!("{other:?}"),
            })
            .collect();
        let evaluated = Runs::microseconds(3, || {
            let mut roster = Roster::new(map.genesis.clone()).expect("a genesis");
            for op in &ops {
                let _ = roster.insert(op.clone());
            }
            black_box(roster.members());
        });
        report.line(&format!("{members} members: all {} operations taken in and evaluated", ops.len()), evaluated, "");
    }
}

fn stores(report: &mut Report) {
    report.section("Pieces: the sealed store on this disk, microseconds");
    let folder = Folder::new();
    let mut disk = open_disk(&folder.join("store"));
    let mut chance = Chance(10);
    let mut put = |disk: &mut Disk, rows: usize, bytes: usize| {
        let writes = (0..rows).map(|_| {
            let mut value = vec![0; bytes];
            chance.fill_bytes(&mut value);
            Write::Put([b"z\0\x01", &chance.bytes::<32>()[..]].concat(), value)
        });
        disk.persist(writes.collect());
        disk.commit().expect("the disk takes it");
    };
    report.line("one row of 600 bytes, durable", Runs::microseconds(20, || put(&mut disk, 1, 600)), "");
    report.line("1,000 rows of 40 bytes, durable together", Runs::microseconds(1, || put(&mut disk, 1_000, 40)), "");
    report.line("1,000 rows of 600 bytes, durable together", Runs::microseconds(1, || put(&mut disk, 1_000, 600)), "");
    let missing = Runs::microseconds(2_000, || {
        black_box(disk.get(b"z\0\x01none").expect("the store reads"));
    });
    report.line("a row that is not there", missing, "");
    drop(disk);
    let path = folder.join("store");
    report.line("opened and closed again", Runs::microseconds(1, || drop(open_disk(&path))), "");

    let map = {
        let mut map = Map::with_members(20, &mut chance);
        map.write(1, 1, 10, &mut chance);
        map
    };
    let relay = Relay::start(&folder.join("relay"));
    crate::device::block_on(map.upload(relay.socket, relay.address.token));
    let mut device = Device::fresh(&folder.join("device"), &map, 1, &relay.address);
    crate::device::block_on(device.exchange(&relay, map.log.len() as u64));
    let seed = &map.members[1].seed;
    let opened = Runs::microseconds(5, || drop(black_box(Replica::open(NUMBER, seed, &device.disk).expect("a map"))));
    report.line("a replica of a map of 20 members opened", opened, "");
}
