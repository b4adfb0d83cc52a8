//! The workloads, each a story of its own.

pub(crate) mod commands;
pub(crate) mod crowd;
pub(crate) mod decisions;
pub(crate) mod fetch;
pub(crate) mod idle;
pub(crate) mod pieces;
pub(crate) mod relay;
