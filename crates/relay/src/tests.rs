//! The relay's rules, as devices meet them.
#![allow(unreachable_pub, reason = "tests have no outside")]

mod arbitrary;
mod broken;
mod catching_up;
mod inviting;
mod letting_in;
mod uploading;
mod world;
