//! What this device has to say: sittings sealed as late as possible, keys minted and shared, the access list.

use allymap_document::{ActorId, Document, MAX_OPERATIONS_PER_RECORD};
use allymap_seal::{ActError, Content, Draft as Unsigned, EpochKey, Inserted, Role, Seen, SignedOp, Statement};
use allymap_wire::{
    AccessEntry, AccessList, DeviceKey, DocumentId, Flags, HashPrefix, RelayKeyHash, Timestamp, access_digest,
    access_transcript,
};
use minicbor::bytes::ByteVec;
use rand_core::CryptoRng;

use crate::draft::Draft;
use crate::edit::put_document;
use crate::replica::Replica;
use crate::rows::{DocumentRow, Fate, Key, StatementRow, Unreadable};

/// A sitting is closed after this many changes, before it holds more operations than others take in one record, …
const SITTING_CHANGES: usize = 200;
/// … or after this many bytes of changes.
const SITTING_BYTES: usize = 64 << 10;

impl Replica {
    /// Closes the sittings of these documents: one statement, one record for each. Nothing happens without leave to write.
    /// `relay` is the one whose log they will tell how far it was read.
    pub(crate) fn seal_sittings(
        &mut self,
        now: Timestamp,
        relay: Option<RelayKeyHash>,
        documents: &[DocumentId],
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
    ) -> Result<(), Unreadable> {
        if documents.is_empty() || self.membership().is_none_or(|member| member.role < Role::Member) {
            return Ok(());
        }
        let Some(key) = self.sealing_key(now, draft, chance) else { return Ok(()) };
        for id in documents.iter().copied() {
            let Some(mut row) = draft.row::<DocumentRow>(Key::Document(id))? else { continue };
            let Ok(mut document) = Document::load(&row.saved, self.actor()) else { continue };
            for at in 0..row.own.len() {
                let salt = row.own[at].salt;
                document.set_actor(ActorId(allymap_seal::actor(&self.keys.public(), &salt)));
                let mut changes = document.change_bytes_since(row.own[at].sealed_through).into_iter().peekable();
                while changes.peek().is_some() {
                    let (mut sitting, mut hashes, mut bytes, mut operations) = (Vec::new(), Vec::new(), 0, 0);
                    while let Some(change) = changes.next_if(|change| {
                        sitting.is_empty()
                            || sitting.len() < SITTING_CHANGES
                                && bytes + change.bytes.len() <= SITTING_BYTES
                                && operations + change.operations <= MAX_OPERATIONS_PER_RECORD
                    }) {
                        row.own[at].sealed_through = change.seq;
                        bytes += change.bytes.len();
                        operations += change.operations;
                        hashes.push(change.hash.0);
                        sitting.push(change.bytes);
                    }
                    self.seal_sitting(relay, id, salt, &sitting, &hashes, &key, draft, chance)?;
                }
            }
            row.own.retain(|own| own.salt == self.header.salt);
            document.set_actor(self.actor());
            put_document(draft, id, row, &document);
            draft.delete(Key::Unsealed(id));
        }
        self.put_header(draft);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn seal_sitting(
        &mut self,
        relay: Option<RelayKeyHash>,
        document: DocumentId,
        salt: [u8; 8],
        changes: &[Vec<u8>],
        hashes: &[[u8; 32]],
        key: &EpochKey,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
    ) -> Result<(), Unreadable> {
        let seq = self.header.next_statement;
        let seen = relay.and_then(|relay| self.relays.get(&relay)).and_then(|row| {
            let log = Seen::log(&row.key?, &row.log);
            let mut hash = [0; 8];
            hash.copy_from_slice(&row.hash[..8]);
            Some(Seen { log, position: row.position, hash })
        });
        let unsigned = Unsigned {
            doc: document,
            salt,
            seq,
            prev: self.header.last_statement.into_iter().collect(),
            roster: self.roster.heads(),
            seen,
        };
        let statement = Statement::sign(&self.keys, &self.space, unsigned, hashes);
        let body = allymap_seal::compress_body(changes).expect("a sitting is closed long before a body's limit");
        let bytes = statement.to_bytes();
        let last = statement.hash();
        let content = Content::Changes { statement, body };
        let record = allymap_seal::seal(&self.space, key, &content, chance)
            .expect("a sitting is closed long before it outgrows a record");
        let by = self.keys.public();
        let record = self.keep_record(draft, &record, Fate::Changes { document, by, seq }, None);
        draft.put(Key::Statement(seq), &StatementRow { statement: ByteVec::from(bytes), record });
        draft.put_bytes(Key::Actor(allymap_seal::actor(&by, &salt)), by.0.to_vec());
        self.header.next_statement += 1;
        self.header.last_statement = Some(last);
        Ok(())
    }

    /// A key that every device ever given it may still have: an existing one, or a new one. `None`: this device may mint none.
    fn sealing_key(&mut self, now: Timestamp, draft: &mut Draft<'_>, chance: &mut impl CryptoRng) -> Option<EpochKey> {
        let known = self.roster.clean_keys().iter().find_map(|id| self.ring.get(id)).cloned();
        known.or_else(|| self.mint(now, draft, chance).ok())
    }

    /// A new key for everybody who is a member now.
    pub(crate) fn mint(
        &mut self,
        now: Timestamp,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
    ) -> Result<EpochKey, ActError> {
        let minted = self.roster.mint(&self.keys, &self.ring, now, chance)?;
        self.keep_record(draft, &minted.packet, Fate::KeyPacket, None);
        self.take_key(minted.key.clone(), draft);
        self.add_own_op(draft, minted.op.clone());
        self.keep_sealed(draft, minted.op, &minted.key, chance);
        self.put_header(draft);
        Ok(minted.key)
    }

    /// Gives the head keys to members who have none: newcomers, and whoever was granted while another minted. The operations
    /// are in the roster; their records are the caller's to keep, after those they build on.
    pub(crate) fn share_keys(
        &mut self,
        now: Timestamp,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
    ) -> Vec<SignedOp> {
        let mut ops = Vec::new();
        if self.membership().is_none_or(|member| member.role < Role::Member) {
            return ops;
        }
        for (member, _) in self.roster.missing_shares() {
            let Ok(shared) = self.roster.share(&self.keys, &self.ring, &member.device, now, chance) else { continue };
            self.keep_record(draft, &shared.packet, Fate::KeyPacket, None);
            self.add_own_op(draft, shared.op.clone());
            ops.push(shared.op);
        }
        ops
    }

    /// An operation of one's own enters the roster.
    pub(crate) fn add_own_op(&mut self, draft: &mut Draft<'_>, op: SignedOp) {
        let added = self.roster.insert(op);
        debug_assert!(matches!(added, Ok(Inserted::Added(_))), "an own operation builds on what is known");
        if let Ok(Inserted::Added(ids)) = added {
            for id in ids {
                self.op_was_added(id, draft, &mut Vec::new());
            }
        }
    }

    /// The record of an operation, sealed under a key that all members have.
    pub(crate) fn keep_op_record(
        &mut self,
        now: Timestamp,
        draft: &mut Draft<'_>,
        op: SignedOp,
        chance: &mut impl CryptoRng,
    ) -> Result<(), ActError> {
        let shared = self.roster.roster_keys().iter().find_map(|id| self.ring.get(id)).cloned();
        let key = match shared {
            Some(key) => key,
            None => self.mint(now, draft, chance)?,
        };
        self.keep_sealed(draft, op, &key, chance);
        self.put_header(draft);
        Ok(())
    }

    fn keep_sealed(&mut self, draft: &mut Draft<'_>, op: SignedOp, key: &EpochKey, chance: &mut impl CryptoRng) {
        let record = allymap_seal::seal(&self.space, key, &Content::Op(op), chance)
            .expect("a roster operation is far smaller than a record may be");
        self.keep_record(draft, &record, Fate::Roster, None);
    }

    /// The access list that the roster asks for, if the relay's is another and this device may replace it.
    pub(crate) fn access_update(&self, relay: &RelayKeyHash, version: u64, known: HashPrefix) -> Option<AccessList> {
        if self.membership()?.role < Role::Convenor {
            return None;
        }
        let key = self.relays.get(relay)?.key?;
        let mut entries: Vec<AccessEntry> = self
            .roster
            .members()
            .into_iter()
            .map(|member| AccessEntry { device: member.device, flags: flags(member.role) })
            .collect();
        entries.sort();
        let former = self.roster.former_members();
        let gone = |device: &DeviceKey| self.roster.member(device).is_none();
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
        let transcript = access_transcript(&key, &self.space, version + 1, version, &entries, &removed);
        let signature = self.keys.sign(&transcript);
        let by = self.keys.public();
        Some(AccessList { version: version + 1, base: version, entries, removed, by, signature })
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
