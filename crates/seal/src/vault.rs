//! What lies on a volunteer's disk is sealed value by value, under one key that lies elsewhere.
//!
//! A store that is copied, seized or not wiped shows random keys and random bytes.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keys::expand;
use crate::secret::secret;

secret!(
    /// Opens everything on this disk. It lies in a keyslot, and while unlocked in the runtime folder.
    DatabaseKey
);

/// Seals and opens values, each bound to the place it is stored at.
pub struct Vault {
    values: XChaCha20Poly1305,
    names: Zeroizing<[u8; 32]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Altered, torn, moved from another place, or sealed under another database key.
    #[error("a value in the store was altered or does not belong there")]
    Damaged,
    #[error("a value in the store was written by a newer version")]
    Newer,
}

impl Vault {
    pub fn new(key: &DatabaseKey) -> Vault {
        let values = expand(key.expose(), b"", b"allymap/v1/vault-values");
        Vault {
            values: XChaCha20Poly1305::new((&*values).into()),
            names: expand(key.expose(), b"", b"allymap/v1/vault-names"),
        }
    }

    /// `1 ‖ nonce (24) ‖ ciphertext ‖ tag (16)`. `space` is the map's number on this disk, `key` the store's key.
    pub fn seal_value(&self, space: u16, key: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0; 24];
        rng.fill_bytes(&mut nonce);
        let aad = place(space, key);
        let sealed = self
            .values
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .expect("a value's length is far below the cipher's");
        let mut out = Vec::with_capacity(1 + nonce.len() + sealed.len());
        out.push(1);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    pub fn open_value(&self, space: u16, key: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        match sealed.split_first() {
            Some((1, rest)) => {
                let (nonce, sealed) = rest.split_first_chunk::<24>().ok_or(VaultError::Damaged)?;
                let aad = place(space, key);
                self.values
                    .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
                    .map(Zeroizing::new)
                    .map_err(|_| VaultError::Damaged)
            }
            Some((2..=16, _)) => Err(VaultError::Newer),
            _ => Err(VaultError::Damaged),
        }
    }

    /// A name for a store's key that must not be read from the disk: HMAC-SHA256 of it, in 16 bytes. `purpose` keeps two
    /// uses apart.
    pub fn hidden_key(&self, space: u16, purpose: &str, name: &[u8]) -> [u8; 16] {
        let message = [&space.to_be_bytes()[..], purpose.as_bytes(), &[0], name].concat();
        // HKDF's extraction is HMAC with the salt as its key.
        let (tag, _) = Hkdf::<Sha256>::extract(Some(self.names.as_slice()), &message);
        let mut short = [0; 16];
        short.copy_from_slice(&tag[..16]);
        short
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

fn place(space: u16, key: &[u8]) -> Vec<u8> {
    [b"allymap/v1/vault\0", &space.to_be_bytes()[..], key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::chance::Chance;

    #[test]
    fn a_value_opens_at_its_place_and_nowhere_else() {
        let vault = Vault::new(&DatabaseKey::from_bytes([1; 32]));
        let mut rng = Chance::seeded(1);
        let sealed = vault.seal_value(1, b"entry", b"planted name", &mut rng);
        assert_eq!(vault.open_value(1, b"entry", &sealed).unwrap().as_slice(), b"planted name");
        assert!(!sealed.windows(7).any(|window| window == b"planted"));
        for (space, key) in [(2, b"entry"), (1, b"other")] {
            assert_eq!(vault.open_value(space, key, &sealed), Err(VaultError::Damaged));
        }
        let other = Vault::new(&DatabaseKey::from_bytes([2; 32]));
        assert_eq!(other.open_value(1, b"entry", &sealed), Err(VaultError::Damaged));
        assert_ne!(sealed, vault.seal_value(1, b"entry", b"planted name", &mut rng));
    }

    #[test]
    fn torn_and_altered_values_are_damaged_and_never_panic() {
        let vault = Vault::new(&DatabaseKey::from_bytes([1; 32]));
        let sealed = vault.seal_value(1, b"k", b"value", &mut Chance::seeded(1));
        for end in 0..sealed.len() {
            assert_eq!(vault.open_value(1, b"k", &sealed[..end]), Err(VaultError::Damaged));
        }
        for bit in 0..sealed.len() * 8 {
            let mut other = sealed.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(vault.open_value(1, b"k", &other).is_err());
        }
    }

    #[test]
    fn hidden_names_are_stable_and_differ_by_key_space_and_purpose() {
        let vault = Vault::new(&DatabaseKey::from_bytes([1; 32]));
        let name = vault.hidden_key(1, "source", b"council-7");
        assert_eq!(name, vault.hidden_key(1, "source", b"council-7"));
        assert_ne!(name, vault.hidden_key(2, "source", b"council-7"));
        assert_ne!(name, vault.hidden_key(1, "name", b"council-7"));
        assert_ne!(name, Vault::new(&DatabaseKey::from_bytes([2; 32])).hidden_key(1, "source", b"council-7"));
    }
}
