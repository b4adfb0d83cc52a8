//! Starting, stopping, and what an operator asks.

use std::time::Duration;

use allymap_wire::{Code, Head, Message};
use tokio::time::Instant;

use crate::harness::{Relay, all_stored, command, last_words, record};

#[tokio::test]
async fn told_to_stop_it_says_goodbye_and_leaves_in_good_order() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    ana.sync(Head::START).await;
    assert!(matches!(ana.hear().await, Message::Records { .. }));
    assert!(all_stored(&ana.put(vec![record(1, 300)]).await));
    let began = Instant::now();
    relay.terminate();
    let (said, close) = last_words(&mut ana.socket).await;
    match said[..] {
        [Message::Bye { code: Code::Draining, retry_after_ms }] => assert!((1_000..=31_000).contains(&retry_after_ms)),
        _ => panic!("{said:?}"),
    }
    assert_eq!(close, Some(4_000 + Code::Draining as u16));
    drop(ana);
    let (status, rest) = relay.end();
    assert!(status.success());
    assert_eq!(rest.trim(), r#"{"stopped":true}"#);
    assert!(began.elapsed() < Duration::from_secs(5));
    let relay = Relay::start(folder.path());
    assert_eq!(relay.log_in(2).await.head.position, 1);
}

#[tokio::test]
async fn told_to_stop_it_does_not_wait_for_those_who_do_not_listen() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    let _deaf = std::net::TcpStream::connect(relay.address).unwrap();
    let _silent = relay.connect().await;
    let began = Instant::now();
    relay.terminate();
    let (status, _) = relay.end();
    assert!(status.success());
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn it_is_the_same_relay_after_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Relay::start(folder.path());
    let token = first.token;
    first.kill();
    assert_eq!(Relay::start(folder.path()).token, token);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_ne!(Relay::start(elsewhere.path()).token, token);
}

#[tokio::test]
async fn an_operator_sees_numbers_while_it_runs_and_while_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let status = || {
        let output = command(folder.path(), &["status", "--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let relay = Relay::start_with(folder.path(), &["--name", "kitchen-pi"]);
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    ana.put(vec![record(1, 300), record(2, 300)]).await;
    let running = status();
    assert_eq!(running["running"], true);
    assert_eq!(running["healthy"], true);
    assert_eq!(running["name"], "kitchen-pi");
    assert_eq!((&running["maps"], &running["records"], &running["bytes"]), (&1.into(), &2.into(), &600.into()));
    assert!(command(folder.path(), &["health"]).status.success());
    let text = command(folder.path(), &["status"]);
    assert!(String::from_utf8(text.stdout).unwrap().contains("kitchen-pi is well"));

    relay.kill();
    let stopped = status();
    assert_eq!((&stopped["running"], &stopped["records"]), (&false.into(), &2.into()));
    let health = command(folder.path(), &["health"]);
    assert_eq!(health.status.code(), Some(1));
    assert!(!health.stderr.is_empty());
}

#[test]
fn what_cannot_be_served_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 3] = [
        (&["serve", "--address", "http://relay.example"], "ws://"),
        (&["serve", "--listen", "192.0.2.1:4040"], "nobody can be served at 192.0.2.1:4040"),
        (&["health", "--address", "127.0.0.1:1"], "does not answer"),
    ];
    for (arguments, expected) in cases {
        let output = command(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(output.stdout.is_empty());
    }
    let never = command(&folder.path().join("nothing"), &["status"]);
    assert!(String::from_utf8(never.stderr).unwrap().contains("there is no relay in"));
}

#[test]
fn two_relays_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _relay = Relay::start(folder.path());
    let second = command(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(!second.stderr.is_empty());
}
