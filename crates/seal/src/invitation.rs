//! How somebody joins: a code to paste, a sealed offer, a sealed request, and four words that both read aloud.
//!
//! The code carries no key of the map. Whoever finds it may ask; a convenor who compares the words lets nobody else in.

#[cfg(test)]
mod tests;

use std::fmt;

use allymap_wire::{
    BoxToken, CodecError, DeviceKey, OpId, RelayKeyHash, Signature, SpaceId, Timestamp, crockford_decode,
    crockford_encode, limits, op_transcript, verify,
};
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::Zeroize;

use crate::epoch::EpochKey;
use crate::hpke_box::{self, KemKey, KemSecret};
use crate::keys::{DeviceKeys, expand};
use crate::label::Label;
use crate::op::{Body, Role, SignedOp};
use crate::record::{pad, unpad};

/// What an invitation says: which map, which relay, and a secret that names its mailbox and opens the offer.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    pub space: SpaceId,
    pub relay: RelayKeyHash,
    pub secret: [u8; 16],
    /// `ws://host:port` or `wss://host[:port]`. Up to 30 letters keep the whole line within 150.
    pub url: String,
}

/// What the inviter puts into the mailbox. Signed by her device, whose key the four words contain.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Offer {
    #[n(0)]
    v: u8,
    #[n(1)]
    #[cbor(with = "signed_op")]
    pub genesis: SignedOp,
    /// The roster's heads, so that the newcomer knows when she has caught up with who invited her.
    #[n(2)]
    pub heads: Vec<OpId>,
    #[n(3)]
    pub inviter: DeviceKey,
    /// The grant that the inviter acts under.
    #[n(4)]
    pub grant: OpId,
    /// The devices that the request is sealed to: those who may grant.
    #[n(5)]
    pub convenors: Vec<KemKey>,
    #[n(6)]
    pub role: Role,
    /// A suggestion.
    #[n(7)]
    pub group: Option<Label>,
    #[n(8)]
    pub map_name: Label,
    /// Milliseconds since 1970, by the inviter's clock; the relay counts by its own.
    #[n(9)]
    pub expires: u64,
}

/// Who asks to join.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct JoinRequest {
    #[n(0)]
    v: u8,
    #[n(1)]
    pub device: DeviceKey,
    #[n(2)]
    pub kem: KemKey,
    #[n(3)]
    pub name: Label,
    #[n(4)]
    pub group: Label,
    #[n(5)]
    proof: Signature,
}

#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    #[error("an invitation begins with ALLYMAP:")]
    Prefix,
    #[error("a letter in this invitation was changed or left out")]
    Damaged,
    #[error("this was made by a newer version of allymap")]
    Newer,
    #[error("a relay's address in an invitation has at most {max} bytes", max = limits::ADDRESS_BYTES)]
    UrlTooLong,
    #[error("a text or list is over its limit")]
    Limit,
    #[error("nothing can be sealed to the key {0:?}")]
    UnusableKey(KemKey),
    #[error("it was not sealed for this device, or was altered")]
    NotForUs,
    #[error("what is sealed in it is not what was expected")]
    Malformed(#[source] CodecError),
    #[error("it belongs to another map than the invitation")]
    OtherSpace,
    #[error("the signature does not fit")]
    Signature,
}

impl Invitation {
    const PREFIX: &str = "ALLYMAP:";
    const HEAD: usize = 1 + 32 + 16 + 16;
    const CHECK: usize = 3;

    /// `ALLYMAP:` and, in Crockford's base32, `version and form ‖ space (32) ‖ relay (16) ‖ secret (16) ‖ address ‖ check (3)`.
    pub fn to_line(&self) -> Result<String, InvitationError> {
        if self.url.len() > limits::ADDRESS_BYTES {
            return Err(InvitationError::UrlTooLong);
        }
        let (form, address) = Form::pack(&self.url);
        let mut bytes = vec![1 | form << 4];
        bytes.extend_from_slice(&self.space.0);
        bytes.extend_from_slice(&self.relay.0);
        bytes.extend_from_slice(&self.secret);
        bytes.extend_from_slice(&address);
        let check = allymap_wire::hash("invitation", &[&bytes]);
        bytes.extend_from_slice(&check[..Self::CHECK]);
        Ok(format!("{}{}", Self::PREFIX, crockford_encode(&bytes)))
    }

    pub fn from_line(line: &str) -> Result<Invitation, InvitationError> {
        let line = line.trim();
        let head = line.get(..Self::PREFIX.len()).ok_or(InvitationError::Prefix)?;
        if !head.eq_ignore_ascii_case(Self::PREFIX) {
            return Err(InvitationError::Prefix);
        }
        let code = &line[Self::PREFIX.len()..];
        if code.len() > 2 * (Self::HEAD + limits::ADDRESS_BYTES + Self::CHECK) {
            return Err(InvitationError::Damaged);
        }
        let bytes = crockford_decode(code).ok_or(InvitationError::Damaged)?;
        if bytes.len() < Self::HEAD + Self::CHECK {
            return Err(InvitationError::Damaged);
        }
        let (body, check) = bytes.split_at(bytes.len() - Self::CHECK);
        if allymap_wire::hash("invitation", &[body])[..Self::CHECK] != *check {
            return Err(InvitationError::Damaged);
        }
        let (version, form) = (body[0] & 0x0f, body[0] >> 4);
        if version != 1 {
            return Err(InvitationError::Newer);
        }
        Ok(Invitation {
            space: SpaceId::from_slice(&body[1..33]).ok_or(InvitationError::Damaged)?,
            relay: RelayKeyHash::from_slice(&body[33..49]).ok_or(InvitationError::Damaged)?,
            secret: body[49..65].try_into().map_err(|_| InvitationError::Damaged)?,
            url: Form::unpack(form, &body[65..])?,
        })
    }

    /// The mailbox on the relay. The relay learns neither the secret nor the map from it.
    pub fn mailbox(&self) -> BoxToken {
        BoxToken(allymap_wire::hash("mailbox", &[&self.space.0, &self.secret]))
    }

    /// Seals and signs the offer for whoever has this invitation.
    pub fn seal_offer(
        &self,
        keys: &DeviceKeys,
        offer: &Offer,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, InvitationError> {
        let bytes = allymap_wire::encode(offer);
        let signature = keys.sign(&offer_transcript(&self.space, &bytes));
        let plain = pad(allymap_wire::encode(&(ByteVec::from(bytes), signature)));
        let (_, public) = self.key_pair();
        let sealed = hpke_box::seal(&public, &self.info(b"offer"), b"", &plain, rng)
            .ok_or(InvitationError::UnusableKey(public))?;
        if sealed.len() > limits::MAILBOX_BYTES {
            return Err(InvitationError::Limit);
        }
        Ok(sealed)
    }

    /// Opens the offer and checks that it is for the map that the code names, and signed by the inviter that it names.
    pub fn open_offer(&self, sealed: &[u8]) -> Result<Offer, InvitationError> {
        let (secret, _) = self.key_pair();
        let padded = hpke_box::open(&secret, &self.info(b"offer"), b"", sealed).ok_or(InvitationError::NotForUs)?;
        let plain = unpad(&padded).ok_or(InvitationError::NotForUs)?;
        let (bytes, signature): (ByteVec, Signature) =
            allymap_wire::decode(plain).map_err(InvitationError::Malformed)?;
        if version(&bytes).is_some_and(|version| version > 1) {
            return Err(InvitationError::Newer);
        }
        let offer: Offer = allymap_wire::decode(&bytes).map_err(InvitationError::Malformed)?;
        if !verify(&offer.inviter, &offer_transcript(&self.space, &bytes), &signature) {
            return Err(InvitationError::Signature);
        }
        if SpaceId::of(&offer.genesis.bytes) != self.space {
            return Err(InvitationError::OtherSpace);
        }
        let root = match offer.genesis.decode().ok().and_then(|op| op.body) {
            Some(Body::Genesis { sign, .. }) => sign,
            _ => return Err(InvitationError::OtherSpace),
        };
        if !verify(&root, &op_transcript(&offer.genesis.bytes), &offer.genesis.signature) {
            return Err(InvitationError::Signature);
        }
        let fits = offer.v == 1
            && !offer.convenors.is_empty()
            && offer.convenors.len() <= CONVENORS
            && offer.heads.len() <= CONVENORS;
        if fits { Ok(offer) } else { Err(InvitationError::Limit) }
    }

    /// Seals a request to join for every convenor.
    ///
    /// `nonce (24) ‖ boxes (2) ‖ box (80) … ‖ ciphertext`: each box holds one fresh key, under which the request is sealed.
    pub fn seal_request(
        &self,
        convenors: &[KemKey],
        request: &JoinRequest,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, InvitationError> {
        if convenors.is_empty() || convenors.len() > CONVENORS {
            return Err(InvitationError::Limit);
        }
        let key = EpochKey::generate(rng);
        let mut nonce = [0; 24];
        rng.fill_bytes(&mut nonce);
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&(convenors.len() as u16).to_be_bytes());
        for convenor in convenors {
            let sealed = hpke_box::seal(convenor, &self.info(b"request"), &nonce, key.expose(), rng)
                .ok_or(InvitationError::UnusableKey(*convenor))?;
            bytes.extend_from_slice(&sealed);
        }
        let plain = pad(allymap_wire::encode(request));
        let sealed = key
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &bytes })
            .expect("a request's length is far below the cipher's");
        bytes.extend_from_slice(&sealed);
        if bytes.len() > limits::MAILBOX_BYTES { Err(InvitationError::Limit) } else { Ok(bytes) }
    }

    /// Opens a request with a convenor's keys and checks that whoever made it holds the device key and this invitation.
    pub fn open_request(&self, keys: &DeviceKeys, sealed: &[u8]) -> Result<JoinRequest, InvitationError> {
        let parts = || {
            let (nonce, rest) = sealed.split_first_chunk::<24>()?;
            let (count, rest) = rest.split_first_chunk::<2>()?;
            let count = usize::from(u16::from_be_bytes(*count));
            let (boxes, ciphertext) = rest.split_at_checked(count * REQUEST_BOX)?;
            Some((nonce, boxes, ciphertext))
        };
        let (nonce, boxes, ciphertext) = parts().ok_or(InvitationError::NotForUs)?;
        let key = boxes
            .chunks_exact(REQUEST_BOX)
            .take(CONVENORS)
            .find_map(|packed| hpke_box::open(keys.kem(), &self.info(b"request"), nonce, packed))
            .and_then(|mut key| {
                let opened = key.as_slice().try_into().ok().map(EpochKey::from_bytes);
                key.zeroize();
                opened
            })
            .ok_or(InvitationError::NotForUs)?;
        let aad = &sealed[..sealed.len() - ciphertext.len()];
        let padded = key
            .cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad })
            .map_err(|_| InvitationError::NotForUs)?;
        let plain = unpad(&padded).ok_or(InvitationError::NotForUs)?;
        if version(plain).is_some_and(|version| version > 1) {
            return Err(InvitationError::Newer);
        }
        let request: JoinRequest = allymap_wire::decode(plain).map_err(InvitationError::Malformed)?;
        if request.v != 1 {
            return Err(InvitationError::Limit);
        }
        if !request.kem.is_usable() {
            return Err(InvitationError::UnusableKey(request.kem));
        }
        if !verify(&request.device, &request.transcript(self), &request.proof) {
            return Err(InvitationError::Signature);
        }
        Ok(request)
    }

    fn key_pair(&self) -> (KemSecret, KemKey) {
        hpke_box::key_pair(expand(&self.secret, &self.space.0, b"allymap/v1/invitation-kem").as_slice())
    }

    fn info(&self, what: &[u8]) -> Vec<u8> {
        [b"allymap/v1/invitation\0", what, &[0], &self.space.0].concat()
    }
}

impl Offer {
    #[expect(clippy::too_many_arguments, reason = "an offer has these fields")]
    pub fn new(
        genesis: SignedOp,
        heads: Vec<OpId>,
        inviter: DeviceKey,
        grant: OpId,
        mut convenors: Vec<KemKey>,
        role: Role,
        group: Option<Label>,
        map_name: Label,
        expires: Timestamp,
    ) -> Offer {
        convenors.truncate(CONVENORS);
        let heads = heads.into_iter().take(CONVENORS).collect();
        Offer { v: 1, genesis, heads, inviter, grant, convenors, role, group, map_name, expires: expires.0 }
    }
}

impl JoinRequest {
    /// The device signs that it asks, with this name, by this invitation.
    pub fn new(keys: &DeviceKeys, invitation: &Invitation, name: Label, group: Label) -> JoinRequest {
        let mut request =
            JoinRequest { v: 1, device: keys.public(), kem: keys.kem_public(), name, group, proof: Signature([0; 64]) };
        request.proof = keys.sign(&request.transcript(invitation));
        request
    }

    fn transcript(&self, invitation: &Invitation) -> Vec<u8> {
        let fields = allymap_wire::encode(&(self.v, self.device, self.kem, &self.name, &self.group));
        [b"allymap/v1/join\0", &invitation.space.0[..], &invitation.secret, &fields].concat()
    }
}

/// What both sides read aloud: 44 bits over the map, both devices and the invitation, as words of BIP-39's list. The
/// newcomer's keys reach only the convenors, so nobody can look for others that give the same words.
pub fn four_words(
    space: &SpaceId,
    newcomer: &DeviceKey,
    newcomer_kem: &KemKey,
    inviter: &DeviceKey,
    secret: &[u8; 16],
) -> [&'static str; 4] {
    let hash = allymap_wire::hash("four-words", &[&space.0, &newcomer.0, &newcomer_kem.0, &inviter.0, secret]);
    let mut bits = u64::from_be_bytes(hash[..8].try_into().expect("a hash has 32 bytes"));
    let list = bip39::Language::English.word_list();
    std::array::from_fn(|_| {
        bits = bits.rotate_left(11);
        list[(bits & 2_047) as usize]
    })
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation({:?}, {})", self.space, self.url)
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Offer({:?} by {:?})", self.role, self.inviter)
    }
}

impl fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinRequest({:?})", self.device)
    }
}

const CONVENORS: usize = 64;
const REQUEST_BOX: usize = hpke_box::OVERHEAD + 32;

fn offer_transcript(space: &SpaceId, bytes: &[u8]) -> Vec<u8> {
    [b"allymap/v1/offer\0", &space.0[..], bytes].concat()
}

fn version(bytes: &[u8]) -> Option<u8> {
    let mut d = minicbor::Decoder::new(bytes);
    d.array().ok()?;
    d.u8().ok()
}

/// How an address is written: its scheme, and three letters in two bytes where they allow it, because a QR code that a
/// phone reads from a terminal must be small.
struct Form;

impl Form {
    const PACKED: u8 = 2;
    const INSECURE: u8 = 1;
    const LETTERS: &[u8; 39] = b"abcdefghijklmnopqrstuvwxyz0123456789.-:";

    fn pack(url: &str) -> (u8, Vec<u8>) {
        let (insecure, host) = match (url.strip_prefix("wss://"), url.strip_prefix("ws://")) {
            (Some(host), _) => (0, host),
            (None, Some(host)) => (Self::INSECURE, host),
            // Anything else is kept whole, and understood by whoever connects.
            (None, None) => return (4, url.as_bytes().to_vec()),
        };
        let codes: Option<Vec<u16>> = host
            .bytes()
            .map(|letter| Self::LETTERS.iter().position(|known| *known == letter).map(|at| at as u16 + 1))
            .collect();
        match codes {
            None => (insecure, host.as_bytes().to_vec()),
            Some(codes) => {
                let letter = |three: &[u16], at: usize| three.get(at).copied().unwrap_or(0);
                let packed = codes
                    .chunks(3)
                    .flat_map(|three| {
                        (letter(three, 0) * 1_600 + letter(three, 1) * 40 + letter(three, 2)).to_be_bytes()
                    })
                    .collect();
                (Self::PACKED | insecure, packed)
            }
        }
    }

    fn unpack(form: u8, bytes: &[u8]) -> Result<String, InvitationError> {
        let damaged = || InvitationError::Damaged;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| InvitationError::Damaged);
        let url = match form {
            0 => format!("wss://{}", text(bytes)?),
            1 => format!("ws://{}", text(bytes)?),
            2 | 3 => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                let mut host = Vec::new();
                for pair in pairs {
                    let packed = u16::from_be_bytes(*pair);
                    for code in [packed / 1_600, packed / 40 % 40, packed % 40] {
                        if let Some(at) = code.checked_sub(1) {
                            host.push(*Self::LETTERS.get(usize::from(at)).ok_or_else(damaged)?);
                        }
                    }
                }
                if !rest.is_empty() {
                    return Err(damaged());
                }
                format!("{}{}", if form == 3 { "ws://" } else { "wss://" }, text(&host)?)
            }
            4 => text(bytes)?,
            _ => return Err(InvitationError::Newer),
        };
        // One invitation has one line.
        if Self::pack(&url) == (form, bytes.to_vec()) { Ok(url) } else { Err(damaged()) }
    }
}

/// A signed operation as `[bytes, signature]`.
mod signed_op {
    use super::*;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{Encoder, Write};

    pub(super) fn encode<C, W: Write>(
        op: &SignedOp,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?.bytes(&op.bytes)?.bytes(&op.signature.0)?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<SignedOp, Error> {
        let (bytes, signature): (ByteVec, ByteArray<64>) = d.decode()?;
        Ok(SignedOp { bytes: bytes.into(), signature: Signature(signature.into()) })
    }
}
