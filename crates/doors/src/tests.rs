//! Stories of files that come in and of paper that goes out, and the desk that they are told at.

pub(crate) mod desk;
mod encodings;
mod files;
mod papers;
mod sheet;
mod town;
