//! Twenty devices that edited offline return at the same moment.

use std::sync::Barrier;
use std::time::Instant;

use allymap_document::ActId;
use allymap_tests::chance::Chance;
use allymap_wire::DocumentId;

use crate::device::{Device, Folder, block_on, store};
use crate::map::{Map, small_edit};
use crate::processes::{Relay, processor_time};
use crate::report::{Report, Runs, ms};

const DEVICES: usize = 20;
const EDITS: usize = 200;
const RUNS: usize = 3;

pub(crate) fn run(report: &mut Report) {
    report.section("20 devices with 200 offline edits each return at once");
    for (documents, what) in [(20, "in 20 documents that all share"), (1, "in one document that all share")] {
        let mut ours = Vec::new();
        let mut relays = Vec::new();
        let mut bytes = Vec::new();
        let walls = Runs::of(RUNS, || {
            let (wall, our_processor, relay_processor, moved) = meet(documents);
            ours.push(our_processor);
            relays.push(relay_processor);
            bytes.push(moved);
            wall
        });
        report.line(
            &format!("**{what}**: until everybody has everything"),
            format!("{walls} ms"),
            "10 × faster than the faster peer (js2: 6–16 s)",
        );
        report.line("… processor time of the relay", format!("{} ms", Runs::from(relays)), "");
        report.line("… processor time of all 20 devices", format!("{} ms", Runs::from(ours)), "");
        report.line("… bytes, all devices, both ways", Runs::from(bytes), "");
    }
}

/// Wall time, our processor time, the relay's, all in milliseconds, and bytes.
fn meet(documents: usize) -> (f64, f64, f64, f64) {
    let mut chance = Chance(3);
    let mut map = Map::with_members(DEVICES + 1, &mut chance);
    map.write(documents, 1, 10, &mut chance);
    let folder = Folder::new();
    let relay = Relay::start(&folder.join("relay"));
    block_on(map.upload(relay.socket, relay.address.token));
    let position = map.log.len() as u64;
    let mut devices: Vec<Device> = (0..DEVICES)
        .map(|number| {
            let folder = folder.join(&format!("device-{number}"));
            let mut device = Device::fresh(&folder, &map, number + 1, &relay.address);
            block_on(device.exchange(&relay, position));
            device
        })
        .collect();
    let shared: Vec<DocumentId> = devices[0].heads().into_keys().collect();
    assert_eq!(shared.len(), documents);
    for device in &mut devices {
        for number in 0..EDITS {
            let mut effects = Vec::new();
            let document = shared[number % shared.len()];
            let act = ActId(chance.bytes());
            let written =
                device.replica.edit(document, act, &device.disk, &mut effects, |edit| small_edit(edit, &mut chance));
            written.expect("the store reads").expect("it is in the vocabulary");
            store(&mut device.disk, &mut effects);
        }
        device.disk.commit().expect("the disk takes it");
    }

    // One sitting for each document of each device.
    let position = position + (DEVICES * documents) as u64;
    let start = Barrier::new(DEVICES + 1);
    let (before_us, before_relay) = (processor_time("self"), relay.processor_time());
    let (wall, bytes) = std::thread::scope(|scope| {
        let running: Vec<_> = devices
            .iter_mut()
            .map(|device| {
                let (relay, start) = (&relay, &start);
                scope.spawn(move || {
                    start.wait();
                    block_on(device.exchange(relay, position))
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        let exchanges: Vec<_> = running.into_iter().map(|device| device.join().expect("it ended well")).collect();
        (ms(began.elapsed()), exchanges.iter().map(|one| (one.bytes_in + one.bytes_out) as f64).sum())
    });
    let ours = ms(processor_time("self") - before_us);
    let relays = ms(relay.processor_time() - before_relay);

    let expected = devices[0].heads();
    assert!(devices.iter().all(|device| device.heads() == expected), "every device ends with the same heads");
    for id in shared {
        let document = devices[0].replica.document(id, &devices[0].disk).expect("it loads").expect("it is there");
        assert!(document.changes().len() > EDITS * DEVICES / documents / 2, "and with everybody's edits");
    }
    (wall, ours, relays, bytes)
}
