//! Who a device is: one seed on its disk, and from it another pair of keys for every map, so that two maps cannot be linked.

use std::fmt;

use allymap_wire::{DeviceKey, Signature, SpaceId};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::hpke_box::{self, KemKey, KemSecret};
use crate::secret::secret;

secret!(
    /// The one long-lived secret of a device. Kept in the vault; every map's keys are derived from it.
    DeviceSeed
);

secret!(
    /// The secret behind a map's root key. Printed as 24 words for two drawers, then deleted from the disk.
    RootSeed
);

/// A device's keys within one map.
pub struct DeviceKeys {
    sign: SigningKey,
    kem: KemSecret,
    kem_public: KemKey,
}

impl DeviceKeys {
    /// HKDF-SHA256 (RFC 5869) with the space as salt and a purpose as info.
    pub fn derive(seed: &DeviceSeed, space: &SpaceId) -> DeviceKeys {
        Self::from_material(seed.expose(), &space.0)
    }

    pub fn public(&self) -> DeviceKey {
        DeviceKey(self.sign.verifying_key().to_bytes())
    }

    pub fn kem_public(&self) -> KemKey {
        self.kem_public
    }

    /// Ed25519 (RFC 8032) over exactly these bytes; the caller puts a domain in front of them.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.sign.sign(message).to_bytes())
    }

    pub(crate) fn kem(&self) -> &KemSecret {
        &self.kem
    }

    fn from_material(material: &[u8; 32], salt: &[u8]) -> DeviceKeys {
        let sign = SigningKey::from_bytes(&expand(material, salt, b"allymap/v1/device-sign"));
        let (kem, kem_public) = hpke_box::key_pair(expand(material, salt, b"allymap/v1/device-kem").as_slice());
        DeviceKeys { sign, kem, kem_public }
    }
}

impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKeys({:?})", self.public())
    }
}

/// The keys of a map's root: they sign its genesis, hence exist before the space has a name and are not derived from it.
#[derive(Debug)]
pub struct RootKeys(DeviceKeys);

impl RootKeys {
    pub fn derive(seed: &RootSeed) -> RootKeys {
        RootKeys(DeviceKeys::from_material(seed.expose(), b"allymap/v1/root"))
    }

    /// The root acts in the roster like a device whose grant is the genesis operation.
    pub fn as_device(&self) -> &DeviceKeys {
        &self.0
    }

    pub fn public(&self) -> DeviceKey {
        self.0.public()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error("a recovery kit has 24 words, these are {0}")]
    Count(usize),
    /// Counted from 1, as a person does.
    #[error("word {0} is not one of the 2048")]
    Unknown(usize),
    #[error("one of the words is another than the one written down, or two are swapped")]
    Checksum,
}

impl RootSeed {
    /// The seed as 24 English words (BIP-39).
    pub fn words(&self) -> Vec<&'static str> {
        bip39::Mnemonic::from_entropy(self.expose()).expect("32 bytes are a length that BIP-39 knows").words().collect()
    }

    /// Reads them back, in any case and with any white space between them.
    pub fn from_words(text: &str) -> Result<RootSeed, WordsError> {
        let text = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() != 24 {
            return Err(WordsError::Count(words.len()));
        }
        if let Some(at) = words.iter().position(|word| bip39::Language::English.find_word(word).is_none()) {
            return Err(WordsError::Unknown(at + 1));
        }
        let joined = Zeroizing::new(words.join(" "));
        let mnemonic = bip39::Mnemonic::parse_in_normalized(bip39::Language::English, &joined)
            .map_err(|_| WordsError::Checksum)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        Ok(RootSeed::from_bytes(entropy.as_slice().try_into().expect("24 words hold 32 bytes")))
    }
}

/// The Automerge actor that a device writes under. A new salt after joining, restoring or copying keeps two lives of one
/// device from ever using the same sequence numbers.
pub fn actor(device: &DeviceKey, salt: &[u8; 8]) -> [u8; 16] {
    let mut actor = [0; 16];
    actor.copy_from_slice(&allymap_wire::hash("actor", &[&device.0, salt])[..16]);
    actor
}

pub(crate) fn expand(material: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), material)
        .expand(info, out.as_mut_slice())
        .expect("32 bytes are within HKDF's length");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_has_unlinkable_keys_in_two_maps_and_the_same_keys_each_time() {
        let seed = DeviceSeed::from_bytes([3; 32]);
        let (a, b) = (SpaceId([1; 32]), SpaceId([2; 32]));
        let keys = DeviceKeys::derive(&seed, &a);
        assert_eq!(keys.public(), DeviceKeys::derive(&seed, &a).public());
        assert_ne!(keys.public(), DeviceKeys::derive(&seed, &b).public());
        assert_ne!(keys.kem_public(), DeviceKeys::derive(&seed, &b).kem_public());
    }

    #[test]
    fn twenty_four_words_written_down_carelessly_give_the_seed_back() {
        let seed = RootSeed::from_bytes([0x5a; 32]);
        let words = seed.words();
        assert_eq!(words.len(), 24);
        let careless = format!("  {}\n", words.join("\n ").to_uppercase());
        assert_eq!(RootSeed::from_words(&careless).unwrap().expose(), seed.expose());
    }

    #[test]
    fn a_wrong_word_is_named_and_a_swapped_pair_is_noticed() {
        let seed = RootSeed::from_bytes(std::array::from_fn(|i| i as u8));
        let words = seed.words();
        let mut wrong = words.clone();
        wrong[6] = "allymap";
        assert_eq!(RootSeed::from_words(&wrong.join(" ")).unwrap_err(), WordsError::Unknown(7));
        let mut swapped = words.clone();
        swapped.swap(0, 1);
        assert_eq!(RootSeed::from_words(&swapped.join(" ")).unwrap_err(), WordsError::Checksum);
        assert_eq!(RootSeed::from_words(&words[..23].join(" ")).unwrap_err(), WordsError::Count(23));
    }

    #[test]
    fn secrets_show_nothing_of_themselves() {
        let seed = DeviceSeed::from_bytes([0xab; 32]);
        assert_eq!(format!("{seed:?}"), "DeviceSeed(…)");
        let keys = DeviceKeys::derive(&seed, &SpaceId([0; 32]));
        assert!(format!("{keys:?}").starts_with("DeviceKeys(DeviceKey("));
    }

    #[test]
    fn nothing_can_be_sealed_to_a_point_of_small_order() {
        assert!(!KemKey([0; 32]).is_usable());
        let mut one = [0; 32];
        one[0] = 1;
        assert!(!KemKey(one).is_usable());
        assert!(DeviceKeys::derive(&DeviceSeed::from_bytes([1; 32]), &SpaceId([1; 32])).kem_public().is_usable());
    }
}
