//! Standard output is ours alone. Automerge prints a document's keys to it before one of its panics, which would break
//! `--json` and could leak; so file descriptor 1 is pointed at nothing, and we print through a copy of the real one.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

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

pub(crate) fn is_terminal() -> bool {
    REAL.get().map_or_else(|| io::stdout().is_terminal(), File::is_terminal)
}
