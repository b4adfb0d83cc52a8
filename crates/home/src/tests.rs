//! Visits over a real store in a folder of their own.

mod visit;
