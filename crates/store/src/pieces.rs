//! How a row lies in the engine, which never gets more than 4 KiB in one piece: sled leaks disk space for long values.
//!
//! | Engine's key | Engine's value |
//! | --- | --- |
//! | `m` | the format's version, big endian |
//! | `r` ‖ key | crc32 ‖ number of pieces u16 ‖ (crc32 of all further pieces, if there are any) ‖ the first piece |
//! | `s` ‖ key ‖ length of key u16 ‖ number of the piece u16 | a further piece |
//!
//! Keys stand as they are under `r`, so the engine's order is theirs, and one that is the beginning of another cannot be confused
//! with it. Under `s` the length comes last: read from its end, such a key has one meaning only. The first checksum covers the
//! length of the key, the key and all that follows the checksum, and so, through the second one, every piece: pieces of two values
//! never pass for one.

use crate::error::Damage;

pub(crate) const FORMAT_KEY: &[u8] = b"m";
pub(crate) const FORMAT: u32 = 1;
/// The keys of all first pieces begin with this.
pub(crate) const FIRST: u8 = b'r';
const FURTHER: u8 = b's';

const PIECE_BYTES: usize = 4096;
const HEADER_BYTES: usize = 4 + 2;
const LONG_HEADER_BYTES: usize = HEADER_BYTES + 4;

pub(crate) fn first_key(key: &[u8]) -> Vec<u8> {
    [&[FIRST], key].concat()
}

/// The beginning that all further pieces of a key share, with other keys perhaps.
pub(crate) fn further_prefix(key: &[u8]) -> Vec<u8> {
    [&[FURTHER], key, &key_length(key)].concat()
}

pub(crate) fn further_key(key: &[u8], number: u16) -> Vec<u8> {
    [&further_prefix(key)[..], &number.to_be_bytes()].concat()
}

/// The engine's values for a value, in order of the pieces.
pub(crate) fn split(key: &[u8], value: &[u8]) -> Vec<Vec<u8>> {
    let long = value.len() > PIECE_BYTES - HEADER_BYTES;
    let room = PIECE_BYTES - if long { LONG_HEADER_BYTES } else { HEADER_BYTES };
    let (first, rest) = value.split_at(value.len().min(room));
    let pieces = 1 + rest.len().div_ceil(PIECE_BYTES);
    let pieces = u16::try_from(pieces).expect("MAX_VALUE_BYTES fits into so many pieces");
    let mut covered = pieces.to_be_bytes().to_vec();
    if long {
        covered.extend_from_slice(&crc32fast::hash(rest).to_be_bytes());
    }
    covered.extend_from_slice(first);
    let first = [&checksum(key, &covered), &covered[..]].concat();
    std::iter::once(first).chain(rest.chunks(PIECE_BYTES).map(<[u8]>::to_vec)).collect()
}

/// A first piece whose checksum fits.
pub(crate) struct First<'a> {
    pub(crate) pieces: u16,
    rest: u32,
    bytes: &'a [u8],
}

impl<'a> First<'a> {
    pub(crate) fn read(key: &[u8], stored: &'a [u8]) -> Result<First<'a>, Damage> {
        let (crc, covered) = stored.split_first_chunk::<4>().ok_or(Damage::Row)?;
        if *crc != checksum(key, covered) {
            return Err(Damage::Row);
        }
        let (pieces, bytes) = covered.split_first_chunk::<2>().ok_or(Damage::Row)?;
        let pieces = u16::from_be_bytes(*pieces);
        if pieces == 1 {
            return Ok(First { pieces, rest: 0, bytes });
        }
        let (rest, bytes) = bytes.split_first_chunk::<4>().ok_or(Damage::Row)?;
        Ok(First { pieces, rest: u32::from_be_bytes(*rest), bytes })
    }

    /// The whole value, from the further pieces, which `further` fetches by their numbers.
    pub(crate) fn join<E: From<Damage>>(
        self,
        mut further: impl FnMut(u16, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let mut value = self.bytes.to_vec();
        for number in 1..self.pieces {
            further(number, &mut value)?;
        }
        if self.pieces > 1 && crc32fast::hash(&value[self.bytes.len()..]) != self.rest {
            return Err(Damage::Row.into());
        }
        Ok(value)
    }
}

fn checksum(key: &[u8], covered: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&key_length(key));
    hasher.update(key);
    hasher.update(covered);
    hasher.finalize().to_be_bytes()
}

fn key_length(key: &[u8]) -> [u8; 2] {
    u16::try_from(key.len()).expect("MAX_KEY_BYTES is less").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(key: &[u8], pieces: &[Vec<u8>]) -> Result<Vec<u8>, Damage> {
        let first = First::read(key, &pieces[0])?;
        first.join(|number, value| {
            value.extend_from_slice(pieces.get(usize::from(number)).ok_or(Damage::Row)?);
            Ok(())
        })
    }

    #[test]
    fn values_of_every_length_around_a_boundary_come_back_from_pieces_of_4_kib() {
        for length in [0, 1, 4085, 4086, 4087, 4089, 4090, 4091, 4096, 8181, 8182, 8183, 8192, 100_000] {
            let value: Vec<u8> = (0..length).map(|n: usize| (n % 251) as u8).collect();
            let pieces = split(b"key", &value);
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES));
            assert_eq!(joined(b"key", &pieces), Ok(value), "{length} bytes");
        }
    }

    #[test]
    fn no_bit_of_key_or_value_flips_unnoticed() {
        let value: Vec<u8> = (0..5000).map(|n: usize| (n % 251) as u8).collect();
        let pieces = split(b"key", &value);
        for bit in (0..pieces[0].len() * 8).step_by(7).chain(0..80) {
            let mut altered = pieces.clone();
            altered[0][bit / 8] ^= 1 << (bit % 8);
            assert_eq!(joined(b"key", &altered), Err(Damage::Row), "bit {bit}");
        }
        let mut altered = pieces.clone();
        altered[1][17] ^= 4;
        assert_eq!(joined(b"key", &altered), Err(Damage::Row));
        assert_eq!(joined(b"kez", &pieces), Err(Damage::Row));
    }

    #[test]
    fn pieces_of_two_values_never_pass_for_one() {
        let (one, two) = (split(b"key", &[1; 9000]), split(b"key", &[2; 9000]));
        assert_eq!(joined(b"key", &[one[0].clone(), two[1].clone(), one[2].clone()]), Err(Damage::Row));
        assert_eq!(joined(b"key", &one[..2]), Err(Damage::Row));
    }

    #[test]
    fn further_pieces_of_keys_that_begin_alike_are_different_rows() {
        let keys: [&[u8]; 5] = [b"", b"a", b"a\0", b"a\0\x01", b"a\0\x01\0\x01"];
        let mut all: Vec<Vec<u8>> = keys.iter().flat_map(|key| (1..400).map(|n| further_key(key, n))).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
