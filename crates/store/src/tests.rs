//! What is promised of a store, whatever is asked of it and whatever happens to it.
#![allow(unreachable_pub, reason = "tests have no outside")]

mod conformance;
mod crashes;
mod damage;
