//! One device's view of one map: edit, seal, accept, catch up.
//!
//! A state machine without IO: [`Replica::handle`] takes what happened and says what is to be done, in order. Time and
//! chance are arguments; rows are read through [`Rows`] and changed by [`Effect::Persist`], which is done when it is durable
//! and comes before every send that reveals the same thing. It knows no field of the domain: it says that a document changed.

mod accept;
mod broken;
mod budget;
mod draft;
mod edit;
mod effect;
mod exchange;
mod invite;
mod judge;
mod me;
mod mend;
mod outbox;
mod relays;
mod replica;
mod rows;
mod seen;
mod session;
mod shelf;
mod turn;

#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use broken::Broken;
pub use edit::EditFailure;
pub use effect::{Effect, Notice};
pub use exchange::Input;
pub use invite::{Asking, InviteError, Invited, Inviting, JoinEffect, JoinFailure, Joining};
pub use relays::KnownRelay;
pub use replica::{FoundError, Founding, OpenError, Replica, Standing};
pub use rows::{
    Fate, Missing, Refused, Rows, SpaceNumber, Unreadable, Write, index_key, index_prefix, texts_key, texts_prefix,
};
