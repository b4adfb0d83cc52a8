//! The harness that the stories share: real binaries, fresh homes, a real relay on a free loopback port.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use allymap_cli::Shell;
use allymap_home::computer::surroundings::Surroundings;
use tempfile::TempDir;

mod alone;
pub mod chance;
pub mod page;
#[cfg(unix)]
mod terminal;
pub use alone::{Alone, alone};
#[cfg(unix)]
pub use terminal::{Heard, Terminal};

/// The folder with both binaries, built once for this test run.
pub fn binaries() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--locked", "-p", "allymap-cli", "-p", "allymap-server", "-p", "allymap-told"])
            .current_dir(root);
        // What cargo tells a test about its package would be news to build scripts: half of the network's crates would be built
        // anew here, and again when the tests are next built.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|told| name.to_string_lossy().starts_with(told)) {
                build.env_remove(name);
            }
        }
        let built = build.status().expect("cargo runs");
        assert!(built.success(), "the binaries do not build");
        // The test itself lies in target/PROFILE/deps.
        let here = std::env::current_exe().expect("a test knows where it lies");
        here.ancestors().nth(2).expect("deps lies in the profile's folder").to_owned()
    })
}

/// The program with surroundings that a test tells, under the name that somebody types.
pub fn told() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let folder = binaries().join("told");
        let program = folder.join("allymap");
        std::fs::create_dir_all(&folder).expect("the folder of the binaries can be written");
        // Several test programs may begin at once, and a newer build must not leave an older one here.
        let aside = folder.join(format!("allymap.{}", std::process::id()));
        std::fs::hard_link(binaries().join("allymap-told"), &aside).expect("the program is there");
        std::fs::rename(&aside, &program).expect("it can take its place");
        let _ = std::fs::remove_file(&aside);
        program
    })
}

/// An address that was let go can be taken again later: nobody calls from it. As long as 127.0.0.1, so that lines are broken
/// where a person would see them broken. Elsewhere one address of the loopback is all there is.
const ITS_HOST: &str = if cfg!(target_os = "linux") { "127.0.0.2" } else { "127.0.0.1" };

/// A relay as its operator runs it, in a folder of its own.
pub struct RelayProcess {
    child: Child,
    /// The line for makers of maps.
    pub line: String,
    pub url: String,
    folder: PathBuf,
}

impl RelayProcess {
    /// Starts in this folder; on a free port, unless `listen` names one.
    pub fn start(folder: &Path, listen: Option<&str>) -> RelayProcess {
        RelayProcess::start_with(folder, listen, |_| {})
    }

    /// As [`RelayProcess::start`], with something more in its environment.
    pub fn start_with(folder: &Path, listen: Option<&str>, prepare: impl FnOnce(&mut Command)) -> RelayProcess {
        let mut command = Command::new(binaries().join("allymap-relay"));
        command
            .arg("serve")
            .arg("--data")
            .arg(folder)
            .args(["--listen", listen.unwrap_or(&format!("{ITS_HOST}:0"))])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        prepare(&mut command);
        let mut child = command.spawn().expect("the relay starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let (mut line, mut url) = (None, None);
        while line.is_none() || url.is_none() {
            let text = lines.next().expect("the relay says where it is before it ends").expect("it says it in text");
            for word in text.split_whitespace() {
                if word.starts_with("ALLYMAP-RELAY:") {
                    line = Some(word.to_owned());
                } else if word.starts_with("ws://") {
                    url = Some(word.to_owned());
                }
            }
        }
        // Whatever else it says must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        RelayProcess {
            child,
            line: line.expect("seen above"),
            url: url.expect("seen above"),
            folder: folder.to_owned(),
        }
    }

    /// Ends it as a power cut ends a process: nothing is flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Starts it again in the same folder, at the same address.
    pub fn restart(&mut self) {
        let listen = self.url.trim_start_matches("ws://").to_owned();
        *self = RelayProcess::start(&self.folder.clone(), Some(&listen));
    }

    /// Its address as held outputs show it, as long as it is.
    pub fn shown(&self) -> String {
        let (_, port) = self.url.rsplit_once(':').expect("an address has a port");
        format!("ws://127.0.0.1:{}", "N".repeat(port.len()))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Commands that start the program again, which a test's process is not.
const STARTS_OTHERS: [&str; 1] = ["demo"];

/// One volunteer's computer.
pub struct Volunteer {
    pub home: PathBuf,
}

impl Volunteer {
    pub fn new(home: PathBuf) -> Volunteer {
        Volunteer { home }
    }

    /// A command that sees this home and nothing else of the person who runs the tests.
    pub fn command(&self) -> Command {
        self.starting(&binaries().join("allymap"))
    }

    /// The same with the program that takes its clock, its ids and its patience from the test.
    pub fn told(&self) -> Command {
        self.starting(told())
    }

    fn starting(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("ALLYMAP_HOME", &self.home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null());
        command
    }

    /// A command in the test's own process: the program is a function of what it is started with.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with_input(arguments, "")
    }

    /// As [`Volunteer::run`], with this typed into it.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Answer {
        if STARTS_OTHERS.contains(&arguments[0]) {
            return self.run_in(Path::new("."), arguments);
        }
        let shell = Shell::held(self.home.clone().into_os_string(), input.as_bytes().to_vec());
        let typed: Vec<OsString> = ["allymap"].iter().chain(arguments).map(OsString::from).collect();
        // A test's thread has a quarter of the stack that a program begins with.
        let command = || allymap_cli::run(typed, Surroundings::of_this_computer(), &shell);
        let code = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(8 << 20).spawn_scoped(scope, command);
            thread.expect("a thread starts").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        let (stdout, stderr) = shell.said();
        Answer::of(i32::from(code), stdout, stderr, arguments)
    }

    /// As [`Volunteer::run`], as a process in the folder with the files that it names.
    pub fn run_in(&self, folder: &Path, arguments: &[impl AsRef<str>]) -> Answer {
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let output = self.command().args(&arguments).current_dir(folder).output().expect("allymap starts");
        Answer::of_process(output, &arguments)
    }

    /// As [`Volunteer::run`], for a command that has to work.
    pub fn ok(&self, arguments: &[&str]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.code, 0, "allymap {} failed:\n{answer:?}", arguments.join(" "));
        answer
    }

    /// What a command says as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let answer = self.ok(&[arguments, &["--json"]].concat());
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }
}

/// What a command said, and how it ended.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// Panics if the command panicked or said something that is no text.
    pub fn of_process(output: Output, arguments: &[&str]) -> Answer {
        Answer::of(output.status.code().unwrap_or(-1), output.stdout, output.stderr, arguments)
    }

    fn of(code: i32, stdout: Vec<u8>, stderr: Vec<u8>, arguments: &[&str]) -> Answer {
        let text = |said| String::from_utf8(said).expect("output is text");
        let answer = Answer { code, stdout: text(stdout), stderr: text(stderr) };
        assert!(!answer.stderr.contains("panicked"), "allymap {} panicked:\n{}", arguments.join(" "), answer.stderr);
        answer
    }
}

/// A relay and members who share one map through it.
pub struct Shared {
    pub relay: RelayProcess,
    pub members: Vec<Volunteer>,
    pub folder: TempDir,
}

impl Shared {
    /// A map called "Kill Town" with so many members, each in a group of their own.
    pub fn with_members(count: usize) -> Shared {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let relay = RelayProcess::start(&folder.path().join("relay"), None);
        let first = Volunteer::new(folder.path().join("volunteer-0"));
        first.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
        first.ok(&["sync"]);
        let mut shared = Shared { relay, members: vec![first], folder };
        for _ in 1..count {
            shared.let_one_in();
        }
        shared
    }

    /// One more member, by invitation.
    pub fn let_one_in(&mut self) {
        let number = self.members.len();
        let first = &self.members[0];
        let name = format!("Ben{number}");
        let code = first.ok(&["invite"]).stdout;
        first.ok(&["sync"]);
        let newcomer = Volunteer::new(self.folder.path().join(format!("volunteer-{number}")));
        let group = format!("Group {number}");
        let joined = newcomer.json(&["join", code.trim(), "--name", &name, "--group", &group, "--no-input"]);
        first.ok(&["sync"]);
        let words: Vec<&str> = joined["words"]
            .as_array()
            .expect("it is there")
            .iter()
            .map(|word| word.as_str().expect("it is there"))
            .collect();
        first.ok(&[&["member", "approve", "--words"][..], &words].concat());
        first.ok(&["sync"]);
        newcomer.ok(&["sync"]);
        self.members.push(newcomer);
    }
}

/// Whether these bytes occur in any file below a folder.
pub fn occurs_below(folder: &Path, needle: &[u8]) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            occurs_below(&path, needle)
        } else {
            std::fs::read(&path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
        }
    })
}
