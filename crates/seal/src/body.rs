//! The body of a sitting: its changes, one after another, compressed. Codec 1 is zstd (RFC 8878) over
//! `length (u32, little-endian) ‖ change` for each, the changes as Automerge writes them uncompressed.

use std::io::Read;

/// The codec that this program writes.
pub const CODEC: u8 = 1;
/// What a body may unpack to. A 58 KB change can unpack to 60 MB; a sitting is closed at 64 KiB.
pub const BODY_BYTES: usize = 4 << 20;
/// Changes in one body. A sitting is closed at 200.
pub const BODY_CHANGES: usize = 4_096;

#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Not a fault of the record: it waits for an update.
    #[error("codec {0} is known to a newer version only")]
    UnknownCodec(u8),
    #[error("a body may unpack to {BODY_BYTES} bytes and {BODY_CHANGES} changes")]
    TooLarge,
    #[error("these bytes do not unpack")]
    Malformed,
}

/// What zstd is asked to try, by the length of the plain body. Measured on sittings: up to 16 KiB level 19 takes 2 ms at
/// most and saves 2 percent for ever; at 60 KiB it takes 13 ms against 1 ms for level 9 and saves another 2 percent, which
/// a device with thousands of edits to send would feel.
fn level(length: usize) -> i32 {
    if length <= 16 << 10 { 19 } else { 9 }
}

pub fn compress_body(changes: &[Vec<u8>]) -> Result<Vec<u8>, BodyError> {
    let total: usize = changes.iter().map(|change| 4 + change.len()).sum();
    if total > BODY_BYTES || changes.len() > BODY_CHANGES {
        return Err(BodyError::TooLarge);
    }
    let mut plain = Vec::with_capacity(total);
    for change in changes {
        plain.extend_from_slice(&(change.len() as u32).to_le_bytes());
        plain.extend_from_slice(change);
    }
    Ok(zstd::bulk::compress(&plain, level(plain.len())).expect("compressing from memory to memory cannot fail"))
}

/// The changes again, never more than [`BODY_BYTES`] of them, however they were packed.
pub fn expand_body(codec: u8, bytes: &[u8]) -> Result<Vec<Vec<u8>>, BodyError> {
    if codec != CODEC {
        return Err(BodyError::UnknownCodec(codec));
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|_| BodyError::Malformed)?.single_frame();
    // The window is what the decoder itself must hold: no body needs more than its own limit.
    decoder.window_log_max(BODY_BYTES.ilog2()).map_err(|_| BodyError::Malformed)?;
    let mut plain = Vec::new();
    (&mut decoder).take(BODY_BYTES as u64 + 1).read_to_end(&mut plain).map_err(|_| BodyError::Malformed)?;
    if plain.len() > BODY_BYTES {
        return Err(BodyError::TooLarge);
    }
    if !decoder.finish().is_empty() {
        return Err(BodyError::Malformed);
    }
    let mut changes = Vec::new();
    let mut rest = plain.as_slice();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (change, after) =
            after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(BodyError::Malformed)?;
        changes.push(change.to_vec());
        if changes.len() > BODY_CHANGES {
            return Err(BodyError::TooLarge);
        }
        rest = after;
    }
    if rest.is_empty() { Ok(changes) } else { Err(BodyError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitting_unpacks_to_its_changes() {
        for changes in [vec![], vec![vec![1, 2, 3]], vec![vec![], vec![7; 70_000], vec![8]]] {
            assert_eq!(expand_body(CODEC, &compress_body(&changes).unwrap()).unwrap(), changes);
        }
    }

    #[test]
    fn a_bomb_is_refused_at_four_mebibytes() {
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 19).unwrap();
        assert!(bomb.len() < 8_192, "64 MiB fit into {} bytes", bomb.len());
        assert!(matches!(expand_body(CODEC, &bomb), Err(BodyError::TooLarge | BodyError::Malformed)));
        // The same without the size in the header and with a window that is allowed.
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(20).unwrap();
        std::io::copy(&mut std::io::repeat(0).take(64 << 20), &mut encoder).unwrap();
        assert!(matches!(expand_body(CODEC, &encoder.finish().unwrap()), Err(BodyError::TooLarge)));
        let many = zstd::bulk::compress(&vec![0; 4 * (BODY_CHANGES + 1)], 3).unwrap();
        assert!(matches!(expand_body(CODEC, &many), Err(BodyError::TooLarge)));
        assert!(matches!(compress_body(&[vec![0; BODY_BYTES]]), Err(BodyError::TooLarge)));
    }

    #[test]
    fn an_unknown_codec_is_not_damage() {
        assert!(matches!(expand_body(2, &[1, 2, 3]), Err(BodyError::UnknownCodec(2))));
    }

    #[test]
    fn cut_extended_and_altered_bodies_are_refused_or_differ_and_never_panic() {
        let changes = vec![b"first change".to_vec(), b"second change".to_vec()];
        let packed = compress_body(&changes).unwrap();
        for end in 0..packed.len() {
            assert!(expand_body(CODEC, &packed[..end]).is_err(), "cut at {end}");
        }
        let longer = [packed.as_slice(), &[0]].concat();
        assert!(expand_body(CODEC, &longer).is_err());
        let twice = [packed.as_slice(), &packed].concat();
        assert!(expand_body(CODEC, &twice).is_err());
        for bit in 0..packed.len() * 8 {
            let mut other = packed.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let _ = expand_body(CODEC, &other);
        }
    }
}
