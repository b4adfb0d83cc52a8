//! `allymap sync`: what an exchange needs, and what it meets.

mod addresses;
mod slow;
mod watch;
