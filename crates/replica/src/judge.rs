//! Documents whose records are judged as a set: an author was removed, or said two things under one number.
//!
//! Most records count by themselves. These few depend on what else is here, so they are looked at together and the document is
//! built anew, and devices that hold the same records show the same document whatever came first:
//!
//! - Of two different changes with one actor and one number, the one with the smaller hash counts. What builds on the other
//!   waits: it is kept, and named.
//! - Of a removed member's records, those count that lie at or before a head of every cut, and those that a record which
//!   counts builds on. What such a record builds on is never missing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_document::{ActorId, ChangeHash, ChunkHeader, Document};
use allymap_seal::{Content, Standing};
use allymap_wire::{DeviceKey, DocumentId, Record, RecordId, Timestamp};
use rand_core::CryptoRng;

use crate::accept::Desk;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::replica::{Effect, Notice, Replica};
use crate::rows::{DocumentRow, Fate, FateRow, JUDGE, JUDGED, Key, Missing, Refused, Unreadable};

/// A record that may count.
struct Candidate {
    id: RecordId,
    row: FateRow,
    by: DeviceKey,
    statement: [u8; 32],
    changes: Vec<ChunkHeader>,
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
    pub(crate) fn judge(
        &mut self,
        now: Timestamp,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        // Who was removed keeps what was read.
        if self.membership().is_none() {
            return Ok(());
        }
        let marked = draft.list(b'g', &[], None, usize::MAX)?;
        let mut documents: BTreeSet<DocumentId> = marked
            .iter()
            .filter(|(_, mark)| mark[..] == [JUDGE])
            .filter_map(|(name, _)| DocumentId::from_slice(name))
            .collect();
        if documents.is_empty() {
            return Ok(());
        }
        let unsealed: Vec<DocumentId> =
            self.unsealed_in(draft)?.into_iter().filter(|id| documents.contains(id)).collect();
        self.seal_sittings(now, None, &unsealed, draft, chance)?;
        for id in self.unsealed_in(draft)? {
            documents.remove(&id);
        }
        let mut evidence = self.evidence(&documents, draft)?;
        for document in documents {
            let candidates = evidence.candidates.remove(&document).unwrap_or_default();
            let own_left_out = self.judge_document(document, candidates, &evidence.chains, draft, effects)?;
            if own_left_out {
                // Numbers under the old actor are taken.
                chance.fill_bytes(&mut self.header.salt);
            }
        }
        self.put_header(draft);
        Ok(())
    }

    /// Devices that were removed, and what was cut.
    pub(crate) fn removals(&self) -> BTreeMap<DeviceKey, Standing> {
        let former = self.roster.former_members().into_iter().map(|former| former.device);
        former
            .map(|device| (device, self.roster.standing(&device)))
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
        if self.broken == Some(Broken::RemovalComesTooLate) {
            return Ok(());
        }
        let now = self.removals();
        let mut devices = late;
        devices.extend(before.keys().chain(now.keys()).filter(|device| before.get(device) != now.get(device)));
        if devices.is_empty() {
            return Ok(());
        }
        for (_, row) in draft.list(b'f', &[], None, usize::MAX)? {
            if let Ok(FateRow { fate: Fate::Changes { document, by, .. } | Fate::LeftOut { document, by, .. }, .. }) =
                minicbor::decode(&row)
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
        for (name, row) in draft.list(b'f', &[], None, usize::MAX)? {
            let (Some(id), Ok(row)) = (RecordId::from_slice(&name), minicbor::decode::<FateRow>(&row)) else {
                continue;
            };
            let concerns = match &row.fate {
                Fate::Changes { document, by, .. } | Fate::LeftOut { document, by, .. } => {
                    documents.contains(document) || cut.contains(by)
                }
                Fate::Waiting(Missing::Change(_)) => true,
                _ => false,
            };
            if !concerns {
                continue;
            }
            let record = draft.bytes(Key::Record(id))?.and_then(|bytes| Record::new(bytes).ok());
            let content = record.and_then(|record| allymap_seal::open(&self.space, &self.ring, &record).ok());
            let Some(Content::Changes { statement, body }) = content else { continue };
            if cut.contains(&statement.by) {
                evidence.chains.insert(statement.hash(), statement.prev.clone());
            }
            if !documents.contains(&statement.doc) {
                continue;
            }
            let changes = allymap_seal::expand_body(statement.codec, &body).unwrap_or_default();
            let Ok(changes) = changes.iter().map(|change| allymap_document::inspect(change)).collect() else {
                continue;
            };
            let candidate = Candidate { id, row, by: statement.by, statement: statement.hash(), changes };
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
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<bool, Unreadable> {
        candidates.sort_by_key(|candidate| candidate.row.order);
        for Candidate { id, row, .. } in &candidates {
            if let Fate::Waiting(missing) = &row.fate {
                draft.delete(Key::Waiting(missing, *id));
            }
        }
        draft.put_bytes(Key::Judged(document), vec![JUDGED]);
        let own = draft.row::<DocumentRow>(Key::Document(document))?.unwrap_or_default().own;
        // A record that turns out to be unsound when it is applied is no rival of any other: without it, the rest is judged again.
        loop {
            let verdicts = self.verdicts(&candidates, chains);
            let mut queue = VecDeque::new();
            for (candidate, verdict) in candidates.iter().zip(&verdicts) {
                let (id, order, by) = (candidate.id, candidate.row.order, candidate.by);
                match verdict {
                    None => queue.push_back((order, id)),
                    why => {
                        let fate = Fate::LeftOut { document, by, why: *why };
                        draft.put(Key::Fate(id), &FateRow { order, fate });
                    }
                }
            }
            let mut desk = Desk { decided: Some(document), ..Desk::default() };
            let row = DocumentRow { own: own.clone(), ..DocumentRow::default() };
            desk.open.insert(document, (row, Document::new(self.actor())));
            desk.changed.insert(document);
            let mut told = Vec::new();
            self.apply_on(desk, queue, draft, &mut told)?;
            let mut sound = Vec::with_capacity(candidates.len());
            for candidate in &candidates {
                let row: Option<FateRow> = draft.row(Key::Fate(candidate.id))?;
                sound.push(!matches!(row, Some(FateRow { fate: Fate::Refused(_), .. })));
            }
            effects.extend(told.into_iter().filter(|effect| !matches!(effect, Effect::Changed(_))));
            if sound.iter().all(|sound| *sound) {
                effects.push(Effect::Changed(document));
                for (candidate, verdict) in candidates.iter().zip(&verdicts) {
                    if let Some(why) = *verdict
                        && !matches!(candidate.row.fate, Fate::LeftOut { why: known, .. } if known == *verdict)
                    {
                        effects.push(Effect::Tell(Notice::Refused { record: candidate.id, why }));
                    }
                }
                break;
            }
            let mut sound = sound.into_iter();
            candidates.retain(|_| sound.next().unwrap_or(true));
        }
        if draft.row::<DocumentRow>(Key::Document(document))?.is_none_or(|row| row.heads.is_empty()) {
            draft.delete(Key::Document(document));
            self.shelf.forget(&document);
        }
        let mut own_left_out = false;
        for candidate in candidates.iter().filter(|candidate| candidate.by == self.device()) {
            let row: Option<FateRow> = draft.row(Key::Fate(candidate.id))?;
            own_left_out |= !matches!(row, Some(FateRow { fate: Fate::Changes { .. }, .. }));
        }
        Ok(own_left_out)
    }

    /// Why each candidate does not count; nothing where it does.
    fn verdicts(&self, candidates: &[Candidate], chains: &BTreeMap<[u8; 32], Vec<[u8; 32]>>) -> Vec<Option<Refused>> {
        let mut counts: BTreeMap<(ActorId, u64), ChangeHash> = BTreeMap::new();
        let mut holders: BTreeMap<ChangeHash, Vec<usize>> = BTreeMap::new();
        for (at, candidate) in candidates.iter().enumerate() {
            for change in &candidate.changes {
                let smallest = counts.entry((change.actor, change.seq)).or_insert(change.hash);
                *smallest = change.hash.min(*smallest);
                holders.entry(change.hash).or_default().push(at);
            }
        }
        let mut verdicts: Vec<Option<Refused>> = candidates
            .iter()
            .map(|candidate| {
                let rival = |change: &ChunkHeader| counts[&(change.actor, change.seq)] != change.hash;
                if candidate.changes.iter().any(rival) { Some(Refused::Equivocation) } else { Some(Refused::Removed) }
            })
            .collect();
        let mut kept: BTreeMap<DeviceKey, BTreeSet<[u8; 32]>> = BTreeMap::new();
        let mut queue: Vec<usize> = Vec::new();
        for (at, candidate) in candidates.iter().enumerate() {
            let authorised = match self.roster.standing(&candidate.by) {
                Standing::Member => true,
                Standing::Unknown | Standing::Reader => false,
                Standing::Removed { cuts } => {
                    kept.entry(candidate.by).or_insert_with(|| kept_by(&cuts, chains)).contains(&candidate.statement)
                }
            };
            if authorised {
                queue.push(at);
            }
        }
        while let Some(at) = queue.pop() {
            if verdicts[at] != Some(Refused::Removed) {
                continue;
            }
            verdicts[at] = None;
            let deps = candidates[at].changes.iter().flat_map(|change| &change.deps);
            queue.extend(deps.filter_map(|dep| holders.get(dep)).flatten());
        }
        verdicts
    }
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
