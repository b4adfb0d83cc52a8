//! Programs that are not ours: a member's device that keeps no rule, a relay that keeps none, and a member whose program is newer.

mod chunk;
mod eve;
mod member;
mod newer;
mod relay;
