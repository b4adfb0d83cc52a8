//! One device's view of one map: who it is there, what it may do, its documents.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::ActorId;
use allymap_seal::{DeviceKeys, KeyRing, Member, Role, Roster, SignedOp};
use allymap_wire::{DeviceKey, Head, LogHash, LogId, OperatorToken, RecordId, RelayKeyHash, SpaceId, Timestamp};

use crate::broken::Broken;
use crate::budget::Budget;
use crate::draft::Draft;
use crate::effect::Effect;
use crate::rows::{CursorRow, Fate, FateRow, HeaderRow, Key, Missing, OfferRow, Rows, Salt, SpaceNumber, Unreadable};
use crate::session::Session;
use crate::shelf::Shelf;

/// One device in one map. Everything in it is rebuilt from the rows by [`Replica::open`]: after a failed write it is
/// dropped and opened again.
pub struct Replica {
    pub(crate) number: SpaceNumber,
    pub(crate) space: SpaceId,
    pub(crate) keys: DeviceKeys,
    pub(crate) header: HeaderRow,
    pub(crate) roster: Roster,
    pub(crate) ring: KeyRing,
    pub(crate) relays: BTreeMap<RelayKeyHash, CursorRow>,
    pub(crate) sessions: BTreeMap<RelayKeyHash, Session>,
    pub(crate) applying: Applying,
    pub(crate) shelf: Shelf,
    pub(crate) budget: Budget,
    pub(crate) broken: Option<Broken>,
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
    Genesis(#[from] allymap_seal::OpError),
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

/// A relay that this device knows how to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRelay {
    pub relay: RelayKeyHash,
    pub url: String,
    /// How much of its log this device has.
    pub position: u64,
    pub admitted: bool,
    pub removed: bool,
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
        chance: &mut impl rand_core::CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<Replica, FoundError> {
        let Founding { root, keys, genesis, name, group, salt } = founding;
        let mut replica = Self::with_genesis(number, keys, genesis, root.public(), salt)?;
        let mut draft = Draft::new(rows, number);
        let (device, kem) = (replica.keys.public(), replica.keys.kem_public());
        let grant = replica.roster.grant(root.as_device(), device, kem, Role::Convenor, name, group, now)?;
        replica.add_own_op(&mut draft, grant.clone());
        replica.mint(now, &mut draft, chance)?;
        for op in [replica.roster.genesis().clone(), grant] {
            replica.keep_op_record(now, &mut draft, op, chance)?;
        }
        replica.put_header(&mut draft);
        effects.push(Effect::Persist(draft.into_writes()));
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
    ) -> Result<Replica, allymap_seal::OpError> {
        let replica = Self::with_genesis(number, keys, genesis, root, salt)?;
        let mut draft = Draft::new(rows, number);
        replica.put_header(&mut draft);
        effects.push(Effect::Persist(draft.into_writes()));
        Ok(replica)
    }

    fn with_genesis(
        number: SpaceNumber,
        keys: DeviceKeys,
        genesis: SignedOp,
        root: DeviceKey,
        salt: [u8; 8],
    ) -> Result<Replica, allymap_seal::OpError> {
        let space = SpaceId::of(&genesis.bytes);
        let header = HeaderRow {
            genesis: genesis.bytes.clone().into(),
            genesis_signature: genesis.signature,
            root,
            salt,
            next_statement: 0,
            last_statement: None,
            next_order: 1,
            earlier: BTreeSet::new(),
        };
        Ok(Replica {
            number,
            space,
            keys,
            header,
            roster: Roster::new(genesis)?,
            ring: KeyRing::default(),
            relays: BTreeMap::new(),
            sessions: BTreeMap::new(),
            applying: Applying::Together,
            shelf: Shelf::default(),
            budget: Budget::DEFAULT,
            broken: None,
        })
    }

    /// The map under this number, as its rows tell.
    pub fn open(number: SpaceNumber, seed: &allymap_seal::DeviceSeed, rows: &dyn Rows) -> Result<Replica, OpenError> {
        let draft = Draft::new(rows, number);
        let bytes = draft.bytes(Key::Header)?.ok_or(OpenError::NoMap)?;
        let header: HeaderRow = minicbor::decode(&bytes).map_err(|_| OpenError::Damaged)?;
        let genesis = SignedOp { bytes: header.genesis.to_vec(), signature: header.genesis_signature };
        let space = SpaceId::of(&genesis.bytes);
        let mut roster = Roster::new(genesis).map_err(|_| OpenError::Damaged)?;
        for op in draft.ops()? {
            // Rows come in the order of their hashes; the roster lets an op wait for those before it.
            let _ = roster.insert(op);
        }
        let mut ring = KeyRing::default();
        for key in draft.epoch_keys()? {
            ring.insert(key);
        }
        let left_over = draft.has_unapplied()?;
        Ok(Replica {
            number,
            space,
            keys: DeviceKeys::derive(seed, &space),
            header,
            roster,
            ring,
            relays: draft.cursors()?,
            sessions: BTreeMap::new(),
            applying: if left_over { Applying::OneByOne { announced: None } } else { Applying::Together },
            shelf: Shelf::default(),
            budget: Budget::DEFAULT,
            broken: None,
        })
    }

    /// Reads everything again, after another command may have written. Connections go on.
    pub fn refresh(&mut self, seed: &allymap_seal::DeviceSeed, rows: &dyn Rows) -> Result<(), OpenError> {
        let fresh = Self::open(self.number, seed, rows)?;
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

    pub fn space(&self) -> SpaceId {
        self.space
    }

    pub fn device(&self) -> DeviceKey {
        self.keys.public()
    }

    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// This device's own membership, if it has one.
    pub fn membership(&self) -> Option<&Member> {
        self.roster.member(&self.keys.public())
    }

    /// Write under a new Automerge actor from now on: after a restore, or when another may have written from a copy of this
    /// folder. Nothing that was written under the old one changes.
    pub fn renew_salt(&mut self, salt: [u8; 8], rows: &dyn Rows, effects: &mut Vec<Effect>) {
        self.take_salt(salt);
        let mut draft = Draft::new(rows, self.number);
        self.put_header(&mut draft);
        effects.push(Effect::Persist(draft.into_writes()));
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
        let mut draft = Draft::new(rows, self.number);
        match self.relays.get_mut(&relay) {
            Some(known) => {
                known.url = url.to_owned();
                known.token = token.or(known.token);
            }
            None => {
                let cursor = CursorRow {
                    url: url.to_owned(),
                    log: LogId([0; 16]),
                    position: 0,
                    hash: LogHash::START.0,
                    highest: None,
                    admitted: false,
                    token,
                    removed: false,
                    key: None,
                    removals: None,
                };
                self.relays.insert(relay, cursor);
                for (record, row) in draft.fates()? {
                    draft.put(Key::Offer(relay, row.order), &OfferRow { record, acknowledged: None });
                }
            }
        }
        self.put_cursor(&mut draft, relay);
        effects.push(Effect::Persist(draft.into_writes()));
        Ok(())
    }

    pub fn relays(&self) -> Vec<KnownRelay> {
        self.relays
            .iter()
            .map(|(relay, row)| KnownRelay {
                relay: *relay,
                url: row.url.clone(),
                position: row.position,
                admitted: row.admitted,
                removed: row.removed,
            })
            .collect()
    }

    pub fn standing(&self, rows: &dyn Rows) -> Result<Standing, Unreadable> {
        let draft = Draft::new(rows, self.number);
        let mut not_with = BTreeMap::new();
        for relay in self.relays.keys() {
            let offers = draft.offers(*relay, 0, usize::MAX)?;
            not_with.insert(*relay, offers.iter().filter(|(_, row)| row.acknowledged.is_none()).count());
        }
        Ok(Standing { unsealed: draft.unsealed()?.len(), not_with, waiting: draft.all_waiting()?.len() })
    }

    /// The record of this device's newest statement.
    pub fn newest_own_record(&self, rows: &dyn Rows) -> Result<Option<RecordId>, Unreadable> {
        let Some(last) = self.header.next_statement.checked_sub(1) else { return Ok(None) };
        let row: Option<crate::rows::StatementRow> = Draft::new(rows, self.number).row(Key::Statement(last))?;
        Ok(row.map(|row| row.record))
    }

    /// Other members' devices whose own statements say that they had read this relay's log up to this record or further.
    pub fn seen_by(
        &self,
        record: &RecordId,
        relay: &RelayKeyHash,
        rows: &dyn Rows,
    ) -> Result<Vec<DeviceKey>, Unreadable> {
        let draft = Draft::new(rows, self.number);
        let Some(at) = self.position_of(&draft, record, relay)? else { return Ok(Vec::new()) };
        let seen = draft.seen(*relay)?.into_iter().filter(|(_, position)| *position >= at).map(|(device, _)| device);
        Ok(seen.filter(|device| *device != self.device() && self.roster.member(device).is_some()).collect())
    }

    /// What became of a record here.
    pub fn fate(&self, record: &RecordId, rows: &dyn Rows) -> Result<Option<Fate>, Unreadable> {
        Ok(Draft::new(rows, self.number).row::<FateRow>(Key::Fate(*record))?.map(|row| row.fate))
    }

    /// Records that wait, and for what.
    pub fn waiting(&self, rows: &dyn Rows) -> Result<Vec<(RecordId, Missing)>, Unreadable> {
        Draft::new(rows, self.number).all_waiting()
    }

    pub(crate) fn actor(&self) -> ActorId {
        ActorId(allymap_seal::actor(&self.keys.public(), &self.header.salt))
    }

    /// Goes on under another actor. The earlier one is not forgotten: documents hold changes under it, and should damage take
    /// their record and their statement, nothing else says that they are this device's to seal again.
    pub(crate) fn take_salt(&mut self, salt: [u8; 8]) {
        let earlier = std::mem::replace(&mut self.header.salt, salt);
        self.header.earlier.insert(Salt(earlier));
    }

    pub(crate) fn put_header(&self, draft: &mut Draft<'_>) {
        draft.put(Key::Header, &self.header);
    }

    pub(crate) fn put_cursor(&self, draft: &mut Draft<'_>, relay: RelayKeyHash) {
        if let Some(row) = self.relays.get(&relay) {
            draft.put(Key::Cursor(relay), row);
        }
    }

    /// Takes a record of one's own, or one that arrived, and lists it for every relay that is not known to have it.
    pub(crate) fn keep_record(
        &mut self,
        draft: &mut Draft<'_>,
        record: &allymap_wire::Record,
        fate: Fate,
        from: Option<RelayKeyHash>,
    ) -> RecordId {
        let id = record.id();
        let order = self.header.next_order;
        self.header.next_order += 1;
        draft.put_bytes(Key::Record(id), record.as_bytes().to_vec());
        for relay in self.relays.keys().filter(|relay| Some(**relay) != from) {
            draft.put(Key::Offer(*relay, order), &OfferRow { record: id, acknowledged: None });
        }
        draft.put(Key::Fate(id), &FateRow { order, fate });
        id
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

/// The place after this record, if it follows.
pub(crate) fn step(cursor: &CursorRow, record: &RecordId) -> (Head, LogHash) {
    let hash = LogHash(cursor.hash).next(record);
    (Head { position: cursor.position + 1, hash: hash.prefix() }, hash)
}
