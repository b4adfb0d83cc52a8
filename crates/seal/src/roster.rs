//! The roster: who may read and write a map, as a set of signed operations.
//!
//! The set is causally closed (what an operation names as earlier is there too) and only grows. What it means is a pure
//! function of the set, whatever the order in which it came: see [`evaluate`].

mod acts;
mod evaluate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use allymap_wire::{DeviceKey, DocumentId, KeyId, OpId, RelayKey, SpaceId, op_transcript, verify};

use crate::hpke_box::KemKey;
use crate::op::{Body, Op, OpError, Role, SignedOp};
use evaluate::{Bits, Evaluation};

pub use acts::{ActError, Minted, Shared, genesis};

/// The operations of one map, and those that wait for earlier ones.
#[derive(Clone)]
pub struct Roster {
    space: SpaceId,
    entries: Vec<Entry>,
    index: BTreeMap<OpId, usize>,
    heads: BTreeSet<OpId>,
    waiting: BTreeMap<OpId, (SignedOp, Op)>,
    waiting_bytes: usize,
    evaluation: OnceLock<Evaluation>,
}

/// An operation of the set, with what evaluation needs of its place in it.
#[derive(Clone)]
struct Entry {
    id: OpId,
    signed: SignedOp,
    op: Op,
    /// The entry of the grant it was authored under; the genesis's own for the genesis.
    by: usize,
    /// The entries before it.
    past: Bits,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is in the set now, and so are those that had waited for it, in causal order.
    Added(Vec<OpId>),
    Known,
    /// Kept aside until these are here. Where they are here already, until this program understands them.
    Waiting {
        missing: Vec<OpId>,
    },
}

/// A device that belongs to the map now, by the best of its grants.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    pub device: DeviceKey,
    pub kem: KemKey,
    pub role: Role,
    pub name: String,
    pub group: String,
    pub grant: OpId,
    /// Its distance from the root in the tree of grants.
    pub depth: u32,
}

/// A device that belongs to the map or once did.
#[derive(Clone, PartialEq, Eq)]
pub struct FormerMember {
    pub device: DeviceKey,
    pub name: String,
    pub group: String,
    /// The removal that ended it; nothing for who is still there.
    pub removed: Option<OpId>,
}

/// Whether what a device wrote into documents counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No grant of it is known: its statements wait.
    Unknown,
    /// It may read only: its statements do not count.
    Reader,
    /// Its statements count.
    Member,
    /// It was removed: a statement counts that lies at or before a head of *every* one of these cuts.
    Removed { cuts: Vec<Vec<[u8; 32]>> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayInForce {
    pub key: RelayKey,
    pub url: String,
}

impl Roster {
    /// Operations and bytes that may wait for earlier ones.
    const WAITING: usize = 2_000;
    const WAITING_BYTES: usize = 8 << 20;

    pub fn new(genesis: SignedOp) -> Result<Roster, OpError> {
        let op = genesis.decode()?;
        let Some(Body::Genesis { sign, kem, .. }) = &op.body else {
            return Err(OpError::NotGenesis);
        };
        if !verify(sign, &op_transcript(&genesis.bytes), &genesis.signature) {
            return Err(OpError::Signature);
        }
        if !kem.is_usable() {
            return Err(OpError::UnusableKey);
        }
        let id = genesis.id();
        Ok(Roster {
            space: SpaceId::of(&genesis.bytes),
            entries: vec![Entry { id, signed: genesis, op, by: 0, past: Bits::default() }],
            index: BTreeMap::from([(id, 0)]),
            heads: BTreeSet::from([id]),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            evaluation: OnceLock::new(),
        })
    }

    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Takes an operation in. An error is final, except that of a full waiting room.
    pub fn insert(&mut self, signed: SignedOp) -> Result<Inserted, OpError> {
        let id = signed.id();
        if self.contains(&id) {
            return Ok(Inserted::Known);
        }
        let op = signed.decode()?;
        if matches!(op.body, Some(Body::Genesis { .. })) {
            return Err(OpError::SecondGenesis);
        }
        if op.space != self.space {
            return Err(OpError::OtherSpace);
        }
        match self.admit(id, &signed, &op)? {
            Some(missing) => {
                self.wait(id, signed, op)?;
                Ok(Inserted::Waiting { missing })
            }
            None => {
                let mut added = vec![self.add(id, signed, op)];
                self.forget_waiting(&id);
                self.add_waiting(&mut added);
                self.evaluation = OnceLock::new();
                Ok(Inserted::Added(added))
            }
        }
    }

    pub fn contains(&self, id: &OpId) -> bool {
        self.index.contains_key(id)
    }

    /// Whether it was taken in, but waits for others. Who waited and is neither here nor there any more was refused.
    pub fn is_waiting(&self, id: &OpId) -> bool {
        self.waiting.contains_key(id)
    }

    /// All operations, each after those that it names as earlier.
    pub fn ops(&self) -> impl Iterator<Item = (OpId, &SignedOp, &Op)> {
        self.entries.iter().map(|entry| (entry.id, &entry.signed, &entry.op))
    }

    pub fn op(&self, id: &OpId) -> Option<(&SignedOp, &Op)> {
        let entry = &self.entries[*self.index.get(id)?];
        Some((&entry.signed, &entry.op))
    }

    /// Who authored an operation.
    pub fn author(&self, id: &OpId) -> Option<DeviceKey> {
        let entry = &self.entries[*self.index.get(id)?];
        self.entries[entry.by].granted().map(|(device, _)| device)
    }

    pub fn genesis(&self) -> &SignedOp {
        &self.entries[0].signed
    }

    /// The operations that no other names as earlier, ascending.
    pub fn heads(&self) -> Vec<OpId> {
        self.heads.iter().copied().collect()
    }

    /// Whether an operation has effect.
    pub fn is_effective(&self, id: &OpId) -> bool {
        self.index.get(id).is_some_and(|at| self.evaluated().effective[*at])
    }

    /// Who belongs to the map now, the root and readers too, in order of their device keys.
    pub fn members(&self) -> Vec<Member> {
        self.evaluated().members.values().cloned().collect()
    }

    pub fn member(&self, device: &DeviceKey) -> Option<&Member> {
        self.evaluated().members.get(device)
    }

    /// Who a device is or was, for names beside old entries.
    pub fn was_member(&self, device: &DeviceKey) -> Option<FormerMember> {
        self.evaluated().former.get(device).cloned()
    }

    /// All that ever belonged, in order of their device keys.
    pub fn former_members(&self) -> Vec<FormerMember> {
        self.evaluated().former.values().cloned().collect()
    }

    pub fn standing(&self, device: &DeviceKey) -> Standing {
        self.evaluated().standing.get(device).cloned().unwrap_or(Standing::Unknown)
    }

    /// Whether `a` may remove `b`: its rank is strictly higher, and it convenes.
    pub fn outranks(&self, a: &DeviceKey, b: &DeviceKey) -> bool {
        match (self.member(a), self.member(b)) {
            (Some(a), Some(b)) => a.role >= Role::Convenor && a.rank() > b.rank(),
            _ => false,
        }
    }

    /// The epoch keys that no later one leads to, ascending. Only some of them may seal.
    pub fn head_keys(&self) -> &[KeyId] {
        &self.evaluated().head_keys
    }

    /// The head keys that may seal: everybody who was ever given one is a member now. None: mint first.
    pub fn clean_keys(&self) -> &[KeyId] {
        &self.evaluated().clean_keys
    }

    /// The clean keys that every member has: what roster operations are sealed under. None: mint first.
    pub fn roster_keys(&self) -> &[KeyId] {
        &self.evaluated().roster_keys
    }

    /// Every key that was ever announced, also by an operation without effect: they still open records.
    pub fn announced_keys(&self) -> BTreeSet<KeyId> {
        self.entries
            .iter()
            .filter_map(|entry| match entry.op.body {
                Some(Body::Mint { key, .. }) => Some(key),
                _ => None,
            })
            .collect()
    }

    /// The devices that were ever given a key, as far as the operations tell.
    pub fn recipients_of(&self, key: &KeyId) -> BTreeSet<DeviceKey> {
        self.evaluated().knowledge.of(key)
    }

    /// Members without a head key, and the head keys they lack.
    pub fn missing_shares(&self) -> Vec<(Member, Vec<KeyId>)> {
        let evaluated = self.evaluated();
        evaluated.missing.iter().map(|(device, keys)| (evaluated.members[device].clone(), keys.clone())).collect()
    }

    /// Relays in force, in order of their keys. An addition stands unless a removal has seen it.
    pub fn relays(&self) -> &[RelayInForce] {
        &self.evaluated().relays
    }

    /// Documents that are erased.
    pub fn erased(&self) -> &BTreeSet<DocumentId> {
        &self.evaluated().erased
    }

    /// Pairs of operations of one device that do not follow each other: it was restored from a copy, or copied.
    pub fn forks(&self) -> Vec<(DeviceKey, OpId, OpId)> {
        let mut last: BTreeMap<DeviceKey, usize> = BTreeMap::new();
        let mut forks = Vec::new();
        for (at, entry) in self.entries.iter().enumerate().skip(1) {
            let Some((device, _)) = self.entries[entry.by].granted() else { continue };
            if let Some(before) = last.insert(device, at)
                && !entry.past.contains(before)
            {
                forks.push((device, self.entries[before].id, entry.id));
            }
        }
        forks
    }

    fn evaluated(&self) -> &Evaluation {
        self.evaluation.get_or_init(|| Evaluation::of(&self.entries))
    }

    /// What must come first, or nothing if it may be added now. A function of the operation and its past only.
    fn admit(&self, id: OpId, signed: &SignedOp, op: &Op) -> Result<Option<Vec<OpId>>, OpError> {
        let missing: Vec<OpId> = op.prev.iter().filter(|id| !self.contains(id)).copied().collect();
        if !missing.is_empty() {
            return Ok(Some(missing));
        }
        debug_assert_eq!(id, signed.id());
        let past = self.past_of(op);
        let in_past = |id: &OpId| self.index.get(id).copied().filter(|at| past.contains(*at));
        let by = in_past(&op.by).ok_or(OpError::NoGrant)?;
        let Some((author, _)) = self.entries[by].granted() else {
            return match self.entries[by].op.body {
                None => Ok(Some(vec![op.by])),
                Some(_) => Err(OpError::NoGrant),
            };
        };
        if !verify(&author, &op_transcript(&signed.bytes), &signed.signature) {
            return Err(OpError::Signature);
        }
        let grants: &[OpId] = match &op.body {
            Some(Body::Mint { to, .. }) => to,
            Some(Body::Share { to, .. }) => std::slice::from_ref(to),
            _ => &[],
        };
        for grant in grants {
            let at = in_past(grant).ok_or(OpError::Reference)?;
            if self.entries[at].op.body.is_some() && self.entries[at].granted().is_none() {
                return Err(OpError::Reference);
            }
        }
        match &op.body {
            Some(Body::Grant { kem, .. }) if !kem.is_usable() => Err(OpError::UnusableKey),
            _ => Ok(None),
        }
    }

    fn past_of(&self, op: &Op) -> Bits {
        let mut past = Bits::default();
        for id in &op.prev {
            let at = self.index[id];
            past.join(&self.entries[at].past);
            past.insert(at);
        }
        past
    }

    fn add(&mut self, id: OpId, signed: SignedOp, op: Op) -> OpId {
        let past = self.past_of(&op);
        let by = self.index[&op.by];
        for earlier in &op.prev {
            self.heads.remove(earlier);
        }
        self.heads.insert(id);
        self.index.insert(id, self.entries.len());
        self.entries.push(Entry { id, signed, op, by, past });
        id
    }

    fn wait(&mut self, id: OpId, signed: SignedOp, op: Op) -> Result<(), OpError> {
        if self.waiting.contains_key(&id) {
            return Ok(());
        }
        let full = self.waiting.len() >= Self::WAITING || self.waiting_bytes + signed.bytes.len() > Self::WAITING_BYTES;
        if full {
            return Err(OpError::TooManyWaiting);
        }
        self.waiting_bytes += signed.bytes.len();
        self.waiting.insert(id, (signed, op));
        Ok(())
    }

    fn forget_waiting(&mut self, id: &OpId) -> Option<(SignedOp, Op)> {
        let (signed, op) = self.waiting.remove(id)?;
        self.waiting_bytes -= signed.bytes.len();
        Some((signed, op))
    }

    fn add_waiting(&mut self, added: &mut Vec<OpId>) {
        let is_awaited = self.waiting.values().any(|(_, op)| added.iter().any(|id| op.prev.contains(id)));
        if !is_awaited {
            return;
        }
        // Who waits for whom, so that a long chain that came backwards does not cost its square.
        let mut followers: BTreeMap<OpId, Vec<OpId>> = BTreeMap::new();
        for (id, (_, op)) in &self.waiting {
            for earlier in &op.prev {
                followers.entry(*earlier).or_default().push(*id);
            }
        }
        let mut next = 0;
        while next < added.len() {
            for id in followers.remove(&added[next]).unwrap_or_default() {
                let Some((signed, op)) = self.waiting.get(&id) else { continue };
                match self.admit(id, signed, op) {
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        let (signed, op) = self.forget_waiting(&id).expect("it was looked up just now");
                        added.push(self.add(id, signed, op));
                    }
                    Err(_) => drop(self.forget_waiting(&id)),
                }
            }
            next += 1;
        }
    }
}

impl Entry {
    /// The device and role that this operation grants, if it grants anything.
    fn granted(&self) -> Option<(DeviceKey, Role)> {
        match &self.op.body {
            Some(Body::Genesis { sign, .. }) => Some((*sign, Role::Root)),
            Some(Body::Grant { sign, role, .. }) => Some((*sign, *role)),
            _ => None,
        }
    }
}

impl Member {
    fn rank(&self) -> (Role, i64) {
        (self.role, -i64::from(self.depth))
    }
}

impl Standing {
    /// Whether a statement counts. `keeps` says whether it lies at or before one of these heads. Nothing: it waits.
    pub fn counts(&self, mut keeps: impl FnMut(&[[u8; 32]]) -> bool) -> Option<bool> {
        match self {
            Standing::Unknown => None,
            Standing::Reader => Some(false),
            Standing::Member => Some(true),
            Standing::Removed { cuts } => Some(cuts.iter().all(|cut| keeps(cut))),
        }
    }
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster({} operations, {} waiting)", self.entries.len(), self.waiting.len())
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({:?}, {:?}, depth {})", self.device, self.role, self.depth)
    }
}

impl fmt::Debug for FormerMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormerMember({:?}, removed by {:?})", self.device, self.removed)
    }
}
