//! What follows from a map, for whoever asks what to do next.

pub mod access;
pub mod approach;
pub mod before;
pub mod capacity;
pub mod clashes;
pub mod due;
pub mod meeting;
pub mod next;
pub mod order;
pub mod path;
pub mod sections;
pub mod spectrum;
pub mod todo;
pub mod voices;
pub mod waits;
