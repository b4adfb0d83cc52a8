//! The real relay's process over real sockets: a handful of stories that no simulation can tell.

mod disk;
mod exchanging;
mod harness;
mod hostile;
mod stopping;
