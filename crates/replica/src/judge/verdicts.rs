//! Which of a document's records count: a pure function of the records, of where their authors stand, and of how much one device
//! may write. The order in which they came shows nowhere.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, ChangeHash, ChunkHeader};
use allymap_seal::Standing;
use allymap_wire::{DeviceKey, RecordId};

use crate::rows::{Fate, FateRow, Refused};

/// Statements, each with those it follows.
pub(super) type Chains = BTreeMap<[u8; 32], Vec<[u8; 32]>>;

/// A record that may count.
pub(super) struct Candidate {
    pub id: RecordId,
    pub row: FateRow,
    pub by: DeviceKey,
    statement: [u8; 32],
    changes: Vec<ChunkHeader>,
    /// The change by which it takes its place in the order: that with the lowest number.
    first: ChangeHash,
    /// Refused when it was applied, for what it is in itself. It counts for nothing but what its author signed in all.
    pub unsound: bool,
}

/// What there is to judge by beside the records themselves.
pub(super) struct Grounds<'a> {
    pub standings: &'a BTreeMap<DeviceKey, Standing>,
    /// Statements of removed devices.
    pub chains: &'a Chains,
    /// Operations that one device may write into the document.
    pub budget: u64,
}

/// Why each candidate does not count; nothing where it does, or where it waits for another that does not.
///
/// What is left out here is never tried, so nothing else may depend on it: it may be unsound, and known as such elsewhere.
pub(super) fn verdicts(candidates: &[Candidate], grounds: &Grounds<'_>) -> Vec<Option<Refused>> {
    let case = Case::new(candidates, grounds);
    let flooding = flooding(candidates, grounds.budget);
    let first = case.built_on(|at| case.authorised[at] && !flooding.contains(&candidates[at].by));
    case.counted(&first, grounds.budget)
}

impl Candidate {
    /// Nothing without a change.
    pub(super) fn new(
        id: RecordId,
        row: FateRow,
        by: DeviceKey,
        statement: [u8; 32],
        changes: Vec<ChunkHeader>,
    ) -> Option<Candidate> {
        let first = changes.iter().min_by_key(|change| (change.seq, change.hash))?.hash;
        let unsound = matches!(row.fate, Fate::Refused(_));
        Some(Candidate { id, row, by, statement, changes, first, unsound })
    }
}

/// The candidates, by what they hold and by who may write.
struct Case<'a> {
    candidates: &'a [Candidate],
    /// Which of them hold a change.
    holders: BTreeMap<ChangeHash, Vec<usize>>,
    authorised: Vec<bool>,
}

/// What a candidate builds on.
struct Needs {
    /// Candidates of removed members: they count with it or not at all.
    with: BTreeSet<usize>,
    /// Changes of those who may write: they are looked at before.
    after: BTreeSet<ChangeHash>,
}

impl<'a> Case<'a> {
    fn new(candidates: &'a [Candidate], grounds: &Grounds<'_>) -> Case<'a> {
        let mut holders: BTreeMap<ChangeHash, Vec<usize>> = BTreeMap::new();
        for (at, candidate) in candidates.iter().enumerate() {
            for change in &candidate.changes {
                holders.entry(change.hash).or_default().push(at);
            }
        }
        let mut kept: BTreeMap<DeviceKey, BTreeSet<[u8; 32]>> = BTreeMap::new();
        let authorised = candidates.iter().map(|candidate| match grounds.standings.get(&candidate.by) {
            Some(Standing::Member) => true,
            None | Some(Standing::Unknown | Standing::Reader) => false,
            Some(Standing::Removed { cuts }) => {
                let kept = kept.entry(candidate.by).or_insert_with(|| kept_by(cuts, grounds.chains));
                kept.contains(&candidate.statement)
            }
        });
        let authorised = authorised.collect();
        Case { candidates, holders, authorised }
    }

    /// The candidates that are chosen, and all that they build on.
    fn built_on(&self, chosen: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut queue: Vec<usize> = (0..self.candidates.len()).filter(|at| chosen(*at)).collect();
        while let Some(at) = queue.pop() {
            if found.insert(at) {
                queue.extend(self.deps(at).filter_map(|dep| self.holders.get(dep)).flatten());
            }
        }
        found
    }

    /// What the changes of a candidate build on.
    fn deps(&self, at: usize) -> impl Iterator<Item = &ChangeHash> {
        self.candidates[at].changes.iter().flat_map(|change| &change.deps)
    }

    /// What a candidate builds on; nothing where something is not here.
    fn needs(&self, at: usize) -> Option<Needs> {
        let mut needs = Needs { with: BTreeSet::new(), after: BTreeSet::new() };
        let mut queue = vec![at];
        while let Some(here) = queue.pop() {
            let own: BTreeSet<ChangeHash> = self.candidates[here].changes.iter().map(|change| change.hash).collect();
            for dep in self.deps(here).filter(|dep| !own.contains(dep)) {
                let holders = self.holders.get(dep).into_iter().flatten().copied();
                let sound = || holders.clone().filter(|holder| !self.candidates[*holder].unsound);
                if sound().any(|holder| self.authorised[holder]) {
                    needs.after.insert(*dep);
                } else {
                    let removed = sound().min_by_key(|holder| self.rank(*holder))?;
                    if needs.with.insert(removed) {
                        queue.push(removed);
                    }
                }
            }
        }
        Some(needs)
    }

    /// Where a candidate stands in the order, as far as what it builds on leaves it open.
    fn rank(&self, at: usize) -> (ChangeHash, RecordId) {
        (self.candidates[at].first, self.candidates[at].id)
    }

    /// Goes through the candidates whose authors may write: first what others build on who are within their budget, so that a
    /// flood cannot pull away what it stands on; each after those it builds on, and else the smaller hash first. What it builds
    /// on of removed members comes with it. All of it counts, or nothing where a number of its author's is taken already or an
    /// author's device is beyond its budget with it. Gives why the others do not, nothing where they wait.
    fn counted(&self, first: &BTreeSet<usize>, budget: u64) -> Vec<Option<Refused>> {
        let candidates = self.candidates;
        let mut verdicts: Vec<Option<Refused>> =
            self.authorised.iter().map(|authorised| if *authorised { None } else { Some(Refused::Removed) }).collect();
        let mut line = Line::of(self, first);
        let mut counts = BTreeSet::new();
        let mut flooding = BTreeSet::new();
        let mut count = Count { budget, ..Count::default() };
        while let Some(at) = line.next() {
            let with = self.needs(at).map(|needs| needs.with).unwrap_or_default();
            match count.take(candidates, &with, at) {
                Ok(()) => {
                    for counted in with.into_iter().chain([at]) {
                        verdicts[counted] = None;
                        counts.insert(counted);
                    }
                }
                Err(Unfit::Waits) => {}
                Err(Unfit::Taken { by_itself }) => verdicts[at] = by_itself.then_some(Refused::Equivocation),
                Err(Unfit::Beyond(device)) => {
                    flooding.insert(device);
                    verdicts[at] = (device == candidates[at].by).then_some(Refused::OverBudget);
                }
            }
            line.was_looked_at(at, &count.changes);
        }
        // The rest of a flood builds on itself. It is named for what it is, and waits for nothing.
        for at in self.sound().filter(|at| !counts.contains(at) && flooding.contains(&candidates[*at].by)) {
            if verdicts[at].is_none() && self.deps(at).all(|dep| self.holders.contains_key(dep)) {
                verdicts[at] = Some(Refused::OverBudget);
            }
        }
        verdicts
    }

    /// Those of authors who may write, but what is unsound.
    fn sound(&self) -> impl Iterator<Item = usize> {
        (0..self.candidates.len()).filter(|at| self.authorised[*at] && !self.candidates[*at].unsound)
    }
}

/// The order in which candidates are looked at: each after those it builds on.
struct Line<'a> {
    case: &'a Case<'a>,
    first: &'a BTreeSet<usize>,
    ready: BTreeSet<(bool, (ChangeHash, RecordId), usize)>,
    /// Who waits for a change, …
    followers: BTreeMap<ChangeHash, Vec<usize>>,
    /// … and how many candidates there are who may still bring it.
    hoped_for: BTreeMap<ChangeHash, usize>,
    /// For how many changes each candidate waits.
    waits: Vec<usize>,
}

impl<'a> Line<'a> {
    fn of(case: &'a Case<'a>, first: &'a BTreeSet<usize>) -> Line<'a> {
        let waits = vec![0; case.candidates.len()];
        let (followers, hoped_for) = (BTreeMap::new(), BTreeMap::new());
        let mut line = Line { case, first, ready: BTreeSet::new(), followers, hoped_for, waits };
        for at in case.sound() {
            for change in &case.candidates[at].changes {
                *line.hoped_for.entry(change.hash).or_default() += 1;
            }
            // Something that is not here may still come; until then it waits.
            let Some(needs) = case.needs(at) else { continue };
            line.waits[at] = needs.after.len();
            for before in needs.after {
                line.followers.entry(before).or_default().push(at);
            }
            if line.waits[at] == 0 {
                line.is_ready(at);
            }
        }
        line
    }

    fn is_ready(&mut self, at: usize) {
        self.ready.insert((!self.first.contains(&at), self.case.rank(at), at));
    }

    fn next(&mut self) -> Option<usize> {
        self.ready.pop_first().map(|(_, _, at)| at)
    }

    /// Its followers wait no longer for a change that counts now, or that nobody can bring any more.
    fn was_looked_at(&mut self, at: usize, counted: &BTreeSet<ChangeHash>) {
        let case = self.case;
        for change in &case.candidates[at].changes {
            let hoped_for = self.hoped_for.entry(change.hash).or_default();
            *hoped_for = hoped_for.saturating_sub(1);
            if *hoped_for == 0 || counted.contains(&change.hash) {
                for follower in self.followers.remove(&change.hash).unwrap_or_default() {
                    self.waits[follower] -= 1;
                    if self.waits[follower] == 0 {
                        self.is_ready(follower);
                    }
                }
            }
        }
    }
}

/// What counts so far.
#[derive(Default)]
struct Count {
    budget: u64,
    numbers: BTreeMap<(ActorId, u64), ChangeHash>,
    changes: BTreeSet<ChangeHash>,
    wrote: BTreeMap<DeviceKey, u64>,
}

/// Why a candidate does not count with all that comes with it.
enum Unfit {
    /// What it builds on does not count.
    Waits,
    /// A number is taken: one of its own author's, or of one that comes with it.
    Taken { by_itself: bool },
    /// This device wrote more than it may.
    Beyond(DeviceKey),
}

impl Count {
    /// A candidate with all that comes with it, or nothing of it.
    fn take(&mut self, candidates: &[Candidate], with: &BTreeSet<usize>, at: usize) -> Result<(), Unfit> {
        let mut numbers: BTreeMap<(ActorId, u64), ChangeHash> = BTreeMap::new();
        let mut wrote: BTreeMap<DeviceKey, u64> = BTreeMap::new();
        let mut fresh = BTreeSet::new();
        let all = || with.iter().copied().chain([at]);
        let changes = || all().flat_map(|one| &candidates[one].changes);
        let together: BTreeSet<ChangeHash> = changes().map(|change| change.hash).collect();
        let is_there = |dep: &ChangeHash| together.contains(dep) || self.changes.contains(dep);
        if !changes().flat_map(|change| &change.deps).all(is_there) {
            return Err(Unfit::Waits);
        }
        for one in all() {
            for change in &candidates[one].changes {
                let number = (change.actor, change.seq);
                match self.numbers.get(&number).or_else(|| numbers.get(&number)) {
                    Some(known) if *known == change.hash => {}
                    Some(_) => return Err(Unfit::Taken { by_itself: one == at }),
                    None => {
                        numbers.insert(number, change.hash);
                        fresh.insert(change.hash);
                        *wrote.entry(candidates[one].by).or_default() += change.operations;
                    }
                }
            }
        }
        for (device, more) in &wrote {
            if self.wrote.get(device).copied().unwrap_or_default() + more > self.budget {
                return Err(Unfit::Beyond(*device));
            }
        }
        self.numbers.extend(numbers);
        self.changes.extend(fresh);
        for (device, more) in wrote {
            *self.wrote.entry(device).or_default() += more;
        }
        Ok(())
    }
}

/// Devices that signed more than one may write. What is unsound belongs to it: whether it was tried depends on the order.
fn flooding(candidates: &[Candidate], budget: u64) -> BTreeSet<DeviceKey> {
    let mut signed: BTreeMap<DeviceKey, BTreeMap<ChangeHash, u64>> = BTreeMap::new();
    for candidate in candidates {
        let operations = candidate.changes.iter().map(|change| (change.hash, change.operations));
        signed.entry(candidate.by).or_default().extend(operations);
    }
    signed.retain(|_, changes| changes.values().sum::<u64>() > budget);
    signed.into_keys().collect()
}

/// The statements that lie at or before a head of every cut, as far as the way to them is here.
fn kept_by(cuts: &[Vec<[u8; 32]>], chains: &Chains) -> BTreeSet<[u8; 32]> {
    let mut kept: Option<BTreeSet<[u8; 32]>> = None;
    for cut in cuts {
        let mut before = BTreeSet::new();
        let mut queue = cut.clone();
        while let Some(statement) = queue.pop() {
            if before.insert(statement) {
                queue.extend(chains.get(&statement).into_iter().flatten());
            }
        }
        kept = Some(match kept {
            None => before,
            Some(kept) => kept.intersection(&before).copied().collect(),
        });
    }
    kept.unwrap_or_default()
}
