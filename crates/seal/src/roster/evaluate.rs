//! What a set of operations means. A pure function of the set: the order in which it came shows nowhere.
//!
//! - A grant's rank is its role, and inside a role its nearness to the root. Who grants convenes, and gives no more than
//!   she has.
//! - A removal *hits* a grant of the key it names if its author's grant ranks strictly higher.
//! - An operation counts if the grant it was authored under counts, and every counting removal that hits this grant has
//!   seen the operation: what is concurrent, later or backdated is void.
//! - Who removes herself ends every grant of hers that ranks no higher than the one she acts under, and voids only what
//!   comes after it.
//!
//! Why this ends: to decide an operation one looks at operations authored under strictly higher ranks, and, for
//! self-removals, at operations of the same or a higher rank in its own past. Neither can go on for ever.

use std::collections::{BTreeMap, BTreeSet};

use allymap_wire::{DeviceKey, DocumentId, KeyId, OpId, RelayKey};

use super::{Entry, FormerMember, Member, RelayInForce, Standing};
use crate::op::{Body, Role};

/// A role and how near the root: the higher may remove the lower.
pub(super) type Rank = (Role, i64);

/// All that is read from the set.
#[derive(Clone)]
pub(super) struct Evaluation {
    pub(super) effective: Vec<bool>,
    pub(super) members: BTreeMap<DeviceKey, Member>,
    pub(super) former: BTreeMap<DeviceKey, FormerMember>,
    pub(super) standing: BTreeMap<DeviceKey, Standing>,
    pub(super) head_keys: Vec<KeyId>,
    pub(super) clean_keys: Vec<KeyId>,
    pub(super) roster_keys: Vec<KeyId>,
    pub(super) knowledge: Knowledge,
    pub(super) missing: BTreeMap<DeviceKey, Vec<KeyId>>,
    pub(super) relays: Vec<RelayInForce>,
    pub(super) erased: BTreeSet<DocumentId>,
    /// For each key that an effective removal names: the highest rank that it ends.
    dead: BTreeMap<DeviceKey, Vec<Death>>,
}

/// Evaluation did not come to an end: a rule is broken. Never with the rules as they are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NeverEnds;

/// The rules that tests break on purpose, each to show that some property notices.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Equals may remove each other.
    EqualsRemove,
    /// Any convenor removes anybody.
    AnyConvenorRemoves,
    /// A removal does not void what it had not seen.
    UnseenStands,
    /// A grant may exceed its issuer's role.
    GrantsExceed,
    /// A self-removal voids what is concurrent, as any other does.
    SelfRemovalHits,
    /// A self-removal under a lower grant ends a higher grant of the same key.
    SelfRemovalOfHigher,
    /// Keys given with a grant are forgotten.
    GrantedKeysUncounted,
    /// Keys given by a share are forgotten.
    SharedKeysUncounted,
    /// Who minted a key is not counted as knowing it.
    MinterUncounted,
    /// Mints without effect are not counted as having given their key away.
    VoidMintsUncounted,
    /// A key leads to its predecessors, but knowing it is not counted as knowing them.
    LinksUncounted,
}

macro_rules! broken {
    ($rules:expr, $rule:ident) => {{
        #[cfg(test)]
        let broken = $rules.0 == Some(Broken::$rule);
        #[cfg(not(test))]
        let broken = {
            let Rules() = $rules;
            false
        };
        broken
    }};
}

/// The rules; in tests, perhaps with one broken.
#[cfg(test)]
#[derive(Clone, Copy)]
pub(super) struct Rules(pub(super) Option<Broken>);
#[cfg(not(test))]
#[derive(Clone, Copy)]
pub(super) struct Rules();

impl Evaluation {
    pub(super) fn of(entries: &[Entry]) -> Evaluation {
        #[cfg(test)]
        let rules = Rules(None);
        #[cfg(not(test))]
        let rules = Rules();
        Self::by(rules, entries).expect("ranks strictly rise along 'may remove', and the past is finite")
    }

    pub(super) fn by(rules: Rules, entries: &[Entry]) -> Result<Evaluation, NeverEnds> {
        let set = Set::of(rules, entries);
        let effective = set.effective()?;
        let endings = set.endings(&effective);
        let mut evaluation = Evaluation {
            members: set.members(&effective, &endings),
            former: set.former(&effective, &endings),
            standing: set.standing(&effective, &endings),
            dead: set.deaths(&effective),
            head_keys: set.head_keys(&effective),
            clean_keys: vec![],
            roster_keys: vec![],
            knowledge: set.knowledge(&effective),
            missing: BTreeMap::new(),
            relays: set.relays(&effective),
            erased: set.erased(&effective),
            effective,
        };
        let Evaluation { members, head_keys, knowledge, .. } = &evaluation;
        let is_clean = |key: &&KeyId| knowledge.of(key).iter().all(|device| members.contains_key(device));
        let clean_keys: Vec<KeyId> = head_keys.iter().filter(is_clean).copied().collect();
        let given = set.given(&evaluation.effective);
        let mut missing: BTreeMap<DeviceKey, Vec<KeyId>> = BTreeMap::new();
        for device in members.keys() {
            let lacking: Vec<KeyId> =
                head_keys.iter().filter(|key| !given.get(key).is_some_and(|to| to.contains(device))).copied().collect();
            if !lacking.is_empty() {
                missing.insert(*device, lacking);
            }
        }
        let lacks = |key: &KeyId| missing.values().any(|lacking| lacking.contains(key));
        evaluation.roster_keys = clean_keys.iter().filter(|key| !lacks(key)).copied().collect();
        evaluation.clean_keys = clean_keys;
        evaluation.missing = missing;
        Ok(evaluation)
    }

    /// Whether a grant of this rank to this device would be dead on arrival.
    pub(super) fn is_dead(&self, device: &DeviceKey, rank: Rank) -> bool {
        self.dead.get(device).is_some_and(|deaths| deaths.iter().any(|death| death.ends(rank)))
    }
}

/// An effective removal, as it falls on any grant of the key it names.
#[derive(Clone, Copy)]
struct Death {
    by: Rank,
    own: bool,
}

impl Death {
    fn ends(&self, rank: Rank) -> bool {
        if self.own { self.by >= rank } else { self.by.0 >= Role::Convenor && self.by > rank }
    }
}

/// The set, prepared: what each grant gives, and the removals by the key they name.
struct Set<'a> {
    rules: Rules,
    entries: &'a [Entry],
    grants: Vec<Option<Grant>>,
    /// The device that each grant is for, by the grant's name.
    devices: BTreeMap<OpId, DeviceKey>,
    removals: BTreeMap<DeviceKey, Vec<usize>>,
}

#[derive(Clone, Copy)]
struct Grant {
    device: DeviceKey,
    role: Role,
    depth: u32,
    parent: usize,
    /// Whether everybody from the root to here was allowed to grant what she granted.
    sound: bool,
}

impl Grant {
    fn rank(&self) -> Rank {
        (self.role, -i64::from(self.depth))
    }
}

impl<'a> Set<'a> {
    fn of(rules: Rules, entries: &'a [Entry]) -> Set<'a> {
        let mut grants: Vec<Option<Grant>> = Vec::with_capacity(entries.len());
        let mut removals: BTreeMap<DeviceKey, Vec<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if let Some(Body::Revoke { sign, .. }) = &entry.op.body {
                removals.entry(*sign).or_default().push(at);
            }
            grants.push(entry.granted().map(|(device, role)| {
                if at == 0 {
                    return Grant { device, role, depth: 0, parent: 0, sound: true };
                }
                let parent = grants[entry.by].expect("an operation is authored under a grant");
                let within = broken!(rules, GrantsExceed) || role <= parent.role;
                Grant {
                    device,
                    role,
                    depth: parent.depth + 1,
                    parent: entry.by,
                    sound: parent.sound && parent.role >= Role::Convenor && within,
                }
            }));
        }
        let devices = entries.iter().filter_map(|entry| Some((entry.id, entry.granted()?.0))).collect();
        Set { rules, entries, grants, devices, removals }
    }

    /// The grant that an operation was authored under.
    fn author(&self, at: usize) -> Grant {
        self.grants[self.entries[at].by].expect("an operation is authored under a grant")
    }

    /// Which operations have effect.
    fn effective(&self) -> Result<Vec<bool>, NeverEnds> {
        enum State {
            Open,
            Begun,
            Decided(bool),
        }
        let mut states: Vec<State> = self.entries.iter().map(|_| State::Open).collect();
        states[0] = State::Decided(true);
        // A stack of our own instead of recursion: a hostile history may be thousands of operations deep.
        let mut stack: Vec<(usize, Vec<usize>)> = Vec::new();
        for start in 0..self.entries.len() {
            if let State::Open = states[start] {
                states[start] = State::Begun;
                stack.push((start, self.matters_to(start)));
            }
            while let Some((at, undecided)) = stack.last_mut() {
                let at = *at;
                match undecided.pop() {
                    Some(other) => match states[other] {
                        State::Decided(_) => {}
                        State::Begun => return Err(NeverEnds),
                        State::Open => {
                            states[other] = State::Begun;
                            stack.push((other, self.matters_to(other)));
                        }
                    },
                    None => {
                        let decided = |other: usize| matches!(states[other], State::Decided(true));
                        let by = self.entries[at].by;
                        let stands = self.may(at) && decided(by) && !self.voiding(at).any(decided);
                        states[at] = State::Decided(stands);
                        stack.pop();
                    }
                }
            }
        }
        Ok(states.iter().map(|state| matches!(state, State::Decided(true))).collect())
    }

    /// What must be decided before this operation.
    fn matters_to(&self, at: usize) -> Vec<usize> {
        if !self.may(at) {
            return vec![];
        }
        let mut others: Vec<usize> = self.voiding(at).collect();
        others.push(self.entries[at].by);
        others
    }

    /// Whether its author's role allows an operation of this kind at all.
    fn may(&self, at: usize) -> bool {
        let author = self.author(at);
        author.sound
            && match &self.entries[at].op.body {
                None => false,
                Some(Body::Genesis { .. }) => at == 0,
                Some(Body::Grant { .. }) => self.grants[at].is_some_and(|grant| grant.sound),
                // Whom it hits is decided by rank.
                Some(Body::Revoke { .. }) => true,
                Some(Body::Mint { .. } | Body::Share { .. }) => author.role >= Role::Member,
                Some(Body::Relay { .. } | Body::Erase { .. } | Body::Retire { .. }) => author.role >= Role::Convenor,
            }
    }

    /// The removals that would void this operation if they have effect themselves.
    fn voiding(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let by = self.entries[at].by;
        let device = self.author(at).device;
        self.removals.get(&device).into_iter().flatten().copied().filter(move |removal| {
            if *removal == at || !self.ends(*removal, by) {
                return false;
            }
            let leaves = self.is_own(*removal) && !broken!(self.rules, SelfRemovalHits);
            if leaves || broken!(self.rules, UnseenStands) {
                self.entries[at].past.contains(*removal)
            } else {
                !self.entries[*removal].past.contains(at)
            }
        })
    }

    /// Whether a removal, if it has effect, ends this grant of the key that it names.
    fn ends(&self, removal: usize, grant: usize) -> bool {
        let remover = self.author(removal);
        let target = self.grants[grant].expect("only grants are ended");
        if self.is_own(removal) {
            return broken!(self.rules, SelfRemovalOfHigher) || remover.rank() >= target.rank();
        }
        let equal = broken!(self.rules, EqualsRemove) && remover.rank() == target.rank();
        let anybody = broken!(self.rules, AnyConvenorRemoves);
        let above = remover.rank() > target.rank() || equal || anybody;
        above && (remover.role >= Role::Convenor || self.descends(grant, self.entries[removal].by))
    }

    fn is_own(&self, removal: usize) -> bool {
        matches!(&self.entries[removal].op.body, Some(Body::Revoke { sign, .. }) if *sign == self.author(removal).device)
    }

    fn descends(&self, mut grant: usize, from: usize) -> bool {
        while grant != 0 {
            grant = self.grants[grant].expect("a grant's parents are grants").parent;
            if grant == from {
                return true;
            }
        }
        false
    }

    /// For each effective grant the effective removals that end it.
    fn endings(&self, effective: &[bool]) -> BTreeMap<usize, Vec<usize>> {
        self.effective_grants(effective)
            .map(|(at, grant)| {
                let removals = self.removals.get(&grant.device).into_iter().flatten().copied();
                (at, removals.filter(|removal| effective[*removal] && self.ends(*removal, at)).collect())
            })
            .collect()
    }

    fn effective_grants<'b>(&'b self, effective: &'b [bool]) -> impl Iterator<Item = (usize, Grant)> + 'b {
        self.grants.iter().enumerate().filter_map(|(at, grant)| Some((at, (*grant)?))).filter(|(at, _)| effective[*at])
    }

    fn members(&self, effective: &[bool], endings: &BTreeMap<usize, Vec<usize>>) -> BTreeMap<DeviceKey, Member> {
        let mut members: BTreeMap<DeviceKey, Member> = BTreeMap::new();
        for (at, _) in self.effective_grants(effective).filter(|(at, _)| endings[at].is_empty()) {
            let member = self.as_member(at);
            match members.get(&member.device) {
                Some(other) if (other.rank(), member.grant) >= (member.rank(), other.grant) => {}
                _ => drop(members.insert(member.device, member)),
            }
        }
        members
    }

    fn former(&self, effective: &[bool], endings: &BTreeMap<usize, Vec<usize>>) -> BTreeMap<DeviceKey, FormerMember> {
        let mut best: BTreeMap<DeviceKey, (bool, Member, Option<OpId>)> = BTreeMap::new();
        for (at, _) in self.effective_grants(effective) {
            let member = self.as_member(at);
            let removed = endings[&at].iter().map(|removal| self.entries[*removal].id).min();
            let present = removed.is_none();
            match best.get(&member.device) {
                Some((other_present, other, _))
                    if (*other_present, other.rank(), member.grant) >= (present, member.rank(), other.grant) => {}
                _ => drop(best.insert(member.device, (present, member, removed))),
            }
        }
        best.into_iter()
            .map(|(device, (_, member, removed))| {
                (device, FormerMember { device, name: member.name, group: member.group, removed })
            })
            .collect()
    }

    fn as_member(&self, at: usize) -> Member {
        let grant = self.grants[at].expect("only grants make members");
        let (kem, name, group) = match &self.entries[at].op.body {
            Some(Body::Genesis { kem, .. }) => (*kem, String::new(), String::new()),
            Some(Body::Grant { kem, name, group, .. }) => (*kem, name.to_string(), group.to_string()),
            _ => unreachable!("only a genesis and grants are grants"),
        };
        let Grant { device, role, depth, .. } = grant;
        Member { device, kem, role, name, group, grant: self.entries[at].id, depth }
    }

    fn standing(&self, effective: &[bool], endings: &BTreeMap<usize, Vec<usize>>) -> BTreeMap<DeviceKey, Standing> {
        let mut removals: BTreeMap<DeviceKey, BTreeSet<usize>> = BTreeMap::new();
        let mut standing: BTreeMap<DeviceKey, Standing> = BTreeMap::new();
        for (at, grant) in self.effective_grants(effective) {
            let is_writer = grant.role >= Role::Member;
            let ended = &endings[&at];
            if !is_writer {
                standing.entry(grant.device).or_insert(Standing::Reader);
            } else if ended.is_empty() {
                standing.insert(grant.device, Standing::Member);
            } else {
                removals.entry(grant.device).or_default().extend(ended);
            }
        }
        for (device, removals) in removals {
            if standing.get(&device) != Some(&Standing::Member) {
                let mut cuts: Vec<Vec<[u8; 32]>> = removals
                    .into_iter()
                    .filter_map(|at| match &self.entries[at].op.body {
                        Some(Body::Revoke { cut, .. }) => Some(cut.clone()),
                        _ => None,
                    })
                    .collect();
                cuts.sort();
                cuts.dedup();
                standing.insert(device, Standing::Removed { cuts });
            }
        }
        standing
    }

    fn deaths(&self, effective: &[bool]) -> BTreeMap<DeviceKey, Vec<Death>> {
        let deaths_of = |removals: &Vec<usize>| {
            let in_force = removals.iter().filter(|at| effective[**at]);
            in_force.map(|at| Death { by: self.author(*at).rank(), own: self.is_own(*at) }).collect()
        };
        self.removals.iter().map(|(device, removals)| (*device, deaths_of(removals))).collect()
    }

    fn head_keys(&self, effective: &[bool]) -> Vec<KeyId> {
        let mut heads = BTreeSet::new();
        let mut passed = BTreeSet::new();
        for (entry, _) in self.entries.iter().zip(effective).filter(|(_, effective)| **effective) {
            match &entry.op.body {
                Some(Body::Mint { key, links, .. }) => {
                    heads.insert(*key);
                    passed.extend(links.iter().map(|(earlier, _)| *earlier).filter(|earlier| earlier != key));
                }
                Some(Body::Retire { keys, .. }) => passed.extend(keys.iter().copied()),
                _ => {}
            }
        }
        heads.difference(&passed).copied().collect()
    }

    /// Who was ever given which key. Operations without effect count too: what was sent was sent.
    fn knowledge(&self, effective: &[bool]) -> Knowledge {
        let rules = self.rules;
        let mut knowledge = Knowledge::default();
        for (at, entry) in self.entries.iter().enumerate() {
            match &entry.op.body {
                Some(Body::Grant { sign, keys, .. }) if !broken!(rules, GrantedKeysUncounted) => {
                    keys.iter().for_each(|key| knowledge.note(*key, *sign));
                }
                Some(Body::Share { keys, to, .. }) if !broken!(rules, SharedKeysUncounted) => {
                    for (key, device) in keys.iter().flat_map(|key| self.device(to).map(|device| (*key, device))) {
                        knowledge.note(key, device);
                    }
                }
                Some(Body::Mint { key, links, to, .. }) if effective[at] || !broken!(rules, VoidMintsUncounted) => {
                    if !broken!(rules, MinterUncounted) {
                        knowledge.note(*key, self.author(at).device);
                    }
                    for device in to.iter().filter_map(|grant| self.device(grant)) {
                        knowledge.note(*key, device);
                    }
                    if !broken!(rules, LinksUncounted) {
                        for (earlier, _) in links.iter().filter(|(earlier, _)| earlier != key) {
                            knowledge.leads_to.entry(*earlier).or_default().insert(*key);
                        }
                    }
                }
                _ => {}
            }
        }
        knowledge
    }

    /// Who holds which key by an operation with effect, so that nobody needs to share it again.
    fn given(&self, effective: &[bool]) -> BTreeMap<KeyId, BTreeSet<DeviceKey>> {
        let mut given: BTreeMap<KeyId, BTreeSet<DeviceKey>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(at, _)| effective[*at]) {
            match &entry.op.body {
                Some(Body::Grant { sign, keys, .. }) => {
                    for key in keys {
                        given.entry(*key).or_default().insert(*sign);
                    }
                }
                Some(Body::Share { keys, to, .. }) => {
                    keys.iter().for_each(|key| given.entry(*key).or_default().extend(self.device(to)));
                }
                Some(Body::Mint { key, to, .. }) => {
                    let holders = given.entry(*key).or_default();
                    holders.insert(self.author(at).device);
                    holders.extend(to.iter().filter_map(|grant| self.device(grant)));
                }
                _ => {}
            }
        }
        given
    }

    fn device(&self, grant: &OpId) -> Option<DeviceKey> {
        self.devices.get(grant).copied()
    }

    fn relays(&self, effective: &[bool]) -> Vec<RelayInForce> {
        let of_relays = |wanted: bool| {
            self.entries.iter().enumerate().filter(|(at, _)| effective[*at]).filter_map(move |(at, entry)| match &entry
                .op
                .body
            {
                Some(Body::Relay { add, url, key }) if *add == wanted => Some((at, *key, url.clone(), entry.id)),
                _ => None,
            })
        };
        let removals: Vec<(usize, RelayKey)> = of_relays(false).map(|(at, key, ..)| (at, key)).collect();
        let stands = |(at, key, ..): &(usize, RelayKey, String, OpId)| {
            !removals.iter().any(|(removal, other)| other == key && self.entries[*removal].past.contains(*at))
        };
        let standing: Vec<_> = of_relays(true).filter(stands).collect();
        let mut relays: BTreeMap<RelayKey, (OpId, String)> = BTreeMap::new();
        for (at, key, url, id) in &standing {
            // Of several additions the latest counts, and of concurrent ones the smallest name.
            let followed =
                standing.iter().any(|(later, other, ..)| other == key && self.entries[*later].past.contains(*at));
            if !followed && relays.get(key).is_none_or(|(other, _)| id < other) {
                relays.insert(*key, (*id, url.clone()));
            }
        }
        relays.into_iter().map(|(key, (_, url))| RelayInForce { key, url }).collect()
    }

    fn erased(&self, effective: &[bool]) -> BTreeSet<DocumentId> {
        let bodies =
            self.entries.iter().zip(effective).filter(|(_, effective)| **effective).map(|(entry, _)| &entry.op.body);
        bodies
            .filter_map(|body| match body {
                Some(Body::Erase { docs }) => Some(docs),
                _ => None,
            })
            .flatten()
            .copied()
            .collect()
    }
}

/// Who was ever given which epoch key, and which later keys lead to which earlier ones.
#[derive(Clone, Default)]
pub(super) struct Knowledge {
    given: BTreeMap<KeyId, BTreeSet<DeviceKey>>,
    leads_to: BTreeMap<KeyId, BTreeSet<KeyId>>,
}

impl Knowledge {
    fn note(&mut self, key: KeyId, device: DeviceKey) {
        self.given.entry(key).or_default().insert(device);
    }

    /// Everybody who was given this key, or one that leads to it.
    pub(super) fn of(&self, key: &KeyId) -> BTreeSet<DeviceKey> {
        let mut devices = BTreeSet::new();
        let mut seen = BTreeSet::from([*key]);
        let mut open = vec![*key];
        while let Some(key) = open.pop() {
            devices.extend(self.given.get(&key).into_iter().flatten());
            let later = self.leads_to.get(&key).into_iter().flatten();
            open.extend(later.filter(|key| seen.insert(**key)));
        }
        devices
    }
}

/// A set of small numbers.
#[derive(Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(super) fn insert(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(super) fn join(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }
}
