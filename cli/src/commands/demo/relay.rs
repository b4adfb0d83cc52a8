//! The demo's relay: a real process, and a line to it on which every byte is recorded.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::terminal::failure::{Exit, Failure};

pub(super) struct Relay {
    program: PathBuf,
    folder: PathBuf,
    child: Option<Child>,
    /// Where the process itself listens.
    pub(super) listen: SocketAddr,
    /// Where volunteers find it: the recorded line.
    pub(super) url: String,
    pub(super) line: String,
    tap: Option<Tap>,
    recorded: Arc<Mutex<Vec<u8>>>,
}

impl Relay {
    pub(super) fn start(folder: &Path) -> Result<Relay, Failure> {
        let program = std::env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.join(format!("allymap-relay{}", std::env::consts::EXE_SUFFIX))))
            .filter(|program| program.exists())
            .ok_or_else(|| {
                Failure::new("AM-NO-RELAY-PROGRAM", Exit::Failed, "allymap-relay is not beside this program.")
                    .hint("Build both: cargo build --release")
            })?;
        let recorded = Arc::new(Mutex::new(Vec::new()));
        // Both ports are free now; the relay is told to take the second.
        let [outside, inside] = [free_port()?, free_port()?];
        let mut relay = Relay {
            program,
            folder: folder.to_owned(),
            child: None,
            listen: inside,
            url: format!("ws://{outside}"),
            line: String::new(),
            tap: None,
            recorded,
        };
        relay.restart()?;
        Ok(relay)
    }

    /// Starts it in its folder, and the line to it.
    pub(super) fn restart(&mut self) -> Result<(), Failure> {
        let mut child = Command::new(&self.program)
            .arg("serve")
            .arg("--data")
            .arg(&self.folder)
            .args(["--listen", &self.listen.to_string(), "--address", &self.url])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Failure::io("Starting", &self.program, &error))?;
        let out = child.stdout.take().ok_or_else(silent)?;
        self.child = Some(child);
        let mut lines = BufReader::new(out).lines();
        self.line = loop {
            let line = lines.next().and_then(Result::ok).ok_or_else(silent)?;
            if let Some(word) = line.split_whitespace().find(|word| word.starts_with("ALLYMAP-RELAY:")) {
                break word.to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let outside = self.url.trim_start_matches("ws://").to_owned();
        self.tap = Some(Tap::open(&outside, self.listen, Arc::clone(&self.recorded))?);
        Ok(())
    }

    /// Ends it as a power cut would: nothing is flushed, nobody is told.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        self.tap = None;
    }

    /// How many records and bytes it holds, as it says itself.
    pub(super) fn totals(&self) -> Result<(u64, u64), Failure> {
        let output = Command::new(&self.program)
            .args(["status", "--json", "--data"])
            .arg(&self.folder)
            .output()
            .map_err(|error| Failure::io("Starting", &self.program, &error))?;
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|_| silent())?;
        let number = |name: &str| status[name].as_u64().or_else(|| status["totals"][name].as_u64());
        Ok((number("records").ok_or_else(silent)?, number("bytes").ok_or_else(silent)?))
    }

    /// Every byte that went to it and came from it.
    pub(super) fn recorded(&self) -> Vec<u8> {
        self.recorded.lock().map(|recorded| recorded.clone()).unwrap_or_default()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.kill();
    }
}

fn silent() -> Failure {
    Failure::new("AM-DEMO", Exit::Failed, "The relay did not start.")
        .hint("Try it alone: allymap-relay serve --data FOLDER")
}

fn free_port() -> Result<SocketAddr, Failure> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Failure::new("AM-DEMO", Exit::Failed, format!("No free port: {error}.")))
}

/// Passes bytes on and keeps a copy. Closed, nobody answers at its address.
struct Tap {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Tap {
    fn open(address: &str, to: SocketAddr, recorded: Arc<Mutex<Vec<u8>>>) -> Result<Tap, Failure> {
        let failed =
            |error: std::io::Error| Failure::new("AM-DEMO", Exit::Failed, format!("No line to the relay: {error}."));
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let closed = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&closed);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                let (Ok(volunteer), Ok(relay)) = (stream, TcpStream::connect(to)) else { continue };
                let (Ok(volunteer_too), Ok(relay_too)) = (volunteer.try_clone(), relay.try_clone()) else { continue };
                let (up, down) = (Arc::clone(&recorded), Arc::clone(&recorded));
                std::thread::spawn(move || pass(volunteer, relay, &up));
                std::thread::spawn(move || pass(relay_too, volunteer_too, &down));
            }
        });
        Ok(Tap { address, closed, thread: Some(thread) })
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
        // A last connection wakes the listener, so that it sees that it is closed.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, recorded: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if let Ok(mut recorded) = recorded.lock() {
            recorded.extend_from_slice(&buffer[..count]);
        }
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
