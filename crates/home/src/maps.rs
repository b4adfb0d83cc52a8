//! The maps of this home: their list, how one begins, and what is mended of it.

pub mod founded;
pub mod listed;
pub(crate) mod mended;
pub mod practice;
pub mod rows;
