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

mod verdicts;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_document::{ChunkHeader, Document};
use allymap_seal::{Content, Standing};
use allymap_wire::{DeviceKey, DocumentId, Record};

use crate::accept::Desk;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{DocumentRow, Fate, FateRow, JUDGE, JUDGED, Key, Missing, OwnRow, Refused, Unreadable};
use crate::turn::Turn;

use verdicts::{Candidate, Chains, Grounds, verdicts};

/// What there is to judge by.
#[derive(Default)]
struct Evidence {
    candidates: BTreeMap<DocumentId, Vec<Candidate>>,
    /// Statements of removed devices, each with those it follows.
    chains: Chains,
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
            let candidate = Candidate::new(id, row, statement.by, statement.hash(), changes);
            evidence.candidates.entry(statement.doc).or_default().extend(candidate);
        }
        Ok(evidence)
    }

    /// Builds the document anew from what counts. Says whether something of this device's own does not.
    fn judge_document(
        &mut self,
        document: DocumentId,
        mut candidates: Vec<Candidate>,
        chains: &Chains,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Unreadable> {
        candidates.sort_by_key(|candidate| candidate.row.order);
        turn.draft.put_bytes(Key::Judged(document), vec![JUDGED]);
        let own = turn.draft.row::<DocumentRow>(Key::Document(document))?.unwrap_or_default().own;
        let standings: BTreeMap<DeviceKey, Standing> =
            candidates.iter().map(|candidate| (candidate.by, self.roster().standing(&candidate.by))).collect();
        let budget = if self.breaks(Broken::FirstOperationsCount) { u64::MAX } else { self.budget.0 };
        let grounds = Grounds { standings: &standings, chains, budget };
        // A record that turns out to be unsound when it is applied is no rival of any other: without it, the rest is judged again.
        let verdicts = loop {
            let verdicts = verdicts(&candidates, &grounds);
            if self.build_from(document, &own, &mut candidates, &verdicts, turn)? {
                break verdicts;
            }
        };
        turn.effects.push(Effect::Changed(document));
        for (candidate, verdict) in candidates.iter().zip(&verdicts) {
            if let Some(why) = *verdict
                && !candidate.unsound
                && !matches!(candidate.row.fate, Fate::LeftOut { why: known, .. } if known == *verdict)
            {
                turn.tell(Notice::Refused { record: candidate.id, why });
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

    /// Applies to an empty document what counts, and notes of the rest why it does not. Says whether all of it was sound.
    fn build_from(
        &mut self,
        document: DocumentId,
        own: &[OwnRow],
        candidates: &mut [Candidate],
        verdicts: &[Option<Refused>],
        turn: &mut Turn<'_>,
    ) -> Result<bool, Unreadable> {
        // What waited, also since the last time around, must not be woken when it turns out not to count.
        for Candidate { id, .. } in &*candidates {
            if let Some(FateRow { fate: Fate::Waiting(missing), .. }) = turn.draft.row(Key::Fate(*id))? {
                turn.draft.delete(Key::Waiting(&missing, *id));
            }
        }
        let mut queue = VecDeque::new();
        for (candidate, verdict) in candidates.iter().zip(verdicts).filter(|(candidate, _)| !candidate.unsound) {
            let (id, order, by) = (candidate.id, candidate.row.order, candidate.by);
            if verdict.is_none() {
                queue.push_back((order, id));
            } else {
                let fate = Fate::LeftOut { document, by, why: *verdict };
                turn.draft.put(Key::Fate(id), &FateRow { order, fate });
            }
        }
        let mut desk = Desk { decided: Some(document), ..Desk::default() };
        let row = DocumentRow { own: own.to_vec(), ..DocumentRow::default() };
        desk.open.insert(document, (row, Document::new(self.me.actor())));
        desk.changed.insert(document);
        let before = turn.effects.len();
        self.apply_on(desk, queue, turn)?;
        let told = turn.effects.split_off(before);
        turn.effects.extend(told.into_iter().filter(|effect| !matches!(effect, Effect::Changed(_))));
        let mut all_sound = true;
        for candidate in candidates.iter_mut().filter(|candidate| !candidate.unsound) {
            let row: Option<FateRow> = turn.draft.row(Key::Fate(candidate.id))?;
            candidate.unsound = matches!(row, Some(FateRow { fate: Fate::Refused(_), .. }));
            all_sound &= !candidate.unsound;
        }
        Ok(all_sound)
    }
}
