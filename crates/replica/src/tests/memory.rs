//! What every story of this crate stands on: a moment, chance, and rows in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use allymap_wire::Timestamp;
use rand_core::{TryCryptoRng, TryRng};

use crate::Effect;

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A counter is chance enough where nothing is secret.
#[derive(Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl TryRng for Chance {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0.rotate_left(29))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

pub(crate) type Disk = BTreeMap<Vec<u8>, Vec<u8>>;

pub(crate) fn store(disk: &mut Disk, effects: &mut Vec<Effect>) {
    for effect in effects.drain(..) {
        if let Effect::Persist(writes) = effect {
            writes.into_iter().for_each(|write| write.apply(disk));
        }
    }
}
