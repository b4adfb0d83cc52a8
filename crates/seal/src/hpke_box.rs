//! HPKE (RFC 9180) in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305: suite 1, the only one so far.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{Encode, Encoder, Write};
use rand_core::{CryptoRng, TryCryptoRng, TryRng};

pub(crate) type KemSecret = <X25519HkdfSha256 as Kem>::PrivateKey;

/// An X25519 public key: what is sealed to a device is sealed to this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KemKey(pub [u8; 32]);

impl KemKey {
    /// Whether anything can be sealed to it. A point of small order cannot be, and would stop everybody's next key.
    pub fn is_usable(&self) -> bool {
        accepts(self)
    }
}

impl fmt::Debug for KemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemKey({}…)", data_encoding::HEXLOWER.encode(&self.0[..4]))
    }
}

impl<C> Encode<C> for KemKey {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for KemKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        d.bytes()?.try_into().map(KemKey).map_err(|_| Error::message("wrong length of KemKey").at(at))
    }
}

/// What a box adds to its content: the encapsulated key and the tag.
pub(crate) const OVERHEAD: usize = 32 + 16;

/// RFC 9180, section 7.1.3: DeriveKeyPair.
pub(crate) fn key_pair(material: &[u8]) -> (KemSecret, KemKey) {
    let (secret, public) = X25519HkdfSha256::derive_keypair(material);
    (secret, KemKey(public.to_bytes().into()))
}

/// `encapsulated key (32) ‖ ciphertext ‖ tag (16)`, or nothing for a key that nothing can be sealed to.
pub(crate) fn seal(to: &KemKey, info: &[u8], aad: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Option<Vec<u8>> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.0).ok()?;
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        info,
        plain,
        aad,
        rng,
    )
    .ok()?;
    let mut out = encapsulated.to_bytes().to_vec();
    out.extend_from_slice(&ciphertext);
    Some(out)
}

pub(crate) fn open(secret: &KemSecret, info: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (encapsulated, ciphertext) = sealed.split_at_checked(32)?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        secret,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .ok()
}

/// Whether an encapsulation to this key succeeds: it fails only where the shared secret would be zero for everybody.
pub(crate) fn accepts(key: &KemKey) -> bool {
    struct Fixed;
    impl TryRng for Fixed {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(7)
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(7)
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.fill(7);
            Ok(())
        }
    }
    impl TryCryptoRng for Fixed {}
    seal(key, b"", b"", b"", &mut Fixed).is_some()
}
