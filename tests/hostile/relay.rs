//! A relay that keeps no rule. The client says so, keeps everything, and gives all of it to an honest relay later.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use allymap_tests::{Answer, RelayProcess, Shared, Volunteer};
use allymap_wire::{
    Challenge, Code, Flags, HashPrefix, Head, Limits, LogHash, LogId, Message, PutResult, Record, RelayAddress,
    RelayKey, Slot,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message as Frame;

/// What it answers: to the connection itself (nothing was said yet), and to each message.
type Play = Box<dyn FnMut(Option<&Message>) -> Vec<Say> + Send>;

enum Say {
    Message(Box<Message>),
    Frame(Frame),
    /// Again and again, until somebody hangs up.
    Repeated(Box<Message>),
    HangUp,
}

/// In the place of the relay that a map knows, with its key: that is public.
struct Fake {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    fn start(listen: &str, mut play: Play) -> Fake {
        let (stop, mut stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let listen = listen.to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind(listen).await.unwrap();
                ready.send(()).unwrap();
                loop {
                    tokio::select! {
                        _ = &mut stopped => return,
                        accepted = listener.accept() => tokio::select! {
                            _ = &mut stopped => return,
                            () = serve(accepted.unwrap().0, &mut play) => {}
                        },
                    }
                }
            });
        });
        is_ready.recv().unwrap();
        Fake { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(std::thread::panicking() || ended.is_ok(), "the test's own relay failed");
    }
}

async fn serve(stream: tokio::net::TcpStream, play: &mut Play) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let mut says = play(None);
    loop {
        for say in says {
            let sent = match say {
                Say::Message(message) => socket.send(Frame::Binary(message.encode().into())).await,
                Say::Frame(frame) => socket.send(frame).await,
                Say::Repeated(message) => loop {
                    if let Err(gone) = socket.send(Frame::Binary(message.encode().into())).await {
                        break Err(gone);
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                },
                Say::HangUp => return,
            };
            if sent.is_err() {
                return;
            }
        }
        let bytes = loop {
            match socket.next().await {
                Some(Ok(Frame::Binary(bytes))) => break bytes,
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                _ => return,
            }
        };
        says = play(Some(&Message::decode(&bytes).unwrap()));
    }
}

fn say(message: Message) -> Vec<Say> {
    vec![Say::Message(Box::new(message))]
}

fn hello(relay: RelayKey, oldest: u8, newest: u8) -> Message {
    Message::Hello { oldest, newest, relay, challenge: Challenge([1; 16]), limits: Limits::default() }
}

fn let_in(flags: Flags, head: Head) -> Message {
    Message::AuthOk { flags, access_version: 1, log: LogId([5; 16]), head, access: HashPrefix([0; 16]) }
}

fn page(first: u64, entries: Vec<Record>, more: bool, head: Head) -> Message {
    Message::Records { first, entries, more, head }
}

fn far(position: u64) -> Head {
    Head { position, hash: HashPrefix([7; 16]) }
}

fn noise(number: u8) -> Record {
    let mut bytes = vec![number; 300];
    bytes[0] = 1;
    Record::new(bytes).unwrap()
}

/// Greets and lets everybody in; what comes after is up to `rest`.
fn greeting(relay: RelayKey, flags: Flags, mut rest: impl FnMut(&Message) -> Vec<Say> + Send + 'static) -> Play {
    Box::new(move |message| match message {
        None => say(hello(relay, 1, 1)),
        Some(Message::Auth { .. }) => say(let_in(flags, far(1_000))),
        Some(message) => rest(message),
    })
}

/// As [`greeting`]; it has nothing new, answers as it should, and what is offered to it is answered by `answer`.
fn taking(relay: RelayKey, mut answer: impl FnMut(&[Record], Head) -> Vec<Say> + Send + 'static) -> Play {
    let mut at = Head::START;
    greeting(relay, Flags::WRITE, move |message| match message {
        Message::Sync { since, .. } => {
            at = *since;
            say(page(since.position + 1, vec![], false, *since))
        }
        Message::Put { entries } => answer(entries, at),
        Message::BoxTake { .. } => say(Message::Box { slot: Slot::Request, bytes: None }),
        Message::BoxPut { .. } => say(Message::Outcome { of: 11, code: Code::Done, value: 0 }),
        Message::Access { list } => say(Message::Outcome { of: 8, code: Code::Done, value: list.version }),
        _ => vec![],
    })
}

fn cases(relay: RelayKey) -> Vec<(&'static str, Play, &'static str)> {
    let stored = |position: u64| PutResult::Stored { at: far(position) };
    let once = |says: fn() -> Vec<Say>| -> Play { Box::new(move |_| says()) };
    let bye = |code: Code| greeting(relay, Flags::WRITE, move |_| say(Message::Bye { code, retry_after_ms: u64::MAX }));
    let synced = |answer: fn(Head) -> Message| {
        greeting(relay, Flags::WRITE, move |message| match message {
            Message::Sync { since, .. } => say(answer(*since)),
            _ => vec![],
        })
    };
    vec![
        ("another version", Box::new(move |_| say(hello(relay, 9, 12))), "versions 9 to 12"),
        ("another key", Box::new(|_| say(hello(RelayKey([9; 32]), 1, 1))), "Another relay answers"),
        ("garbage", once(|| vec![Say::Frame(Frame::Binary(vec![0xff; 100].into()))]), "does not fit together"),
        ("nothing in a frame", once(|| vec![Say::Frame(Frame::Binary(vec![].into()))]), "does not fit together"),
        ("deep garbage", once(|| vec![Say::Frame(Frame::Binary(vec![0x81; 90_000].into()))]), "does not fit together"),
        ("a text", once(|| vec![Say::Frame(Frame::Text("hello".into()))]), "stopped answering"),
        ("a frame of two MiB", once(|| vec![Say::Frame(Frame::Binary(vec![0; 2 << 20].into()))]), "stopped answering"),
        ("the end at once", once(|| vec![Say::HangUp]), "stopped answering"),
        ("the end after the login", greeting(relay, Flags::WRITE, |_| vec![Say::HangUp]), "stopped answering"),
        ("two greetings", greeting(relay, Flags::WRITE, move |_| say(hello(relay, 1, 1))), "does not fit together"),
        ("an answer to nothing", Box::new(|_| say(Message::PutAck { results: vec![] })), "does not fit together"),
        ("no leave", greeting(relay, Flags::NONE, |_| vec![Say::HangUp]), "kept here"),
        ("a goodbye: removed", bye(Code::Removed), "was removed from the map"),
        ("a goodbye: not allowed", bye(Code::NotAllowed), "does not let this computer in"),
        ("a goodbye: going away", bye(Code::Draining), "going away"),
        ("a goodbye: no code of an end", bye(Code::Done), "ended the exchange"),
        (
            "a record that does not chain",
            synced(|since| page(since.position + 1, vec![noise(1)], false, far(since.position + 1))),
            "does not fit together",
        ),
        (
            "records from far ahead",
            synced(|since| page(since.position + 99, vec![noise(2)], false, far(since.position + 99))),
            "does not fit together",
        ),
        (
            "records from the end of numbers",
            synced(|_| page(u64::MAX, vec![noise(3), noise(4)], true, far(u64::MAX))),
            "does not fit together",
        ),
        (
            "records from before the beginning",
            synced(|since| page(0, vec![noise(3), noise(4)], true, far(since.position))),
            "does not fit together",
        ),
        (
            "a log that shrinks",
            synced(|since| page(since.position, vec![], false, far(since.position - 1))),
            "does not fit together",
        ),
        (
            "a log that is another at the same place",
            synced(|since| page(since.position + 1, vec![], false, far(since.position))),
            "does not fit together",
        ),
        (
            "empty pages without end",
            synced(|since| page(since.position + 1, vec![], true, far(since.position + 50))),
            "does not fit together",
        ),
        (
            "a ladder to a place that nobody was at",
            synced(|_| Message::Ladder { log: LogId([5; 16]), pairs: vec![far(3)] }),
            "does not fit together",
        ),
        (
            "empty ladders without end",
            greeting(relay, Flags::WRITE, |_| say(Message::Ladder { log: LogId([5; 16]), pairs: vec![] })),
            "does not fit together",
        ),
        (
            "ladders to the start without end",
            greeting(relay, Flags::WRITE, |_| say(Message::Ladder { log: LogId([6; 16]), pairs: vec![Head::START] })),
            "does not fit together",
        ),
        (
            "too many answers",
            taking(relay, move |entries, _| say(Message::PutAck { results: vec![stored(1); entries.len() + 1] })),
            "does not fit together",
        ),
        ("no answer but the end", taking(relay, |_, _| vec![Say::HangUp]), "stopped answering"),
        (
            "no room",
            taking(relay, |entries, _| {
                say(Message::PutAck { results: vec![PutResult::Refused { code: Code::Full }; entries.len()] })
            }),
            "it is full",
        ),
        // These are believed: whoever lies this way is found out later.
        (
            "acknowledgements for places at the end of numbers",
            taking(relay, move |entries, _| say(Message::PutAck { results: vec![stored(u64::MAX); entries.len()] })),
            "",
        ),
        (
            "acknowledgements for one place below",
            taking(relay, move |entries, _| say(Message::PutAck { results: vec![stored(1); entries.len()] })),
            "",
        ),
        (
            "acknowledgements and nothing stored",
            taking(relay, |entries, at| {
                let place = |number: usize| far(at.position + 1 + number as u64);
                let results = (0..entries.len()).map(|number| PutResult::Stored { at: place(number) });
                say(Message::PutAck { results: results.collect() })
            }),
            "",
        ),
        (
            "mailboxes full of noise",
            greeting(relay, Flags::CONVENE, |message| match message {
                Message::Sync { since, .. } => say(page(since.position + 1, vec![], false, *since)),
                Message::BoxTake { .. } => {
                    say(Message::Box { slot: Slot::Request, bytes: Some(vec![7; 9_000].into()) })
                }
                Message::BoxPut { .. } => say(Message::Outcome { of: 11, code: Code::Done, value: 0 }),
                Message::Put { .. } => vec![Say::HangUp],
                _ => vec![],
            }),
            "stopped answering",
        ),
    ]
}

fn names(volunteer: &Volunteer) -> BTreeSet<String> {
    let listed = volunteer.json(&["partner", "list"]);
    listed["entries"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

fn add(volunteer: &Volunteer, name: &str) {
    volunteer.ok(&["partner", "add", name, "--kind", "organisation", "--no-input"]);
}

/// The relay's whole key, as it greets everybody with it.
fn key_of(url: &str) -> RelayKey {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let Some(Ok(Frame::Binary(bytes))) = socket.next().await else { panic!("no Hello") };
        let Ok(Message::Hello { relay, .. }) = Message::decode(&bytes) else { panic!("no Hello") };
        relay
    })
}

/// An exchange with it: it ends, and soon.
fn exchange(volunteer: &Volunteer, name: &str) -> Answer {
    let mut command = volunteer.told();
    // Two seconds are patience enough for a relay on this computer.
    command.arg("sync").env("ALLYMAP_TEST_ANSWER", "2000");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let (ended, end) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = std::io::Read::read_to_end(&mut out, &mut said);
        let _ = ended.send(());
        said
    });
    if end.recv_timeout(Duration::from_secs(20)).is_err() {
        child.kill().unwrap();
        panic!("{name}: the exchange does not end");
    }
    let mut output = child.wait_with_output().unwrap();
    output.stdout = reader.join().unwrap();
    Answer::of_process(output, &["sync"])
}

#[test]
fn a_relay_that_keeps_no_rule_is_seen_through_and_costs_nothing() {
    let mut shared = Shared::with_members(2);
    let key = key_of(&shared.relay.url);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    let mut kept = BTreeSet::new();
    for (number, (name, play, expected)) in cases(key).into_iter().enumerate() {
        let title = format!("Group {number}");
        add(&shared.members[0], &title);
        kept.insert(title);
        shared.members[0].ok(&["invite"]);
        shared.relay.kill();
        {
            let _fake = Fake::start(&listen, play);
            let answer = exchange(&shared.members[0], name);
            if expected.is_empty() {
                assert_eq!(answer.code, 0, "{name}: {answer:?}");
            } else {
                assert_eq!(answer.code, 6, "{name}: {answer:?}");
                assert!(answer.stderr.contains("kept here"), "{name}: {answer:?}");
                assert!(answer.stderr.contains(expected), "{name}: {answer:?}");
                assert!(answer.stderr.contains("Hint:"), "{name}: {answer:?}");
                assert!(!answer.stdout.contains("is with the relay"), "{name}: {answer:?}");
            }
            assert_eq!(names(&shared.members[0]), kept, "{name}");
        }
        // The honest relay is back.
        shared.relay.restart();
        for member in [0, 1] {
            let answer = shared.members[member].run(&["sync"]);
            assert_eq!(answer.code, 0, "after {name}: {answer:?}");
        }
        assert_eq!(names(&shared.members[1]), kept, "after {name}");
    }
}

#[test]
fn a_relay_that_acknowledges_a_whole_map_and_keeps_nothing_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = RelayProcess::start(&folder.path().join("relay"), None);
    let key = key_of(&relay.url);
    let listen = relay.url.trim_start_matches("ws://").to_owned();
    let ana = Volunteer::new(folder.path().join("ana"));
    assert!(RelayAddress::from_line(&relay.line).is_ok());
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    add(&ana, "Kept Group");
    relay.kill();
    let mut log = (LogHash::START, 0);
    let lie: Play = Box::new(move |message| match message {
        None => say(hello(key, 1, 1)),
        Some(Message::Auth { .. }) => say(let_in(Flags::NONE, far(0))),
        Some(Message::Create { .. }) => say(Message::Outcome { of: 13, code: Code::Done, value: 1 }),
        Some(Message::Access { .. }) => say(Message::Outcome { of: 8, code: Code::Done, value: 2 }),
        Some(Message::Sync { .. }) => {
            // Noise that chains as it should: it is kept aside, and nothing else is touched by it.
            let entries: Vec<Record> = (0..20).map(|number| noise(100 + number)).collect();
            for record in &entries {
                log = (log.0.next(&record.id()), log.1 + 1);
            }
            say(page(1, entries, false, Head { position: log.1, hash: log.0.prefix() }))
        }
        Some(Message::Put { entries }) => {
            let results = entries.iter().map(|record| {
                log = (log.0.next(&record.id()), log.1 + 1);
                PutResult::Stored { at: Head { position: log.1, hash: log.0.prefix() } }
            });
            say(Message::PutAck { results: results.collect() })
        }
        Some(_) => vec![],
    });
    {
        let _fake = Fake::start(&listen, lie);
        let answer = exchange(&ana, "a liar");
        assert_eq!(answer.code, 0, "it looks like any other: {answer:?}");
    }
    relay.restart();
    let answer = ana.ok(&["sync"]);
    assert!(answer.stderr.contains("had lost") || answer.stderr.contains("keeps this map"), "{answer:?}");
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let ben = Volunteer::new(folder.path().join("ben"));
    let joined = ben.json(&["join", code.trim(), "--name", "Ben", "--group", "Bay", "--no-input"]);
    let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    ana.ok(&["sync"]);
    ana.ok(&[&["member", "approve", "--words"][..], &words].concat());
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    assert_eq!(names(&ben), BTreeSet::from(["Kept Group".to_owned()]));
}

/// A member who has kept something, and the key and the address of the relay that is gone.
fn without_its_relay() -> (Shared, RelayKey, String) {
    let mut shared = Shared::with_members(1);
    let key = key_of(&shared.relay.url);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    add(&shared.members[0], "Kept Group");
    shared.relay.kill();
    (shared, key, listen)
}

#[test]
fn a_relay_that_talks_on_and_answers_nothing_is_given_up() {
    let (mut shared, key, listen) = without_its_relay();
    let ana = &shared.members[0];
    {
        // An outcome of what nobody asked for, where it should have said what became of the records.
        let talk = || vec![Say::Repeated(Box::new(Message::Outcome { of: 99, code: Code::Done, value: 0 }))];
        let _fake = Fake::start(&listen, taking(key, move |_, _| talk()));
        let answer = exchange(ana, "talk without an answer");
        assert_eq!(answer.code, 6, "{answer:?}");
        assert!(answer.stderr.contains("stopped answering") && answer.stderr.contains("kept here"), "{answer:?}");
    }
    shared.relay.restart();
    ana.ok(&["sync"]);
    assert_eq!(ana.json(&["status"])["relays"][0]["not_with"], 0);
}

#[test]
fn a_relay_that_says_nothing_is_given_up() {
    let (mut shared, key, listen) = without_its_relay();
    let ana = &shared.members[0];
    {
        // Not even a websocket comes about.
        let _listener = std::net::TcpListener::bind(&listen).unwrap();
        let answer = exchange(ana, "silence");
        assert_eq!(answer.code, 6, "{answer:?}");
        assert!(answer.stderr.contains("no answer in 10 seconds") && answer.stderr.contains("kept here"), "{answer:?}");
    }
    {
        // A websocket, and then silence.
        let _fake = Fake::start(&listen, Box::new(|_| vec![]));
        let answer = exchange(ana, "a websocket and then silence");
        assert_eq!(answer.code, 6, "{answer:?}");
        assert!(answer.stderr.contains("stopped answering") && answer.stderr.contains("kept here"), "{answer:?}");
    }
    {
        // It takes everything, and never says whether it took the list of members.
        let mut honest = taking(key, |entries, at| {
            let results = (1..=entries.len()).map(|number| PutResult::Stored { at: far(at.position + number as u64) });
            say(Message::PutAck { results: results.collect() })
        });
        let silent = Box::new(move |message: Option<&Message>| match message {
            Some(Message::Access { .. }) => vec![],
            message => honest(message),
        });
        let _fake = Fake::start(&listen, silent);
        let answer = exchange(ana, "silence about the members");
        assert_eq!(answer.code, 6, "{answer:?}");
        assert!(answer.stderr.contains("stopped answering") && answer.stderr.contains("kept here"), "{answer:?}");
    }
    shared.relay.restart();
    ana.ok(&["sync"]);
    assert_eq!(ana.json(&["status"])["relays"][0]["not_with"], 0);
    assert_eq!(names(ana), BTreeSet::from(["Kept Group".to_owned()]));
}
