//! A fresh device fetches a whole map, through a relay that was just started.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use allymap_document::{ActorId, Document};
use allymap_home::computer::disk::Disk;
use allymap_replica::Write;
use allymap_seal::Content;
use allymap_tests::chance::Chance;
use allymap_wire::{DocumentId, Record, RecordKind};

use crate::device::{Device, Exchange, Folder, block_on, open_disk};
use crate::map::Map;
use crate::processes::Relay;
use crate::report::{Report, Runs, ms, short};

const RUNS: usize = 3;

pub(crate) fn run(report: &mut Report) {
    report.section("A fresh device fetches the map");
    let mut chance = Chance(1);
    let small = |documents, rounds, sitting, chance: &mut Chance| {
        let mut map = Map::with_members(3, chance);
        map.write(documents, rounds, sitting, chance);
        map
    };
    let map = small(200, 5, 10, &mut chance);
    fetch(report, "10,000 edits, 200 documents, sittings of 10", &map, "≤ 1.25 ×");
    let map = small(1, 50, 200, &mut chance);
    fetch(report, "10,000 edits, one document, sittings of 200", &map, "≤ 1.25 ×");
    let map = small(200, 50, 1, &mut chance);
    fetch(report, "10,000 edits, 200 documents, each edit sent alone", &map, "");
    let mut map = Map::with_members(3, &mut chance);
    map.write_entries(5_000, 2_000, &mut chance);
    fetch(report, "5,000 documents of 2 KB, one change each", &map, "");
}

fn fetch(report: &mut Report, what: &str, map: &Map, bytes_budget: &str) {
    let folder = Folder::new();
    let mut relay = Relay::start(&folder.join("relay"));
    block_on(map.upload(relay.socket, relay.address.token));

    let file = folder.join("records");
    write_records(&file, &map.log);
    let mut expected = BTreeMap::new();
    let bare = Runs::milliseconds(RUNS, || expected = read_and_apply(&file, map, None));
    let mut runs = 0;
    let bare_stored = Runs::milliseconds(RUNS, || {
        runs += 1;
        read_and_apply(&file, map, Some(&mut open_disk(&folder.join(&format!("bare-{runs}")))));
    });

    let mut last = Exchange::default();
    let (mut started, mut processor, mut disk_bytes) = (Vec::new(), Vec::new(), 0);
    let through_relay = Runs::of(RUNS, || {
        runs += 1;
        relay.restart();
        started.push(ms(relay.started_in));
        let mut device = Device::fresh(&folder.join(&format!("device-{runs}")), map, 1, &relay.address);
        last = block_on(device.exchange(&relay, map.log.len() as u64));
        assert_eq!(device.heads(), expected, "the same map as from the file");
        disk_bytes = device.disk.bytes_on_disk().expect("the folder can be read");
        processor.push(ms(relay.processor_time()));
        ms(last.took)
    });
    let from_file = Runs::of(RUNS, || {
        runs += 1;
        let mut device = Device::fresh(&folder.join(&format!("device-{runs}")), map, 1, &relay.address);
        let again = device.replay(last.heard.iter().cloned());
        assert_eq!(device.heads(), expected, "the same map as from the relay");
        ms(again.took)
    });

    let times = |part: &Runs| short(through_relay.median() / part.median());
    report.line(&format!("**{what}** ({} records)", map.log.len()), format!("{through_relay} ms"), "");
    report.line("… the same records from a file, same device and disk", format!("{from_file} ms"), "");
    report.line("… through the relay against from the file", format!("{} ×", times(&from_file)), "≤ 1.3 ×");
    report.line("… read, opened, applied in memory, nothing stored", format!("{bare} ms"), "");
    report.line("… the same, then stored in one batch", format!("{bare_stored} ms"), "");
    report.line("… round trips, batches synced", format!("{}, {}", last.round_trips, last.commits), "one round trip");
    let wire = (last.bytes_in + last.bytes_out) as f64;
    report.line(
        "… bytes in, out; against the zstd size of the changes",
        format!(
            "{}, {}; {} × of {} (raw {})",
            last.bytes_in,
            last.bytes_out,
            short(wire / map.compressed_bytes as f64),
            map.compressed_bytes,
            map.raw_bytes
        ),
        bytes_budget,
    );
    report.line("… on the device's disk", format!("{} bytes", disk_bytes), "");
    report.line(
        "… the relay: start to listening; processor time",
        format!("{} ms; {} ms", Runs::from(started), Runs::from(processor)),
        "",
    );
}

fn write_records(file: &std::path::Path, records: &[Record]) {
    let mut bytes = Vec::new();
    for record in records {
        bytes.extend_from_slice(&(record.as_bytes().len() as u32).to_le_bytes());
        bytes.extend_from_slice(record.as_bytes());
    }
    std::fs::write(file, bytes).expect("the disk takes it");
}

/// The floor: no replica, no roster, no waiting; and no store, unless one is given for a single batch at the end.
fn read_and_apply(
    file: &std::path::Path,
    map: &Map,
    disk: Option<&mut Disk>,
) -> BTreeMap<DocumentId, BTreeSet<[u8; 32]>> {
    let bytes = std::fs::read(file).expect("it was written");
    let own = ActorId([9; 16]);
    let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
    let mut records = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (record, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        rest = after;
        let record = Record::new(record.to_vec()).expect("it was a record");
        if record.kind() == RecordKind::Sealed
            && let Content::Changes { statement, body } =
                allymap_seal::open(&map.space, &map.ring, &record).expect("the key is there")
        {
            let changes = allymap_seal::expand_body(statement.codec, &body).expect("it unpacks");
            let hashes = allymap_document::change_hashes(&changes).expect("they are changes");
            let signed: Vec<[u8; 32]> = hashes.iter().map(|hash| hash.0).collect();
            assert!(statement.verify(&map.space, &signed));
            let document = documents.entry(statement.doc).or_insert_with(|| Document::new(own));
            let staged = document.stage(ActorId(statement.actor()), &changes).expect("they fit");
            *document = staged.commit();
        }
        records.push(record);
    }
    let saved: Vec<(DocumentId, Vec<u8>)> = documents.iter().map(|(id, document)| (*id, document.save())).collect();
    if let Some(disk) = disk {
        let mut writes: Vec<Write> = Vec::new();
        writes.extend(saved.into_iter().map(|(id, saved)| Write::Put([b"d\0\x01", &id.0[..]].concat(), saved)));
        writes.extend(records.into_iter().map(|record| {
            let id = record.id();
            Write::Put([b"r\0\x01", &id.0[..]].concat(), record.into_bytes())
        }));
        disk.persist(writes);
        disk.commit().expect("the disk takes it");
    } else {
        black_box(saved);
    }
    let heads = |document: &Document| document.heads().into_iter().map(|head| head.0).collect();
    documents.iter().map(|(id, document)| (*id, heads(document))).collect()
}
