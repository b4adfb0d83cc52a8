//! Records that arrived become operations of the roster and changes of documents, or wait, or are refused.
//!
//! The order of the checks is the order of what they cost and of what they trust: the seal, the decoding, the author's
//! leave, the signature, the size, the count of operations, and only then Automerge, on a clone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_document::{ActorId, Document, Refusal};
use allymap_seal::{Body, Content, Inserted, OpenError, SignedOp, Standing, Statement};
use allymap_wire::{DeviceKey, DocumentId, OpId, Record, RecordId, RecordKind};

use crate::broken::Broken;
use crate::draft::Draft;
use crate::edit::put_document;
use crate::effect::{Effect, Notice};
use crate::replica::{Applying, Replica};
use crate::rows::{BreadcrumbRow, DocumentRow, Fate, FateRow, JUDGE, Key, Missing, OpRow, Refused, Unreadable};
use crate::turn::Turn;

/// Bytes of changes that may wait in memory for being applied together.
const PENDING_BYTES: usize = 8 << 20;
/// How many records one input applies, so that a long catch-up does not hold everything in memory.
const RECORDS_AT_ONCE: usize = 1_024;
/// After this many deaths on one record, it is refused unread.
const DEATHS: u8 = 2;

/// Documents that one input has opened, saved once at its end.
#[derive(Default)]
pub(crate) struct Desk {
    pub open: BTreeMap<DocumentId, (DocumentRow, Document)>,
    pub changed: BTreeSet<DocumentId>,
    /// The document whose records were judged just now: those that are given count.
    pub decided: Option<DocumentId>,
    /// Removed devices of which something arrived that a cut may keep.
    pub late: BTreeSet<DeviceKey>,
    /// Records that passed every check but the document's own. They are applied together.
    pub pending: BTreeMap<DocumentId, Vec<Pending>>,
    pub pending_bytes: usize,
}

pub(crate) struct Pending {
    order: u64,
    id: RecordId,
    pub statement: Statement,
    /// The actor that the changes must have.
    signer: ActorId,
    pub changes: Vec<Vec<u8>>,
    hashes: Vec<[u8; 32]>,
}

/// What is known of a record without its document.
enum Checked {
    Decided(Fate),
    /// Its document decides.
    Pending(Box<Pending>),
}

impl Replica {
    /// Applies what is durable and not yet applied; asks to go on if there is more.
    pub(crate) fn apply(&mut self, turn: &mut Turn<'_>) -> Result<(), Unreadable> {
        let unapplied = turn.draft.unapplied(RECORDS_AT_ONCE)?;
        let Some((order, id)) = unapplied.first().copied() else {
            if self.applying != Applying::Together {
                self.applying = Applying::Together;
                turn.draft.delete(Key::Breadcrumb);
            }
            return Ok(());
        };
        match if self.breaks(Broken::NoBreadcrumb) { Applying::Together } else { self.applying } {
            Applying::Together => self.apply_these(unapplied.into(), turn)?,
            Applying::OneByOne { announced } => {
                let crumb: Option<BreadcrumbRow> = turn.draft.row(Key::Breadcrumb)?;
                let deaths = crumb.filter(|crumb| crumb.record == id).map_or(0, |crumb| crumb.deaths);
                if announced == Some(id) {
                    self.apply_these(VecDeque::from([(order, id)]), turn)?;
                    turn.draft.delete(Key::Breadcrumb);
                    self.applying = Applying::OneByOne { announced: None };
                } else if deaths >= DEATHS {
                    turn.draft.delete(Key::Unapplied(order));
                    turn.draft.put(Key::Fate(id), &FateRow { order, fate: Fate::Refused(Refused::Deadly) });
                    turn.tell(Notice::Refused { record: id, why: Refused::Deadly });
                } else {
                    turn.draft.put(Key::Breadcrumb, &BreadcrumbRow { record: id, deaths: deaths + 1 });
                    self.applying = Applying::OneByOne { announced: Some(id) };
                }
            }
        }
        turn.effects.push(Effect::Continue);
        Ok(())
    }

    pub(crate) fn apply_these(
        &mut self,
        queue: VecDeque<(u64, RecordId)>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Unreadable> {
        let before = self.removals();
        let late = self.apply_on(Desk::default(), queue, turn)?;
        self.removals_changed(&before, late, &mut turn.draft)?;
        self.me.put(&mut turn.draft);
        Ok(())
    }

    /// Gives the removed devices of which something arrived that a cut may keep.
    pub(crate) fn apply_on(
        &mut self,
        mut desk: Desk,
        mut queue: VecDeque<(u64, RecordId)>,
        turn: &mut Turn<'_>,
    ) -> Result<BTreeSet<DeviceKey>, Unreadable> {
        loop {
            let mut arrived = Vec::new();
            let next = if desk.pending_bytes < PENDING_BYTES { queue.pop_front() } else { None };
            if let Some((order, id)) = next {
                turn.draft.delete(Key::Unapplied(order));
                let Some(record) = turn.draft.bytes(Key::Record(id))?.and_then(|bytes| Record::new(bytes).ok()) else {
                    continue;
                };
                match self.check_record((order, id), &record, &mut turn.draft, &mut desk, &mut arrived)? {
                    Checked::Decided(fate) => decide(order, id, fate, turn),
                    Checked::Pending(pending) => {
                        desk.pending_bytes += bytes_of(&pending);
                        desk.pending.entry(pending.statement.doc).or_default().push(*pending);
                    }
                }
            } else if let Some((document, records)) = desk.pending.pop_first() {
                desk.pending_bytes -= records.iter().map(bytes_of).sum::<usize>();
                let fates = self.apply_to(document, &records, &mut turn.draft, &mut desk, &mut arrived)?;
                for (record, fate) in records.iter().zip(fates) {
                    decide(record.order, record.id, fate, turn);
                }
            } else {
                break;
            }
            if !self.breaks(Broken::WaitForEver) {
                for missing in arrived {
                    if desk.decided.is_some() || queue.len() < RECORDS_AT_ONCE {
                        self.wake(&missing, &mut turn.draft, &mut queue)?;
                    } else {
                        self.wake_later(&missing, &mut turn.draft)?;
                    }
                }
            }
        }
        for (id, (row, document)) in desk.open {
            if desk.changed.contains(&id) {
                put_document(&mut turn.draft, id, row, &document);
                turn.effects.push(Effect::Changed(id));
            }
            self.shelf.put(id, document);
        }
        Ok(desk.late)
    }

    /// Puts what waited for this in front of the queue.
    pub(crate) fn wake(
        &self,
        missing: &Missing,
        draft: &mut Draft<'_>,
        queue: &mut VecDeque<(u64, RecordId)>,
    ) -> Result<(), Unreadable> {
        let mut woken = Vec::new();
        for id in draft.waiting(missing)? {
            draft.delete(Key::Waiting(missing, id));
            if let Some(row) = draft.row::<FateRow>(Key::Fate(id))? {
                woken.push((row.order, id));
            }
        }
        woken.sort_unstable();
        for entry in woken.into_iter().rev() {
            queue.push_front(entry);
        }
        Ok(())
    }

    /// As [`Replica::wake`], outside of applying: they are applied next.
    pub(crate) fn wake_later(&self, missing: &Missing, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        let mut queue = VecDeque::new();
        self.wake(missing, draft, &mut queue)?;
        for (order, id) in queue {
            draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
        }
        Ok(())
    }

    fn check_record(
        &mut self,
        place: (u64, RecordId),
        record: &Record,
        draft: &mut Draft<'_>,
        desk: &mut Desk,
        arrived: &mut Vec<Missing>,
    ) -> Result<Checked, Unreadable> {
        Ok(Checked::Decided(match record.kind() {
            RecordKind::Gone => Fate::Gone,
            RecordKind::KeyPacket => {
                arrived.extend(self.take_key_packet(record, draft));
                Fate::KeyPacket
            }
            RecordKind::Sealed => match allymap_seal::open(self.me.space(), self.ring(), record) {
                Err(OpenError::UnknownKey(tag)) => Fate::Waiting(Missing::Key(tag)),
                Err(OpenError::Forged | OpenError::Kind(_)) => Fate::Refused(Refused::Forged),
                Err(OpenError::Newer) => Fate::Waiting(Missing::Upgrade),
                Err(_) => Fate::Refused(Refused::Malformed),
                Ok(Content::Op(op)) => self.take_op(op, draft, arrived)?,
                Ok(Content::Changes { statement, body }) => {
                    return self.check_changes(place, statement, &body, draft, desk);
                }
            },
        }))
    }

    /// Keys for this device, if the packet has any.
    pub(crate) fn take_key_packet(&mut self, record: &Record, draft: &mut Draft<'_>) -> Vec<Missing> {
        let mut arrived = Vec::new();
        for key in allymap_seal::open_packet(record, self.me.space(), self.me.keys()).unwrap_or_default() {
            arrived.push(Missing::Key(key.id().tag()));
            self.take_key(key, draft);
        }
        arrived
    }

    fn take_op(&mut self, op: SignedOp, draft: &mut Draft<'_>, arrived: &mut Vec<Missing>) -> Result<Fate, Unreadable> {
        let unsaid = Key::Unsaid(op.id());
        if draft.bytes(unsaid)?.is_some() {
            draft.delete(unsaid);
        }
        let builds_on = op.decode().map(|op| op.prev).unwrap_or_default();
        let first_missing =
            builds_on.into_iter().find(|id| !self.roster().contains(id)).map_or(Missing::Upgrade, Missing::Op);
        let added = match self.insert_op(op) {
            // The roster is full of others that wait. This one waits beside it, and is tried when what it builds on is there.
            Err(allymap_seal::OpError::TooManyWaiting) => return Ok(Fate::Waiting(first_missing)),
            Err(_) => return Ok(Fate::Refused(Refused::Malformed)),
            // The genesis stands in the header; everybody who has the map has it.
            Ok(Inserted::Known) => return Ok(Fate::Roster),
            Ok(Inserted::Waiting { .. }) => return Ok(Fate::Waiting(first_missing)),
            Ok(Inserted::Added(ids)) => ids,
        };
        for id in added {
            self.op_was_added(id, draft, arrived);
        }
        Ok(Fate::Roster)
    }

    /// What follows from an operation that is in the roster now.
    pub(crate) fn op_was_added(&mut self, id: OpId, draft: &mut Draft<'_>, arrived: &mut Vec<Missing>) {
        let Some((signed, op)) = self.roster().op(&id) else { return };
        let row = OpRow { bytes: signed.bytes.clone().into(), signature: signed.signature };
        draft.put(Key::Op(id), &row);
        arrived.push(Missing::Op(id));
        match &op.body {
            Some(Body::Mint { key, links, .. }) => {
                let older = self.ring().get(key).map(|minted| allymap_seal::open_links(self.me.space(), links, minted));
                for older in older.unwrap_or_default() {
                    arrived.push(Missing::Key(older.id().tag()));
                    self.take_key(older, draft);
                }
            }
            Some(Body::Grant { sign, .. }) => arrived.push(Missing::Grant(*sign)),
            _ => {}
        }
    }

    fn check_changes(
        &self,
        (order, id): (u64, RecordId),
        statement: Statement,
        body: &[u8],
        draft: &mut Draft<'_>,
        desk: &mut Desk,
    ) -> Result<Checked, Unreadable> {
        let decided = |fate| Ok(Checked::Decided(fate));
        let standing = match self.broken() {
            Some(Broken::NoRoster) => Standing::Member,
            _ => self.roster().standing(&statement.by),
        };
        // A reader may become a member.
        if matches!(standing, Standing::Unknown | Standing::Reader) {
            return decided(Fate::Waiting(Missing::Grant(statement.by)));
        }
        let changes = match allymap_seal::expand_body(statement.codec, body) {
            Ok(changes) => changes,
            Err(allymap_seal::BodyError::UnknownCodec(_)) => return decided(Fate::Waiting(Missing::Upgrade)),
            Err(_) => return decided(Fate::Refused(Refused::Malformed)),
        };
        let hashes = match allymap_document::change_hashes(&changes) {
            Ok(hashes) => hashes.iter().map(|hash| hash.0).collect::<Vec<_>>(),
            Err(refusal) => return decided(refused(refusal)),
        };
        if !statement.verify(self.me.space(), &hashes) && !self.breaks(Broken::NoSignature) {
            return decided(Fate::Refused(Refused::Signature));
        }
        // Whose an actor is follows from the statement alone. It is noted before anything is counted: after damage the document may
        // hold what this record brings again, and nothing but the record says whose it is.
        draft.put_bytes(Key::Actor(statement.actor()), statement.by.0.to_vec());
        if desk.decided != Some(statement.doc) {
            if let Standing::Removed { cuts } = &standing
                && cuts.iter().all(|cut| !cut.is_empty())
            {
                desk.late.insert(statement.by);
            }
            if matches!(standing, Standing::Removed { .. }) || draft.bytes(Key::Judged(statement.doc))?.is_some() {
                return decided(judge_later(&statement, draft));
            }
        }
        let actor = ActorId(statement.actor());
        let signer = match self.broken() {
            Some(Broken::AnyActor) => changes
                .first()
                .and_then(|change| allymap_document::inspect(change).ok())
                .map_or(actor, |header| header.actor),
            _ => actor,
        };
        Ok(Checked::Pending(Box::new(Pending { order, id, statement, signer, changes, hashes })))
    }

    /// What becomes of records of one document, in their order.
    fn apply_to(
        &mut self,
        id: DocumentId,
        records: &[Pending],
        draft: &mut Draft<'_>,
        desk: &mut Desk,
        arrived: &mut Vec<Missing>,
    ) -> Result<Vec<Fate>, Unreadable> {
        let (row, mut document) = match desk.open.remove(&id) {
            Some(open) => open,
            None => self.open_for_records(id, draft)?,
        };
        if let Some(Broken::Document(rule)) = self.broken() {
            document.break_rule(rule);
        }
        let judged = desk.decided == Some(id);
        let (after, outcomes) = self.stage(&document, records, judged, draft)?;
        desk.open.insert(id, (row, after));
        let mut fates = Vec::with_capacity(records.len());
        for (Pending { statement, hashes, .. }, outcome) in records.iter().zip(outcomes) {
            if let Ok(fresh) = outcome {
                if fresh {
                    desk.changed.insert(id);
                }
                arrived.extend(hashes.iter().map(|hash| Missing::Change(*hash)));
                self.note_seen(statement, draft)?;
            }
            fates.push(self.fate_of(statement, outcome, draft));
        }
        Ok(fates)
    }

    fn open_for_records(
        &mut self,
        id: DocumentId,
        draft: &mut Draft<'_>,
    ) -> Result<(DocumentRow, Document), Unreadable> {
        let actor = self.me.actor();
        let row: DocumentRow = draft.row(Key::Document(id))?.unwrap_or_default();
        if row.saved.is_empty() {
            return Ok((row, Document::new(actor)));
        }
        if let Some(document) = self.shelf.take(&id, actor) {
            return Ok((row, document));
        }
        let document = match Document::load(&row.saved, actor) {
            Ok(document) => document,
            Err(_) => {
                self.apply_again(id, draft)?;
                Document::new(actor)
            }
        };
        Ok((row, document))
    }

    /// The document after these records, and for each whether it brought something new. Which count was decided already where
    /// they were judged.
    fn stage(
        &self,
        document: &Document,
        records: &[Pending],
        judged: bool,
        draft: &Draft<'_>,
    ) -> Result<(Document, Vec<Result<bool, Refusal>>), Unreadable> {
        let given: Vec<(ActorId, &[Vec<u8>])> =
            records.iter().map(|record| (record.signer, record.changes.as_slice())).collect();
        let (after, outcomes) = document.stage_all(&given, if judged { u64::MAX } else { self.budget.0 });
        // Nobody can be beyond the budget as long as all together are within it.
        let too_much = outcomes.iter().any(|outcome| matches!(outcome, Err(Refusal::BeyondLimit { .. })));
        if !too_much || self.breaks(Broken::FirstOperationsCount) {
            return Ok((after, outcomes));
        }
        let beyond = self.beyond_budget(document, records, draft)?;
        let within: Vec<(ActorId, &[Vec<u8>])> =
            given.iter().zip(&beyond).filter(|(_, beyond)| !**beyond).map(|(given, _)| *given).collect();
        let (after, staged) = document.stage_all(&within, u64::MAX);
        let mut staged = staged.into_iter();
        let limit = Refusal::BeyondLimit { operations: document.operations(), limit: self.budget.0 };
        let outcome = |beyond: bool| {
            let staged = if beyond { None } else { staged.next() };
            staged.unwrap_or_else(|| Err(limit.clone()))
        };
        Ok((after, beyond.into_iter().map(outcome).collect()))
    }

    fn fate_of(&self, statement: &Statement, outcome: Result<bool, Refusal>, draft: &mut Draft<'_>) -> Fate {
        let counts = Fate::Changes { document: statement.doc, by: statement.by, seq: statement.seq };
        match outcome {
            Ok(_) => counts,
            Err(Refusal::MissingDependency(missing)) => match missing.first() {
                Some(first) => Fate::Waiting(Missing::Change(first.0)),
                None => Fate::Refused(Refused::Malformed),
            },
            Err(Refusal::DuplicateSequence { .. }) if self.breaks(Broken::SequenceTwice) => counts,
            Err(Refusal::DuplicateSequence { .. }) if !self.breaks(Broken::FirstBranchCounts) => {
                judge_later(statement, draft)
            }
            Err(Refusal::BeyondLimit { .. }) if !self.breaks(Broken::FirstOperationsCount) => {
                judge_later(statement, draft)
            }
            Err(refusal) => refused(refusal),
        }
    }

    /// Which of these records would bring their author's device beyond its budget. The document decides whether they count.
    fn beyond_budget(
        &self,
        document: &Document,
        records: &[Pending],
        draft: &Draft<'_>,
    ) -> Result<Vec<bool>, Unreadable> {
        let mut used = self.operations_by_device(document, draft)?;
        let mut known = BTreeSet::new();
        let mut beyond = Vec::with_capacity(records.len());
        for record in records {
            let fresh = record.changes.iter().filter_map(|change| allymap_document::inspect(change).ok());
            let operations: u64 = fresh
                .filter(|change| !document.has(&change.hash) && known.insert(change.hash))
                .map(|change| change.operations)
                .sum();
            let used = used.entry(record.statement.by).or_default();
            beyond.push(*used + operations > self.budget.0);
            if beyond.last() == Some(&false) {
                *used += operations;
            }
        }
        Ok(beyond)
    }

    /// The saved document was damaged: it is built anew from its records.
    fn apply_again(&self, document: DocumentId, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        for (id, row) in draft.fates()? {
            if let FateRow { order, fate: Fate::Changes { document: of, .. } } = row
                && of == document
            {
                draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
            }
        }
        Ok(())
    }
}

/// What waits is never too much: it costs a row beside the record, which is kept anyway, and nothing of it is in memory.
fn decide(order: u64, id: RecordId, fate: Fate, turn: &mut Turn<'_>) {
    if let Fate::Waiting(missing) = &fate {
        turn.draft.put(Key::Waiting(missing, id), missing);
    }
    if let Fate::Refused(why) = fate {
        turn.tell(Notice::Refused { record: id, why });
    }
    turn.draft.put(Key::Fate(id), &FateRow { order, fate });
}

fn refused(refusal: Refusal) -> Fate {
    Fate::Refused(match refusal {
        Refusal::ForeignActor { .. } => Refused::ForeignActor,
        Refusal::TooManyOperations { .. } | Refusal::BeyondLimit { .. } => Refused::TooManyOperations,
        Refusal::CounterJump { .. } => Refused::CounterJump,
        Refusal::DuplicateSequence { .. } => Refused::Equivocation,
        Refusal::Panicked => Refused::Panicked,
        _ => Refused::Malformed,
    })
}

/// Whether it counts depends on the other records of its document.
fn judge_later(statement: &Statement, draft: &mut Draft<'_>) -> Fate {
    draft.put_bytes(Key::Judged(statement.doc), vec![JUDGE]);
    Fate::LeftOut { document: statement.doc, by: statement.by, why: None }
}

fn bytes_of(record: &Pending) -> usize {
    record.changes.iter().map(Vec::len).sum()
}
