//! What this crate promises as a whole: the published formats, and the published vectors of its primitives.

mod golden;
mod vectors;
