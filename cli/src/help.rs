//! Help that clap does not give: the tree in groups, and words that are no commands here.

pub(crate) mod elsewhere;
pub(crate) mod tree;
