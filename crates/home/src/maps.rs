//! The maps of this home: their list, and what is mended of it.

pub mod listed;
pub(crate) mod mended;
pub mod rows;
