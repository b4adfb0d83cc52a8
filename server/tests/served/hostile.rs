//! What strangers send. Each is refused as written, and a healthy pair of devices beside them misses nothing.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use allymap_relay::Settings as Rules;
use allymap_server::{Patience, Settings};
use allymap_wire::{Code, Head, Message, SpaceId};
use futures_util::SinkExt;
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::harness::{Device, PATIENCE, Relay, all_stored, hear, last_words, record};

/// Sends bytes and reads until the relay closes; what it said, and how long that took.
fn raw(address: SocketAddr, bytes: &[u8]) -> (Vec<u8>, Duration) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The relay may close before it has taken everything.
    let _ = stream.write_all(bytes);
    (rest(&mut stream), began.elapsed())
}

/// What comes until the relay closes. Panics if it does not.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return answer,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the relay did not close"),
            Err(_) => return answer,
        }
    }
}

fn request(path: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: relay.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
    .into_bytes()
}

fn first_line(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).lines().next().unwrap_or_default().to_owned()
}

/// A websocket by hand, past its Hello, so that frames can be as wrong as they like.
fn by_hand(address: SocketAddr, more: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&request("/", more)).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let mut hello = [0; 2];
    stream.read_exact(&mut hello).unwrap();
    let mut body = vec![0; hello[1].into()];
    stream.read_exact(&mut body).unwrap();
    assert!(matches!(Message::decode(&body), Ok(Message::Hello { .. })));
    (stream, String::from_utf8(head).unwrap())
}

/// The close code in what a relay said last.
fn close_code(answer: &[u8]) -> Option<u16> {
    let at = answer.windows(2).rposition(|two| two[0] == 0x88 && two[1] >= 2)?;
    Some(u16::from_be_bytes([*answer.get(at + 2)?, *answer.get(at + 3)?]))
}

fn logged_in_within(ms: u64) -> Rules {
    Rules { unauthenticated_ms: ms, ..Rules::default() }
}

#[tokio::test]
async fn requests_that_are_no_devices_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::here(folder.path(), logged_in_within(1_000), Settings::default());
    let cases = [
        (request("/", "Origin: https://somewhere.example\r\n"), "HTTP/1.1 403"),
        (request("/admin", ""), "HTTP/1.1 404"),
        (request("//", ""), "HTTP/1.1 404"),
        (request("/%2e", ""), "HTTP/1.1 404"),
        (request("/../", ""), "HTTP/1.1 404"),
        (request("/status", ""), "HTTP/1.1 404"),
        (request("/status", "Authorization: Bearer 00000000000000000000000000000000\r\n"), "HTTP/1.1 404"),
        (b"GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n".to_vec(), "HTTP/1.1 4"),
        (b"POST / HTTP/1.1\r\nHost: relay.example\r\nContent-Length: 4\r\n\r\nabcd".to_vec(), "HTTP/1.1 4"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), "HTTP/1.1 400"),
        (b"GET /health HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n".to_vec(), "HTTP/1.1 200"),
    ];
    for (bytes, expected) in cases {
        let (answer, _) = raw(relay.address, &bytes);
        let line = first_line(&answer);
        assert!(line.starts_with(expected), "{:?}: {line}", first_line(&bytes));
    }
}

#[tokio::test]
async fn a_header_of_twenty_megabytes_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    let mut bytes = b"GET / HTTP/1.1\r\nHost: relay.example\r\nX: ".to_vec();
    bytes.resize(20 << 20, b'x');
    let before = relay.processor();
    let (answer, took) = raw(relay.address, &bytes);
    assert!(!first_line(&answer).starts_with("HTTP/1.1 1"), "it is not let in");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let cost = relay.processor() - before;
    assert!(cost <= Duration::from_millis(20), "{cost:?} of processor time");
}

#[tokio::test]
async fn whoever_dawdles_is_sent_away() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::here(folder.path(), logged_in_within(600), Settings::default());
    let mut slow = TcpStream::connect(relay.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let began = Instant::now();
    // A byte of the header each time nothing comes back.
    let mut header = request("/", "").into_iter().cycle();
    loop {
        let mut buffer = [0; 64];
        match slow.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if slow.write_all(&[header.next().unwrap()]).is_err() {
                    break;
                }
            }
            _ => break,
        }
        assert!(began.elapsed() < PATIENCE, "a header without end");
    }
    assert!(began.elapsed() >= Duration::from_millis(500));

    let mut silent = relay.connect().await;
    let (said, code) = last_words(&mut silent).await;
    assert!(matches!(said[..], [Message::Hello { .. }, Message::Bye { code: Code::TimeOut, .. }]), "{said:?}");
    assert_eq!(code, Some(4_000 + Code::TimeOut as u16));
}

#[tokio::test]
async fn one_address_gets_twenty_connections_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { count_loopback: true, ..Settings::default() };
    let relay = Relay::here(folder.path(), Rules::default(), settings);
    let mut kept = Vec::new();
    for _ in 0..20 {
        let mut socket = relay.connect().await;
        assert!(matches!(hear(&mut socket).await, Some(Message::Hello { .. })));
        kept.push(socket);
    }
    for _ in 0..30 {
        let mut socket = relay.connect().await;
        let (said, code) = last_words(&mut socket).await;
        assert!(matches!(said[..], [Message::Bye { code: Code::TooMany, .. }]), "{said:?}");
        assert_eq!(code, Some(4_000 + Code::TooMany as u16));
    }
}

#[tokio::test]
async fn five_thousand_silent_connections_from_one_address_keep_nobody_else_out() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::that_counts_everybody(folder.path());
    relay.found().await;
    let before = relay.memory_kib();
    let mut held = VecDeque::new();
    for _ in 0..5_000 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        held.push_back(socket.connect(relay.address).await.unwrap());
        // No more than a process may have open.
        if held.len() > 400 {
            held.pop_front();
        }
    }
    let mut ana = relay.log_in(2).await;
    assert!(all_stored(&ana.put(vec![record(1, 300)]).await));
    let mut refused = 0;
    for mut connection in held {
        let mut byte = [0];
        let silent = tokio::time::timeout(Duration::from_millis(1), connection.read(&mut byte)).await;
        refused += usize::from(matches!(silent, Ok(Ok(0) | Err(_))));
    }
    assert!(refused >= 400 - 20, "{refused} of the last 401 were refused");
    let grown = relay.memory_kib().saturating_sub(before);
    assert!(grown < 8 << 10, "{grown} KiB for connections that said nothing");
}

/// Half of them are answered within this time.
async fn answered_in(relay: &Relay, space: SpaceId) -> Duration {
    let mut stranger = Device::log_in_to(relay, relay.connect().await, 9, space).await;
    let mut times = Vec::new();
    for _ in 0..12 {
        let began = Instant::now();
        stranger.sync(Head::START).await;
        assert!(matches!(stranger.hear().await, Message::Outcome { .. }));
        times.push(began.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn whoever_may_not_read_cannot_tell_by_the_time_whether_a_map_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    for number in 0..20 {
        assert!(all_stored(&ana.put(vec![record(number, 20_000)]).await));
    }
    let (mut there, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        there = there.min(answered_in(&relay, crate::harness::space()).await);
        unknown = unknown.min(answered_in(&relay, SpaceId([9; 32])).await);
    }
    let (short, long) = (there.min(unknown), there.max(unknown));
    // On one machine, without a network to hide it: an answer that read the log or waited for the disk would be far off.
    assert!(long < short * 2 + Duration::from_micros(200), "{there:?} and {unknown:?}");
}

#[tokio::test]
async fn frames_that_break_the_rules_end_their_connection_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    let mut ben = relay.log_in(3).await;
    ben.sync(Head::START).await;
    ben.hear().await;

    let mut fragments = vec![0x02, 0x80, 0, 0, 0, 0];
    for _ in 0..400_000 {
        fragments.extend_from_slice(&[0x00, 0x80, 0, 0, 0, 0]);
    }
    let pings: Vec<u8> = [0x89, 0x80, 0, 0, 0, 0].repeat(2_000);
    let pongs: Vec<u8> = [0x8a, 0x80, 0, 0, 0, 0].repeat(2_000);
    let cases: [(&str, Vec<u8>, Option<u16>); 9] = [
        ("an unknown opcode", vec![0x83, 0x80, 0, 0, 0, 0], Some(1002)),
        ("reserved bits", vec![0xf2, 0x80, 0, 0, 0, 0], Some(1002)),
        ("an unmasked frame", vec![0x82, 0x01, 0x00], Some(1002)),
        ("a text", vec![0x81, 0x82, 0, 0, 0, 0, b'h', b'i'], Some(1003)),
        ("text that is no UTF-8", vec![0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], Some(1002)),
        ("2^63 bytes announced", vec![0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Some(1002)),
        ("a hail of empty fragments", fragments, None),
        ("a flood of pings", pings, Some(1008)),
        ("a flood of pongs", pongs, Some(1008)),
    ];
    for (number, (what, bytes, expected)) in cases.into_iter().enumerate() {
        let (mut stream, _) = by_hand(relay.address, "");
        let _ = stream.write_all(&bytes);
        let answer = rest(&mut stream);
        if expected.is_some() {
            assert_eq!(close_code(&answer), expected, "{what}: {answer:x?}");
        }
        let number = number as u64;
        assert!(all_stored(&ana.put(vec![record(number, 300)]).await), "{what}");
        assert_eq!(ben.records(1).await, [record(number, 300)], "{what}");
    }
}

#[tokio::test]
async fn garbage_and_oversized_messages_are_answered_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    for (bytes, code) in [(vec![0xff; 100], Code::Malformed), (vec![0x82; 5_000], Code::TooLarge)] {
        let mut socket = relay.connect().await;
        socket.send(Frame::Binary(bytes.into())).await.unwrap();
        let (said, close) = last_words(&mut socket).await;
        assert!(matches!(said.last(), Some(Message::Bye { code: said, .. }) if *said == code), "{said:?}");
        assert_eq!(close, Some(4_000 + code as u16));
    }
    // Before it is logged in, nobody may even begin something large.
    let mut stranger = relay.connect().await;
    let _ = stranger.send(Frame::Binary(vec![0; 900 << 10].into())).await;
    let (said, _) = last_words(&mut stranger).await;
    assert!(matches!(said[..], [] | [Message::Hello { .. }]), "{said:?}");
    // And nobody at all something over the limit.
    let mut member = relay.log_in(2).await;
    let _ = member.socket.send(Frame::Binary(vec![0; (1 << 20) + 1].into())).await;
    let (said, _) = last_words(&mut member.socket).await;
    assert_eq!(said, []);
    relay.log_in(2).await;
}

#[tokio::test]
async fn a_message_that_is_not_in_the_one_allowed_form_is_refused_without_being_unfolded() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    relay.found().await;
    let mut ana = relay.log_in(2).await;
    let mut ben = relay.log_in(3).await;
    ben.sync(Head::START).await;
    ben.hear().await;
    let mut trailing = Message::Sync { since: Head::START, bytes: 0, highest: None }.encode();
    trailing.push(0);
    let cases: [(&str, Vec<u8>); 8] = [
        ("an array of 2^32 items", vec![0x9b, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("bytes of 2^62", vec![0x82, 0x05, 0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        ("ten thousand arrays in each other", vec![0x81; 10_000]),
        ("an array without an end", vec![0x9f, 0x03, 0xff]),
        ("a map with one key twice", vec![0xa2, 0x00, 0x01, 0x00, 0x02]),
        ("something after the message", trailing),
        ("a number that is none", vec![0x82, 0x03, 0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
        ("a number longer than it need be", vec![0x84, 0x18, 0x03, 0x00, 0x40, 0x00]),
    ];
    for (number, (what, bytes)) in cases.into_iter().enumerate() {
        // Before the login and after it.
        let mut stranger = relay.connect().await;
        stranger.send(Frame::Binary(bytes.clone().into())).await.unwrap();
        let (said, _) = last_words(&mut stranger).await;
        let expected = if bytes.len() > 4_096 { Code::TooLarge } else { Code::Malformed };
        assert!(matches!(said.last(), Some(Message::Bye { code, .. }) if *code == expected), "{what}: {said:?}");
        let mut member = relay.log_in(2).await;
        member.socket.send(Frame::Binary(bytes.into())).await.unwrap();
        let (said, _) = last_words(&mut member.socket).await;
        assert!(matches!(said.last(), Some(Message::Bye { code: Code::Malformed, .. })), "{what}: {said:?}");
        let number = 100 + number as u64;
        assert!(all_stored(&ana.put(vec![record(number, 300)]).await), "{what}");
        assert_eq!(ben.records(1).await, [record(number, 300)], "{what}");
    }
    assert!(relay.memory_kib() < 64 << 10, "nothing of what was announced was made room for");
}

#[tokio::test]
async fn where_a_connection_says_it_comes_from_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { count_loopback: true, ..Settings::default() };
    let relay = Relay::here(folder.path(), Rules::default(), settings);
    let forged = |number: u32| {
        format!(
            "X-Forwarded-For: 203.0.113.{number}\r\nForwarded: for=203.0.113.{number}\r\nX-Real-IP: 203.0.113.{number}\r\n"
        )
    };
    let mut kept = Vec::new();
    for number in 0..20 {
        kept.push(by_hand(relay.address, &forged(number)));
    }
    let (answer, _) = raw(relay.address, &request("/", &forged(99)));
    assert_eq!(close_code(&answer), Some(4_000 + Code::TooMany as u16), "the twenty-first from one address");
}

#[test]
fn compression_is_never_agreed_on() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path());
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (_, head) = by_hand(relay.address, offer);
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(!head.to_lowercase().contains("sec-websocket-extensions"), "{head}");
}

#[tokio::test]
async fn a_peer_that_falls_silent_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { idle: Duration::from_millis(600), ..Patience::default() };
    let relay = Relay::here(folder.path(), Rules::default(), Settings { patience, ..Settings::default() });
    relay.found().await;
    // A socket by hand answers no ping.
    let (mut silent, _) = by_hand(relay.address, "");
    let answer = rest(&mut silent);
    assert_eq!(close_code(&answer), Some(4_000 + Code::TimeOut as u16), "{answer:x?}");
    // One that reads answers them, and stays.
    let mut idle = relay.log_in(2).await;
    let waited = tokio::time::timeout(Duration::from_millis(1_500), hear(&mut idle.socket)).await;
    assert!(waited.is_err(), "it was sent {waited:?}");
}
