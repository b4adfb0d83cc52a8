//! Standard output is ours alone. Automerge prints a document's keys to it before one of its panics, which would break
//! `--json` and could leak; so file descriptor 1 is pointed at nothing, and we print through a copy of the real one.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
#[cfg(unix)]
use std::os::fd::AsFd as Terminal;
use std::process::Stdio;
use std::sync::OnceLock;

#[cfg(not(unix))]
use IsTerminal as Terminal;

static REAL: OnceLock<File> = OnceLock::new();

/// Moves the real standard output aside. Before the first print, once.
#[cfg(unix)]
pub(crate) fn set_aside() {
    let Ok(copy) = rustix::io::dup(rustix::stdio::stdout()) else { return };
    let Ok(nothing) = File::options().write(true).open("/dev/null") else { return };
    if rustix::stdio::dup2_stdout(&nothing).is_ok() {
        let _ = REAL.set(File::from(copy));
    }
}

#[cfg(not(unix))]
pub(crate) fn set_aside() {}

/// The real standard output.
pub(crate) fn real() -> Box<dyn Write> {
    match REAL.get() {
        Some(file) => Box::new(file),
        None => Box::new(io::stdout()),
    }
}

/// Where a program draws that is started for a person: on the terminal, also when our own answer goes elsewhere.
pub(crate) fn of_an_editor() -> Stdio {
    match REAL.get() {
        None => Stdio::inherit(),
        Some(file) if file.is_terminal() => file.try_clone().map_or_else(|_| Stdio::inherit(), Stdio::from),
        Some(_) => Stdio::from(io::stderr()),
    }
}

pub(crate) fn is_terminal() -> bool {
    REAL.get().map_or_else(|| io::stdout().is_terminal(), File::is_terminal)
}

/// How many columns the real standard output has; none when it is no terminal.
pub(crate) fn width() -> Option<usize> {
    is_terminal().then(|| REAL.get().map_or_else(|| columns(io::stdout()), columns))
}

/// The same of standard error.
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
