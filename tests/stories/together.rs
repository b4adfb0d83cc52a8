//! Real processes over real sockets: how people meet on one map, and what they read when something is in the way.

mod invite;
mod member;
mod relay;
mod sync;
