//! Chance, from the operating system.
#![allow(clippy::disallowed_methods, reason = "the one place where chance is drawn")]

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use rand_core::{TryCryptoRng, TryRng};

/// The operating system's generator, as the crates without IO take it. It does not fail on any system that has started:
/// if it did, going on would mean guessable keys.
pub(crate) struct Chance;

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

/// An id of so many random bytes; nothing secret is made of them.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if cfg!(debug_assertions)
        && let Some(seed) = std::env::var_os("ALLYMAP_TEST_IDS").and_then(|seed| seed.to_str()?.parse().ok())
    {
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&foreseen(seed).to_le_bytes()[..chunk.len()]));
        return bytes;
    }
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The next number after a seed (SplitMix64). A build for tests can be told its ids, so that whole outputs can be compared; a
/// release reads nothing of the kind, and keys are never drawn here.
fn foreseen(seed: u64) -> u64 {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    let mixed = seed.rotate_left(32).wrapping_add(drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
