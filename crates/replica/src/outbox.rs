//! What this device has to say: sittings sealed as late as possible, keys minted and shared, the access list.

use std::iter::Peekable;

use allymap_document::{Document, MAX_OPERATIONS_PER_RECORD, OwnChange};
use allymap_seal::{ActError, Content, Draft as Unsigned, EpochKey, Inserted, Role, Seen, SignedOp, Statement};
use allymap_wire::{
    AccessEntry, AccessList, DeviceKey, DocumentId, Flags, HashPrefix, RelayKeyHash, access_digest, access_transcript,
};
use minicbor::bytes::ByteVec;

use crate::draft::Draft;
use crate::edit::put_document;
use crate::replica::Replica;
use crate::rows::{DocumentRow, Fate, Key, OwnRow, StatementRow, Unreadable};
use crate::turn::Turn;

/// A sitting is closed after this many changes, before it holds more operations than others take in one record, …
const SITTING_CHANGES: usize = 200;
/// … or after this many bytes of changes.
const SITTING_BYTES: usize = 64 << 10;

impl Replica {
    /// Closes the sittings of these documents: one statement, one record for each. Nothing happens without leave to write.
    /// `relay` is the one whose log they will tell how far it was read.
    pub(crate) fn seal_sittings(
        &mut self,
        relay: Option<RelayKeyHash>,
        documents: &[DocumentId],
        turn: &mut Turn<'_>,
    ) -> Result<(), Unreadable> {
        if documents.is_empty() || !self.is_at_least(Role::Member) {
            return Ok(());
        }
        let Some(key) = self.sealing_key(turn) else { return Ok(()) };
        for id in documents.iter().copied() {
            let Some(mut row) = turn.draft.row::<DocumentRow>(Key::Document(id))? else { continue };
            let Ok(mut document) = Document::load(&row.saved, self.me.actor()) else { continue };
            for own in &mut row.own {
                document.set_actor(self.me.actor_under(&own.salt));
                let mut changes = document.change_bytes_since(own.sealed_through).into_iter().peekable();
                while let Some(sitting) = Sitting::close(id, own, &mut changes) {
                    self.seal_sitting(relay, sitting, &key, turn);
                }
            }
            row.own.retain(|own| own.salt == self.me.salt());
            document.set_actor(self.me.actor());
            put_document(&mut turn.draft, id, row, &document);
            turn.draft.delete(Key::Unsealed(id));
        }
        self.me.put(&mut turn.draft);
        Ok(())
    }

    fn seal_sitting(&mut self, relay: Option<RelayKeyHash>, sitting: Sitting, key: &EpochKey, turn: &mut Turn<'_>) {
        let seq = self.me.next_statement();
        let unsigned = Unsigned {
            doc: sitting.document,
            salt: sitting.salt,
            seq,
            prev: self.me.last_statement().into_iter().collect(),
            roster: self.roster().heads(),
            seen: relay.and_then(|relay| self.have_read(&relay)),
        };
        let statement = Statement::sign(self.me.keys(), self.me.space(), unsigned, &sitting.hashes);
        let body =
            allymap_seal::compress_body(&sitting.changes).expect("a sitting is closed long before a body's limit");
        let (bytes, hash) = (statement.to_bytes(), statement.hash());
        let content = Content::Changes { statement, body };
        let record = allymap_seal::seal(self.me.space(), key, &content, &mut turn.chance)
            .expect("a sitting is closed long before it outgrows a record");
        let by = self.device();
        let fate = Fate::Changes { document: sitting.document, by, seq };
        self.keep_own_record(&mut turn.draft, &record, fate);
        let row = StatementRow { statement: ByteVec::from(bytes), record: record.id() };
        turn.draft.put(Key::Statement(seq), &row);
        turn.draft.put_bytes(Key::Actor(self.me.actor_under(&sitting.salt).0), by.0.to_vec());
        self.me.signed(hash);
    }

    /// How far this device has read a relay's log, as its statements say it.
    fn have_read(&self, relay: &RelayKeyHash) -> Option<Seen> {
        let log = self.relays.log_name(relay)?;
        let row = self.relays.get(relay)?;
        let mut hash = [0; 8];
        hash.copy_from_slice(&row.hash[..8]);
        Some(Seen { log, position: row.position, hash })
    }

    /// A key that every device ever given it may still have: an existing one, or a new one. `None`: this device may mint none.
    fn sealing_key(&mut self, turn: &mut Turn<'_>) -> Option<EpochKey> {
        let known = self.roster().clean_keys().iter().find_map(|id| self.ring().get(id)).cloned();
        known.or_else(|| self.mint(turn).ok())
    }

    /// A new key for everybody who is a member now.
    pub(crate) fn mint(&mut self, turn: &mut Turn<'_>) -> Result<EpochKey, ActError> {
        let minted = self.roster().mint(self.me.keys(), self.ring(), turn.now, &mut turn.chance)?;
        self.keep_own_record(&mut turn.draft, &minted.packet, Fate::KeyPacket);
        self.take_key(minted.key.clone(), &mut turn.draft);
        self.add_own_op(minted.op.clone(), &mut turn.draft);
        self.keep_sealed(minted.op, &minted.key, turn);
        self.me.put(&mut turn.draft);
        Ok(minted.key)
    }

    /// Gives the head keys to members who have none: newcomers, and whoever was granted while another minted. The operations
    /// are in the roster; their records are the caller's to keep, after those they build on.
    pub(crate) fn share_keys(&mut self, turn: &mut Turn<'_>) -> Vec<SignedOp> {
        let mut ops = Vec::new();
        if !self.is_at_least(Role::Member) {
            return ops;
        }
        for (member, _) in self.roster().missing_shares() {
            let (keys, to) = (self.me.keys(), &member.device);
            let Ok(shared) = self.roster().share(keys, self.ring(), to, turn.now, &mut turn.chance) else { continue };
            self.keep_own_record(&mut turn.draft, &shared.packet, Fate::KeyPacket);
            self.add_own_op(shared.op.clone(), &mut turn.draft);
            ops.push(shared.op);
        }
        ops
    }

    /// An operation of one's own enters the roster.
    pub(crate) fn add_own_op(&mut self, op: SignedOp, draft: &mut Draft<'_>) {
        let added = self.insert_op(op);
        debug_assert!(matches!(added, Ok(Inserted::Added(_))), "an own operation builds on what is known");
        if let Ok(Inserted::Added(ids)) = added {
            for id in ids {
                self.op_was_added(id, draft, &mut Vec::new());
            }
        }
    }

    /// The record of an operation, sealed under a key that all members have.
    pub(crate) fn keep_op_record(&mut self, op: SignedOp, turn: &mut Turn<'_>) -> Result<(), ActError> {
        let shared = self.roster().roster_keys().iter().find_map(|id| self.ring().get(id)).cloned();
        let key = match shared {
            Some(key) => key,
            None => self.mint(turn)?,
        };
        self.keep_sealed(op, &key, turn);
        self.me.put(&mut turn.draft);
        Ok(())
    }

    fn keep_sealed(&mut self, op: SignedOp, key: &EpochKey, turn: &mut Turn<'_>) {
        let record = allymap_seal::seal(self.me.space(), key, &Content::Op(op), &mut turn.chance)
            .expect("a roster operation is far smaller than a record may be");
        self.keep_own_record(&mut turn.draft, &record, Fate::Roster);
    }

    /// The access list that the roster asks for, if the relay's is another and this device may replace it.
    pub(crate) fn access_update(&self, relay: &RelayKeyHash, version: u64, known: HashPrefix) -> Option<AccessList> {
        if !self.is_at_least(Role::Convenor) {
            return None;
        }
        let key = self.relays.get(relay)?.key?;
        let mut entries: Vec<AccessEntry> = self
            .roster()
            .members()
            .into_iter()
            .map(|member| AccessEntry { device: member.device, flags: flags(member.role) })
            .collect();
        entries.sort();
        let former = self.roster().former_members();
        let gone = |device: &DeviceKey| self.roster().member(device).is_none();
        let mut removed: Vec<DeviceKey> = former
            .into_iter()
            .filter(|former| former.removed.is_some())
            .map(|former| former.device)
            .filter(gone)
            .collect();
        removed.sort();
        if access_digest(&entries, &removed) == known {
            return None;
        }
        let transcript = access_transcript(&key, self.me.space(), version + 1, version, &entries, &removed);
        let signature = self.me.keys().sign(&transcript);
        let by = self.device();
        Some(AccessList { version: version + 1, base: version, entries, removed, by, signature })
    }
}

/// Own changes that leave together.
struct Sitting {
    document: DocumentId,
    salt: [u8; 8],
    changes: Vec<Vec<u8>>,
    hashes: Vec<[u8; 32]>,
}

impl Sitting {
    /// As many of these changes as one sitting holds, if there are any; they are covered from now on.
    fn close(
        document: DocumentId,
        own: &mut OwnRow,
        changes: &mut Peekable<impl Iterator<Item = OwnChange>>,
    ) -> Option<Sitting> {
        let mut sitting = Sitting { document, salt: own.salt, changes: Vec::new(), hashes: Vec::new() };
        let (mut bytes, mut operations) = (0, 0);
        while let Some(change) = changes.next_if(|change| {
            sitting.changes.is_empty()
                || sitting.changes.len() < SITTING_CHANGES
                    && bytes + change.bytes.len() <= SITTING_BYTES
                    && operations + change.operations <= MAX_OPERATIONS_PER_RECORD
        }) {
            own.sealed_through = change.seq;
            bytes += change.bytes.len();
            operations += change.operations;
            sitting.hashes.push(change.hash.0);
            sitting.changes.push(change.bytes);
        }
        (!sitting.changes.is_empty()).then_some(sitting)
    }
}

/// What a relay lets a device do, as its role in the roster says.
fn flags(role: Role) -> Flags {
    match role {
        Role::Reader => Flags::READ,
        Role::Member => Flags::WRITE,
        Role::Convenor | Role::Root => Flags::CONVENE,
    }
}
