//! Documents whose records are judged as a set: an author was removed, said two things under one number, or wrote too much.
//!
//! Most records count by themselves. These few depend on what else is here, so they are looked at together and the document is
//! built anew, and devices that hold the same records show the same document whatever came first:
//!
//! - Of two different changes with one actor and one number, the one counts that comes first when each comes after what it builds
//!   on and else the smaller hash first. What builds on the other waits: it is kept, and named.
//! - Of a removed member's records, those count that lie at or before a head of every cut, and those that a record which
//!   counts builds on. What such a record builds on is never missing.
//! - What a device wrote beyond its budget (`budget.rs`), taken in the same order, does not count. What others built on it waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_document::{ActorId, ChangeHash, ChunkHeader, Document};
use allymap_seal::{Content, Standing};
use allymap_wire::{DeviceKey, DocumentId, Record, RecordId};

use crate::accept::Desk;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{DocumentRow, Fate, FateRow, JUDGE, JUDGED, Key, Missing, Refused, Unreadable};
use crate::turn::Turn;

/// A record that may count.
struct Candidate {
    id: RecordId,
    row: FateRow,
    by: DeviceKey,
    statement: [u8; 32],
    changes: Vec<ChunkHeader>,
    /// The change by which it takes its place in the order: that with the lowest number.
    first: ChangeHash,
    /// Refused when it was applied, for what it is in itself. It counts for nothing but what its author signed in all.
    unsound: bool,
}

/// What there is to judge by.
#[derive(Default)]
struct Evidence {
    candidates: BTreeMap<DocumentId, Vec<Candidate>>,
    /// Statements of removed devices, each with those it follows.
    chains: BTreeMap<[u8; 32], Vec<[u8; 32]>>,
}

impl Replica {
    /// Judges every document that is marked for it. Own changes there are sealed first: a record is never lost, even where what
    /// it builds on counts no more.
    pub(crate) fn judge(&mut self, turn: &mut Turn<'_>) -> Result<(), Unreadable> {
        // Who was removed keeps what was read.
        if self.membership().is_none() {
            return Ok(());
        }
        let mut documents = turn.draft.to_judge()?;
        if documents.is_empty() {
            return Ok(());
        }
        let unsealed: Vec<DocumentId> =
            turn.draft.unsealed()?.into_iter().filter(|id| documents.contains(id)).collect();
        self.seal_sittings(None, &unsealed, turn)?;
        for id in turn.draft.unsealed()? {
            documents.remove(&id);
        }
        let mut evidence = self.evidence(&documents, &turn.draft)?;
        for document in documents {
            let candidates = evidence.candidates.remove(&document).unwrap_or_default();
            let own_left_out = self.judge_document(document, candidates, &evidence.chains, turn)?;
            if own_left_out {
                // Numbers under the old actor are taken.
                let mut salt = [0; 8];
                turn.chance.fill_bytes(&mut salt);
                self.me.renew(salt);
            }
        }
        self.me.put(&mut turn.draft);
        Ok(())
    }

    /// Devices that were removed, and what was cut.
    pub(crate) fn removals(&self) -> BTreeMap<DeviceKey, Standing> {
        let former = self.roster().former_members().into_iter().map(|former| former.device);
        former
            .map(|device| (device, self.roster().standing(&device)))
            .filter(|(_, standing)| matches!(standing, Standing::Removed { .. }))
            .collect()
    }

    /// Marks every document that a device wrote to whose removal is new, or undone, or of which a statement arrived late.
    pub(crate) fn removals_changed(
        &self,
        before: &BTreeMap<DeviceKey, Standing>,
        late: BTreeSet<DeviceKey>,
        draft: &mut Draft<'_>,
    ) -> Result<(), Unreadable> {
        if self.breaks(Broken::RemovalComesTooLate) {
            return Ok(());
        }
        let now = self.removals();
        let mut devices = late;
        devices.extend(before.keys().chain(now.keys()).filter(|device| before.get(device) != now.get(device)));
        if devices.is_empty() {
            return Ok(());
        }
        for (_, row) in draft.fates()? {
            if let Fate::Changes { document, by, .. } | Fate::LeftOut { document, by, .. } = row.fate
                && devices.contains(&by)
            {
                draft.put_bytes(Key::Judged(document), vec![JUDGE]);
            }
        }
        Ok(())
    }

    fn evidence(&self, documents: &BTreeSet<DocumentId>, draft: &Draft<'_>) -> Result<Evidence, Unreadable> {
        let cut: BTreeSet<DeviceKey> = self
            .removals()
            .into_iter()
            .filter(|(_, standing)| matches!(standing, Standing::Removed { cuts } if cuts.iter().all(|cut| !cut.is_empty())))
            .map(|(device, _)| device)
            .collect();
        let mut evidence = Evidence::default();
        for (id, row) in draft.fates()? {
            let concerns = match &row.fate {
                Fate::Changes { document, by, .. } | Fate::LeftOut { document, by, .. } => {
                    documents.contains(document) || cut.contains(by)
                }
                Fate::Waiting(Missing::Change(_)) => true,
                Fate::Refused(Refused::Forged | Refused::Signature | Refused::Deadly) => false,
                Fate::Refused(_) => true,
                _ => false,
            };
            let unsound = matches!(row.fate, Fate::Refused(_));
            if !concerns {
                continue;
            }
            let record = draft.bytes(Key::Record(id))?.and_then(|bytes| Record::new(bytes).ok());
            let content = record.and_then(|record| allymap_seal::open(self.me.space(), self.ring(), &record).ok());
            let Some(Content::Changes { statement, body }) = content else { continue };
            if cut.contains(&statement.by) {
                evidence.chains.insert(statement.hash(), statement.prev.clone());
            }
            if !documents.contains(&statement.doc) {
                continue;
            }
            let changes = allymap_seal::expand_body(statement.codec, &body).unwrap_or_default();
            let changes: Result<Vec<ChunkHeader>, _> =
                changes.iter().map(|change| allymap_document::inspect(change)).collect();
            let Ok(changes) = changes else { continue };
            let hashes: Vec<[u8; 32]> = changes.iter().map(|change| change.hash.0).collect();
            if unsound && !statement.verify(self.me.space(), &hashes) {
                continue;
            }
            let Some(first) = changes.iter().min_by_key(|change| (change.seq, change.hash)).map(|change| change.hash)
            else {
                continue;
            };
            let candidate =
                Candidate { id, row, by: statement.by, statement: statement.hash(), changes, first, unsound };
            evidence.candidates.entry(statement.doc).or_default().push(candidate);
        }
        Ok(evidence)
    }

    /// Builds the document anew from what counts. Says whether something of this device's own does not.
    fn judge_document(
        &mut self,
        document: DocumentId,
        mut candidates: Vec<Candidate>,
        chains: &BTreeMap<[u8; 32], Vec<[u8; 32]>>,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Unreadable> {
        candidates.sort_by_key(|candidate| candidate.row.order);
        turn.draft.put_bytes(Key::Judged(document), vec![JUDGED]);
        let own = turn.draft.row::<DocumentRow>(Key::Document(document))?.unwrap_or_default().own;
        // A record that turns out to be unsound when it is applied is no rival of any other: without it, the rest is judged again.
        loop {
            // What waited, also since the last time around, must not be woken when it turns out not to count.
            for Candidate { id, .. } in &candidates {
                if let Some(FateRow { fate: Fate::Waiting(missing), .. }) = turn.draft.row(Key::Fate(*id))? {
                    turn.draft.delete(Key::Waiting(&missing, *id));
                }
            }
            let verdicts = self.verdicts(&candidates, chains);
            let mut queue = VecDeque::new();
            for (candidate, verdict) in candidates.iter().zip(&verdicts) {
                let (id, order, by) = (candidate.id, candidate.row.order, candidate.by);
                match verdict {
                    _ if candidate.unsound => {}
                    None => queue.push_back((order, id)),
                    why => {
                        let fate = Fate::LeftOut { document, by, why: *why };
                        turn.draft.put(Key::Fate(id), &FateRow { order, fate });
                    }
                }
            }
            let mut desk = Desk { decided: Some(document), ..Desk::default() };
            let row = DocumentRow { own: own.clone(), ..DocumentRow::default() };
            desk.open.insert(document, (row, Document::new(self.me.actor())));
            desk.changed.insert(document);
            let before = turn.effects.len();
            self.apply_on(desk, queue, turn)?;
            let mut all_sound = true;
            for candidate in candidates.iter_mut().filter(|candidate| !candidate.unsound) {
                let row: Option<FateRow> = turn.draft.row(Key::Fate(candidate.id))?;
                candidate.unsound = matches!(row, Some(FateRow { fate: Fate::Refused(_), .. }));
                all_sound &= !candidate.unsound;
            }
            let told = turn.effects.split_off(before);
            turn.effects.extend(told.into_iter().filter(|effect| !matches!(effect, Effect::Changed(_))));
            if all_sound {
                turn.effects.push(Effect::Changed(document));
                for (candidate, verdict) in candidates.iter().zip(&verdicts) {
                    if let Some(why) = *verdict
                        && !candidate.unsound
                        && !matches!(candidate.row.fate, Fate::LeftOut { why: known, .. } if known == *verdict)
                    {
                        turn.tell(Notice::Refused { record: candidate.id, why });
                    }
                }
                break;
            }
        }
        if turn.draft.row::<DocumentRow>(Key::Document(document))?.is_none_or(|row| row.heads.is_empty()) {
            turn.draft.delete(Key::Document(document));
            self.shelf.forget(&document);
        }
        let mut own_left_out = false;
        for candidate in candidates.iter().filter(|it| it.by == self.device() && !it.unsound) {
            let row: Option<FateRow> = turn.draft.row(Key::Fate(candidate.id))?;
            own_left_out |= !matches!(row, Some(FateRow { fate: Fate::Changes { .. }, .. }));
        }
        Ok(own_left_out)
    }

    /// Why each candidate does not count; nothing where it does, or where it waits for another that does not.
    ///
    /// What is left out here is never tried, so nothing else may depend on it: it may be unsound, and known as such elsewhere.
    fn verdicts(&self, candidates: &[Candidate], chains: &BTreeMap<[u8; 32], Vec<[u8; 32]>>) -> Vec<Option<Refused>> {
        let mut holders: BTreeMap<ChangeHash, Vec<usize>> = BTreeMap::new();
        for (at, candidate) in candidates.iter().enumerate() {
            for change in &candidate.changes {
                holders.entry(change.hash).or_default().push(at);
            }
        }
        let mut kept: BTreeMap<DeviceKey, BTreeSet<[u8; 32]>> = BTreeMap::new();
        let mut authorised = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            authorised.push(match self.roster().standing(&candidate.by) {
                Standing::Member => true,
                Standing::Unknown | Standing::Reader => false,
                Standing::Removed { cuts } => {
                    kept.entry(candidate.by).or_insert_with(|| kept_by(&cuts, chains)).contains(&candidate.statement)
                }
            });
        }
        let flooding = self.flooding(candidates);
        let first = built_on(candidates, &holders, |at| authorised[at] && !flooding.contains(&candidates[at].by));
        self.counted(candidates, &holders, &authorised, &first)
    }

    /// Devices that signed more than one may write. What is unsound belongs to it: whether it was tried depends on the order.
    fn flooding(&self, candidates: &[Candidate]) -> BTreeSet<DeviceKey> {
        let mut signed: BTreeMap<DeviceKey, BTreeMap<ChangeHash, u64>> = BTreeMap::new();
        for candidate in candidates {
            let operations = candidate.changes.iter().map(|change| (change.hash, change.operations));
            signed.entry(candidate.by).or_default().extend(operations);
        }
        signed.retain(|_, changes| changes.values().sum::<u64>() > self.budget.0);
        signed.into_keys().collect()
    }

    /// Goes through the candidates whose authors may write: first what others build on who are within their budget, so that a
    /// flood cannot pull away what it stands on; each after those it builds on, and else the smaller hash first. What it builds
    /// on of removed members comes with it. All of it counts, or nothing where a number of its author's is taken already or an
    /// author's device is beyond its budget with it. Gives why the others do not, nothing where they wait.
    fn counted(
        &self,
        candidates: &[Candidate],
        holders: &BTreeMap<ChangeHash, Vec<usize>>,
        authorised: &[bool],
        first: &BTreeSet<usize>,
    ) -> Vec<Option<Refused>> {
        let place = |at: usize| (!first.contains(&at), candidates[at].first, candidates[at].id, at);
        let mut verdicts: Vec<Option<Refused>> =
            authorised.iter().map(|authorised| if *authorised { None } else { Some(Refused::Removed) }).collect();
        let sound: Vec<usize> =
            (0..candidates.len()).filter(|at| authorised[*at] && !candidates[*at].unsound).collect();
        // Changes that are waited for, by whom; and by how many who may still bring them.
        let mut followers: BTreeMap<ChangeHash, Vec<usize>> = BTreeMap::new();
        let mut hoped_for: BTreeMap<ChangeHash, usize> = BTreeMap::new();
        let mut waits: Vec<usize> = vec![0; candidates.len()];
        let mut ready = BTreeSet::new();
        for at in sound.iter().copied() {
            for change in &candidates[at].changes {
                *hoped_for.entry(change.hash).or_default() += 1;
            }
            // Something that is not here may still come; until then it waits.
            let Some(needs) = needs(candidates, holders, authorised, at) else { continue };
            waits[at] = needs.after.len();
            for before in needs.after {
                followers.entry(before).or_default().push(at);
            }
            if waits[at] == 0 {
                ready.insert(place(at));
            }
        }
        let mut counts = BTreeSet::new();
        let mut flooding = BTreeSet::new();
        let budget = if self.breaks(Broken::FirstOperationsCount) { u64::MAX } else { self.budget.0 };
        let mut count = Count { budget, ..Count::default() };
        while let Some((_, _, _, at)) = ready.pop_first() {
            let with = needs(candidates, holders, authorised, at).map(|needs| needs.with).unwrap_or_default();
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
            for change in &candidates[at].changes {
                let hoped_for = hoped_for.entry(change.hash).or_default();
                *hoped_for = hoped_for.saturating_sub(1);
                if *hoped_for == 0 || count.changes.contains(&change.hash) {
                    for follower in followers.remove(&change.hash).unwrap_or_default() {
                        waits[follower] -= 1;
                        if waits[follower] == 0 {
                            ready.insert(place(follower));
                        }
                    }
                }
            }
        }
        // The rest of a flood builds on itself. It is named for what it is, and waits for nothing.
        for at in sound.into_iter().filter(|at| !counts.contains(at) && flooding.contains(&candidates[*at].by)) {
            let is_here = |dep: &ChangeHash| holders.contains_key(dep);
            let rests = candidates[at].changes.iter().flat_map(|change| &change.deps).all(is_here);
            if verdicts[at].is_none() && rests {
                verdicts[at] = Some(Refused::OverBudget);
            }
        }
        verdicts
    }
}

/// What a candidate builds on.
struct Needs {
    /// Candidates of removed members: they count with it or not at all.
    with: BTreeSet<usize>,
    /// Changes of those who may write: they are looked at before.
    after: BTreeSet<ChangeHash>,
}

/// Nothing where something is not here.
fn needs(
    candidates: &[Candidate],
    holders: &BTreeMap<ChangeHash, Vec<usize>>,
    authorised: &[bool],
    at: usize,
) -> Option<Needs> {
    let mut needs = Needs { with: BTreeSet::new(), after: BTreeSet::new() };
    let mut queue = vec![at];
    while let Some(here) = queue.pop() {
        let own: BTreeSet<ChangeHash> = candidates[here].changes.iter().map(|change| change.hash).collect();
        for dep in candidates[here].changes.iter().flat_map(|change| &change.deps).filter(|dep| !own.contains(dep)) {
            let sound =
                || holders.get(dep).into_iter().flatten().copied().filter(|holder| !candidates[*holder].unsound);
            if sound().any(|holder| authorised[holder]) {
                needs.after.insert(*dep);
            } else {
                let removed = sound().min_by_key(|holder| (candidates[*holder].first, candidates[*holder].id))?;
                if needs.with.insert(removed) {
                    queue.push(removed);
                }
            }
        }
    }
    Some(needs)
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

/// The candidates that are chosen, and all that they build on.
fn built_on(
    candidates: &[Candidate],
    holders: &BTreeMap<ChangeHash, Vec<usize>>,
    chosen: impl Fn(usize) -> bool,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut queue: Vec<usize> = (0..candidates.len()).filter(|at| chosen(*at)).collect();
    while let Some(at) = queue.pop() {
        if found.insert(at) {
            let deps = candidates[at].changes.iter().flat_map(|change| &change.deps);
            queue.extend(deps.filter_map(|dep| holders.get(dep)).flatten());
        }
    }
    found
}

/// The statements that lie at or before a head of every cut, as far as the way to them is here.
fn kept_by(cuts: &[Vec<[u8; 32]>], chains: &BTreeMap<[u8; 32], Vec<[u8; 32]>>) -> BTreeSet<[u8; 32]> {
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
