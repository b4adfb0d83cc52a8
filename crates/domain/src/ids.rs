//! Names of entries and of rows: 16 random bytes, written in letters.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

/// An entry, which is one document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct EntryId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// An assertion, a log line, a link or a campaign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct RowId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// One letter for each half byte: no vowel, so no word comes out by accident; no digit, so nobody confuses 0 and o.
const LETTERS: &[u8; 16] = b"bcdfghjkmnpqrstv";

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&letters(&self.0))
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&letters(&self.0))
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowId({self})")
    }
}

/// Not the 32 letters of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 letters")]
pub struct NotAnId;

impl FromStr for EntryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<EntryId, NotAnId> {
        bytes(text).map(EntryId).ok_or(NotAnId)
    }
}

impl FromStr for RowId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<RowId, NotAnId> {
        bytes(text).map(RowId).ok_or(NotAnId)
    }
}

pub(crate) fn letters(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(LETTERS[usize::from(half)])).collect()
}

fn bytes(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    if text.len() != 32 {
        return None;
    }
    let half = |letter: u8| LETTERS.iter().position(|known| *known == letter.to_ascii_lowercase());
    let mut id = [0; 16];
    for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
        *byte = u8::try_from(half(pair[0])? << 4 | half(pair[1])?).ok()?;
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_in_letters() {
        let id = EntryId(std::array::from_fn(|index| (index * 17) as u8));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn anything_else_is_no_id() {
        for text in ["", "bcd", "äöüäöüäöüäöüäöüä", "abcdefghijklmnopqrstuvwxyzabcdef"] {
            assert_eq!(text.parse::<EntryId>(), Err(NotAnId), "{text}");
        }
    }
}
