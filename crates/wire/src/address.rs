//! Where a relay is and who it is, as one line to paste: `ALLYMAP-RELAY:` and Crockford's base32.

use crate::{OperatorToken, RelayKeyHash, limits};

/// `version ‖ relay key hash ‖ operator token ‖ address`, in letters that survive a telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayAddress {
    pub relay: RelayKeyHash,
    /// The operator's leave to create a map there.
    pub token: OperatorToken,
    /// `ws://host:port` or `wss://host[:port]`.
    pub url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("a relay's line begins with ALLYMAP-RELAY:")]
    Prefix,
    #[error("a letter in this line was changed or left out")]
    Damaged,
    #[error("this line was made by a newer version of allymap")]
    Newer,
}

impl RelayAddress {
    const PREFIX: &str = "ALLYMAP-RELAY:";

    pub fn to_line(&self) -> String {
        let mut bytes = vec![1];
        bytes.extend_from_slice(&self.relay.0);
        bytes.extend_from_slice(&self.token.0);
        bytes.extend_from_slice(self.url.as_bytes());
        let check = crate::hash("address", &[&bytes]);
        bytes.extend_from_slice(&check[..4]);
        format!("{}{}", Self::PREFIX, crockford_encode(&bytes))
    }

    pub fn from_line(line: &str) -> Result<RelayAddress, AddressError> {
        let line = line.trim();
        let head = line.get(..Self::PREFIX.len()).ok_or(AddressError::Prefix)?;
        if !head.eq_ignore_ascii_case(Self::PREFIX) {
            return Err(AddressError::Prefix);
        }
        let bytes = crockford_decode(&line[Self::PREFIX.len()..]).ok_or(AddressError::Damaged)?;
        if bytes.len() < 1 + 16 + 16 + 4 || bytes.len() > limits::ADDRESS_BYTES {
            return Err(AddressError::Damaged);
        }
        let (body, check) = bytes.split_at(bytes.len() - 4);
        if crate::hash("address", &[body])[..4] != *check {
            return Err(AddressError::Damaged);
        }
        if body[0] != 1 {
            return Err(AddressError::Newer);
        }
        Ok(RelayAddress {
            relay: RelayKeyHash::from_slice(&body[1..17]).ok_or(AddressError::Damaged)?,
            token: OperatorToken::from_slice(&body[17..33]).ok_or(AddressError::Damaged)?,
            url: String::from_utf8(body[33..].to_vec()).map_err(|_| AddressError::Damaged)?,
        })
    }
}

/// Crockford's base32, upper case, without padding or check symbol.
pub fn crockford_encode(bytes: &[u8]) -> String {
    crockford().encode(bytes)
}

/// Reads it back: any case, `O` for 0, `I` and `L` for 1; spaces and dashes are passed over. Unused bits must be zero.
pub fn crockford_decode(text: &str) -> Option<Vec<u8>> {
    crockford().decode(text.as_bytes()).ok()
}

fn crockford() -> data_encoding::Encoding {
    let mut specification = data_encoding::Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.from.push_str("abcdefghjkmnpqrstvwxyzOoIiLl");
    specification.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    specification.ignore.push_str(" -");
    specification.encoding().expect("these symbols are a valid base32 alphabet")
}
