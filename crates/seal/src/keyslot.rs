//! The small file that the database key lies in: in clear, or under a passphrase, once for each way to open it.
//!
//! `"allymap keyslots" ‖ SHA-256 of the rest (32) ‖ CBOR [1, [slot, …]]`. The hash tells a damaged file from a wrong
//! passphrase; it protects nothing else.

use allymap_wire::CodecError;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use crate::vault::DatabaseKey;

/// The ways to the database key. Without one left, everything on the disk is noise.
#[derive(Clone)]
pub struct Keyslots {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// The key lies there in clear: whoever has the disk has the map.
    None,
    Passphrase,
    /// The system's key store; of a later version.
    System,
    /// The recovery kit; of a later version.
    Recovery,
    /// Of a newer version.
    Unknown,
}

/// What one guess at a passphrase costs: Argon2id's parameters (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Argon2Cost {
    #[n(0)]
    memory_kib: u32,
    #[n(1)]
    passes: u32,
    #[n(2)]
    lanes: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    #[error("this is no keyslot file")]
    NotKeyslots,
    #[error("the keyslot file is damaged")]
    Damaged,
    #[error("the keyslot file is damaged")]
    Malformed(#[source] CodecError),
    #[error("the keyslot file was written by a newer version")]
    Newer,
    #[error("another passphrase opens it")]
    WrongPassphrase,
    #[error("there is no slot of this kind")]
    NoSuchSlot,
    #[error("a passphrase's cost lies between 64 MiB, 3 passes, 4 lanes and 1 GiB, 64 passes, 64 lanes")]
    Cost,
    #[error("there is not enough memory to try a passphrase")]
    Memory,
    #[error("an empty passphrase protects nothing")]
    EmptyPassphrase,
}

impl Argon2Cost {
    /// RFC 9106's second recommended parameters: nothing cheaper is ever used.
    pub const FLOOR: Argon2Cost = Argon2Cost { memory_kib: 64 << 10, passes: 3, lanes: 4 };
    /// A file that asks for more was not written by us, and is refused before anything is set aside for it.
    const CEILING: Argon2Cost = Argon2Cost { memory_kib: 1 << 20, passes: 64, lanes: 64 };

    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Argon2Cost, SlotError> {
        let cost = Argon2Cost { memory_kib, passes, lanes };
        if cost.is_allowed() { Ok(cost) } else { Err(SlotError::Cost) }
    }

    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    fn is_allowed(&self) -> bool {
        let (floor, ceiling) = (Self::FLOOR, Self::CEILING);
        (floor.memory_kib..=ceiling.memory_kib).contains(&self.memory_kib)
            && (floor.passes..=ceiling.passes).contains(&self.passes)
            && (floor.lanes..=ceiling.lanes).contains(&self.lanes)
    }

    /// The key that a passphrase stretches to.
    pub(crate) fn stretch(&self, passphrase: &[u8], salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, SlotError> {
        if !self.is_allowed() {
            return Err(SlotError::Cost);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| SlotError::Cost)?;
        let mut blocks: Vec<Block> = Vec::new();
        blocks.try_reserve_exact(params.block_count()).map_err(|_| SlotError::Memory)?;
        blocks.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passphrase, salt, key.as_mut_slice(), &mut blocks)
            .map_err(|_| SlotError::Cost)?;
        Ok(key)
    }
}

impl Keyslots {
    const MAGIC: &[u8; 16] = b"allymap keyslots";
    const FILE_BYTES: usize = 16 << 10;

    /// A file whose key lies in it in clear. Every `status` says so.
    pub fn in_clear(key: &DatabaseKey) -> Keyslots {
        Keyslots { slots: vec![Slot::in_clear(key)] }
    }

    pub fn with_passphrase(
        key: &DatabaseKey,
        passphrase: &[u8],
        cost: Argon2Cost,
        rng: &mut impl CryptoRng,
    ) -> Result<Keyslots, SlotError> {
        let mut slots = Keyslots { slots: vec![] };
        slots.add_passphrase(key, passphrase, cost, rng)?;
        Ok(slots)
    }

    pub fn kinds(&self) -> Vec<SlotKind> {
        self.slots.iter().map(Slot::kind).collect()
    }

    pub fn add_in_clear(&mut self, key: &DatabaseKey) {
        self.slots.push(Slot::in_clear(key));
    }

    pub fn add_passphrase(
        &mut self,
        key: &DatabaseKey,
        passphrase: &[u8],
        cost: Argon2Cost,
        rng: &mut impl CryptoRng,
    ) -> Result<(), SlotError> {
        if passphrase.is_empty() {
            return Err(SlotError::EmptyPassphrase);
        }
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut nonce);
        let wrapping = cost.stretch(passphrase, &salt)?;
        let sealed = XChaCha20Poly1305::new((&*wrapping).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: key.expose(), aad: &associated(&cost, &salt) })
            .expect("32 bytes are within the cipher's length");
        let sealed = sealed.try_into().expect("32 bytes and a tag of 16");
        self.slots.push(Slot::Passphrase { cost, salt, nonce, sealed });
        Ok(())
    }

    /// Takes away every way of this kind. Whether another is left is the caller's question to ask first.
    pub fn remove(&mut self, kind: SlotKind) {
        self.slots.retain(|slot| slot.kind() != kind);
    }

    /// The key, where it lies in clear.
    pub fn open_in_clear(&self) -> Option<DatabaseKey> {
        self.slots.iter().find_map(|slot| match slot {
            Slot::None { key } => Some(DatabaseKey::from_bytes(*key)),
            _ => None,
        })
    }

    /// The key, by a passphrase; each slot of this kind is tried.
    pub fn open_with_passphrase(&self, passphrase: &[u8]) -> Result<DatabaseKey, SlotError> {
        let mut found = false;
        for slot in &self.slots {
            let Slot::Passphrase { cost, salt, nonce, sealed } = slot else { continue };
            found = true;
            let wrapping = cost.stretch(passphrase, salt)?;
            let opened = XChaCha20Poly1305::new((&*wrapping).into())
                .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &associated(cost, salt) })
                .map(Zeroizing::new);
            if let Ok(key) = opened {
                return Ok(DatabaseKey::from_bytes(key.as_slice().try_into().map_err(|_| SlotError::Damaged)?));
            }
        }
        Err(if found { SlotError::WrongPassphrase } else { SlotError::NoSuchSlot })
    }

    /// Takes all ways away. The caller overwrites the file with what is left, an empty list.
    pub fn destroy(&mut self) {
        self.slots.clear();
    }

    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let file = Zeroizing::new(allymap_wire::encode(&File { version: 1, slots: self.slots.clone() }));
        let check = allymap_wire::hash("keyslots", &[&file]);
        Zeroizing::new([&Self::MAGIC[..], &check, &file].concat())
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Keyslots, SlotError> {
        let rest = bytes.strip_prefix(Self::MAGIC).ok_or(SlotError::NotKeyslots)?;
        let (check, file) = rest.split_at_checked(32).ok_or(SlotError::Damaged)?;
        if file.len() > Self::FILE_BYTES || allymap_wire::hash("keyslots", &[file]) != check {
            return Err(SlotError::Damaged);
        }
        let mut d = minicbor::Decoder::new(file);
        if d.array().is_ok() && d.u8().is_ok_and(|version| version > 1) {
            return Err(SlotError::Newer);
        }
        let File { version, slots } = allymap_wire::decode(file).map_err(SlotError::Malformed)?;
        if version != 1 {
            return Err(SlotError::Damaged);
        }
        Ok(Keyslots { slots })
    }
}

impl std::fmt::Debug for Keyslots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyslots({:?})", self.kinds())
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct File {
    #[n(0)]
    version: u8,
    #[n(1)]
    slots: Vec<Slot>,
}

#[derive(Clone)]
enum Slot {
    /// `[0, key]`
    None { key: [u8; 32] },
    /// `[1, [memory, passes, lanes], salt, nonce, sealed key]`
    Passphrase { cost: Argon2Cost, salt: [u8; 16], nonce: [u8; 24], sealed: [u8; 48] },
    /// `[2…, …]`: kept as it is.
    Other { kind: u8, bytes: Vec<u8> },
}

impl Slot {
    fn in_clear(key: &DatabaseKey) -> Slot {
        Slot::None { key: *key.expose() }
    }

    fn kind(&self) -> SlotKind {
        match self {
            Slot::None { .. } => SlotKind::None,
            Slot::Passphrase { .. } => SlotKind::Passphrase,
            Slot::Other { kind: 2, .. } => SlotKind::System,
            Slot::Other { kind: 3, .. } => SlotKind::Recovery,
            Slot::Other { .. } => SlotKind::Unknown,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Slot::None { key } = self {
            key.zeroize();
        }
    }
}

impl<C> Encode<C> for Slot {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Slot::None { key } => e.array(2)?.u8(0)?.bytes(key)?.ok(),
            Slot::Passphrase { cost, salt, nonce, sealed } => {
                e.array(5)?.u8(1)?.encode(cost)?.bytes(salt)?.bytes(nonce)?.bytes(sealed)?.ok()
            }
            Slot::Other { bytes, .. } => e.writer_mut().write_all(bytes).map_err(minicbor::encode::Error::write),
        }
    }
}

impl<'b, C> Decode<'b, C> for Slot {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let start = d.position();
        let wrong = || minicbor::decode::Error::message("this is no keyslot").at(start);
        fn fixed<const N: usize>(d: &mut minicbor::Decoder<'_>) -> Result<[u8; N], minicbor::decode::Error> {
            let at = d.position();
            d.bytes()?.try_into().map_err(|_| minicbor::decode::Error::message("wrong length in a keyslot").at(at))
        }
        let count = d.array()?;
        match (d.u8()?, count) {
            (0, Some(2)) => Ok(Slot::None { key: fixed(d)? }),
            (1, Some(5)) => {
                Ok(Slot::Passphrase { cost: d.decode()?, salt: fixed(d)?, nonce: fixed(d)?, sealed: fixed(d)? })
            }
            (0 | 1, _) => Err(wrong()),
            (kind, _) => {
                d.set_position(start);
                d.skip()?;
                Ok(Slot::Other { kind, bytes: d.input()[start..d.position()].to_vec() })
            }
        }
    }
}

fn associated(cost: &Argon2Cost, salt: &[u8; 16]) -> Vec<u8> {
    [b"allymap/v1/keyslot\0", allymap_wire::encode(cost).as_slice(), salt].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::chance::Chance;

    fn key() -> DatabaseKey {
        DatabaseKey::from_bytes([0xd7; 32])
    }

    #[test]
    fn the_right_passphrase_opens_and_a_wrong_one_is_not_damage() {
        let slots =
            Keyslots::with_passphrase(&key(), b"blue heron", Argon2Cost::FLOOR, &mut Chance::seeded(1)).unwrap();
        let bytes = slots.to_bytes();
        assert!(!bytes.windows(8).any(|window| window == [0xd7; 8]));
        let read = Keyslots::from_bytes(&bytes).unwrap();
        assert_eq!(read.kinds(), [SlotKind::Passphrase]);
        assert_eq!(read.open_with_passphrase(b"blue heron").unwrap().expose(), key().expose());
        assert!(matches!(read.open_with_passphrase(b"blue herring"), Err(SlotError::WrongPassphrase)));
        assert!(read.open_in_clear().is_none());
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            let error = Keyslots::from_bytes(&other).unwrap_err();
            assert!(matches!(error, SlotError::NotKeyslots | SlotError::Damaged), "byte {at}: {error:?}");
            assert!(Keyslots::from_bytes(&bytes[..at]).is_err());
        }
    }

    #[test]
    fn a_slot_in_clear_is_named_as_such_and_can_be_replaced() {
        let mut slots = Keyslots::in_clear(&key());
        assert_eq!(slots.kinds(), [SlotKind::None]);
        assert_eq!(slots.open_in_clear().unwrap().expose(), key().expose());
        assert!(matches!(slots.open_with_passphrase(b"x"), Err(SlotError::NoSuchSlot)));
        slots.add_passphrase(&key(), b"blue heron", Argon2Cost::FLOOR, &mut Chance::seeded(1)).unwrap();
        slots.remove(SlotKind::None);
        let read = Keyslots::from_bytes(&slots.to_bytes()).unwrap();
        assert!(read.open_in_clear().is_none());
        assert_eq!(read.kinds(), [SlotKind::Passphrase]);
        let none = slots.add_passphrase(&key(), b"", Argon2Cost::FLOOR, &mut Chance::seeded(1));
        assert!(matches!(none, Err(SlotError::EmptyPassphrase)));
    }

    #[test]
    fn after_destruction_nothing_is_left_to_open() {
        let mut slots = Keyslots::in_clear(&key());
        slots.destroy();
        let bytes = slots.to_bytes();
        assert!(!bytes.windows(8).any(|window| window == [0xd7; 8]));
        let read = Keyslots::from_bytes(&bytes).unwrap();
        assert!(read.open_in_clear().is_none());
        assert!(matches!(read.open_with_passphrase(b"blue heron"), Err(SlotError::NoSuchSlot)));
    }

    #[test]
    fn a_file_that_asks_for_four_tebibytes_is_refused_before_anything_is_set_aside() {
        for cost in [
            Argon2Cost { memory_kib: u32::MAX, passes: 3, lanes: 4 },
            Argon2Cost { memory_kib: 64 << 10, passes: u32::MAX, lanes: 4 },
            Argon2Cost { memory_kib: 64 << 10, passes: 3, lanes: u32::MAX },
            Argon2Cost { memory_kib: 8, passes: 1, lanes: 1 },
        ] {
            let slots =
                Keyslots { slots: vec![Slot::Passphrase { cost, salt: [1; 16], nonce: [2; 24], sealed: [3; 48] }] };
            let read = Keyslots::from_bytes(&slots.to_bytes()).unwrap();
            assert!(matches!(read.open_with_passphrase(b"blue heron"), Err(SlotError::Cost)));
            assert!(matches!(Argon2Cost::new(cost.memory_kib, cost.passes, cost.lanes), Err(SlotError::Cost)));
        }
    }

    #[test]
    fn a_slot_of_a_newer_kind_is_kept_and_a_newer_file_says_so() {
        let other = Slot::Other { kind: 9, bytes: vec![0x82, 9, 0x41, 7] };
        let slots = Keyslots { slots: vec![other, Slot::in_clear(&key())] };
        let bytes = slots.to_bytes();
        let read = Keyslots::from_bytes(&bytes).unwrap();
        assert_eq!(read.kinds(), [SlotKind::Unknown, SlotKind::None]);
        assert_eq!(*read.to_bytes(), *bytes);
        let file = allymap_wire::encode(&(2u8, [0u8; 3]));
        let newer = [&Keyslots::MAGIC[..], &allymap_wire::hash("keyslots", &[&file]), &file].concat();
        assert!(matches!(Keyslots::from_bytes(&newer), Err(SlotError::Newer)));
    }
}
