//! The relay as a program, and as a function of its surroundings: [`serve`] takes a listener, settings, a [`Writer`] over a folder,
//! and what it waits for before it ends. [`run`] is the program: it reads the command line, binds, and listens for signals.

mod ask;
mod ballast;
mod connection;
mod disk;
mod door;
mod failure;
mod folder;
mod machine;
mod outbox;
mod output;
mod program;
mod serve;
mod start;
mod status;
mod writer;

pub use connection::Patience;
pub use failure::Failure;
pub use folder::Running;
pub use program::run;
pub use serve::{Settings, serve};
pub use writer::Writer;
