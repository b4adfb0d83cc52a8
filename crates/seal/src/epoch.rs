//! Epoch keys: what records are sealed with, how they reach a device, and how a new one leads to the ones before it.

use std::collections::BTreeMap;
use std::fmt;

use allymap_wire::{KeyId, KeyTag, Record, RecordError, RecordKind, SpaceId};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use minicbor::decode::{Decode, Decoder, Error};
use minicbor::encode::{Encode, Encoder, Write};
use rand_core::CryptoRng;

use crate::hpke_box::{self, KemKey};
use crate::keys::DeviceKeys;
use crate::secret::secret;

secret!(
    /// 32 random bytes that seal a map's records until the next one is minted.
    EpochKey
);

impl EpochKey {
    pub fn id(&self) -> KeyId {
        KeyId(allymap_wire::hash("keyid", &[self.expose()]))
    }

    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.expose().into())
    }
}

/// The epoch keys that this device knows. A key is never taken out: old records stay readable.
#[derive(Clone, Debug, Default)]
pub struct KeyRing(BTreeMap<KeyId, EpochKey>);

impl KeyRing {
    /// Whether it was new.
    pub fn insert(&mut self, key: EpochKey) -> bool {
        self.0.insert(key.id(), key).is_none()
    }

    pub fn get(&self, id: &KeyId) -> Option<&EpochKey> {
        self.0.get(id)
    }

    /// The keys that a record with this tag may be sealed under: one, as good as always.
    pub fn by_tag(&self, tag: KeyTag) -> impl Iterator<Item = &EpochKey> {
        let mut first = [0; 32];
        first[..16].copy_from_slice(&tag.0);
        self.0.range(KeyId(first)..).take_while(move |(id, _)| id.tag() == tag).map(|(_, key)| key)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&KeyId, &EpochKey)> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    #[error("there is no key to wrap")]
    Empty,
    #[error("nothing can be sealed to the key {0:?}")]
    UnusableKey(KemKey),
    #[error("the packet would not fit a record")]
    TooLong(#[source] RecordError),
    #[error("this record is no key packet")]
    NotAPacket,
    /// Boxes are 104 bytes each, and nothing else stands in a packet.
    #[error("this key packet is damaged")]
    Malformed,
    #[error("the box for this device does not open")]
    Forged,
}

/// One key packet with a box for every pair of a key and a recipient.
///
/// A record of kind 2 with the tag of the first key; after its header, per box:
/// `recipient tag (8) ‖ key tag (16) ‖ HPKE box of the key (80)`.
pub fn wrap_keys(
    space: &SpaceId,
    keys: &[&EpochKey],
    recipients: &[KemKey],
    rng: &mut impl CryptoRng,
) -> Result<Record, PacketError> {
    let first = keys.first().ok_or(PacketError::Empty)?;
    let mut bytes = vec![RecordKind::KeyPacket as u8];
    bytes.extend_from_slice(&first.id().tag().0);
    let mut nonce = [0; 24];
    rng.fill_bytes(&mut nonce);
    bytes.extend_from_slice(&nonce);
    let header: [u8; Record::HEADER_BYTES] = bytes.as_slice().try_into().expect("1 + 16 + 24 bytes were just written");
    for key in keys {
        let key_tag = key.id().tag();
        for recipient in recipients {
            let labels = [&recipient_tag(recipient, &key_tag)[..], &key_tag.0].concat();
            let aad = [&header[..], &labels].concat();
            let sealed = hpke_box::seal(recipient, &packet_info(space), &aad, key.expose(), rng)
                .ok_or(PacketError::UnusableKey(*recipient))?;
            bytes.extend_from_slice(&labels);
            bytes.extend_from_slice(&sealed);
        }
    }
    Record::new(bytes).map_err(PacketError::TooLong)
}

/// The keys in a packet that are for this device: none, where it is for others only.
pub fn open_packet(packet: &Record, space: &SpaceId, keys: &DeviceKeys) -> Result<Vec<EpochKey>, PacketError> {
    if packet.kind() != RecordKind::KeyPacket {
        return Err(PacketError::NotAPacket);
    }
    let (header, boxes) = packet.as_bytes().split_at(Record::HEADER_BYTES);
    let (boxes, rest) = boxes.as_chunks::<BOX_BYTES>();
    if !rest.is_empty() {
        return Err(PacketError::Malformed);
    }
    let own = keys.kem_public();
    let mut opened = Vec::new();
    for packed in boxes {
        let (labels, sealed) = packed.split_at(LABEL_BYTES);
        let key_tag = KeyTag::from_slice(&labels[8..]).expect("16 bytes of the labels are left");
        if labels[..8] != recipient_tag(&own, &key_tag) {
            continue;
        }
        let aad = [header, labels].concat();
        let plain = hpke_box::open(keys.kem(), &packet_info(space), &aad, sealed)
            .map(zeroize::Zeroizing::new)
            .ok_or(PacketError::Forged)?;
        let key = EpochKey::from_bytes(plain.as_slice().try_into().map_err(|_| PacketError::Forged)?);
        if key.id().tag() != key_tag {
            return Err(PacketError::Forged);
        }
        opened.push(key);
    }
    Ok(opened)
}

/// An earlier epoch key, sealed under a later one: `nonce (24) ‖ ciphertext (32) ‖ tag (16)`.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(pub [u8; 72]);

impl SealedKey {
    pub fn seal(space: &SpaceId, under: &EpochKey, earlier: &EpochKey, rng: &mut impl CryptoRng) -> SealedKey {
        let mut out = [0; 72];
        rng.fill_bytes(&mut out[..24]);
        let nonce: [u8; 24] = out[..24].try_into().expect("24 bytes");
        let aad = link_aad(space, &under.id(), &earlier.id());
        let sealed = under
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: earlier.expose(), aad: &aad })
            .expect("32 bytes are within the cipher's length");
        out[24..].copy_from_slice(&sealed);
        SealedKey(out)
    }

    pub fn open(&self, space: &SpaceId, under: &EpochKey, earlier: &KeyId) -> Option<EpochKey> {
        let nonce: [u8; 24] = self.0[..24].try_into().expect("24 bytes");
        let aad = link_aad(space, &under.id(), earlier);
        let plain = under
            .cipher()
            .decrypt(&XNonce::from(nonce), Payload { msg: &self.0[24..], aad: &aad })
            .map(zeroize::Zeroizing::new)
            .ok()?;
        let key = EpochKey::from_bytes(plain.as_slice().try_into().ok()?);
        (key.id() == *earlier).then_some(key)
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey(…)")
    }
}

impl<C> Encode<C> for SealedKey {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SealedKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
        let at = d.position();
        d.bytes()?.try_into().map(SealedKey).map_err(|_| Error::message("wrong length of SealedKey").at(at))
    }
}

/// The earlier keys that a Mint operation links and that its key opens. A link that does not open is passed over: it
/// keeps nobody from the others.
pub fn open_links(space: &SpaceId, links: &[(KeyId, SealedKey)], key: &EpochKey) -> Vec<EpochKey> {
    links.iter().filter_map(|(earlier, sealed)| sealed.open(space, key, earlier)).collect()
}

const LABEL_BYTES: usize = 8 + 16;
const BOX_BYTES: usize = LABEL_BYTES + hpke_box::OVERHEAD + 32;

/// Lets a device find its box without trying each, and nobody else tell whose it is without knowing the device's key.
fn recipient_tag(recipient: &KemKey, key: &KeyTag) -> [u8; 8] {
    let mut tag = [0; 8];
    tag.copy_from_slice(&allymap_wire::hash("packet-to", &[&recipient.0, &key.0])[..8]);
    tag
}

fn packet_info(space: &SpaceId) -> Vec<u8> {
    [b"allymap/v1/packet\0", &space.0[..]].concat()
}

fn link_aad(space: &SpaceId, under: &KeyId, earlier: &KeyId) -> Vec<u8> {
    [b"allymap/v1/link\0", &space.0[..], &under.0, &earlier.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::DeviceSeed;
    use crate::tests::chance::Chance;

    const SPACE: SpaceId = SpaceId([2; 32]);

    fn device(seed: u8) -> DeviceKeys {
        DeviceKeys::derive(&DeviceSeed::from_bytes([seed; 32]), &SPACE)
    }

    #[test]
    fn each_recipient_opens_its_box_and_nobody_else_finds_one() {
        let mut rng = Chance::seeded(1);
        let (key, other) = (EpochKey::generate(&mut rng), EpochKey::generate(&mut rng));
        let (ana, ben, eve) = (device(1), device(2), device(3));
        let packet = wrap_keys(&SPACE, &[&key, &other], &[ana.kem_public(), ben.kem_public()], &mut rng).unwrap();
        assert_eq!(packet.as_bytes().len(), Record::HEADER_BYTES + 4 * 104);
        for device in [&ana, &ben] {
            let ids: Vec<KeyId> = open_packet(&packet, &SPACE, device).unwrap().iter().map(EpochKey::id).collect();
            assert_eq!(ids, [key.id(), other.id()]);
        }
        assert!(open_packet(&packet, &SPACE, &eve).unwrap().is_empty());
        let elsewhere = open_packet(&packet, &SpaceId([3; 32]), &ana);
        assert!(matches!(elsewhere, Err(PacketError::Forged)));
    }

    #[test]
    fn no_flipped_bit_of_a_packet_gives_another_key() {
        let mut rng = Chance::seeded(2);
        let key = EpochKey::generate(&mut rng);
        let ana = device(1);
        let packet = wrap_keys(&SPACE, &[&key], &[ana.kem_public()], &mut rng).unwrap().into_bytes();
        for bit in 8..packet.len() * 8 {
            let mut other = packet.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let opened = open_packet(&Record::new(other).unwrap(), &SPACE, &ana);
            let harmless = match &opened {
                Err(PacketError::Forged) => true,
                Ok(keys) => keys.is_empty() && (8 * 41..8 * 65).contains(&bit),
                Err(_) => false,
            };
            // X25519 ignores the highest bit of a point, but HPKE hashes the whole of it: also that flip is noticed.
            assert!(harmless, "bit {bit}: {opened:?}");
        }
    }

    #[test]
    fn two_thousand_devices_fit_one_packet() {
        let boxes = allymap_wire::limits::ACCESS_ENTRIES * BOX_BYTES + Record::HEADER_BYTES;
        assert!(boxes <= allymap_wire::limits::RECORD_BYTES);
    }

    #[test]
    fn a_new_key_leads_to_the_ones_before_it_and_to_no_others() {
        let mut rng = Chance::seeded(3);
        let (new, old) = (EpochKey::generate(&mut rng), EpochKey::generate(&mut rng));
        let links = vec![(old.id(), SealedKey::seal(&SPACE, &new, &old, &mut rng)), (new.id(), SealedKey([0; 72]))];
        let opened = open_links(&SPACE, &links, &new);
        assert_eq!(opened.iter().map(EpochKey::id).collect::<Vec<_>>(), [old.id()]);
        assert!(open_links(&SPACE, &links, &old).is_empty());
        assert!(open_links(&SpaceId([9; 32]), &links, &new).is_empty());
    }

    #[test]
    fn a_ring_finds_keys_by_the_tag_of_a_record() {
        let mut rng = Chance::seeded(4);
        let mut ring = KeyRing::default();
        let keys: Vec<EpochKey> = (0..20).map(|_| EpochKey::generate(&mut rng)).collect();
        for key in &keys {
            assert!(ring.insert(key.clone()));
            assert!(!ring.insert(key.clone()));
        }
        for key in &keys {
            assert_eq!(ring.by_tag(key.id().tag()).map(EpochKey::id).collect::<Vec<_>>(), [key.id()]);
        }
        assert_eq!(ring.by_tag(KeyTag([0; 16])).count(), 0);
    }
}
