//! A relay, in a process of its own or in the test's, and devices that speak the wire's messages to it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use allymap_relay::Settings as Rules;
use allymap_server::{Running, Settings, Writer, serve};
use allymap_wire::{
    AccessEntry, AccessList, Challenge, Code, DeviceKey, Flags, Head, Message, OperatorToken, PROTOCOL, PutResult,
    Record, RelayAddress, RelayKey, Signature, SpaceId, access_transcript, auth_transcript, op_transcript,
};
use ed25519_dalek::{Signer, SigningKey};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;

/// How long a test waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Relay {
    runs: Runs,
    pub address: SocketAddr,
    pub token: OperatorToken,
}

enum Runs {
    /// As a process: what is to be killed, measured, or seen by its output.
    Alone(Child, BufReader<ChildStdout>),
    /// In a thread of this process, until the sender is dropped: what is less patient than a relay is, or trusts nobody.
    Here(Option<oneshot::Sender<()>>, Option<JoinHandle<()>>),
}

pub struct Device {
    pub socket: WebSocketStream<TcpStream>,
    number: u8,
    relay: RelayKey,
    pub flags: Flags,
    pub head: Head,
}

pub fn command(folder: &Path, arguments: &[&str]) -> Output {
    let (verb, rest) = arguments.split_first().unwrap();
    Command::new(env!("CARGO_BIN_EXE_allymap-relay"))
        .arg(verb)
        .arg("--data")
        .arg(folder)
        .args(rest)
        .env_remove("ALLYMAP_RELAY_LOG")
        .output()
        .unwrap()
}

impl Relay {
    pub fn start(folder: &Path) -> Relay {
        Relay::start_with(folder, &[])
    }

    pub fn start_with(folder: &Path, arguments: &[&str]) -> Relay {
        let mut command = Command::new(env!("CARGO_BIN_EXE_allymap-relay"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(folder).args(arguments);
        let (child, out, line) = started(command, "");
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        let token = token_of(ready["line"].as_str().unwrap());
        Relay { runs: Runs::Alone(child, out), address: ready["address"].as_str().unwrap().parse().unwrap(), token }
    }

    /// A relay in this process, with what no command line offers.
    pub fn here(folder: &Path, rules: Rules, settings: Settings) -> Relay {
        let served = Served::at(folder, rules, settings);
        let (address, token) = (served.address, token_of(&served.line));
        let (stop, told) = oneshot::channel();
        // The test may block its own thread as it likes.
        let thread = std::thread::spawn(move || served.until(told));
        Relay { runs: Runs::Here(Some(stop), Some(thread)), address, token }
    }

    /// A relay that counts connections from this machine like any other, in a process of its own, so that it can be measured.
    pub fn that_counts_everybody(folder: &Path) -> Relay {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "harness::the_relay_that_is_measured",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(FOLDER, folder);
        let (child, out, line) = started(command, READY);
        let (address, line) = line.trim().split_once(' ').unwrap();
        Relay { runs: Runs::Alone(child, out), address: address.parse().unwrap(), token: token_of(line) }
    }

    fn child(&self) -> &Child {
        match &self.runs {
            Runs::Alone(child, _) => child,
            Runs::Here(..) => panic!("it is no process of its own"),
        }
    }

    /// Kill -9.
    pub fn kill(self) {
        drop(self);
    }

    /// What it takes of memory now, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child().id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The processor time that it has used so far.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child().id())).unwrap();
        // proc_pid_stat(5): fields 14 and 15 count ticks; a tick is a hundredth of a second on Linux.
        let ticks = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
        Duration::from_millis(ticks.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
    }

    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child().id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end, and says what else it printed.
    pub fn end(mut self) -> (ExitStatus, String) {
        let Runs::Alone(child, out) = &mut self.runs else { panic!("it is no process of its own") };
        let status = child.wait().unwrap();
        let mut rest = String::new();
        std::io::Read::read_to_string(out, &mut rest).unwrap();
        (status, rest)
    }

    pub async fn connect(&self) -> WebSocketStream<TcpStream> {
        self.connect_with(None).await
    }

    /// A websocket, with a receive buffer of this size.
    pub async fn connect_with(&self, buffer: Option<u32>) -> WebSocketStream<TcpStream> {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let stream = socket.connect(self.address).await.unwrap();
        tokio_tungstenite::client_async(format!("ws://{}/", self.address), stream).await.unwrap().0
    }

    pub async fn log_in(&self, number: u8) -> Device {
        Device::log_in(self, self.connect().await, number).await
    }

    /// Makes the space, with device 1 as convenor and 2 to 6 as members, unless it is there.
    pub async fn found(&self) {
        let mut device = self.log_in(1).await;
        if device.flags.may_convene() {
            return;
        }
        device
            .say(&Message::Create {
                genesis: genesis().into(),
                root: key(0),
                signature: sign(0, &op_transcript(&genesis())),
                token: self.token,
            })
            .await;
        assert!(matches!(device.hear().await, Message::Outcome { code: Code::Done, .. }));
        let mut entries = vec![AccessEntry { device: key(1), flags: Flags::CONVENE }];
        entries.extend((2..=6).map(|number| AccessEntry { device: key(number), flags: Flags::WRITE }));
        let signed = access_transcript(&device.relay, &space(), 2, 1, &entries, &[]);
        let list =
            AccessList { version: 2, base: 1, entries, removed: vec![], by: key(1), signature: sign(1, &signed) };
        device.say(&Message::Access { list }).await;
        assert!(matches!(device.hear().await, Message::Outcome { code: Code::Done, .. }));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        match &mut self.runs {
            Runs::Alone(child, _) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Runs::Here(stop, thread) => {
                drop(stop.take());
                // A thread that panicked has said so itself.
                let _ = thread.take().map(JoinHandle::join);
            }
        }
    }
}

/// A child that has said its first line that begins like this, and what follows in that line.
fn started(mut command: Command, beginning: &str) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        // A test harness has words of its own before it.
        if let Some((_, rest)) = line.split_once(beginning) {
            return (child, out, rest.to_owned());
        }
        line.clear();
    }
    panic!("it ended before it served: {:?}", child.wait());
}

fn token_of(line: &str) -> OperatorToken {
    RelayAddress::from_line(line).unwrap().token
}

/// A relay by its parts: the library's `serve`, with the note by which commands find it.
struct Served {
    listener: std::net::TcpListener,
    writer: Writer,
    settings: Settings,
    address: SocketAddr,
    line: String,
}

impl Served {
    fn at(folder: &Path, rules: Rules, settings: Settings) -> Served {
        let writer = Writer::open(folder.to_owned(), rules, None).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let identity = writer.identity().unwrap();
        let url = format!("ws://{address}");
        let line = RelayAddress { relay: identity.relay.hash(), token: identity.token, url }.to_line();
        let running = Running::at(address);
        running.write(folder).unwrap();
        let settings = Settings { status_key: Some(running.key), ..settings };
        Served { listener, writer, settings, address, line }
    }

    fn until(self, told: oneshot::Receiver<()>) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let shutdown = async {
                // Told or dropped, it is the end.
                let _ = told.await;
            };
            let listener = TcpListener::from_std(self.listener).unwrap();
            serve(listener, self.settings, self.writer, shutdown).await.unwrap();
        });
        runtime.shutdown_timeout(Duration::from_millis(100));
    }
}

/// Not a test, but the relay's process in those that measure it.
#[test]
#[ignore = "is started by other tests"]
#[expect(clippy::print_stdout, reason = "the test that started it reads where it listens")]
#[allow(clippy::disallowed_methods, reason = "a test's own process is told by its environment what to do")]
fn the_relay_that_is_measured() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let settings = Settings { count_loopback: true, ..Settings::default() };
    let served = Served::at(Path::new(&folder), Rules::default(), settings);
    let (_never, told) = oneshot::channel();
    println!("{READY}{} {}", served.address, served.line);
    served.until(told);
}

const FOLDER: &str = "ALLYMAP_TEST_FOLDER";
const READY: &str = "ready at ";

impl Device {
    pub async fn log_in(relay: &Relay, socket: WebSocketStream<TcpStream>, number: u8) -> Device {
        Device::log_in_to(relay, socket, number, space()).await
    }

    pub async fn log_in_to(relay: &Relay, socket: WebSocketStream<TcpStream>, number: u8, space: SpaceId) -> Device {
        let mut device = Device { socket, number, relay: RelayKey([0; 32]), flags: Flags::NONE, head: Head::START };
        let Message::Hello { relay: relay_key, challenge, .. } = device.hear().await else { panic!("no Hello") };
        device.relay = relay_key;
        let nonce = Challenge([7; 16]);
        let signed = auth_transcript(&relay_key, &relay.address.to_string(), &challenge, &nonce.0, &space);
        device
            .say(&Message::Auth {
                version: PROTOCOL,
                space,
                device: key(number),
                nonce,
                signature: sign(number, &signed),
            })
            .await;
        match device.hear().await {
            Message::AuthOk { flags, head, .. } => Device { flags, head, ..device },
            other => panic!("device {} got {other:?}", device.number),
        }
    }

    pub async fn say(&mut self, message: &Message) {
        self.socket.send(Frame::Binary(message.encode().into())).await.unwrap();
    }

    pub async fn hear(&mut self) -> Message {
        self.try_hear().await.expect("the relay says something")
    }

    /// The next message, or nothing once the connection has ended.
    pub async fn try_hear(&mut self) -> Option<Message> {
        hear(&mut self.socket).await
    }

    pub async fn put(&mut self, entries: Vec<Record>) -> Vec<PutResult> {
        self.say(&Message::Put { entries }).await;
        match self.hear().await {
            Message::PutAck { results } => results,
            other => panic!("{other:?}"),
        }
    }

    pub async fn sync(&mut self, since: Head) {
        self.say(&Message::Sync { since, bytes: u64::MAX, highest: None }).await;
    }

    /// The next so many records that it is sent.
    pub async fn records(&mut self, count: usize) -> Vec<Record> {
        let mut records = Vec::new();
        while records.len() < count {
            match self.hear().await {
                Message::Records { entries, more, .. } => {
                    records.extend(entries);
                    if more {
                        // In these tests the log is read from its beginning.
                        self.sync(chain(&records)).await;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        records
    }
}

/// The place after these records, from the beginning of a log.
pub fn chain(records: &[Record]) -> Head {
    let hash = records.iter().fold(allymap_wire::LogHash::START, |hash, record| hash.next(&record.id()));
    Head { position: records.len() as u64, hash: hash.prefix() }
}

/// The next message of a websocket, or nothing once it has ended.
pub async fn hear(socket: &mut WebSocketStream<TcpStream>) -> Option<Message> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.expect("in time") {
            Some(Ok(Frame::Binary(bytes))) => return Some(Message::decode(&bytes).unwrap()),
            Some(Ok(Frame::Close(_))) | Some(Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

/// What a websocket says until it ends, and the code of its close frame.
pub async fn last_words(socket: &mut WebSocketStream<TcpStream>) -> (Vec<Message>, Option<u16>) {
    let mut said = Vec::new();
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.expect("in time") {
            Some(Ok(Frame::Binary(bytes))) => said.push(Message::decode(&bytes).unwrap()),
            Some(Ok(Frame::Close(frame))) => return (said, frame.map(|frame| frame.code.into())),
            Some(Err(_)) | None => return (said, None),
            Some(Ok(_)) => {}
        }
    }
}

pub fn signing_key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number.wrapping_add(1); 32])
}

pub fn key(number: u8) -> DeviceKey {
    DeviceKey(signing_key(number).verifying_key().to_bytes())
}

pub fn sign(number: u8, bytes: &[u8]) -> Signature {
    Signature(signing_key(number).sign(bytes).to_bytes())
}

pub fn genesis() -> Vec<u8> {
    [b"a genesis operation with this key in it: ", &key(0).0[..]].concat()
}

pub fn space() -> SpaceId {
    SpaceId::of(&genesis())
}

/// A sealed record, as far as a relay can tell. Different numbers, different records.
pub fn record(number: u64, length: usize) -> Record {
    let mut bytes = vec![0x42; length];
    bytes[0] = 1;
    bytes[41..49].copy_from_slice(&number.to_be_bytes());
    Record::new(bytes).unwrap()
}

pub fn all_stored(results: &[PutResult]) -> bool {
    results.iter().all(|result| matches!(result, PutResult::Stored { .. }))
}
