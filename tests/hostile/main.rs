//! Whoever means harm: a member's device that keeps no rule, and a relay that keeps none.

mod chunk;
mod eve;
mod member;
mod relay;
