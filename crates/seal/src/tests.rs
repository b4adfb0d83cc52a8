//! What this crate promises as a whole: the published formats, and the published vectors of its primitives.

pub(crate) mod chance;
mod golden;
mod vectors;
