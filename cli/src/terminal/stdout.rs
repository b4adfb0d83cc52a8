//! Standard output is ours alone. Automerge prints a document's keys to it before one of its panics, which would break
//! `--json` and could leak; so file descriptor 1 is pointed at nothing, and we print through a copy of the real one.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
#[cfg(unix)]
use std::os::fd::AsFd as Terminal;
use std::process::Stdio;
use std::sync::Arc;

#[cfg(not(unix))]
use IsTerminal as Terminal;

/// Where data is printed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stdout {
    /// The real one, when it was set aside.
    real: Option<Arc<File>>,
}

impl Stdout {
    /// Moves the real standard output aside. Before the first print, once.
    #[cfg(unix)]
    pub(crate) fn set_aside() -> Stdout {
        let Ok(copy) = rustix::io::dup(rustix::stdio::stdout()) else { return Stdout::default() };
        let Ok(nothing) = File::options().write(true).open("/dev/null") else { return Stdout::default() };
        match rustix::stdio::dup2_stdout(&nothing) {
            Ok(()) => Stdout { real: Some(Arc::new(File::from(copy))) },
            Err(_) => Stdout::default(),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn set_aside() -> Stdout {
        Stdout::default()
    }

    pub(crate) fn writer(&self) -> Box<dyn Write + '_> {
        match &self.real {
            Some(file) => Box::new(&**file),
            None => Box::new(io::stdout()),
        }
    }

    /// Where a program draws that is started for a person: on the terminal, also when our own answer goes elsewhere.
    pub(crate) fn of_an_editor(&self) -> Stdio {
        match &self.real {
            None => Stdio::inherit(),
            Some(file) if file.is_terminal() => file.try_clone().map_or_else(|_| Stdio::inherit(), Stdio::from),
            Some(_) => Stdio::from(io::stderr()),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.real.as_ref().map_or_else(|| io::stdout().is_terminal(), |file| file.is_terminal())
    }

    /// How many columns it has; none when it is no terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.is_terminal().then(|| self.real.as_deref().map_or_else(|| columns(io::stdout()), columns))
    }
}

/// How many columns standard error has.
pub(crate) fn error_width() -> Option<usize> {
    io::stderr().is_terminal().then(|| columns(io::stderr()))
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
