//! Events: what they are weighed on, and what is stated, decided, asked and answered about them.

pub mod ground;
