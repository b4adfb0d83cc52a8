//! Events: what they are weighed on, and what is stated, decided, asked and answered about them.

pub mod assess;
pub mod consent;
pub mod decide;
pub mod event;
pub mod ground;
pub mod policy;
pub mod refer;
pub mod request;
