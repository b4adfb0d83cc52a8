//! Who is around the map beside the honest devices: strangers with an invitation, a member turned hostile, and the founder's
//! own hand where no command does it yet. They speak to a relay directly, one whole conversation at a time.

use allymap_document::{ActId, ActorId, Document, MAX_CHANGE_BYTES, MAX_OPERATIONS_PER_RECORD};
use allymap_relay::ConnectionId;
use allymap_replica::{Inviting, JoinEffect, JoinFailure, Joining};
use allymap_seal::{
    Content, DeviceKeys, DeviceSeed, Draft, EpochKey, Invitation, Label, Role, Roster, SignedOp, Statement,
};
use allymap_wire::{
    Challenge, DeviceKey, Message, PROTOCOL, PutResult, Record, RecordId, Slot, Timestamp, auth_transcript,
};

use crate::chance::Chance;
use crate::chunk::{Chunk, bomb, one};
use crate::oracle::{Oracle, Violation, violation};
use crate::world::{Device, HOST, Link, OPERATIONS, World, document};

#[derive(Clone, Debug)]
pub struct People {
    chance: Chance,
    invitation: Option<(Invitation, u8)>,
    /// Which stranger was given the last invitation's offer.
    taker: Option<u8>,
    /// The record that removes the hostile member.
    removal: Option<RecordId>,
    forged: u32,
    /// A record as large as may be: one is enough.
    huge: Option<RecordId>,
}

/// The key of what a forged record with too many operations writes.
pub const BOMB: &str = "f/a";

impl People {
    pub fn new(chance: Chance) -> People {
        People { chance, invitation: None, taker: None, removal: None, forged: 0, huge: None }
    }

    /// Whether a record of the hostile member, sound as it is, may be cut off by her removal.
    pub fn may_be_cut(&self, record: &RecordId) -> bool {
        self.removal.is_some() && self.huge == Some(*record)
    }

    /// A relay that lost its log may have lost who took an offer, too.
    pub fn forget_taker(&mut self, relay: u8) {
        if self.invitation.as_ref().is_some_and(|(_, at)| *at == relay) {
            self.taker = None;
        }
    }
}

impl World {
    /// One conversation with a relay, from Hello until neither side has more to say.
    pub fn converse(
        &mut self,
        relay: u8,
        device: DeviceKey,
        mut answer: impl FnMut(&[u8], &mut Chance) -> Vec<Vec<u8>>,
    ) -> Result<(), Violation> {
        let link = Link { relay, device_open: true, relay_open: true, raw: Some(device), ..Link::default() };
        let id = self.connected(relay, link)?;
        while let Some(bytes) = self.links.get_mut(&id).and_then(|link| link.down.pop_front()) {
            for bytes in answer(&bytes, &mut self.people.chance) {
                if self.links.get(&id).is_some_and(|link| link.relay_open) {
                    let connection = ConnectionId(id);
                    self.relay_turn(relay, vec![allymap_relay::Input::Received { connection, bytes }])?;
                }
            }
        }
        if self.links.remove(&id).is_some_and(|link| link.relay_open) {
            self.relay_turn(relay, vec![allymap_relay::Input::Disconnected { connection: ConnectionId(id) }])?;
        }
        Ok(())
    }

    /// Puts records to a relay. Whether all are stored there now.
    fn put(&mut self, relay: u8, keys: &DeviceKeys, records: Vec<Record>) -> Result<bool, Violation> {
        let space = self.space;
        let mut stored = false;
        self.converse(relay, keys.public(), |bytes, chance| match Message::decode(bytes) {
            Ok(Message::Hello { relay, challenge, .. }) => {
                let nonce = Challenge(chance.bytes());
                let transcript = auth_transcript(&relay, HOST, &challenge, &nonce.0, &space);
                let signature = keys.sign(&transcript);
                vec![Message::Auth { version: PROTOCOL, space, device: keys.public(), nonce, signature }.encode()]
            }
            Ok(Message::AuthOk { .. }) => vec![Message::Put { entries: records.clone() }.encode()],
            Ok(Message::PutAck { results }) => {
                stored = results.iter().all(|result| matches!(result, PutResult::Stored { .. }));
                Vec::new()
            }
            _ => Vec::new(),
        })?;
        Ok(stored)
    }

    /// Goes through the newcomer's side of an invitation. Whether the relay gave the offer out, and what came of it.
    pub fn ask(
        &mut self,
        relay: u8,
        keys: DeviceKeys,
        invitation: Invitation,
    ) -> Result<(bool, Option<Result<Asked, JoinFailure>>), Violation> {
        let device = keys.public();
        let mut joining =
            Joining::new(invitation, keys, HOST.into(), Label::new("Wren").unwrap(), Label::new("Harbour").unwrap());
        let (mut given, mut outcome) = (false, None);
        self.converse(relay, device, |bytes, chance| {
            let mut frames = Vec::new();
            given |= matches!(Message::decode(bytes), Ok(Message::Box { slot: Slot::Offer, bytes: Some(_) }));
            for effect in joining.received(bytes, chance) {
                match effect {
                    JoinEffect::Send(bytes) => frames.push(bytes),
                    JoinEffect::Asked { offer, words } => {
                        outcome = Some(Ok(Asked { genesis: offer.genesis.clone(), words }))
                    }
                    JoinEffect::Failed(failure) => outcome = Some(Err(failure)),
                }
            }
            frames
        })?;
        Ok((given, outcome))
    }

    pub fn give_invitation(&mut self, relay: u8, role: Role) -> Result<Option<Invitation>, Violation> {
        let id = self.relays[usize::from(relay)].id;
        let mut invitation = None;
        self.device_act(0, None, |founder, now, rows, chance, effects| {
            let [group, town] = ["Harbour", "Harbour town"].map(|name| Label::new(name).unwrap());
            let inviting = Inviting { relay: id, role, group: Some(group), map_name: town };
            invitation = founder.invite(now, inviting, rows, chance, effects).ok();
            Ok(())
        })?;
        Ok(invitation)
    }

    pub fn invite(&mut self, relay: u8) -> Result<(), Violation> {
        if let Some(invitation) = self.give_invitation(relay, Role::Member)? {
            self.people.invitation = Some((invitation, relay));
            self.people.taker = None;
        }
        Ok(())
    }

    pub fn take(&mut self, stranger: u8) -> Result<(), Violation> {
        let Some((invitation, relay)) = self.people.invitation.clone() else { return Ok(()) };
        let keys = DeviceKeys::derive(&DeviceSeed::from_bytes([0xe0 + stranger; 32]), &self.space);
        let (given, outcome) = self.ask(relay, keys, invitation)?;
        if given && self.people.taker.replace(stranger).is_some_and(|taker| taker != stranger) {
            return Err(violation(Oracle::Intruder, "one invitation was given to two strangers".into()));
        }
        match outcome {
            Some(Ok(_)) => self.sometimes.happened("a stranger asks to join"),
            Some(Err(JoinFailure::Taken)) => self.sometimes.happened("a second stranger found the invitation taken"),
            Some(Err(JoinFailure::Unknown | JoinFailure::Refused(_))) | None => {}
            Some(Err(failure)) => {
                return Err(violation(Oracle::Trust, format!("a stranger is turned away: {failure}")));
            }
        }
        Ok(())
    }

    pub fn approve(&mut self) -> Result<(), Violation> {
        let mut approved = 0;
        self.device_act(0, None, |founder, now, rows, chance, effects| {
            let Some(asking) = founder.asking(rows).unwrap_or_default().into_iter().next() else { return Ok(()) };
            approved += 1;
            founder
                .approve(now, &asking, rows, chance, effects)
                .map_err(|error| violation(Oracle::Crash, format!("the founder cannot approve: {error}")))
        })?;
        if approved > 0 {
            self.sometimes.happened("newcomer let in");
        }
        Ok(())
    }

    /// The founder removes the hostile member, whose statements count no more, from this moment or before it.
    pub fn remove(&mut self, relay: u8) -> Result<(), Violation> {
        if !self.shape.hostile {
            return Ok(());
        }
        let hostile = self.devices[usize::from(self.shape.devices) - 1].key;
        let removal = self.by_hand(relay, |roster, keys, now| {
            roster.member(&hostile)?;
            roster.revoke(keys, hostile, &[], "hostile", now).ok()
        })?;
        if removal.is_some() {
            if self.face_for(relay, 1) == 1 {
                self.sometimes.happened("hostile relay: withholds a removal");
            }
            self.people.removal = removal;
        }
        Ok(())
    }

    /// The founder signs an operation that no command makes yet, and puts it to a relay beside her open connections. Nothing
    /// happens while her device has something to say that the operation may build on.
    pub fn by_hand(
        &mut self,
        relay: u8,
        sign: impl FnOnce(&Roster, &DeviceKeys, Timestamp) -> Option<SignedOp>,
    ) -> Result<Option<RecordId>, Violation> {
        let (keys, ring) = (self.keys(0), self.ring(0));
        let now = self.time(&self.devices[0].machine);
        self.replica(0)?;
        let Device { replica: Some(founder), machine, .. } = &self.devices[0] else { return Ok(None) };
        let unsaid = founder.standing(&machine.memory).map_or(1, |standing| standing.not_with.values().sum());
        let roster = founder.roster();
        let key = roster.roster_keys().iter().find_map(|id| ring.iter().find(|key| key.id() == *id));
        let (0, Some(key)) = (unsaid, key) else { return Ok(None) };
        let Some(op) = sign(roster, &keys, now) else { return Ok(None) };
        let record = self.seal(key, Content::Op(op));
        let id = record.id();
        Ok(self.put(relay, &keys, vec![record])?.then_some(id))
    }

    /// The hostile member says two different things under one number, each to another relay where there are two. No honest
    /// member writes to that document.
    pub fn speak_twice(&mut self, relay: u8, number: u8) -> Result<(), Violation> {
        if !self.shape.hostile {
            return Ok(());
        }
        let place = self.shape.devices - 1;
        let keys = self.keys(place);
        let ring = self.ring(place);
        let hostile = self.replica(place)?;
        let heads = hostile.roster().heads();
        let Some(key) = hostile.roster().head_keys().iter().find_map(|id| ring.iter().find(|key| key.id() == *id))
        else {
            return Ok(());
        };
        let salt: [u8; 8] = self.people.chance.bytes();
        let mut both = Vec::new();
        for face in ["one", "other"] {
            self.people.forged += 1;
            let mut document = Document::new(ActorId(allymap_seal::actor(&keys.public(), &salt)));
            let act = ActId(self.people.chance.bytes());
            let row = format!("l/{face}{:05x}", self.people.forged);
            let written = document.edit(act, |entry| entry.append(&row, face.as_bytes().to_vec()));
            written.expect("a small edit fits").expect("the key is new");
            let change = document.change_bytes_since(0).remove(0);
            let draft = Draft {
                doc: crate::world::document(crate::plan::DOCUMENTS + number),
                salt,
                seq: self.people.forged,
                prev: Vec::new(),
                roster: heads.clone(),
                seen: None,
            };
            let statement = Statement::sign(&keys, &self.space, draft, &[change.hash.0]);
            let body = allymap_seal::compress_body(&[change.bytes]).expect("one change fits");
            let record = self.seal(key, Content::Changes { statement, body });
            self.ledger.forged.insert(record.id());
            self.ledger.offered.insert(record.id());
            both.push(record);
        }
        for (record, at) in both.into_iter().zip([relay, self.shape.relays - 1 - relay]) {
            if self.put(at, &keys, vec![record])? {
                self.sometimes.happened("said: two things under one number");
            }
        }
        Ok(())
    }

    /// The hostile member writes as much as fits once and not twice, each time as if she had read nothing. Who keeps all of it
    /// apart from her keeps the same part. No honest member writes to that document.
    pub fn flood(&mut self, relay: u8, number: u8) -> Result<(), Violation> {
        if !self.shape.hostile || self.operations != OPERATIONS {
            return Ok(());
        }
        let place = self.shape.devices - 1;
        let keys = self.keys(place);
        let ring = self.ring(place);
        let hostile = self.replica(place)?;
        let heads = hostile.roster().heads();
        let Some(key) = hostile.roster().head_keys().iter().find_map(|id| ring.iter().find(|key| key.id() == *id))
        else {
            return Ok(());
        };
        let salt: [u8; 8] = self.people.chance.bytes();
        self.people.forged += 1;
        let mut document = Document::new(ActorId(allymap_seal::actor(&keys.public(), &salt)));
        let act = ActId(self.people.chance.bytes());
        let much = "x".repeat(OPERATIONS as usize * 2 / 3);
        document.edit(act, |entry| entry.make_text("t/flood", &much)).expect("one fits").expect("the key is new");
        let change = document.change_bytes_since(0).remove(0);
        let doc = crate::world::document(crate::plan::DOCUMENTS + number);
        let seq = self.people.forged;
        let draft = Draft { doc, salt, seq, prev: Vec::new(), roster: heads, seen: None };
        let statement = Statement::sign(&keys, &self.space, draft, &[change.hash.0]);
        let body = allymap_seal::compress_body(&[change.bytes]).expect("one change fits");
        let record = self.seal(key, Content::Changes { statement, body });
        self.ledger.forged.insert(record.id());
        self.ledger.offered.insert(record.id());
        if self.put(relay, &keys, vec![record])? {
            self.sometimes.happened("said: more than half of what one device may");
        }
        Ok(())
    }

    /// The hostile member makes something that must not count, and puts it where everybody will find it.
    pub fn forge(&mut self, relay: u8, number: u8, how: u8) -> Result<(), Violation> {
        if !self.shape.hostile {
            return Ok(());
        }
        let place = self.shape.devices - 1;
        let keys = self.keys(place);
        let victim = self.devices[0].key;
        let unknown = DeviceKeys::derive(&DeviceSeed::from_bytes([0xef; 32]), &self.space);
        let ring = self.ring(place);
        let hostile = self.replica(place)?;
        let heads = hostile.roster().heads();
        let Some(key) = hostile.roster().head_keys().iter().find_map(|id| ring.iter().find(|key| key.id() == *id))
        else {
            return Ok(());
        };
        // Removed and still at it: the record must come after its removal, or it was written by a member.
        let after_removal = self.shape.relays == 1
            && self.people.removal.is_some_and(|removal| self.relays[usize::from(relay)].log.contains(&removal));
        if how == 3 && !after_removal || how == 9 && self.people.huge.is_some() {
            return Ok(());
        }
        let salt: [u8; 8] = self.people.chance.bytes();
        let author = if how == 1 { &unknown } else { &keys };
        let (signed_by, written_by) = match how {
            0 | 10 => (victim, victim),
            2 => (keys.public(), victim),
            _ => (author.public(), author.public()),
        };
        self.people.forged += 1;
        let bytes = self.forged_changes(ActorId(allymap_seal::actor(&written_by, &salt)), how);
        let hashes: Vec<[u8; 32]> = match allymap_document::change_hashes(&bytes) {
            Ok(hashes) => hashes.iter().map(|hash| hash.0).collect(),
            Err(_) => vec![[9; 32]],
        };
        // What counts may not disturb an honest document.
        let number = if matches!(how, 8 | 9) { crate::plan::DOCUMENTS + number } else { number };
        let draft =
            Draft { doc: document(number), salt, seq: self.people.forged, prev: Vec::new(), roster: heads, seen: None };
        let mut statement = Statement::sign(author, &self.space, draft, &hashes);
        statement.by = signed_by;
        let mut body = allymap_seal::compress_body(&bytes).expect("one change fits");
        if how == 4 {
            body.truncate(body.len() / 2);
        }
        let beyond = EpochKey::from_bytes(self.people.chance.bytes());
        let record = self.seal(if how == 5 { &beyond } else { key }, Content::Changes { statement, body });
        if how == 9 {
            self.people.huge = Some(record.id());
        } else {
            self.ledger.forged.insert(record.id());
        }
        if how == 10 {
            self.ledger.deadly.insert(record.id());
        }
        self.ledger.offered.insert(record.id());
        if self.put(relay, &keys, vec![record])? {
            self.sometimes.happened(match how {
                0 => "forged: signature",
                1 => "forged: by an unknown device",
                2 => "forged: foreign actor",
                3 => "forged: by a removed member",
                4 => "forged: body",
                5 => "forged: beyond any key",
                6 => "forged: operations counted from afar",
                7 => "forged: more operations than a record may bring",
                8 => "forged: bytes that Automerge cannot read",
                9 => "record as large as one may be",
                _ => "forged: deadly",
            });
        }
        Ok(())
    }

    /// The changes of a forged record.
    fn forged_changes(&mut self, actor: ActorId, how: u8) -> Vec<Vec<u8>> {
        let chance = &mut self.people.chance;
        let key = |kind: &str| format!("l/{kind}{:05x}", self.people.forged);
        let built = |start_op, columns: &[(u64, Vec<u8>)]| {
            vec![Chunk { deps: &[], actor, seq: 1, start_op, others: &[], columns }.bytes()]
        };
        let (key, bytes) = match how {
            6 => return built(5_000, &one(&key("bad"), 1, (7, b"forged"), None)),
            7 => {
                // No change is beyond the limit, both together are.
                let half = MAX_OPERATIONS_PER_RECORD / 2 + 1;
                let columns = bomb(half as i64);
                let first = built(1, &columns).remove(0);
                let deps = allymap_document::change_hashes(std::slice::from_ref(&first)).expect("it is a change");
                let (deps, start_op) = (&[deps[0].0], half + 1);
                let second = Chunk { deps, actor, seq: 2, start_op, others: &[], columns: &columns };
                return vec![first, second.bytes()];
            }
            8 => {
                let mut columns = one(&key("odd"), 1, (7, b"forged"), None);
                let at = chance.below(columns.len() as u64) as usize;
                let (_, column) = &mut columns[at];
                let at = chance.below(column.len() as u64) as usize;
                column[at] ^= 1 << chance.small(8);
                return built(1, &columns);
            }
            9 => {
                let mut bytes = vec![0; HUGE];
                chance.fill(&mut bytes);
                (key("huge"), bytes)
            }
            _ => (key("bad"), b"forged".to_vec()),
        };
        let mut forged = Document::new(actor);
        let written = forged.edit(ActId(chance.bytes()), |entry| entry.append(&key, bytes));
        written.expect("it fits into a change").expect("the key is new");
        forged.change_bytes_since(0).into_iter().map(|change| change.bytes).collect()
    }

    fn seal(&mut self, key: &EpochKey, content: Content) -> Record {
        allymap_seal::seal(&self.space, key, &content, &mut self.people.chance).expect("it is small")
    }

    fn ring(&self, device: u8) -> Vec<EpochKey> {
        let rows = self.devices[usize::from(device)].machine.memory.under(&[b'k', 0, 1]);
        rows.map(|(_, key)| EpochKey::from_bytes(key.try_into().expect("an epoch key has 32 bytes"))).collect()
    }
}

/// What a newcomer has in hand once she has asked.
pub struct Asked {
    pub genesis: allymap_seal::SignedOp,
    pub words: [&'static str; 4],
}

/// Bytes of a value that chance filled, so that nothing makes its record smaller.
const HUGE: usize = MAX_CHANGE_BYTES - 1_024;

/// An hour on a day in 2026, where every clock begins.
pub const BEGINNING: Timestamp = Timestamp(1_790_000_000_000);
