//! The relay alone, without replicas: what an idle connection costs it, and how fast it acknowledges.

use std::time::Instant;

use allymap_seal::DeviceKeys;
use allymap_tests::chance::Chance;
use allymap_wire::{Head, Record};
use futures_util::future::join_all;
use rand_core::Rng;

use crate::device::{Folder, block_on};
use crate::line::Line;
use crate::map::Map;
use crate::processes::Relay;
use crate::report::{Report, Runs, short};

const IDLE: usize = 1_000;
const WRITERS: usize = 32;

pub(crate) fn run(report: &mut Report) {
    report.section("The relay's memory");
    idle_connections(report);
    report.section("Records acknowledged per second, after flush and fsync, records of 600 bytes");
    acknowledged(report);
}

fn idle_connections(report: &mut Report) {
    let mut chance = Chance(4);
    // A member may be connected more than once; what is measured is connections.
    let mut map = Map::with_members(50, &mut chance);
    map.write(200, 5, 10, &mut chance);
    let (mut each, mut left_over, mut at_rest, mut full) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        let folder = Folder::new();
        let mut relay = Relay::start(&folder.join("relay"));
        block_on(map.upload(relay.socket, relay.address.token));
        relay.restart();
        block_on(async {
            // What the first connections make the relay allocate once is not theirs.
            drop(logged_in(&relay, &map, 10, false).await);
            settle().await;
            let before = relay.resident();
            let lines = logged_in(&relay, &map, IDLE, false).await;
            settle().await;
            let with_all = relay.resident();
            drop(lines);
            settle().await;
            at_rest.push(kibibytes(before));
            each.push(kibibytes(with_all.saturating_sub(before)) / IDLE as f64);
            left_over.push(kibibytes(relay.resident()));
        });
        relay.restart();
        block_on(async {
            drop(logged_in(&relay, &map, 10, true).await);
            settle().await;
            let before = relay.resident();
            let lines = logged_in(&relay, &map, IDLE / 5, true).await;
            settle().await;
            full.push(kibibytes(relay.resident().saturating_sub(before)) / lines.len() as f64);
        });
    }
    report.line("before anybody came", format!("{} KiB", Runs::from(at_rest)), "");
    report.line(
        &format!("**each of {IDLE} idle connections** that had everything when they came"),
        format!("{} KiB", Runs::from(each)),
        "≤ 20 KiB",
    );
    report.line("after all of them left", format!("{} KiB", Runs::from(left_over)), "");
    report.line(
        &format!("each of {} idle connections that fetched a log of 1.5 MB when they came", IDLE / 5),
        format!("{} KiB", Runs::from(full)),
        "≤ 20 KiB",
    );
}

fn kibibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

async fn logged_in(relay: &Relay, map: &Map, count: usize, everything: bool) -> Vec<Line> {
    let mut lines = Vec::with_capacity(count);
    for number in 0..count {
        let keys = &map.members[number % map.members.len()].keys;
        let mut line = Line::log_in(relay.socket, keys, map.space).await;
        line.catch_up_from(if everything { Head::START } else { line.head }).await;
        lines.push(line);
    }
    lines
}

/// Until the relay has noticed what just happened.
async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
}

fn acknowledged(report: &mut Report) {
    let mut chance = Chance(5);
    let ways: [(&str, usize, usize, usize); 4] = [
        ("one writer, one record at a time", 1, 1, 1_000),
        ("32 writers, each one record at a time", WRITERS, 1, 200),
        ("one writer, 100 records in a message", 1, 100, 100),
        ("32 writers, each 100 records in a message", WRITERS, 100, 10),
    ];
    for (what, writers, at_once, messages) in ways {
        let mut processor = Vec::new();
        let rates = Runs::of(3, || {
            let map = Map::with_members(writers + 1, &mut chance);
            let folder = Folder::new();
            let relay = Relay::start(&folder.join("relay"));
            let records = writers * at_once * messages;
            let mut work: Vec<Vec<Vec<Record>>> = (0..writers)
                .map(|_| (0..messages).map(|_| (0..at_once).map(|_| record(&mut chance)).collect()).collect())
                .collect();
            block_on(async {
                map.upload(relay.socket, relay.address.token).await;
                let keys: Vec<&DeviceKeys> = map.members.iter().skip(1).map(|member| &member.keys).collect();
                let lines: Vec<Line> =
                    join_all(keys.into_iter().map(|keys| Line::log_in(relay.socket, keys, map.space))).await;
                let before = relay.processor_time();
                let began = Instant::now();
                join_all(lines.into_iter().zip(work.drain(..)).map(async |(mut line, messages)| {
                    for entries in messages {
                        line.put(entries).await;
                    }
                }))
                .await;
                let took = began.elapsed().as_secs_f64();
                processor.push((relay.processor_time() - before).as_secs_f64() * 1e6 / records as f64);
                records as f64 / took
            })
        });
        let processor = short(Runs::from(processor).median());
        report.line(what, format!("{rates} a second; {processor} µs of processor each"), "");
    }
}

/// To a relay, any bytes behind a header are a sealed record.
fn record(chance: &mut Chance) -> Record {
    let mut bytes = vec![1; 600];
    chance.fill_bytes(&mut bytes[1..]);
    Record::new(bytes).expect("it has a header")
}
