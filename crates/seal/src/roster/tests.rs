//! Random histories of a few devices, one of them a thief, and what must hold of each. The same properties must notice
//! each rule that is broken on purpose.

use std::collections::{BTreeMap, BTreeSet};

use allymap_wire::{DeviceKey, KeyId, OpId, RecordId, RelayKey, Signature, SpaceId, Timestamp};

use super::evaluate::{Broken, Evaluation, Rules};
use super::*;
use crate::epoch::{EpochKey, KeyRing, SealedKey, open_links, open_packet};
use crate::keys::{DeviceKeys, DeviceSeed, RootKeys, RootSeed};
use crate::label::Label;
use crate::tests::chance::Chance;

/// Whatever anybody is called here.
fn wren() -> Label {
    Label::new("Wren").unwrap()
}

/// Histories of one run; `ALLYMAP_ROSTER_HISTORIES` raises it for a long night.
#[expect(clippy::disallowed_methods, reason = "how long a test runs is for whoever starts it to say")]
fn budget() -> u64 {
    std::env::var("ALLYMAP_ROSTER_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(600)
}

#[test]
fn random_histories_keep_every_promise_of_the_roster() {
    let mut total = Counts::default();
    for seed in 0..budget() {
        match History::run(seed, None) {
            Ok(counts) => total.add(&counts),
            Err(broken) => panic!("history {seed}: {broken}"),
        }
    }
    // A promise that never had to be kept was not tested.
    let runs = budget() as usize;
    assert!(total.removals > runs && total.void > runs, "{total:?}");
    assert!(total.seals > runs && total.mints > runs && total.self_removals > runs / 4, "{total:?}");
}

#[test]
fn each_rule_broken_on_purpose_is_noticed() {
    let mut unnoticed = Vec::new();
    for rule in [
        Broken::EqualsRemove,
        Broken::AnyConvenorRemoves,
        Broken::UnseenStands,
        Broken::GrantsExceed,
        Broken::SelfRemovalHits,
        Broken::SelfRemovalOfHigher,
        Broken::GrantedKeysUncounted,
        Broken::SharedKeysUncounted,
        Broken::MinterUncounted,
    ] {
        let caught = (0..budget()).filter(|seed| History::run(*seed, Some(rule)).is_err()).take(5).count();
        if caught < 5 {
            unnoticed.push((rule, caught));
        }
    }
    assert_eq!(unnoticed, [], "each must be caught five times in {} histories", budget());
}

#[derive(Debug, Default)]
struct Counts {
    removals: usize,
    self_removals: usize,
    void: usize,
    seals: usize,
    mints: usize,
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.removals += other.removals;
        self.self_removals += other.self_removals;
        self.void += other.void;
        self.seals += other.seals;
        self.mints += other.mints;
    }
}

/// What really happened, kept apart from what the roster makes of it.
struct History {
    chance: Chance,
    broken: Option<Broken>,
    acts: Vec<Act>,
    devices: Vec<Device>,
    thief: usize,
    /// What each key leads to, as its minter made it.
    links: BTreeMap<KeyId, Vec<KeyId>>,
    counts: Counts,
}

struct Act {
    id: OpId,
    op: Op,
    signed: SignedOp,
    /// The act that granted the author's role; itself for the genesis.
    by: usize,
    past: u128,
    /// Who got hold of which key by this act.
    gave: Vec<(KeyId, usize)>,
    /// For grants: to whom, and the rank by the letter of the rule.
    grant: Option<(usize, Role, i64)>,
}

#[derive(Clone)]
struct Device {
    view: u128,
    roster: Roster,
    holds: BTreeSet<KeyId>,
}

const ROOT: usize = 0;
const DEVICES: usize = 8;
const STEPS: usize = 90;

impl History {
    fn run(seed: u64, broken: Option<Broken>) -> Result<Counts, &'static str> {
        let mut chance = Chance::seeded(seed);
        let thief = 1 + chance.below(4);
        let kem = KemKey([9; 32]);
        let body = Body::Genesis { suite: 1, sign: key_of(ROOT), kem, nonce: [1; 32] };
        let op = Op { v: 1, space: SpaceId([0; 32]), by: OpId([0; 32]), prev: vec![], at: 0, body: Some(body) };
        let signed = unsigned(&op);
        let id = signed.id();
        let roster = Roster {
            space: SpaceId(id.0),
            entries: vec![Entry { id, signed: signed.clone(), op: op.clone(), by: 0, past: Bits::default() }],
            index: BTreeMap::from([(id, 0)]),
            heads: BTreeSet::from([id]),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            evaluation: OnceLock::new(),
        };
        let genesis = Act { id, op, signed, by: 0, past: 0, gave: vec![], grant: Some((ROOT, Role::Root, 0)) };
        let device = Device { view: 1, roster, holds: BTreeSet::new() };
        let mut history = History {
            chance,
            broken,
            acts: vec![genesis],
            devices: vec![device; DEVICES],
            thief,
            links: BTreeMap::new(),
            counts: Counts::default(),
        };
        for (device, role) in [(1, Role::Convenor), (2, Role::Convenor), (3, Role::Member)] {
            history.grant(ROOT, device, role, false);
            history.learn(device, ROOT);
        }
        for _ in 0..STEPS {
            if history.acts.len() < 110 {
                history.step()?;
            }
        }
        history.check()?;
        Ok(history.counts)
    }

    fn step(&mut self) -> Result<(), &'static str> {
        let device = self.chance.below(DEVICES);
        if device == ROOT && self.chance.percent(60) {
            return Ok(());
        }
        if self.chance.percent(35) {
            let other = self.chance.below(DEVICES);
            self.learn(device, other);
            return Ok(());
        }
        if device == self.thief && self.chance.percent(70) {
            self.steal();
            return Ok(());
        }
        let evaluation = self.evaluate(&self.devices[device].roster)?;
        let Some(own) = evaluation.members.get(&key_of(device)).cloned() else { return Ok(()) };
        let own_rank = (own.role, -i64::from(own.depth));
        let by = self.act_of(&own.grant);
        match self.chance.below(100) {
            0..25 if own.role >= Role::Convenor => {
                let to = 1 + self.chance.below(DEVICES - 1);
                let role = [Role::Reader, Role::Member, Role::Member, Role::Convenor][self.chance.below(4)];
                let role = role.min(own.role);
                let with_keys = self.chance.percent(40);
                if self.chance.percent(50) || !evaluation.members.contains_key(&key_of(to)) {
                    self.grant_by(device, by, to, role, with_keys);
                }
            }
            25..45 => {
                let to = self.chance.below(DEVICES);
                if let Some(target) = evaluation.members.get(&key_of(to))
                    && own.role >= Role::Convenor
                    && own_rank > (target.role, -i64::from(target.depth))
                {
                    self.revoke(device, by, to);
                }
            }
            45..49 if device != ROOT => self.revoke(device, by, device),
            49..80 => self.seal(device, by, &evaluation)?,
            80..100 => self.share(device, by, &evaluation),
            _ => {}
        }
        Ok(())
    }

    /// Seals with a key that the roster calls clean, or mints one; and looks who could really read it.
    fn seal(&mut self, device: usize, by: usize, evaluation: &Evaluation) -> Result<(), &'static str> {
        let own = &self.devices[device];
        let clean = evaluation.clean_keys.iter().find(|key| own.holds.contains(*key)).copied();
        let Some(key) = clean else {
            if evaluation.members[&key_of(device)].role >= Role::Member {
                let to: Vec<usize> = evaluation.members.keys().map(device_of).collect();
                self.mint(device, by, &to, true, None);
            }
            return Ok(());
        };
        self.counts.seals += 1;
        for act in self.acts.iter().enumerate().filter(|(at, _)| own.view >> at & 1 == 1).map(|(_, act)| act) {
            for (_, reader) in act.gave.iter().filter(|(given, _)| *given == key) {
                if !evaluation.members.contains_key(&key_of(*reader)) {
                    return Err("a clean key is known to somebody who is no member");
                }
            }
        }
        Ok(())
    }

    fn share(&mut self, device: usize, by: usize, evaluation: &Evaluation) {
        let holds = &self.devices[device].holds;
        let lacking = evaluation.missing.iter().find_map(|(to, keys)| {
            let keys: Vec<KeyId> = keys.iter().filter(|key| holds.contains(*key)).copied().collect();
            (!keys.is_empty()).then(|| (device_of(to), keys))
        });
        if let Some((to, keys)) = lacking {
            self.share_to(device, by, to, keys, None);
        }
    }

    /// Whatever a hostile member device can make: old heads, roles it does not have, keys for whom it likes.
    fn steal(&mut self) {
        let thief = self.thief;
        let view = self.devices[thief].view;
        let own: Vec<usize> =
            (0..self.acts.len()).filter(|at| view >> at & 1 == 1 && self.acts[*at].is_grant_to(thief)).collect();
        if own.is_empty() {
            return;
        }
        let by = own[self.chance.below(own.len())];
        // Backdated: any point since its grant, or the present.
        let since: Vec<usize> = (0..self.acts.len())
            .filter(|at| view >> at & 1 == 1 && (*at == by || self.acts[*at].past >> by & 1 == 1))
            .collect();
        let prev = match self.chance.percent(60) {
            true => Some(vec![since[self.chance.below(since.len())]]),
            false => None,
        };
        let to = self.chance.below(DEVICES);
        match self.chance.below(100) {
            0..25 => {
                let role = [Role::Member, Role::Convenor, Role::Root][self.chance.below(3)];
                let keys = if self.chance.percent(50) { self.devices[thief].holds.clone() } else { BTreeSet::new() };
                self.grant_with(thief, by, to, role, keys.into_iter().collect(), prev);
            }
            25..45 => self.revoke_with(thief, by, to, prev),
            45..50 => self.revoke_with(thief, by, thief, prev),
            50..80 => {
                let prev = prev.filter(|_| self.chance.percent(30));
                // Eagerly, for others only: who is not named still knows what she made.
                let generous = self.chance.percent(50);
                let members: Vec<usize> = (0..DEVICES)
                    .filter(|device| {
                        *device != thief
                            && (generous || self.chance.percent(30))
                            && (0..self.acts.len()).any(|at| view >> at & 1 == 1 && self.acts[at].is_grant_to(*device))
                    })
                    .collect();
                let linked = self.chance.percent(50);
                self.mint(thief, by, &members, linked, prev);
            }
            _ => {
                let held: Vec<KeyId> = self.devices[thief].holds.iter().copied().collect();
                if !held.is_empty()
                    && (0..self.acts.len()).any(|at| view >> at & 1 == 1 && self.acts[at].is_grant_to(to))
                {
                    let key = held[self.chance.below(held.len())];
                    self.share_to(thief, by, to, vec![key], prev);
                }
            }
        }
    }

    fn grant(&mut self, device: usize, to: usize, role: Role, with_keys: bool) {
        let by = (0..self.acts.len()).rfind(|at| self.acts[*at].is_grant_to(device)).unwrap();
        self.grant_by(device, by, to, role, with_keys);
    }

    fn grant_by(&mut self, device: usize, by: usize, to: usize, role: Role, with_keys: bool) {
        let keys = if with_keys { self.devices[device].holds.iter().copied().collect() } else { vec![] };
        self.grant_with(device, by, to, role, keys, None);
    }

    fn grant_with(
        &mut self,
        device: usize,
        by: usize,
        to: usize,
        role: Role,
        keys: Vec<KeyId>,
        prev: Option<Vec<usize>>,
    ) {
        let keys = self.announced(keys, self.past_of(device, by, &prev));
        let gave = keys.iter().map(|key| (*key, to)).collect();
        let (_, _, depth) = self.acts[by].grant.unwrap();
        let body = Body::Grant { sign: key_of(to), kem: KemKey([9; 32]), role, name: wren(), group: wren(), keys };
        self.act(device, by, body, prev, gave, Some((to, role, depth - 1)));
    }

    fn revoke(&mut self, device: usize, by: usize, to: usize) {
        self.revoke_with(device, by, to, None);
    }

    fn revoke_with(&mut self, device: usize, by: usize, to: usize, prev: Option<Vec<usize>>) {
        let body = Body::Revoke { sign: key_of(to), cut: vec![], reason: None };
        self.act(device, by, body, prev, vec![], None);
    }

    fn mint(&mut self, device: usize, by: usize, to: &[usize], linked: bool, prev: Option<Vec<usize>>) {
        let key = KeyId(std::array::from_fn(|_| self.chance.below(256) as u8));
        let past = self.past_of(device, by, &prev);
        let mut grants: Vec<OpId> = to
            .iter()
            .filter_map(|to| (0..self.acts.len()).rfind(|at| past >> at & 1 == 1 && self.acts[*at].is_grant_to(*to)))
            .map(|at| self.acts[at].id)
            .collect();
        grants.sort();
        grants.dedup();
        let earlier: Vec<KeyId> = if linked { self.devices[device].holds.iter().copied().collect() } else { vec![] };
        let links = earlier.iter().map(|key| (*key, SealedKey([0; 72]))).collect();
        self.links.insert(key, earlier);
        let mut gave = vec![(key, device)];
        gave.extend(grants.iter().map(|grant| (key, self.acts[self.act_of(grant)].grant.unwrap().0)));
        let body = Body::Mint { key, links, to: grants, packet: RecordId([0; 32]) };
        self.counts.mints += 1;
        self.act(device, by, body, prev, gave, None);
    }

    fn share_to(&mut self, device: usize, by: usize, to: usize, keys: Vec<KeyId>, prev: Option<Vec<usize>>) {
        let past = self.past_of(device, by, &prev);
        let mut keys = self.announced(keys, past);
        let Some(grant) = (0..self.acts.len()).rfind(|at| past >> at & 1 == 1 && self.acts[*at].is_grant_to(to)) else {
            return;
        };
        keys.sort();
        let gave = keys.iter().map(|key| (*key, to)).collect();
        let body = Body::Share { keys, to: self.acts[grant].id, packet: RecordId([0; 32]) };
        self.act(device, by, body, prev, gave, None);
    }

    fn act(
        &mut self,
        device: usize,
        by: usize,
        body: Body,
        prev: Option<Vec<usize>>,
        gave: Vec<(KeyId, usize)>,
        grant: Option<(usize, Role, i64)>,
    ) {
        let past = self.past_of(device, by, &prev);
        let heads = heads_of(&self.acts, past);
        let mut prev: Vec<OpId> = heads.into_iter().map(|at| self.acts[at].id).collect();
        prev.sort();
        let op = Op {
            v: 1,
            space: self.devices[device].roster.space,
            by: self.acts[by].id,
            prev,
            at: self.acts.len() as u64,
            body: Some(body),
        };
        let signed = unsigned(&op);
        let at = self.acts.len();
        // Who gets a key can follow its links, as far as they lead.
        let mut all = gave.clone();
        for (key, to) in gave {
            let mut open = vec![key];
            while let Some(key) = open.pop() {
                if self.devices[to].holds.insert(key) {
                    open.extend(self.links.get(&key).into_iter().flatten());
                }
                all.push((key, to));
            }
        }
        self.acts.push(Act { id: signed.id(), op, signed, by, past, gave: all, grant });
        self.show(device, at);
    }

    /// Of these keys those that were minted in this past. A thief who hands on others does so in secret, which no roster
    /// can tell: it may as well hand on what it reads.
    fn announced(&self, keys: Vec<KeyId>, past: u128) -> Vec<KeyId> {
        let minted = |key: &KeyId| {
            self.acts.iter().enumerate().any(|(at, act)| {
                past >> at & 1 == 1 && matches!(&act.op.body, Some(Body::Mint { key: minted, .. }) if minted == key)
            })
        };
        keys.into_iter().filter(minted).collect()
    }

    fn past_of(&self, device: usize, by: usize, prev: &Option<Vec<usize>>) -> u128 {
        match prev {
            None => self.devices[device].view,
            Some(prev) => {
                let closed = prev.iter().fold(0, |mask, at| mask | self.acts[*at].past | 1 << at);
                closed | self.acts[by].past | 1 << by
            }
        }
    }

    fn learn(&mut self, device: usize, from: usize) {
        let new = self.devices[from].view & !self.devices[device].view;
        for at in (0..self.acts.len()).filter(|at| new >> at & 1 == 1) {
            self.show(device, at);
        }
    }

    fn show(&mut self, device: usize, at: usize) {
        let act = &self.acts[at];
        self.devices[device].roster.add(act.id, act.signed.clone(), act.op.clone());
        self.devices[device].view |= 1 << at;
    }

    fn act_of(&self, id: &OpId) -> usize {
        self.acts.iter().position(|act| act.id == *id).unwrap()
    }

    fn evaluate(&self, roster: &Roster) -> Result<Evaluation, &'static str> {
        Evaluation::by(Rules(self.broken), &roster.entries).map_err(|_| "evaluation never ends")
    }

    /// The acts in this set, added in this order as far as each one's past allows.
    fn roster_of(&mut self, set: u128, shuffled: bool) -> Roster {
        let mut roster = self.devices[ROOT].roster.clone();
        roster.entries.truncate(1);
        roster.index = BTreeMap::from([(self.acts[0].id, 0)]);
        roster.heads = BTreeSet::from([self.acts[0].id]);
        let mut added: u128 = 1;
        while added != set {
            let ready: Vec<usize> = (0..self.acts.len())
                .filter(|at| set & !added & (1 << at) != 0 && self.acts[*at].past & !added == 0)
                .collect();
            let at = if shuffled { ready[self.chance.below(ready.len())] } else { ready[0] };
            let act = &self.acts[at];
            roster.add(act.id, act.signed.clone(), act.op.clone());
            added |= 1 << at;
        }
        roster
    }

    fn check(&mut self) -> Result<(), &'static str> {
        let all = if self.acts.len() == 128 { u128::MAX } else { (1 << self.acts.len()) - 1 };
        let roster = self.roster_of(all, false);
        let evaluation = self.evaluate(&roster)?;
        self.check_order(&evaluation, all)?;
        self.check_members(&evaluation)?;
        self.check_removals(&evaluation)?;
        self.check_additions(&evaluation, all)?;
        self.check_self_removal(all)
    }

    fn check_order(&mut self, evaluation: &Evaluation, all: u128) -> Result<(), &'static str> {
        let roster = self.roster_of(all, true);
        let other = self.evaluate(&roster)?;
        let same_effect = self
            .acts
            .iter()
            .zip(&evaluation.effective)
            .all(|(act, effective)| other.effective[roster.index[&act.id]] == *effective);
        let same = same_effect
            && other.members == evaluation.members
            && other.former == evaluation.former
            && other.standing == evaluation.standing
            && other.head_keys == evaluation.head_keys
            && other.clean_keys == evaluation.clean_keys
            && other.roster_keys == evaluation.roster_keys
            && other.missing == evaluation.missing;
        if same { Ok(()) } else { Err("another order of arrival gives another roster") }
    }

    /// Nobody has more than those above her gave, and everybody above her could give it.
    fn check_members(&mut self, evaluation: &Evaluation) -> Result<(), &'static str> {
        for member in evaluation.members.values() {
            let mut at = self.act_of(&member.grant);
            let mut role = member.role;
            while at != 0 {
                at = self.acts[at].by;
                let (_, above, _) = self.acts[at].grant.unwrap();
                if above < role || above < Role::Convenor {
                    return Err("a member has more than those above her could give");
                }
                role = above;
            }
        }
        self.counts.void += evaluation.effective.iter().filter(|effective| !**effective).count();
        Ok(())
    }

    fn check_removals(&mut self, evaluation: &Evaluation) -> Result<(), &'static str> {
        let effective = |at: &usize| evaluation.effective[*at];
        let removals: Vec<(usize, usize)> =
            (0..self.acts.len()).filter(effective).filter_map(|at| Some((at, self.removed_by(at)?))).collect();
        for (removal, target) in &removals {
            let (remover, role, depth) = self.acts[self.acts[*removal].by].grant.unwrap();
            let own = remover == *target;
            *(if own { &mut self.counts.self_removals } else { &mut self.counts.removals }) += 1;
            for grant in (0..self.acts.len()).filter(|at| self.acts[*at].is_grant_to(*target)) {
                let (_, target_role, target_depth) = self.acts[grant].grant.unwrap();
                let above = (role, depth) > (target_role, target_depth) && role >= Role::Convenor;
                let ends = if own { (role, depth) >= (target_role, target_depth) } else { above };
                if !ends {
                    continue;
                }
                let still = evaluation.members.get(&key_of(*target));
                if effective(&grant) && still.is_some_and(|member| member.grant == self.acts[grant].id) {
                    return Err("who was removed is still a member");
                }
                // What was made after the removal cannot have been seen by it, whatever it claims of its past.
                let later = (*removal + 1..self.acts.len()).filter(|at| self.acts[*at].by == grant);
                let voided = |at: usize| !own || self.acts[at].past >> removal & 1 == 1;
                if later.filter(|at| voided(*at)).any(|at| effective(&at)) {
                    return Err("a removed device's backdated operation has effect");
                }
            }
        }
        for grant in (0..self.acts.len()).filter(effective) {
            let Some((device, target_role, target_depth)) = self.acts[grant].grant else { continue };
            if evaluation.members.contains_key(&key_of(device)) {
                continue;
            }
            let rightly = removals.iter().any(|(removal, target)| {
                let (remover, role, depth) = self.acts[self.acts[*removal].by].grant.unwrap();
                let enough = if remover == device {
                    (role, depth) >= (target_role, target_depth)
                } else {
                    (role, depth) > (target_role, target_depth) && role >= Role::Convenor
                };
                *target == device && enough
            });
            if !rightly {
                return Err("somebody is out whom nobody above her removed");
            }
        }
        Ok(())
    }

    /// What follows everything changes nothing that was, and brings nobody back whom a higher one removed.
    fn check_additions(&mut self, before: &Evaluation, all: u128) -> Result<(), &'static str> {
        for member in before.members.values() {
            let (device, by) = (device_of(&member.device), self.act_of(&member.grant));
            for to in 0..DEVICES {
                let grant_role = Role::Member.min(member.role);
                let bodies = [
                    Body::Revoke { sign: key_of(to), cut: vec![], reason: None },
                    Body::Grant {
                        sign: key_of(to),
                        kem: KemKey([9; 32]),
                        role: grant_role,
                        name: wren(),
                        group: wren(),
                        keys: vec![],
                    },
                ];
                let body = bodies[self.chance.below(2)].clone();
                let is_grant = matches!(body, Body::Grant { .. });
                let after = self.with(all, device, by, body)?;
                if after.effective[..self.acts.len()] != before.effective[..] {
                    return Err("an operation that saw everything changed what was");
                }
                let dead = before.is_dead(&key_of(to), (grant_role, -i64::from(member.depth) - 1));
                if is_grant
                    && dead
                    && !before.members.contains_key(&key_of(to))
                    && after.members.contains_key(&key_of(to))
                {
                    return Err("a removed key came back by a grant below its remover");
                }
                let revived = after.members.keys().any(|key| !before.members.contains_key(key) && *key != key_of(to));
                if revived {
                    return Err("an operation that saw everything brought somebody else back");
                }
            }
        }
        Ok(())
    }

    /// A self-removal, however backdated, changes nothing but its author's membership.
    fn check_self_removal(&mut self, all: u128) -> Result<(), &'static str> {
        let roster = self.roster_of(all, false);
        let before = self.evaluate(&roster)?;
        for by in 0..self.acts.len() {
            let Some((device, ..)) = self.acts[by].grant else { continue };
            let mut roster = roster.clone();
            let mut prev: Vec<OpId> =
                heads_of(&self.acts, self.acts[by].past | 1 << by).into_iter().map(|at| self.acts[at].id).collect();
            prev.sort();
            let body = Body::Revoke { sign: key_of(device), cut: vec![], reason: None };
            let op = Op { v: 1, space: roster.space, by: self.acts[by].id, prev, at: 999, body: Some(body) };
            let signed = unsigned(&op);
            roster.add(signed.id(), signed, op);
            let after = self.evaluate(&roster)?;
            if after.effective[..self.acts.len()] != before.effective[..] {
                return Err("a self-removal voided something concurrent");
            }
            let others = |evaluation: &Evaluation| -> Vec<DeviceKey> {
                evaluation.members.keys().filter(|key| **key != key_of(device)).copied().collect()
            };
            if others(&after) != others(&before) {
                return Err("a self-removal put somebody else out");
            }
        }
        Ok(())
    }

    fn with(&mut self, set: u128, device: usize, by: usize, body: Body) -> Result<Evaluation, &'static str> {
        let mut roster = self.roster_of(set, false);
        debug_assert!(self.acts[by].is_grant_to(device));
        let prev = roster.heads();
        let op = Op { v: 1, space: roster.space, by: self.acts[by].id, prev, at: 999, body: Some(body) };
        let signed = unsigned(&op);
        roster.add(signed.id(), signed, op);
        self.evaluate(&roster)
    }

    fn removed_by(&self, at: usize) -> Option<usize> {
        match &self.acts[at].op.body {
            Some(Body::Revoke { sign, .. }) => Some(device_of(sign)),
            _ => None,
        }
    }
}

impl Act {
    fn is_grant_to(&self, device: usize) -> bool {
        self.grant.is_some_and(|(to, ..)| to == device)
    }
}

fn heads_of(acts: &[Act], set: u128) -> Vec<usize> {
    let inside = |at: &usize| set >> at & 1 == 1;
    (0..acts.len())
        .filter(inside)
        .filter(|at| !(0..acts.len()).filter(inside).any(|later| acts[later].past >> at & 1 == 1))
        .collect()
}

fn key_of(device: usize) -> DeviceKey {
    DeviceKey([device as u8 + 1; 32])
}

fn device_of(key: &DeviceKey) -> usize {
    usize::from(key.0[0]) - 1
}

/// These histories are about rules, not about signatures: those have tests of their own.
fn unsigned(op: &Op) -> SignedOp {
    SignedOp { bytes: op.encode_unsigned(), signature: Signature([0; 64]) }
}

// ---- stories, with real keys ----

struct Story {
    roster: Roster,
    root: RootKeys,
    chance: Chance,
}

const HOUR: Timestamp = Timestamp(3_600_000);

impl Story {
    fn new() -> Story {
        let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
        let roster = Roster::new(genesis(&root, [2; 32], 0)).unwrap();
        Story { roster, root, chance: Chance::seeded(5) }
    }

    fn device(&self, seed: u8) -> DeviceKeys {
        DeviceKeys::derive(&DeviceSeed::from_bytes([seed; 32]), &self.roster.space())
    }

    fn grant(&mut self, by: &DeviceKeys, to: &DeviceKeys, role: Role) -> OpId {
        let op = self.roster.grant(by, to.public(), to.kem_public(), role, "Wren", "Harbour", HOUR).unwrap();
        self.insert(op)
    }

    fn founded(&mut self) -> DeviceKeys {
        let ana = self.device(1);
        let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
        self.grant(root.as_device(), &ana, Role::Convenor);
        ana
    }

    fn insert(&mut self, op: SignedOp) -> OpId {
        let id = op.id();
        assert!(matches!(self.roster.insert(op), Ok(Inserted::Added(added)) if added == [id]));
        id
    }
}

#[test]
fn a_founder_grants_and_the_newcomer_is_a_member() {
    let mut story = Story::new();
    let ana = story.founded();
    let ben = story.device(2);
    let grant = story.grant(&ana, &ben, Role::Member);
    let member = story.roster.member(&ben.public()).unwrap();
    assert_eq!((member.role, member.grant, member.depth), (Role::Member, grant, 2));
    assert_eq!((member.name.as_str(), member.group.as_str()), ("Wren", "Harbour"));
    assert_eq!(story.roster.members().len(), 3);
    assert_eq!(story.roster.heads(), [grant]);
    assert_eq!(story.roster.author(&grant), Some(ana.public()));
    assert_eq!(story.roster.standing(&ben.public()), Standing::Member);
    assert_eq!(story.roster.standing(&story.device(9).public()), Standing::Unknown);
    let cat = story.device(3);
    let asks = |by, role| story.roster.grant(by, cat.public(), cat.kem_public(), role, "", "", HOUR);
    assert!(matches!(asks(&ben, Role::Reader), Err(ActError::NeedsRole(Role::Convenor))));
    assert!(matches!(asks(&ana, Role::Root), Err(ActError::ExceedsRole)));
    assert!(matches!(asks(&cat, Role::Reader), Err(ActError::NotAMember)));
}

#[test]
fn convenors_who_remove_each_other_unseen_have_one_answer() {
    let mut story = Story::new();
    let ana = story.founded();
    let (ben, cat) = (story.device(2), story.device(3));
    story.grant(&ana, &ben, Role::Convenor);
    story.grant(&ben, &cat, Role::Convenor);
    // Ben stands above Cat. Cat's device makes its removal of Ben by hand: the builder would refuse.
    let downwards = story.roster.revoke(&ben, cat.public(), &[], "quarrel", HOUR).unwrap();
    let refused = story.roster.revoke(&cat, ben.public(), &[], "quarrel", HOUR);
    assert!(matches!(refused, Err(ActError::Outranked)));
    let upwards = Op {
        v: 1,
        space: story.roster.space(),
        by: story.roster.member(&cat.public()).unwrap().grant,
        prev: story.roster.heads(),
        at: 0,
        body: Some(Body::Revoke { sign: ben.public(), cut: vec![], reason: None }),
    }
    .sign(&cat);
    for order in [[&downwards, &upwards], [&upwards, &downwards]] {
        let mut roster = story.roster.clone();
        for op in order {
            roster.insert(op.clone()).unwrap();
        }
        assert!(roster.member(&ben.public()).is_some());
        assert!(roster.member(&cat.public()).is_none());
        assert!(!roster.is_effective(&upwards.id()));
        let removed = roster.was_member(&cat.public()).unwrap().removed;
        assert_eq!(removed, Some(downwards.id()));
    }
}

#[test]
fn a_removed_device_keeps_what_the_cut_keeps_and_its_key_stays_dead() {
    let mut story = Story::new();
    let ana = story.founded();
    let ben = story.device(2);
    story.grant(&ana, &ben, Role::Member);
    let removal = story.roster.revoke(&ana, ben.public(), &[[9; 32], [8; 32]], "lost laptop", HOUR).unwrap();
    let removal = story.insert(removal);
    assert_eq!(story.roster.standing(&ben.public()), Standing::Removed { cuts: vec![vec![[8; 32], [9; 32]]] });
    let standing = story.roster.standing(&ben.public());
    assert_eq!(standing.counts(|heads| heads.contains(&[8; 32])), Some(true));
    assert_eq!(standing.counts(|_| false), Some(false));
    assert_eq!(Standing::Unknown.counts(|_| true), None);
    assert_eq!(story.roster.was_member(&ben.public()).unwrap().removed, Some(removal));
    let again = story.roster.grant(&ana, ben.public(), ben.kem_public(), Role::Member, "", "", HOUR);
    assert!(matches!(again, Err(ActError::KeyIsDead)));
    let gone = story.roster.revoke(&ana, ben.public(), &[], "", HOUR);
    assert!(matches!(gone, Err(ActError::NoSuchDevice)));
    // The root's word is higher than the convenor's.
    let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
    story.grant(root.as_device(), &ben, Role::Convenor);
    assert!(story.roster.member(&ben.public()).is_some());
    assert_eq!(story.roster.standing(&ben.public()), Standing::Member);
}

#[test]
fn who_leaves_is_gone_and_everything_she_did_stays() {
    let mut story = Story::new();
    let ana = story.founded();
    let ben = story.device(2);
    let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
    story.grant(&ana, &ben, Role::Member);
    let leaving = story.roster.revoke(&ana, ana.public(), &[[1; 32]], "moving on", HOUR).unwrap();
    story.insert(leaving);
    assert!(story.roster.member(&ana.public()).is_none());
    assert!(story.roster.member(&ben.public()).is_some());
    assert_eq!(story.roster.standing(&ana.public()), Standing::Removed { cuts: vec![vec![[1; 32]]] });
    let founder_leaves = story.roster.revoke(root.as_device(), root.public(), &[], "", HOUR).unwrap();
    story.insert(founder_leaves);
    assert_eq!(story.roster.members().len(), 1);
    assert_eq!(story.root.public(), root.public());
}

#[test]
fn operations_in_any_order_wait_for_each_other_and_give_one_roster() {
    let mut story = Story::new();
    let ana = story.founded();
    for seed in 2..12 {
        let device = story.device(seed);
        story.grant(&ana, &device, Role::Member);
    }
    let ops: Vec<SignedOp> = story.roster.ops().skip(1).map(|(_, signed, _)| signed.clone()).collect();
    for seed in 0..10 {
        let mut chance = Chance::seeded(seed);
        let mut shuffled = ops.clone();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, chance.below(at + 1));
        }
        let mut roster = Roster::new(story.roster.genesis().clone()).unwrap();
        let mut added = 0;
        for op in &shuffled {
            match roster.insert(op.clone()).unwrap() {
                Inserted::Added(ids) => added += ids.len(),
                Inserted::Waiting { missing } => {
                    assert!(!missing.is_empty() && roster.is_waiting(&op.id()));
                    assert!(matches!(roster.insert(op.clone()), Ok(Inserted::Waiting { .. })));
                }
                Inserted::Known => panic!("each comes once"),
            }
        }
        assert_eq!(added, ops.len());
        assert_eq!(roster.insert(ops[0].clone()).unwrap(), Inserted::Known);
        assert_eq!(roster.members(), story.roster.members());
        assert_eq!(roster.heads(), story.roster.heads());
    }
}

#[test]
fn what_is_not_signed_rightly_or_points_nowhere_is_refused() {
    let mut story = Story::new();
    let ana = story.founded();
    let (ben, cat) = (story.device(2), story.device(3));
    let grant = story.grant(&ana, &ben, Role::Member);
    let base = Op {
        v: 1,
        space: story.roster.space(),
        by: grant,
        prev: story.roster.heads(),
        at: 0,
        body: Some(Body::Relay { add: true, url: "ws://a:1".into(), key: RelayKey([1; 32]) }),
    };
    let mut refuse = |op: Op, keys: &DeviceKeys| story.roster.insert(op.sign(keys)).unwrap_err();
    assert!(matches!(refuse(base.clone(), &cat), OpError::Signature));
    assert!(matches!(refuse(Op { space: SpaceId([7; 32]), ..base.clone() }, &ben), OpError::OtherSpace));
    assert!(matches!(refuse(Op { by: OpId([7; 32]), ..base.clone() }, &ben), OpError::NoGrant));
    let genesis_id = base.space.0;
    let too_early = Op { prev: vec![OpId(genesis_id)], ..base.clone() };
    assert!(matches!(refuse(too_early, &ben), OpError::NoGrant));
    let share = Body::Share { keys: vec![], to: OpId([7; 32]), packet: RecordId([0; 32]) };
    assert!(matches!(refuse(Op { body: Some(share), ..base.clone() }, &ben), OpError::Reference));
    let weak = Body::Grant {
        sign: cat.public(),
        kem: KemKey([0; 32]),
        role: Role::Reader,
        name: wren(),
        group: wren(),
        keys: vec![],
    };
    assert!(matches!(refuse(Op { body: Some(weak), ..base.clone() }, &ben), OpError::UnusableKey));
    let second = genesis(&RootKeys::derive(&RootSeed::from_bytes([8; 32])), [0; 32], 0);
    assert!(matches!(story.roster.insert(second), Err(OpError::SecondGenesis)));
    let mut forged = story.roster.genesis().clone();
    forged.signature.0[0] ^= 1;
    assert!(matches!(Roster::new(forged), Err(OpError::Signature)));
    assert!(matches!(Roster::new(base.sign(&ben)), Err(OpError::NotGenesis)));
}

#[test]
fn the_waiting_room_is_bounded() {
    let story = Story::new();
    let ana = story.device(1);
    let mut roster = story.roster.clone();
    let mut waiting = |number: u64| {
        let op = Op {
            v: 1,
            space: story.roster.space(),
            by: OpId([7; 32]),
            prev: vec![OpId([7; 32])],
            at: number,
            body: Some(Body::Erase { docs: vec![] }),
        };
        roster.insert(SignedOp { signature: Signature([0; 64]), ..op.sign(&ana) })
    };
    for number in 0..Roster::WAITING as u64 {
        assert!(matches!(waiting(number), Ok(Inserted::Waiting { .. })));
    }
    assert!(matches!(waiting(1 << 40), Err(OpError::TooManyWaiting)));
}

#[test]
fn what_a_newer_program_granted_waits_for_an_update() {
    let mut story = Story::new();
    let ana = story.founded();
    let newer = Op {
        v: 2,
        space: story.roster.space(),
        by: story.roster.member(&ana.public()).unwrap().grant,
        prev: story.roster.heads(),
        at: 0,
        body: Some(Body::Erase { docs: vec![] }),
    };
    let newer = story.insert(newer.sign(&ana));
    assert!(!story.roster.is_effective(&newer));
    let under_it = Op {
        v: 1,
        space: story.roster.space(),
        by: newer,
        prev: vec![newer],
        at: 0,
        body: Some(Body::Erase { docs: vec![] }),
    };
    let waits = story.roster.insert(under_it.sign(&story.device(2)));
    assert_eq!(waits.unwrap(), Inserted::Waiting { missing: vec![newer] });
}

#[test]
fn a_newcomer_with_the_head_keys_opens_every_key_there_ever_was() {
    let mut story = Story::new();
    let ana = story.founded();
    let mut ring = KeyRing::default();
    let mut packets = Vec::new();
    let mut mints = Vec::new();
    assert!(story.roster.clean_keys().is_empty(), "a new map has no key yet");
    for removed in [40, 41, 42] {
        let leaving = story.device(removed);
        story.grant(&ana, &leaving, Role::Member);
        let minted = story.roster.mint(&ana, &ring, HOUR, &mut story.chance).unwrap();
        assert_eq!(open_packet(&minted.packet, &story.roster.space(), &leaving).unwrap()[0].id(), minted.key.id());
        ring.insert(minted.key.clone());
        mints.push(minted.op.clone());
        story.insert(minted.op);
        packets.push(minted.packet);
        assert_eq!(story.roster.head_keys(), [minted.key.id()]);
        assert_eq!(story.roster.roster_keys(), [minted.key.id()]);
        let removal = story.roster.revoke(&ana, leaving.public(), &[], "", HOUR).unwrap();
        story.insert(removal);
        assert!(story.roster.clean_keys().is_empty(), "somebody outside knows it now");
    }
    let minted = story.roster.mint(&ana, &ring, HOUR, &mut story.chance).unwrap();
    ring.insert(minted.key.clone());
    mints.push(minted.op.clone());
    story.insert(minted.op);
    let ben = story.device(2);
    story.grant(&ana, &ben, Role::Reader);
    assert_eq!(story.roster.clean_keys(), [minted.key.id()]);
    assert!(story.roster.roster_keys().is_empty(), "the newcomer has no key yet");
    let missing = story.roster.missing_shares();
    assert_eq!((missing.len(), missing[0].0.device, &missing[0].1), (1, ben.public(), &vec![minted.key.id()]));
    let shared = story.roster.share(&ana, &ring, &ben.public(), HOUR, &mut story.chance).unwrap();
    story.insert(shared.op);
    assert!(story.roster.missing_shares().is_empty());
    assert_eq!(story.roster.roster_keys(), [minted.key.id()]);
    assert!(story.roster.recipients_of(&minted.key.id()).contains(&ben.public()));
    let again = story.roster.share(&ana, &ring, &ben.public(), HOUR, &mut story.chance);
    assert!(matches!(again, Err(ActError::NoKey)));

    let mut own = KeyRing::default();
    let mut open: Vec<EpochKey> = open_packet(&shared.packet, &story.roster.space(), &ben).unwrap();
    while let Some(key) = open.pop() {
        for mint in &mints {
            if let Some(Body::Mint { key: id, links, .. }) = mint.decode().unwrap().body
                && id == key.id()
            {
                open.extend(open_links(&story.roster.space(), &links, &key));
            }
        }
        own.insert(key);
    }
    assert!(ring.iter().all(|(id, _)| own.get(id).is_some()) && own.iter().count() == 4);
    assert_eq!(story.roster.announced_keys(), own.iter().map(|(id, _)| *id).collect());
}

#[test]
fn who_got_a_key_that_leads_to_another_counts_as_knowing_both_also_by_a_mint_without_effect() {
    let mut story = Story::new();
    let ana = story.founded();
    let (thief, friend) = (story.device(2), story.device(3));
    let root = RootKeys::derive(&RootSeed::from_bytes([1; 32]));
    let low = story.grant(&ana, &thief, Role::Member);
    let friend_grant = story.grant(&ana, &friend, Role::Member);
    let out = story.roster.revoke(&ana, friend.public(), &[], "", HOUR).unwrap();
    story.insert(out);
    let minted = story.roster.mint(&ana, &KeyRing::default(), HOUR, &mut story.chance).unwrap();
    let key = minted.key.id();
    story.insert(minted.op);
    // The root raises the thief, so that the removal below ends only its first grant.
    story.grant(root.as_device(), &thief, Role::Convenor);
    let removal = Op {
        v: 1,
        space: story.roster.space(),
        by: story.roster.member(&ana.public()).unwrap().grant,
        prev: story.roster.heads(),
        at: 0,
        body: Some(Body::Revoke { sign: thief.public(), cut: vec![], reason: None }),
    };
    let leak = Op {
        by: low,
        body: Some(Body::Mint {
            key: KeyId([7; 32]),
            links: vec![(key, SealedKey([0; 72]))],
            to: vec![friend_grant],
            packet: RecordId([0; 32]),
        }),
        ..removal.clone()
    };
    story.insert(removal.sign(&ana));
    assert_eq!(story.roster.clean_keys(), [key]);
    let leak = story.insert(leak.sign(&thief));
    assert!(!story.roster.is_effective(&leak));
    assert!(story.roster.member(&thief.public()).is_some() && story.roster.member(&friend.public()).is_none());
    assert_eq!(story.roster.head_keys(), [key]);
    assert!(story.roster.clean_keys().is_empty(), "a former member was given what leads to it");
    for rule in [Broken::LinksUncounted, Broken::VoidMintsUncounted] {
        let wrong = Evaluation::by(Rules(Some(rule)), &story.roster.entries).unwrap();
        assert_eq!(wrong.clean_keys, [key], "{rule:?} must be noticed");
    }
}

#[test]
fn two_keys_minted_apart_are_two_heads_and_the_next_one_links_both() {
    let mut story = Story::new();
    let ana = story.founded();
    let ben = story.device(2);
    story.grant(&ana, &ben, Role::Member);
    let mut ring = KeyRing::default();
    let first = story.roster.mint(&ana, &ring, HOUR, &mut story.chance).unwrap();
    let second = story.roster.mint(&ben, &ring, HOUR, &mut story.chance).unwrap();
    for minted in [first, second] {
        ring.insert(minted.key.clone());
        story.insert(minted.op);
    }
    assert_eq!(story.roster.clean_keys().len(), 2);
    let third = story.roster.mint(&ben, &ring, HOUR, &mut story.chance).unwrap();
    story.insert(third.op);
    assert_eq!(story.roster.head_keys(), [third.key.id()]);
}

#[test]
fn a_relay_is_in_force_until_a_removal_has_seen_it() {
    let mut story = Story::new();
    let ana = story.founded();
    let key = RelayKey([7; 32]);
    let add = story.roster.relay(&ana, true, "ws://a:1", key, HOUR).unwrap();
    story.insert(add);
    assert_eq!(story.roster.relays(), [RelayInForce { key, url: "ws://a:1".into() }]);
    let remove = story.roster.relay(&ana, false, "ws://a:1", key, HOUR).unwrap();
    let moved = story.roster.relay(&ana, true, "ws://b:1", key, HOUR).unwrap();
    story.insert(remove);
    assert!(story.roster.relays().is_empty());
    story.insert(moved);
    assert_eq!(story.roster.relays(), [RelayInForce { key, url: "ws://b:1".into() }]);
}

#[test]
fn a_device_that_was_copied_shows() {
    let mut story = Story::new();
    let ana = story.founded();
    assert!(story.roster.forks().is_empty());
    let one = story.roster.relay(&ana, true, "ws://a:1", RelayKey([1; 32]), HOUR).unwrap();
    let other = story.roster.relay(&ana, true, "ws://a:1", RelayKey([2; 32]), HOUR).unwrap();
    let (one, other) = (story.insert(one), story.insert(other));
    assert_eq!(story.roster.forks(), [(ana.public(), one, other)]);
}

#[test]
fn two_thousand_operations_and_as_many_removals_of_one_key_are_read_at_once() {
    let mut story = Story::new();
    let ana = story.founded();
    let by = story.roster.member(&ana.public()).unwrap().grant;
    let mut heads = story.roster.heads();
    for number in 0..2_000u64 {
        let body = match number % 2 {
            0 => Body::Revoke { sign: key_of(9), cut: vec![], reason: None },
            _ => Body::Grant {
                sign: key_of(9),
                kem: KemKey([9; 32]),
                role: Role::Member,
                name: wren(),
                group: wren(),
                keys: vec![],
            },
        };
        let op = Op { v: 1, space: story.roster.space(), by, prev: heads, at: number, body: Some(body) };
        let signed = unsigned(&op);
        heads = vec![story.roster.add(signed.id(), signed, op)];
    }
    story.roster.evaluation = OnceLock::new();
    assert_eq!(story.roster.members().len(), 2);
    assert!(story.roster.was_member(&key_of(9)).unwrap().removed.is_some());
}
