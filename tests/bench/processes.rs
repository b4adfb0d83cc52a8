//! The real programs: built once, started, killed, and asked of the kernel what they took.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use allymap_wire::RelayAddress;

/// A release binary, built once.
fn binary(name: &str, package: &str, built: &OnceLock<PathBuf>) -> PathBuf {
    let folder = built.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the benchmark lies in the workspace");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release", "--locked", "-p", package])
            .current_dir(root)
            .status()
            .expect("cargo runs");
        assert!(built.success(), "{package} does not build");
        let here = std::env::current_exe().expect("a benchmark knows where it lies");
        here.ancestors().nth(2).expect("deps lies in the profile's folder").to_owned()
    });
    folder.join(name)
}

static RELAY: OnceLock<PathBuf> = OnceLock::new();
static ALLYMAP: OnceLock<PathBuf> = OnceLock::new();

/// A relay as an operator runs it.
pub(crate) struct Relay {
    child: Child,
    folder: PathBuf,
    pub(crate) socket: SocketAddr,
    pub(crate) address: RelayAddress,
    /// The line for makers of maps.
    pub(crate) line: String,
    /// From the start of the process until it said that it listens.
    pub(crate) started_in: Duration,
}

impl Relay {
    pub(crate) fn start(folder: &Path) -> Relay {
        Relay::listening(folder, "127.0.0.1:0")
    }

    fn listening(folder: &Path, listen: &str) -> Relay {
        let binary = binary("allymap-relay", "allymap-server", &RELAY);
        let began = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--json", "--listen", listen, "--data"])
            .arg(folder)
            .env_remove("ALLYMAP_RELAY_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the relay starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("its output is piped")).read_line(&mut first).expect("it says so");
        let started_in = began.elapsed();
        let ready: serde_json::Value = serde_json::from_str(&first).expect("a relay that is ready says so in JSON");
        let text = |name: &str| ready[name].as_str().expect("it says this").to_owned();
        let line = text("line");
        Relay {
            child,
            folder: folder.to_owned(),
            socket: text("address").parse().expect("an address"),
            address: RelayAddress::from_line(&line).expect("a relay's line"),
            line,
            started_in,
        }
    }

    /// Ends it at once, and starts it again in its folder and at its address: nothing is left in its memory.
    pub(crate) fn restart(&mut self) {
        let listen = self.socket.to_string();
        self.end();
        *self = Relay::listening(&self.folder.clone(), &listen);
    }

    /// What it holds in memory, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let kilobytes: Option<u64> = line.split_whitespace().nth(1).and_then(|number| number.parse().ok());
        kilobytes.unwrap_or_default() * 1024
    }

    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(&self.child.id().to_string())
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.end();
    }
}

/// Processor time of a process so far, to a hundredth of a second.
pub(crate) fn processor_time(process: &str) -> Duration {
    hundredths(process, [11, 12])
}

/// Processor time of all processes that this one started and that have ended.
pub(crate) fn processor_time_of_commands() -> Duration {
    hundredths("self", [13, 14])
}

fn hundredths(process: &str, fields: [usize; 2]) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The program's name stands in brackets and may hold anything.
    let all: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let number = |field: usize| all.get(field).and_then(|number| number.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_millis(10 * fields.into_iter().map(number).sum::<u64>())
}

/// One volunteer's computer, and `allymap` on it.
pub(crate) struct Volunteer {
    home: PathBuf,
}

impl Volunteer {
    pub(crate) fn new(home: PathBuf) -> Volunteer {
        Volunteer { home }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Command::new(binary("allymap", "allymap-cli", &ALLYMAP))
            .env_clear()
            .env("ALLYMAP_HOME", &self.home)
            .stdin(Stdio::null())
            .args(arguments)
            .output()
            .expect("allymap starts")
    }

    /// As [`Volunteer::run`], for a command that has to work; what it printed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "allymap {} failed:\n{said}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("output is text")
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let said = self.ok(&[arguments, &["--json"]].concat());
        let facts = said.find('{').expect("--json prints JSON");
        serde_json::from_str(&said[facts..]).expect("--json prints JSON")
    }
}
