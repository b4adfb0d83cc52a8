//! Making operations: what a device with leave to do so adds to the roster. Each is signed over the present heads; nothing is
//! inserted here.

use std::collections::BTreeSet;

use allymap_wire::{DeviceKey, OpId, Record, RelayKey, SpaceId, Timestamp};
use rand_core::CryptoRng;

use super::{Member, Roster};
use crate::epoch::{EpochKey, KeyRing, PacketError, SealedKey, wrap_keys};
use crate::hpke_box::KemKey;
use crate::keys::{DeviceKeys, RootKeys};
use crate::label::{Label, NotALabel};
use crate::op::{Body, Op, Role, SignedOp};

/// Begins a map. The space's id is the hash of these bytes, so whoever knows it knows the root key.
pub fn genesis(root: &RootKeys, nonce: [u8; 32], at: u64) -> SignedOp {
    let keys = root.as_device();
    let body = Body::Genesis { suite: 1, sign: keys.public(), kem: keys.kem_public(), nonce };
    Op { v: 1, space: SpaceId([0; 32]), by: OpId([0; 32]), prev: vec![], at: rounded(Timestamp(at)), body: Some(body) }
        .sign(keys)
}

/// A new epoch key, the packet that carries it, and the operation that says so, to be sealed under the new key.
#[derive(Debug)]
pub struct Minted {
    pub key: EpochKey,
    pub packet: Record,
    pub op: SignedOp,
}

/// A packet with head keys for one member, and the operation that says so.
#[derive(Debug)]
pub struct Shared {
    pub packet: Record,
    pub op: SignedOp,
}

/// Why an operation is not made. Another device would let it have no effect.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error("this device is no member of the map")]
    NotAMember,
    #[error("this needs the role of {0:?} at least")]
    NeedsRole(Role),
    #[error("who grants cannot give more than she has")]
    ExceedsRole,
    #[error("this device does not rank above the other")]
    Outranked,
    #[error("no such device in this map")]
    NoSuchDevice,
    #[error("this device key was removed before; coming back means a new one")]
    KeyIsDead,
    #[error("this device holds none of the keys that were asked for")]
    NoKey,
    #[error("a text or list is over its limit")]
    Limit,
    #[error(transparent)]
    Label(#[from] NotALabel),
    #[error("the keys could not be wrapped")]
    Packet(#[source] PacketError),
}

impl Roster {
    /// Makes a device a member. Give it the head keys afterwards with [`Roster::share`].
    #[expect(clippy::too_many_arguments, reason = "a grant has these fields, and each is a thing of its own")]
    pub fn grant(
        &self,
        keys: &DeviceKeys,
        device: DeviceKey,
        kem: KemKey,
        role: Role,
        name: &str,
        group: &str,
        at: Timestamp,
    ) -> Result<SignedOp, ActError> {
        let issuer = self.acting(keys, Role::Convenor)?;
        if role > issuer.role {
            return Err(ActError::ExceedsRole);
        }
        let rank = (role, -i64::from(issuer.depth) - 1);
        if self.evaluated().is_dead(&device, rank) {
            return Err(ActError::KeyIsDead);
        }
        if !kem.is_usable() {
            return Err(ActError::Packet(PacketError::UnusableKey(kem)));
        }
        let (name, group) = (Label::new(name)?, Label::new(group)?);
        self.sign(keys, issuer, Body::Grant { sign: device, kem, role, name, group, keys: vec![] }, at)
    }

    /// Removes a device, or oneself. `cut`: the heads of its statements that still count.
    pub fn revoke(
        &self,
        keys: &DeviceKeys,
        device: DeviceKey,
        cut: &[[u8; 32]],
        reason: &str,
        at: Timestamp,
    ) -> Result<SignedOp, ActError> {
        let author = self.acting(keys, Role::Reader)?;
        let target = self.member(&device).ok_or(ActError::NoSuchDevice)?;
        if device != author.device && !self.outranks(&author.device, &target.device) {
            return Err(ActError::Outranked);
        }
        let reason = Some(reason).filter(|reason| !reason.is_empty()).map(Label::new).transpose()?;
        let mut cut = cut.to_vec();
        cut.sort();
        cut.dedup();
        self.sign(keys, author, Body::Revoke { sign: device, cut, reason }, at)
    }

    /// A new epoch key for every member, linked to the head keys that this device holds.
    pub fn mint(
        &self,
        keys: &DeviceKeys,
        ring: &KeyRing,
        at: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Minted, ActError> {
        let author = self.acting(keys, Role::Member)?;
        let key = EpochKey::generate(rng);
        let members = &self.evaluated().members;
        let recipients: Vec<KemKey> = members.values().map(|member| member.kem).collect();
        let packet = wrap_keys(&self.space, &[&key], &recipients, rng).map_err(ActError::Packet)?;
        let mut to: Vec<OpId> = members.values().map(|member| member.grant).collect();
        to.sort();
        let links = self
            .head_keys()
            .iter()
            .filter_map(|id| ring.get(id).map(|earlier| (*id, earlier)))
            .take(Op::KEYS)
            .map(|(id, earlier)| (id, SealedKey::seal(&self.space, &key, earlier, rng)))
            .collect();
        let op = self.sign(keys, author, Body::Mint { key: key.id(), links, to, packet: packet.id() }, at)?;
        Ok(Minted { key, packet, op })
    }

    /// The head keys that a member lacks and this device holds, for that member.
    pub fn share(
        &self,
        keys: &DeviceKeys,
        ring: &KeyRing,
        to: &DeviceKey,
        at: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Shared, ActError> {
        let author = self.acting(keys, Role::Member)?;
        let member = self.member(to).ok_or(ActError::NoSuchDevice)?;
        let lacking = self.evaluated().missing.get(to).map(Vec::as_slice).unwrap_or_default();
        let held: Vec<&EpochKey> = lacking.iter().filter_map(|id| ring.get(id)).take(Op::KEYS).collect();
        if held.is_empty() {
            return Err(ActError::NoKey);
        }
        let packet = wrap_keys(&self.space, &held, &[member.kem], rng).map_err(ActError::Packet)?;
        let ids = held.iter().map(|key| key.id()).collect();
        let op = self.sign(keys, author, Body::Share { keys: ids, to: member.grant, packet: packet.id() }, at)?;
        Ok(Shared { packet, op })
    }

    /// Puts a relay into force, or out of it.
    pub fn relay(
        &self,
        keys: &DeviceKeys,
        add: bool,
        url: &str,
        key: RelayKey,
        at: Timestamp,
    ) -> Result<SignedOp, ActError> {
        let author = self.acting(keys, Role::Convenor)?;
        self.sign(keys, author, Body::Relay { add, url: url.into(), key }, at)
    }

    fn acting(&self, keys: &DeviceKeys, role: Role) -> Result<&Member, ActError> {
        let member = self.member(&keys.public()).ok_or(ActError::NotAMember)?;
        if member.role < role { Err(ActError::NeedsRole(role)) } else { Ok(member) }
    }

    fn sign(&self, keys: &DeviceKeys, author: &Member, body: Body, at: Timestamp) -> Result<SignedOp, ActError> {
        let op = Op {
            v: 1,
            space: self.space,
            by: author.grant,
            prev: self.prev_for(author),
            at: rounded(at),
            body: Some(body),
        };
        let signed = op.sign(keys);
        signed.decode().map_err(|_| ActError::Limit)?;
        Ok(signed)
    }

    /// The heads, and where they are too many those first that have this author's grant and last operation behind them.
    fn prev_for(&self, author: &Member) -> Vec<OpId> {
        let mut heads = self.heads();
        if heads.len() > Op::PREV {
            let grant = self.index[&author.grant];
            let own = self
                .entries
                .iter()
                .rposition(|entry| self.entries[entry.by].granted().is_some_and(|(device, _)| device == author.device));
            let covers = |head: &OpId, at: usize| {
                let head = self.index[head];
                head == at || self.entries[head].past.contains(at)
            };
            let first = |at: Option<usize>| at.and_then(|at| heads.iter().position(|head| covers(head, at)));
            let needed: BTreeSet<usize> = [first(Some(grant)), first(own)].into_iter().flatten().collect();
            let rest = (0..heads.len()).filter(|at| !needed.contains(at)).take(Op::PREV - needed.len());
            let chosen: BTreeSet<usize> = needed.iter().copied().chain(rest).collect();
            heads = chosen.into_iter().map(|at| heads[at]).collect();
        }
        heads
    }
}

/// Shared times say the hour and no more.
fn rounded(at: Timestamp) -> u64 {
    at.0 - at.0 % 3_600_000
}
