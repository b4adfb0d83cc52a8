//! Wrong addresses of relays: what is said of each, and that nothing here depends on it.

use std::io::{Read, Write};
use std::net::TcpListener;

use allymap_tests::{Answer, Volunteer, alone};
use allymap_wire::{OperatorToken, RelayAddress, RelayKeyHash};

fn line(url: &str) -> String {
    RelayAddress { relay: RelayKeyHash([7; 16]), token: OperatorToken([8; 16]), url: url.to_owned() }.to_line()
}

/// Adds this address and exchanges.
fn exchange_at(url: &str) -> Answer {
    let wren = alone();
    wren.ok(&["relay", "add", &line(url)]);
    let answer = wren.run(&["sync"]);
    assert_eq!(answer.code, 6, "{answer:?}");
    assert!(answer.stderr.contains(&format!("Error: {url} cannot be reached: ")), "{answer:?}");
    assert!(answer.stderr.contains("Everything is kept here."), "{answer:?}");
    assert!(answer.stderr.contains("\nHint: "), "{answer:?}");
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    answer
}

/// Somebody who gives this answer to whoever comes, whatever was asked.
fn answering(words: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1 << 10]);
            let _ = stream.write_all(words.as_bytes());
        }
    });
    url
}

#[test]
fn a_host_that_is_not_there_is_away() {
    exchange_at("wss://relay.invalid");
}

#[test]
fn a_plain_websocket_into_the_open_internet_is_refused_before_anything_is_sent() {
    let answer = exchange_at("ws://relay.example:8080");
    assert!(answer.stderr.contains("use wss://, or --insecure"), "{answer:?}");
}

#[test]
fn a_web_server_that_is_no_relay_is_called_so() {
    let answer = exchange_at(&answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    assert!(answer.stderr.contains("it answers, but is no relay (HTTP 200)"), "{answer:?}");
}

#[test]
fn a_server_of_another_trade_is_called_no_relay() {
    for words in ["220 mail.example ESMTP\r\n", ""] {
        let answer = exchange_at(&answering(words));
        assert!(answer.stderr.contains("it does not answer as a relay does"), "{answer:?}");
    }
}

#[test]
fn a_line_that_is_none_or_has_another_kind_of_address_adds_no_relay() {
    let wren = alone();
    let damaged = line("wss://relay.example").replace("ALLYMAP-RELAY:0", "ALLYMAP-RELAY:1");
    for (typed, said) in [
        ("wss://relay.example", "a relay's line begins with ALLYMAP-RELAY:"),
        ("", "a relay's line begins with ALLYMAP-RELAY:"),
        ("ALLYMAP-RELAY:", "a letter in this line was changed or left out"),
        (&damaged, "a letter in this line was changed or left out"),
        (&line("http://relay.example"), "an address begins with ws:// or wss://"),
        (&line("wss://"), "an address begins with ws:// or wss://"),
        (&line(""), "an address begins with ws:// or wss://"),
    ] {
        let answer = wren.run(&["relay", "add", typed]);
        assert_eq!(answer.code, 2, "{typed}: {answer:?}");
        assert!(answer.stderr.contains(said), "{typed}: {answer:?}");
        assert!(answer.stderr.contains("\nHint: "), "{typed}: {answer:?}");
    }
    assert_eq!(wren.json(&["relay", "list"])["relays"].as_array().unwrap().len(), 0);
    let nobody = Volunteer::new(wren.home.with_file_name("nobody"));
    let answer = nobody.run(&[
        "new",
        "Kill Town",
        "--name",
        "Ana",
        "--group",
        "Harbour",
        "--relay",
        &line("http://relay.example"),
        "--no-input",
    ]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(!answer.stderr.contains("panicked") && answer.stderr.contains("an address begins with"), "{answer:?}");
}
