//! Devices that behave.

use std::time::Duration;

use allymap_relay::Settings as Rules;
use allymap_server::{Patience, Settings};
use allymap_wire::{Code, Head, Message, PutResult};

use crate::harness::{Device, Relay, all_stored, command, record};

#[tokio::test]
async fn what_one_device_puts_another_gets_live_and_later() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    let mut ben = relay.log_in(3).await;
    ben.sync(Head::START).await;
    assert!(matches!(ben.hear().await, Message::Records { entries, .. } if entries.is_empty()));
    assert!(all_stored(&ana.put(vec![record(1, 300), record(2, 300)]).await));
    assert_eq!(ben.records(2).await, [record(1, 300), record(2, 300)]);
    let mut cora = relay.log_in(4).await;
    cora.sync(Head::START).await;
    assert_eq!(cora.records(2).await, [record(1, 300), record(2, 300)]);
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..6 {
        let relay = Relay::start(folder.path());
        relay.found().await;
        let mut ben = relay.log_in(3).await;
        let there = ben.head.position as usize;
        ben.sync(Head::START).await;
        let log = ben.records(there).await;
        for number in &acknowledged {
            assert!(log.contains(&record(*number, 300)), "{number} was acknowledged before round {round}");
        }
        let mut ana = relay.log_in(2).await;
        for number in round * 100..round * 100 + 10 {
            assert!(all_stored(&ana.put(vec![record(number, 300)]).await));
            acknowledged.push(number);
        }
        // This one is on its way when the process dies: it may be stored or not.
        ana.say(&Message::Put { entries: vec![record(round * 100 + 50, 300)] }).await;
        relay.kill();
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_dropped_and_the_others_miss_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { stall: Duration::from_millis(700), ..Patience::default() };
    let relay = Relay::here(folder.path(), Rules::default(), Settings { patience, ..Settings::default() });
    relay.found().await;
    let mut stopped = Device::log_in(&relay, relay.connect_with(Some(4_096)).await, 2).await;
    stopped.sync(Head::START).await;
    let mut healthy = relay.log_in(3).await;
    healthy.sync(Head::START).await;
    assert!(matches!(healthy.hear().await, Message::Records { entries, .. } if entries.is_empty()));

    // More than the kernel keeps for a peer that does not read.
    let mut writers = Vec::new();
    for number in 4..=6 {
        writers.push(relay.log_in(number).await);
    }
    const EACH: u64 = 30;
    let mut count = 0;
    for (at, writer) in writers.iter_mut().enumerate() {
        for number in 0..EACH {
            let results = writer.put(vec![record(at as u64 * EACH + number, 250 << 10)]).await;
            assert!(all_stored(&results), "{results:?}");
            count += 1;
            assert_eq!(healthy.records(1).await.len(), 1, "the one that reads gets each as it comes");
        }
    }
    loop {
        let status = command(folder.path(), &["status", "--json"]);
        let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
        if status["slow_since_start"] == 1 {
            break;
        }
    }
    let mut got = 0;
    while let Some(message) = stopped.try_hear().await {
        match message {
            Message::Records { entries, .. } => got += entries.len(),
            Message::Bye { code, .. } => assert_eq!(code, Code::TooSlow),
            other => panic!("{other:?}"),
        }
    }
    assert!(got < count, "it was dropped before it had everything");
    let mut back = relay.log_in(2).await;
    back.sync(Head::START).await;
    assert_eq!(back.records(count).await.len(), count);
}

#[tokio::test]
async fn a_hundred_puts_sent_without_waiting_are_all_answered_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    let mut ben = relay.log_in(3).await;
    ben.sync(Head::START).await;
    for number in 0..300 {
        ana.say(&Message::Put { entries: vec![record(number, 200)] }).await;
    }
    for number in 0..300 {
        match ana.hear().await {
            Message::PutAck { results } => {
                assert!(matches!(results[..], [PutResult::Stored { at }] if at.position == number + 1));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ben.records(300).await.len(), 300);
}
