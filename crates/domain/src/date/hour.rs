//! The hour in which something was recorded: finer than that nobody needs to know when a device was in somebody's hand.

pub(crate) fn hour(ms: u64) -> u32 {
    u32::try_from(ms / 3_600_000).unwrap_or(u32::MAX)
}
