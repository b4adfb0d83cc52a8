//! One device's view of one map: who it is there, what it may do, its documents.

use std::collections::BTreeMap;

use allymap_seal::{DeviceKeys, EpochKey, Inserted, KeyRing, Member, OpError, Role, Roster, SignedOp};
use allymap_wire::{DeviceKey, OperatorToken, Record, RecordId, RelayKeyHash, SpaceId, Timestamp};
use rand_core::CryptoRng;

use crate::broken::Broken;
use crate::budget::Budget;
use crate::draft::Draft;
use crate::effect::Effect;
use crate::me::Me;
use crate::relays::{KnownRelay, Relays};
use crate::rows::{Fate, FateRow, HeaderRow, Key, Missing, OfferRow, Rows, SpaceNumber, Unreadable};
use crate::session::Session;
use crate::shelf::Shelf;
use crate::turn::Turn;

/// One device in one map. Everything in it is rebuilt from the rows by [`Replica::open`]: after a failed write it is
/// dropped and opened again.
pub struct Replica {
    pub(crate) me: Me,
    roster: Roster,
    ring: KeyRing,
    pub(crate) relays: Relays,
    pub(crate) sessions: BTreeMap<RelayKeyHash, Session>,
    pub(crate) applying: Applying,
    pub(crate) shelf: Shelf,
    pub(crate) budget: Budget,
    broken: Option<Broken>,
}

/// How records that are durable become part of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applying {
    /// Nothing of an earlier life was left over: many at a time.
    Together,
    /// The last life ended with records unapplied. One of them may have ended it: one at a time, each announced on disk first.
    OneByOne { announced: Option<RecordId> },
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// No map under this number.
    #[error("there is no map here")]
    NoMap,
    /// The header, or the genesis in it, is damaged.
    #[error("what says which map this is was damaged")]
    Damaged,
}

#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Genesis(#[from] OpError),
    /// A name or group that is too long, for example.
    #[error(transparent)]
    Act(#[from] allymap_seal::ActError),
}

/// The founding of a map: everything about it that chance decides.
pub struct Founding<'a> {
    pub root: &'a allymap_seal::RootKeys,
    pub keys: DeviceKeys,
    pub genesis: SignedOp,
    pub name: &'a str,
    pub group: &'a str,
    pub salt: [u8; 8],
}

/// How things stand with own edits and others' records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Documents with edits that are kept here and in no record yet.
    pub unsealed: usize,
    /// Records that this relay is not known to have on its disk.
    pub not_with: BTreeMap<RelayKeyHash, usize>,
    pub waiting: usize,
}

impl Replica {
    /// A new map, with this device as its first convenor. The rows are in `effects`.
    pub fn found(
        now: Timestamp,
        number: SpaceNumber,
        founding: Founding<'_>,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<Replica, FoundError> {
        let Founding { root, keys, genesis, name, group, salt } = founding;
        let mut replica = Self::with_genesis(number, keys, genesis, root.public(), salt)?;
        let mut turn = Turn::new(now, replica.me.draft(rows), chance);
        let (device, kem) = (replica.device(), replica.me.keys().kem_public());
        let grant = replica.roster.grant(root.as_device(), device, kem, Role::Convenor, name, group, now)?;
        replica.add_own_op(grant.clone(), &mut turn.draft);
        replica.mint(&mut turn)?;
        for op in [replica.roster.genesis().clone(), grant] {
            replica.keep_op_record(op, &mut turn)?;
        }
        replica.me.put(&mut turn.draft);
        turn.end(effects);
        Ok(replica)
    }

    /// A map that this device asks to join: the genesis is known, nothing else.
    pub fn join(
        number: SpaceNumber,
        keys: DeviceKeys,
        genesis: SignedOp,
        root: DeviceKey,
        salt: [u8; 8],
        rows: &dyn Rows,
        effects: &mut Vec<Effect>,
    ) -> Result<Replica, OpError> {
        let replica = Self::with_genesis(number, keys, genesis, root, salt)?;
        let mut draft = replica.me.draft(rows);
        replica.me.put(&mut draft);
        draft.persist(effects);
        Ok(replica)
    }

    fn with_genesis(
        number: SpaceNumber,
        keys: DeviceKeys,
        genesis: SignedOp,
        root: DeviceKey,
        salt: [u8; 8],
    ) -> Result<Replica, OpError> {
        let me = Me::new(number, keys, &genesis, root, salt);
        Ok(Replica::new(me, Roster::new(genesis)?))
    }

    /// Nothing is known but who this device is and what the roster says.
    fn new(me: Me, roster: Roster) -> Replica {
        Replica {
            me,
            roster,
            ring: KeyRing::default(),
            relays: Relays::default(),
            sessions: BTreeMap::new(),
            applying: Applying::Together,
            shelf: Shelf::default(),
            budget: Budget::DEFAULT,
            broken: None,
        }
    }

    /// The map under this number, as its rows tell.
    pub fn open(number: SpaceNumber, seed: &allymap_seal::DeviceSeed, rows: &dyn Rows) -> Result<Replica, OpenError> {
        let draft = Draft::new(rows, number);
        let bytes = draft.bytes(Key::Header)?.ok_or(OpenError::NoMap)?;
        let header: HeaderRow = minicbor::decode(&bytes).map_err(|_| OpenError::Damaged)?;
        let me = Me::from_header(number, seed, header);
        let roster = Roster::new(me.genesis()).map_err(|_| OpenError::Damaged)?;
        let mut replica = Replica::new(me, roster);
        for op in draft.ops()? {
            // Rows come in the order of their hashes; the roster lets an op wait for those before it.
            let _ = replica.roster.insert(op);
        }
        for key in draft.epoch_keys()? {
            replica.ring.insert(key);
        }
        replica.relays = Relays::new(draft.cursors()?);
        if draft.has_unapplied()? {
            replica.applying = Applying::OneByOne { announced: None };
        }
        Ok(replica)
    }

    /// Reads everything again, after another command may have written. Connections go on.
    pub fn refresh(&mut self, seed: &allymap_seal::DeviceSeed, rows: &dyn Rows) -> Result<(), OpenError> {
        let fresh = Self::open(self.me.number(), seed, rows)?;
        let old = std::mem::replace(self, fresh);
        self.sessions = old.sessions;
        self.applying = old.applying;
        self.budget = old.budget;
        self.broken = old.broken;
        Ok(())
    }

    /// For the tests of the tests: this replica breaks one of its rules from now on.
    #[doc(hidden)]
    pub fn break_rule(&mut self, rule: Broken) {
        self.broken = Some(rule);
    }

    pub(crate) fn broken(&self) -> Option<Broken> {
        self.broken
    }

    pub(crate) fn breaks(&self, rule: Broken) -> bool {
        self.broken == Some(rule)
    }

    pub fn space(&self) -> SpaceId {
        *self.me.space()
    }

    pub fn device(&self) -> DeviceKey {
        self.me.device()
    }

    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// This device's own membership, if it has one.
    pub fn membership(&self) -> Option<&Member> {
        self.roster.member(&self.me.device())
    }

    pub(crate) fn is_at_least(&self, role: Role) -> bool {
        self.membership().is_some_and(|member| member.role >= role)
    }

    /// Every epoch key that this device was given.
    pub(crate) fn ring(&self) -> &KeyRing {
        &self.ring
    }

    pub(crate) fn take_key(&mut self, key: EpochKey, draft: &mut Draft<'_>) {
        draft.put_bytes(Key::Epoch(key.id()), key.expose().to_vec());
        self.ring.insert(key);
    }

    /// An operation enters the roster, or waits there. The rows of those that were added are the caller's to put.
    pub(crate) fn insert_op(&mut self, op: SignedOp) -> Result<Inserted, OpError> {
        self.roster.insert(op)
    }

    /// Write under a new Automerge actor from now on: after a restore, or when another may have written from a copy of this
    /// folder. Nothing that was written under the old one changes.
    pub fn renew_salt(&mut self, salt: [u8; 8], rows: &dyn Rows, effects: &mut Vec<Effect>) {
        self.me.renew(salt);
        let mut draft = self.me.draft(rows);
        self.me.put(&mut draft);
        draft.persist(effects);
    }

    /// Exchange through this relay too. Whatever is here already will be offered to it.
    pub fn add_relay(
        &mut self,
        relay: RelayKeyHash,
        url: &str,
        token: Option<OperatorToken>,
        rows: &dyn Rows,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let mut draft = self.me.draft(rows);
        if self.relays.get(&relay).is_none() {
            for (record, row) in draft.fates()? {
                draft.put(Key::Offer(relay, row.order), &OfferRow { record, acknowledged: None });
            }
        }
        self.relays.add(relay, url, token, &mut draft);
        draft.persist(effects);
        Ok(())
    }

    pub fn relays(&self) -> Vec<KnownRelay> {
        self.relays.known()
    }

    pub fn standing(&self, rows: &dyn Rows) -> Result<Standing, Unreadable> {
        let draft = self.me.draft(rows);
        let mut not_with = BTreeMap::new();
        for relay in self.relays.names() {
            let offers = draft.offers(relay, 0, usize::MAX)?;
            not_with.insert(relay, offers.iter().filter(|(_, row)| row.acknowledged.is_none()).count());
        }
        Ok(Standing { unsealed: draft.unsealed()?.len(), not_with, waiting: draft.all_waiting()?.len() })
    }

    /// The record of this device's newest statement.
    pub fn newest_own_record(&self, rows: &dyn Rows) -> Result<Option<RecordId>, Unreadable> {
        let Some(last) = self.me.next_statement().checked_sub(1) else { return Ok(None) };
        let row: Option<crate::rows::StatementRow> = self.me.draft(rows).row(Key::Statement(last))?;
        Ok(row.map(|row| row.record))
    }

    /// Other members' devices whose own statements say that they had read this relay's log up to this record or further.
    pub fn seen_by(
        &self,
        record: &RecordId,
        relay: &RelayKeyHash,
        rows: &dyn Rows,
    ) -> Result<Vec<DeviceKey>, Unreadable> {
        let draft = self.me.draft(rows);
        let Some(at) = self.position_of(&draft, record, relay)? else { return Ok(Vec::new()) };
        let seen = draft.seen(*relay)?.into_iter().filter(|(_, position)| *position >= at).map(|(device, _)| device);
        Ok(seen.filter(|device| *device != self.device() && self.roster.member(device).is_some()).collect())
    }

    /// What became of a record here.
    pub fn fate(&self, record: &RecordId, rows: &dyn Rows) -> Result<Option<Fate>, Unreadable> {
        Ok(self.me.draft(rows).row::<FateRow>(Key::Fate(*record))?.map(|row| row.fate))
    }

    /// Records that wait, and for what.
    pub fn waiting(&self, rows: &dyn Rows) -> Result<Vec<(RecordId, Missing)>, Unreadable> {
        self.me.draft(rows).all_waiting()
    }

    /// Takes a record, of one's own or one that arrived, and lists it for every relay that is not known to have it, and for
    /// being applied where that is still to be done.
    pub(crate) fn keep_record(&mut self, draft: &mut Draft<'_>, record: &Record, fate: Fate, lacking: &[RelayKeyHash]) {
        let (id, order) = (record.id(), self.me.take_order());
        draft.put_bytes(Key::Record(id), record.as_bytes().to_vec());
        for relay in lacking {
            draft.put(Key::Offer(*relay, order), &OfferRow { record: id, acknowledged: None });
        }
        if fate == Fate::Unapplied {
            draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
        }
        draft.put(Key::Fate(id), &FateRow { order, fate });
    }

    /// A record of one's own, which no relay has.
    pub(crate) fn keep_own_record(&mut self, draft: &mut Draft<'_>, record: &Record, fate: Fate) {
        let relays = self.relays.names();
        self.keep_record(draft, record, fate, &relays);
    }

    fn position_of(
        &self,
        draft: &Draft<'_>,
        record: &RecordId,
        relay: &RelayKeyHash,
    ) -> Result<Option<u64>, Unreadable> {
        let Some(fate) = draft.row::<FateRow>(Key::Fate(*record))? else { return Ok(None) };
        if let Some(offer) = draft.row::<OfferRow>(Key::Offer(*relay, fate.order))? {
            return Ok(offer.acknowledged);
        }
        Ok(draft.positions(*relay)?.into_iter().find(|(_, row)| row.record == *record).map(|(position, _)| position))
    }
}
