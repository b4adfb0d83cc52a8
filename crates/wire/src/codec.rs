//! One encoding for everything signed or sent: deterministic CBOR (RFC 8949, section 4.2), and nothing else.
//!
//! What decodes is encoded again and compared, so a longer integer, an indefinite length, a surplus item or a
//! trailing byte is refused wherever it stands: two programs can never read one signature over two meanings.

use minicbor::{Decode, Encode};

#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    #[error("these bytes are not the expected CBOR")]
    Malformed(#[source] minicbor::decode::Error),
    #[error("these bytes are CBOR, but not in the one form that is allowed")]
    NotDeterministic,
    #[error("more items than this message may hold")]
    TooMany,
}

pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to a vector cannot fail")
}

pub fn decode<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8]) -> Result<T, CodecError> {
    let value: T = minicbor::decode(bytes).map_err(CodecError::Malformed)?;
    if encode(&value) == bytes { Ok(value) } else { Err(CodecError::NotDeterministic) }
}
