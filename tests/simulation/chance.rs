//! Chance that is the same for the same seed: xoshiro256** behind the traits that the product asks for.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// Good enough to draw plans and keys of invented people; nothing secret ever comes from it.
#[derive(Clone, Debug)]
pub struct Chance([u64; 4]);

impl Chance {
    /// A stream for one purpose of one history.
    pub fn new(seed: u64, purpose: u64) -> Chance {
        let mut mixed = seed ^ purpose.wrapping_mul(0xd134_2543_de82_ef95);
        Chance(std::array::from_fn(|_| {
            // splitmix64, as its authors advise for seeding.
            mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = mixed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    pub fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= t;
        *d = d.rotate_left(45);
        result
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn small(&mut self, limit: u8) -> u8 {
        self.below(u64::from(limit.max(1))) as u8
    }

    pub fn half(&mut self) -> bool {
        self.next() & 1 == 1
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        self.fill(dst);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}
