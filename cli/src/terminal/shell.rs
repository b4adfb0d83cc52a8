//! What a shell hands to the program that it starts: where this person's maps lie, and three streams.
//!
//! Standard output is ours alone. Automerge prints a document's keys to it before one of its panics, which would break
//! `--json` and could leak; so file descriptor 1 is pointed at nothing, and we print through a copy of the real one.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
#[cfg(unix)]
use std::os::fd::AsFd as Terminal;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(not(unix))]
use IsTerminal as Terminal;

/// What a command was started with.
#[derive(Clone, Debug)]
pub struct Shell {
    /// `ALLYMAP_HOME`, if it says something.
    pub(crate) home: Option<OsString>,
    pub(crate) streams: Streams,
}

/// Where a command reads what is typed, prints data, and says everything else.
#[derive(Clone, Debug)]
pub(crate) enum Streams {
    /// Those of the process, with the real standard output when it was set aside.
    OfTheProcess { real: Option<Arc<File>> },
    /// Those of whoever runs a command without a process; no terminal.
    Held(Arc<Held>),
}

#[derive(Debug)]
pub(crate) struct Held {
    typed: Mutex<io::Cursor<Vec<u8>>>,
    out: Mutex<Vec<u8>>,
    err: Mutex<Vec<u8>>,
}

impl Shell {
    /// What this process was started with. Moves the real standard output aside: before the first print, once.
    #[allow(clippy::disallowed_methods, reason = "here the program starts")]
    pub fn of_this_process() -> Shell {
        let home = std::env::var_os("ALLYMAP_HOME").filter(|folder| !folder.is_empty());
        Shell { home, streams: Streams::OfTheProcess { real: set_aside() } }
    }

    /// Of a command that runs in somebody else's process: maps lie in this folder, this was typed, and what it says is kept.
    pub fn held(home: OsString, typed: Vec<u8>) -> Shell {
        let held = Held { typed: Mutex::new(io::Cursor::new(typed)), out: Mutex::default(), err: Mutex::default() };
        Shell { home: Some(home), streams: Streams::Held(Arc::new(held)) }
    }

    /// Everything that was printed and said until now; nothing where it went to the streams of a process.
    pub fn said(&self) -> (Vec<u8>, Vec<u8>) {
        match &self.streams {
            Streams::OfTheProcess { .. } => (Vec::new(), Vec::new()),
            Streams::Held(held) => (lock(&held.out).clone(), lock(&held.err).clone()),
        }
    }
}

#[cfg(unix)]
fn set_aside() -> Option<Arc<File>> {
    let copy = rustix::io::dup(rustix::stdio::stdout()).ok()?;
    let nothing = File::options().write(true).open("/dev/null").ok()?;
    rustix::stdio::dup2_stdout(&nothing).ok()?;
    Some(Arc::new(File::from(copy)))
}

#[cfg(not(unix))]
fn set_aside() -> Option<Arc<File>> {
    None
}

impl Streams {
    /// For data.
    pub(crate) fn out(&self) -> Box<dyn Write + '_> {
        match self {
            Streams::OfTheProcess { real: Some(file) } => Box::new(&**file),
            Streams::OfTheProcess { real: None } => Box::new(io::stdout()),
            Streams::Held(held) => Box::new(Kept(&held.out)),
        }
    }

    /// For everything else.
    pub(crate) fn err(&self) -> Box<dyn Write + '_> {
        match self {
            Streams::OfTheProcess { .. } => Box::new(anstream::stderr()),
            Streams::Held(held) => Box::new(Kept(&held.err)),
        }
    }

    /// The next line that is typed; empty where nothing comes any more.
    pub(crate) fn line(&self) -> io::Result<String> {
        let mut line = String::new();
        match self {
            Streams::OfTheProcess { .. } => io::stdin().read_line(&mut line)?,
            Streams::Held(held) => io::BufRead::read_line(&mut *lock(&held.typed), &mut line)?,
        };
        Ok(line)
    }

    /// Everything that is typed until the end.
    pub(crate) fn typed(&self) -> io::Result<String> {
        match self {
            Streams::OfTheProcess { .. } => io::read_to_string(io::stdin()),
            Streams::Held(held) => {
                let mut text = String::new();
                lock(&held.typed).read_to_string(&mut text)?;
                Ok(text)
            }
        }
    }

    /// Where a program draws that is started for a person: on the terminal, also when our own answer goes elsewhere.
    pub(crate) fn of_an_editor(&self) -> Stdio {
        match self {
            Streams::OfTheProcess { real: None } => Stdio::inherit(),
            Streams::OfTheProcess { real: Some(file) } if file.is_terminal() => {
                file.try_clone().map_or_else(|_| Stdio::inherit(), Stdio::from)
            }
            Streams::OfTheProcess { real: Some(_) } | Streams::Held(_) => Stdio::from(io::stderr()),
        }
    }

    /// Somebody sits there: what is asked is read, and what is typed comes from them.
    pub(crate) fn has_somebody(&self) -> bool {
        matches!(self, Streams::OfTheProcess { .. }) && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Data goes to a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Streams::OfTheProcess { real: Some(file) } => file.is_terminal(),
            Streams::OfTheProcess { real: None } => io::stdout().is_terminal(),
            Streams::Held(_) => false,
        }
    }

    /// How many columns data has; none when it goes to no terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.is_terminal().then(|| match self {
            Streams::OfTheProcess { real: Some(file) } => columns(&**file),
            _ => columns(io::stdout()),
        })
    }

    /// How many columns everything else has.
    pub(crate) fn error_width(&self) -> Option<usize> {
        let terminal = matches!(self, Streams::OfTheProcess { .. }) && io::stderr().is_terminal();
        terminal.then(|| columns(io::stderr()))
    }
}

/// What is written is kept, after what was kept before.
struct Kept<'h>(&'h Mutex<Vec<u8>>);

impl Write for Kept<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the terminal says, else what the shell says, else what a terminal always had. A window too narrow for a word and
/// what stands before it is left to break lines itself.
fn columns(terminal: impl Terminal) -> usize {
    let said = || std::env::var_os("COLUMNS")?.to_str()?.parse::<usize>().ok();
    let known = |columns: &usize| *columns > 0;
    size(terminal).filter(known).or_else(|| said().filter(known)).unwrap_or(80).max(NARROWEST)
}

#[cfg(unix)]
fn size(terminal: impl Terminal) -> Option<usize> {
    rustix::termios::tcgetwinsize(terminal).ok().map(|size| usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn size(_: impl Terminal) -> Option<usize> {
    None
}

const NARROWEST: usize = 40;
