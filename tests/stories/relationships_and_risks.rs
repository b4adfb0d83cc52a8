//! Relationships, as a volunteer keeps them: why, at which stage, with what give and take, at what risk, and who waits for us.

mod approach;
mod ask;
mod balance;
mod capacity;
mod due;
mod link;
mod log;
mod meet;
mod risk;
mod voices;
