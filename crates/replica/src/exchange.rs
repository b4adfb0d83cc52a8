//! The conversation with relays: log in, catch up from the cursor, offer what they lack.
//!
//! What one input wants stored leaves as one `Persist`, before every `Send`. An acknowledgement is not the end: a record is
//! offered again at each connection until this device's own cursor has passed it in that relay's log, since a relay may lose
//! what it had on its disk when it is restored from an older backup.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_wire::{
    AccessList, BoxToken, Challenge, Code, DeviceKey, Flags, HashPrefix, Head, LogHash, LogId, Message, MessageKind,
    PROTOCOL, PutResult, Record, RecordId, RecordKind, RelayKey, RelayKeyHash, Slot, Timestamp, access_digest,
    auth_transcript, limits,
};
use rand_core::CryptoRng;

use crate::broken::Broken;
use crate::draft::Draft;
use crate::replica::{Effect, Notice, Replica, step};
use crate::rows::{ClaimRow, CursorRow, Fate, FateRow, Key, Kind, OfferRow, PositionRow, Rows, Unreadable};

/// Everything that can happen to a replica from outside.
#[derive(Debug)]
pub enum Input {
    /// A connection to this relay is open. `host` is the authority that was connected to, as its HTTP request said.
    Connected {
        relay: RelayKeyHash,
        host: String,
    },
    Received {
        relay: RelayKeyHash,
        bytes: Vec<u8>,
    },
    Disconnected {
        relay: RelayKeyHash,
    },
    /// What [`Effect::Continue`] asked for.
    Continue,
    /// There may be new edits: say them to whoever is connected.
    Offer,
}

/// One connection.
pub(crate) struct Session {
    host: String,
    stage: Stage,
    /// Whether Sync went out together with Auth.
    asked: bool,
    caught_up: bool,
    /// Records up to this number were offered on this connection.
    offered_through: u64,
    in_flight: VecDeque<(u64, RecordId)>,
    asks: VecDeque<Ask>,
    asked_boxes: bool,
    /// Offers that the relay did not take: the next connection tries them again.
    declined: BTreeSet<BoxToken>,
    access: Option<(u64, HashPrefix)>,
    /// The list of members that was sent and not answered yet: its digest, and how many removed devices are on it.
    access_sent: Option<(HashPrefix, u32)>,
    empty_pages: u8,
    ladders: u8,
    /// Something was refused on this connection: it can end, but nobody may say that everything is with the relay.
    refused: bool,
    /// All was said, until there is more to say.
    told: bool,
    /// What others claimed about this relay's log, beyond what was read here, when the connection began.
    claims: BTreeMap<DeviceKey, ClaimRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Hello,
    Auth,
    Creating,
    Open,
}

/// What the relay will answer next, in order.
enum Ask {
    Offer(BoxToken),
    Request(BoxToken),
}

/// Pages without a record before a relay is taken to be playing.
const EMPTY_PAGES: u8 = 3;
/// Ladders likewise: finding the common place takes two, one to ask for ours and one to answer it.
const LADDERS: u8 = 4;

impl Replica {
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let mut draft = Draft::new(rows, self.number);
        let mut after = Vec::new();
        match input {
            Input::Connected { relay, host } => {
                let claims = draft.claims(relay)?;
                self.sessions.insert(relay, Session::new(host, claims));
                if draft.has_unapplied()? {
                    // An earlier life ended before these were applied; nobody else will ask for them.
                    after.push(Effect::Continue);
                }
            }
            Input::Disconnected { relay } => {
                self.sessions.remove(&relay);
            }
            Input::Received { relay, bytes } => {
                if self.sessions.contains_key(&relay) {
                    match Message::decode(&bytes) {
                        Ok(message) => self.received(relay, message, &mut draft, chance, &mut after)?,
                        Err(_) => self.hang_up(relay, Notice::BadLog { relay }, &mut after),
                    }
                }
            }
            Input::Continue => {
                self.apply(&mut draft, &mut after)?;
                self.judge(now, &mut draft, chance, &mut after)?;
            }
            Input::Offer => {
                for session in self.sessions.values_mut() {
                    session.told = false;
                }
            }
        }
        for relay in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.advance(now, relay, &mut draft, chance, &mut after)?;
        }
        self.emit(draft, after, effects);
        Ok(())
    }

    fn emit(&self, draft: Draft<'_>, after: Vec<Effect>, effects: &mut Vec<Effect>) {
        let persist = (!draft.is_empty()).then(|| draft.into_writes());
        match (self.broken, persist) {
            (Some(Broken::SendBeforePersist), Some(writes)) => {
                effects.extend(after);
                effects.push(Effect::Persist(writes));
            }
            (Some(Broken::CursorBeforeRecords), Some(writes)) => {
                let (cursors, rest) = writes.into_iter().partition(|write| is_of(write, Kind::Cursor));
                effects.push(Effect::Persist(cursors));
                effects.push(Effect::Persist(rest));
                effects.extend(after);
            }
            (Some(Broken::OffersInAnotherWrite), Some(writes)) => {
                let (offers, rest) = writes.into_iter().partition(|write| is_of(write, Kind::Offer));
                effects.push(Effect::Persist(offers));
                effects.push(Effect::Persist(rest));
                effects.extend(after);
            }
            (_, persist) => {
                effects.extend(persist.map(Effect::Persist));
                effects.extend(after);
            }
        }
    }

    fn received(
        &mut self,
        relay: RelayKeyHash,
        message: Message,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let stage = self.sessions.get(&relay).map(|session| session.stage);
        match (stage, message) {
            (Some(Stage::Hello), Message::Hello { oldest, newest, relay: key, challenge, .. }) => {
                self.greeted(relay, (oldest, newest), key, challenge, draft, chance, effects);
            }
            (Some(Stage::Auth), Message::AuthOk { flags, access_version, log, head, access }) => {
                self.let_in(relay, flags, (access_version, access), log, head, draft, effects);
            }
            (Some(Stage::Creating), Message::Outcome { of, code, value }) if of == MessageKind::Create as u8 => {
                if code == Code::Done {
                    effects.push(Effect::Tell(Notice::Created { relay }));
                    self.admit(relay, (value, HashPrefix([0; 16])), draft, effects);
                } else {
                    self.hang_up(relay, Notice::NotCreated { relay, code }, effects);
                }
            }
            // The answer to a Sync that went out before it was clear that the relay does not know the map. Another convenor may
            // have made it there meanwhile; it is asked again once this Create is answered too.
            (Some(Stage::Creating), Message::Outcome { .. } | Message::Records { .. } | Message::Ladder { .. }) => {}
            (Some(Stage::Open), Message::Records { first, entries, more, head }) => {
                self.take_page(relay, first, entries, more, head, draft, effects)?;
            }
            (Some(Stage::Open), Message::PutAck { results }) => self.take_answers(relay, results, draft, effects)?,
            (Some(Stage::Open), Message::Ladder { log, pairs }) => self.climb(relay, log, &pairs, draft, effects)?,
            (Some(Stage::Open), Message::Outcome { of, code, value }) => {
                self.take_outcome(relay, of, code, value, draft, effects)?;
            }
            (Some(Stage::Open), Message::Box { slot: Slot::Request, bytes }) => {
                if let Some(session) = self.sessions.get_mut(&relay)
                    && let Some(Ask::Request(token)) = session.asks.pop_front()
                    && let Some(bytes) = bytes
                {
                    self.keep_request(token, bytes.to_vec(), draft, effects)?;
                }
            }
            (_, Message::Bye { code, retry_after_ms }) => self.ended(relay, code, retry_after_ms, draft, effects),
            _ => self.hang_up(relay, Notice::BadLog { relay }, effects),
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn greeted(
        &mut self,
        relay: RelayKeyHash,
        (oldest, newest): (u8, u8),
        key: RelayKey,
        challenge: Challenge,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) {
        if !(oldest..=newest).contains(&PROTOCOL) {
            return self.hang_up(relay, Notice::WrongVersion { relay, oldest, newest }, effects);
        }
        if key.hash() != relay {
            return self.hang_up(relay, Notice::WrongRelay { relay }, effects);
        }
        let Some(cursor) = self.relays.get_mut(&relay) else { return };
        if cursor.key != Some(key) {
            cursor.key = Some(key);
            draft.put(Key::Cursor(relay), cursor);
        }
        let Some(session) = self.sessions.get_mut(&relay) else { return };
        let mut nonce = Challenge([0; 16]);
        chance.fill_bytes(&mut nonce.0);
        let transcript = auth_transcript(&key, &session.host, &challenge, &nonce.0, &self.space);
        session.stage = Stage::Auth;
        session.asked = cursor.admitted;
        let auth = Message::Auth {
            version: PROTOCOL,
            space: self.space,
            device: self.keys.public(),
            nonce,
            signature: self.keys.sign(&transcript),
        };
        send(relay, &auth, effects);
        if cursor.admitted {
            send(relay, &sync(cursor, self.broken), effects);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn let_in(
        &mut self,
        relay: RelayKeyHash,
        flags: Flags,
        access: (u64, HashPrefix),
        log: LogId,
        head: Head,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(cursor) = self.relays.get_mut(&relay) else { return };
        if flags.may_read() {
            if cursor.log != log {
                cursor.log = log;
                draft.put(Key::Cursor(relay), cursor);
            } else if head.position > cursor.highest.map_or(cursor.position, |highest| highest.position) {
                // Written with the next row that changes: knowing less about the relay after a crash is no harm.
                cursor.highest = Some(head);
            }
            return self.admit(relay, access, draft, effects);
        }
        if cursor.admitted {
            cursor.admitted = false;
            draft.put(Key::Cursor(relay), cursor);
        }
        let token = cursor.token;
        match token {
            Some(token) if self.membership().is_some_and(|member| member.role >= allymap_seal::Role::Convenor) => {
                if let Some(session) = self.sessions.get_mut(&relay) {
                    session.stage = Stage::Creating;
                    // A relay that lost the map refuses the Sync that went out with Auth.
                    session.asked = false;
                }
                let create = Message::Create {
                    genesis: self.header.genesis.clone(),
                    root: self.header.root,
                    signature: self.header.genesis_signature,
                    token,
                };
                send(relay, &create, effects);
            }
            _ => self.hang_up(relay, Notice::NotAdmitted { relay }, effects),
        }
    }

    fn admit(
        &mut self,
        relay: RelayKeyHash,
        access: (u64, HashPrefix),
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let (Some(cursor), Some(session)) = (self.relays.get_mut(&relay), self.sessions.get_mut(&relay)) else {
            return;
        };
        if !cursor.admitted || cursor.removed {
            cursor.admitted = true;
            cursor.removed = false;
            draft.put(Key::Cursor(relay), cursor);
        }
        session.stage = Stage::Open;
        session.access = Some(access);
        if !session.asked {
            session.asked = true;
            send(relay, &sync(cursor, self.broken), effects);
        }
    }

    /// A page of the log, or a live push. The records and the cursor become durable together; they are applied after that.
    #[allow(clippy::too_many_arguments)]
    fn take_page(
        &mut self,
        relay: RelayKeyHash,
        mut first: u64,
        mut entries: Vec<Record>,
        more: bool,
        head: Head,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(cursor) = self.relays.get(&relay) else { return Ok(()) };
        let says_nothing = entries.is_empty();
        // A device that is behind may be acknowledged a place that a page still to come holds too.
        let mut known = 0;
        for record in &entries {
            let place = draft.row::<PositionRow>(Key::Position(relay, first))?;
            if first > cursor.position || place.is_none_or(|place| place.record != record.id()) {
                break;
            }
            (known, first) = (known + 1, first + 1);
        }
        entries.drain(..known);
        let mut after = cursor.clone();
        let mut places = Vec::with_capacity(entries.len());
        for record in &entries {
            let id = record.id();
            let (place, hash) = step(&after, &id);
            after.position = place.position;
            after.hash = hash.0;
            places.push((id, place));
        }
        // More pages may follow by themselves; only a page that reaches the head can be held against it.
        let reached = after.position == head.position;
        let fits = (entries.is_empty() || first == cursor.position + 1)
            && after.position <= head.position
            && (!reached || head == after.head());
        if !fits {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        if after.highest.is_none_or(|highest| highest.position <= after.position) {
            after.highest = None;
        }
        if !self.count_empty_page(relay, says_nothing && !reached) {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        let arrived_any = !entries.is_empty();
        self.relays.insert(relay, after);
        for (record, (id, place)) in entries.iter().zip(places) {
            self.pass(relay, id, place, draft)?;
            if draft.bytes(Key::Fate(id))?.is_some() {
                continue;
            }
            let from = (self.broken != Some(Broken::NoFerry)).then_some(relay);
            match record.kind() {
                RecordKind::Gone => {
                    draft.put(Key::Fate(id), &FateRow { order: self.header.next_order, fate: Fate::Gone });
                    self.header.next_order += 1;
                }
                RecordKind::KeyPacket => {
                    // Keys first: what they open may stand before them in the log, as it does for a newcomer.
                    self.keep_foreign(draft, record, Fate::KeyPacket, from);
                    for missing in self.take_key_packet(record, draft) {
                        self.wake_later(&missing, draft)?;
                    }
                }
                RecordKind::Sealed if self.skips(record) => {}
                RecordKind::Sealed => {
                    let order = self.header.next_order;
                    self.keep_foreign(draft, record, Fate::Unapplied, from);
                    draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
                }
            }
        }
        if arrived_any {
            self.put_cursor(draft, relay);
            self.put_header(draft);
            effects.push(Effect::Continue);
        }
        if more {
            if let Some(cursor) = self.relays.get(&relay) {
                send(relay, &sync(cursor, self.broken), effects);
            }
        } else if reached && let Some(session) = self.sessions.get_mut(&relay) {
            session.caught_up = true;
            session.told &= !arrived_any;
        }
        Ok(())
    }

    /// For the tests of the tests.
    fn skips(&self, record: &Record) -> bool {
        self.broken == Some(Broken::SkipsWhatItCannotOpen)
            && matches!(
                allymap_seal::open(&self.space, &self.ring, record),
                Err(allymap_seal::OpenError::UnknownKey(_))
            )
    }

    fn keep_foreign(&mut self, draft: &mut Draft<'_>, record: &Record, fate: Fate, from: Option<RelayKeyHash>) {
        match from {
            Some(relay) => self.keep_record(draft, record, fate, Some(relay)),
            None => {
                let relays = std::mem::take(&mut self.relays);
                let id = self.keep_record(draft, record, fate, None);
                self.relays = relays;
                id
            }
        };
    }

    fn count_empty_page(&mut self, relay: RelayKeyHash, empty: bool) -> bool {
        let Some(session) = self.sessions.get_mut(&relay) else { return false };
        session.empty_pages = if empty { session.empty_pages + 1 } else { 0 };
        session.empty_pages < EMPTY_PAGES
    }

    /// The cursor goes over a record: it need not be offered to this relay any more.
    fn pass(
        &mut self,
        relay: RelayKeyHash,
        id: RecordId,
        place: Head,
        draft: &mut Draft<'_>,
    ) -> Result<(), Unreadable> {
        draft.put(Key::Position(relay, place.position), &PositionRow { record: id, hash: place.hash });
        if let Some(fate) = draft.row::<FateRow>(Key::Fate(id))? {
            draft.delete(Key::Offer(relay, fate.order));
        }
        Ok(())
    }

    fn take_answers(
        &mut self,
        relay: RelayKeyHash,
        results: Vec<PutResult>,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(session) = self.sessions.get_mut(&relay) else { return Ok(()) };
        if results.len() != session.in_flight.len() {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        let sent = std::mem::take(&mut session.in_flight);
        session.refused |= results.iter().any(|result| matches!(result, PutResult::Refused { .. }));
        let Some(mut cursor) = self.relays.get(&relay).cloned() else { return Ok(()) };
        let mut with_relay = Vec::new();
        for ((order, id), result) in sent.into_iter().zip(results) {
            let at = match result {
                PutResult::Stored { at } | PutResult::Duplicate { at } => at,
                PutResult::Refused { code } => {
                    effects.push(Effect::Tell(Notice::NotTaken { relay, code }));
                    continue;
                }
            };
            with_relay.push(id);
            if draft.bytes(Key::Offer(relay, order))?.is_none() && self.broken != Some(Broken::ForgetWhatWasSent) {
                continue;
            }
            let (place, hash) = step(&cursor, &id);
            if place == at {
                cursor.position = place.position;
                cursor.hash = hash.0;
                self.pass(relay, id, place, draft)?;
            } else if self.broken == Some(Broken::AcknowledgementIsFinal) {
                draft.delete(Key::Offer(relay, order));
            } else {
                let below = draft.row::<PositionRow>(Key::Position(relay, at.position))?;
                if below.is_some_and(|row| row.record == id && row.hash == at.hash) {
                    draft.delete(Key::Offer(relay, order));
                } else {
                    draft.put(Key::Offer(relay, order), &OfferRow { record: id, acknowledged: Some(at.position) });
                }
                if at.position > cursor.highest.map_or(cursor.position, |highest| highest.position) {
                    cursor.highest = Some(at);
                }
            }
        }
        if cursor.highest.is_some_and(|highest| highest.position <= cursor.position) {
            cursor.highest = None;
        }
        self.relays.insert(relay, cursor);
        self.put_cursor(draft, relay);
        if !with_relay.is_empty() {
            effects.push(Effect::Tell(Notice::WithRelay { relay, records: with_relay }));
        }
        Ok(())
    }

    /// Our cursor does not fit the relay's log: find the last place that does, and offer again what came after it.
    fn climb(
        &mut self,
        relay: RelayKeyHash,
        log: LogId,
        pairs: &[Head],
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(cursor) = self.relays.get(&relay).cloned() else { return Ok(()) };
        if let Some(session) = self.sessions.get_mut(&relay) {
            session.ladders += 1;
            if session.ladders > LADDERS {
                self.hang_up(relay, Notice::BadLog { relay }, effects);
                return Ok(());
            }
        }
        let Some(common) = pairs.first() else {
            let pairs = self.ladder(relay, draft)?;
            send(relay, &Message::Ladder { log: cursor.log, pairs }, effects);
            return Ok(());
        };
        let known = match common.position {
            0 => Some(Head::START.hash),
            position => draft.row::<PositionRow>(Key::Position(relay, position))?.map(|row| row.hash),
        };
        if known != Some(common.hash) || common.position > cursor.position {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        let mut hash = LogHash::START;
        for (position, row) in draft.positions(relay)? {
            if position <= common.position {
                hash = hash.next(&row.record);
            } else {
                draft.delete(Key::Position(relay, position));
                if let Some(fate) = draft.row::<FateRow>(Key::Fate(row.record))?
                    && fate.fate != Fate::Gone
                {
                    draft.put(Key::Offer(relay, fate.order), &OfferRow { record: row.record, acknowledged: None });
                }
            }
        }
        for (order, row) in draft.offers(relay, 0, usize::MAX)? {
            if row.acknowledged.is_some_and(|at| at > common.position) {
                draft.put(Key::Offer(relay, order), &OfferRow { record: row.record, acknowledged: None });
            }
        }
        let from = cursor.highest.map_or(cursor.position, |highest| highest.position.max(cursor.position));
        let back = CursorRow { log, position: common.position, hash: hash.0, highest: None, ..cursor };
        send(relay, &sync(&back, self.broken), effects);
        self.relays.insert(relay, back);
        self.put_cursor(draft, relay);
        if let Some(session) = self.sessions.get_mut(&relay) {
            session.offered_through = 0;
            session.caught_up = false;
        }
        if self.broken != Some(Broken::RollBackNotTold) {
            effects.push(Effect::Tell(Notice::RolledBack { relay, from, to: common.position }));
        }
        Ok(())
    }

    /// Places we know of, highest first: the cursor, then multiples of 64 at growing distances.
    fn ladder(&self, relay: RelayKeyHash, draft: &Draft<'_>) -> Result<Vec<Head>, Unreadable> {
        let Some(cursor) = self.relays.get(&relay) else { return Ok(Vec::new()) };
        let mut pairs = Vec::new();
        let mut positions = vec![cursor.position];
        let (mut rung, mut stride) = (cursor.position.saturating_sub(1) / limits::LADDER_STEP, 1);
        while rung > 0 && positions.len() < limits::LADDER_PAIRS {
            positions.push(rung * limits::LADDER_STEP);
            rung = rung.saturating_sub(stride);
            // Dense near the end, where roll-backs are; twice as sparse after every eight rungs.
            if positions.len() % 8 == 0 {
                stride *= 2;
            }
        }
        for position in positions {
            if let Some(row) = draft.row::<PositionRow>(Key::Position(relay, position))? {
                pairs.push(Head { position, hash: row.hash });
            }
        }
        Ok(pairs)
    }

    fn take_outcome(
        &mut self,
        relay: RelayKeyHash,
        of: u8,
        code: Code,
        value: u64,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(session) = self.sessions.get_mut(&relay) else { return Ok(()) };
        if of == MessageKind::Access as u8 {
            // What nobody asked is no answer.
            let Some((sent, removals)) = session.access_sent.take() else { return Ok(()) };
            session.access = match code {
                // What was sent stands there now, until the roster changes again.
                Code::Done => Some((value, sent)),
                Code::Stale => Some((value, HashPrefix([0; 16]))),
                code => {
                    session.refused = true;
                    effects.push(Effect::Tell(Notice::NotTaken { relay, code }));
                    None
                }
            };
            if code == Code::Done
                && let Some(cursor) = self.relays.get_mut(&relay)
            {
                cursor.removals = Some((value, removals));
                draft.put(Key::Cursor(relay), cursor);
            }
        } else if of == MessageKind::BoxPut as u8
            && let Some(Ask::Offer(token)) = session.asks.pop_front()
        {
            if code == Code::Done || code == Code::Exists {
                self.offer_is_placed(token, draft)?;
            } else {
                session.declined.insert(token);
                session.refused = true;
                effects.push(Effect::Tell(Notice::NotTaken { relay, code }));
            }
        } else if of == MessageKind::BoxTake as u8 {
            // A relay that takes this device for no convenor. The list of members that makes it one is answered for itself.
            session.asks.pop_front();
        }
        Ok(())
    }

    fn ended(
        &mut self,
        relay: RelayKeyHash,
        code: Code,
        retry_after_ms: u64,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(cursor) = self.relays.get_mut(&relay) {
            match code {
                Code::Removed => cursor.removed = true,
                Code::NotAllowed => cursor.admitted = false,
                _ => {}
            }
            draft.put(Key::Cursor(relay), cursor);
        }
        let notice = match code {
            Code::Removed => Notice::Removed { relay },
            Code::NotAllowed => Notice::NotAdmitted { relay },
            code => Notice::Ended { relay, code, retry_after_ms },
        };
        self.hang_up(relay, notice, effects);
    }

    fn hang_up(&mut self, relay: RelayKeyHash, notice: Notice, effects: &mut Vec<Effect>) {
        self.sessions.remove(&relay);
        effects.push(Effect::Tell(notice));
        effects.push(Effect::Close { relay });
    }

    /// What there is to say on a connection that has nothing to wait for.
    fn advance(
        &mut self,
        now: Timestamp,
        relay: RelayKeyHash,
        draft: &mut Draft<'_>,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let ready = self
            .sessions
            .get(&relay)
            .is_some_and(|session| session.stage == Stage::Open && session.caught_up && session.in_flight.is_empty());
        if !ready || draft.has_unapplied()? {
            return Ok(());
        }
        for op in self.share_keys(now, draft, chance) {
            // A member that may share may mint: it fails only where the operation could not be made either.
            let _ = self.keep_op_record(now, draft, op, chance);
        }
        self.say_again(now, draft, chance)?;
        let unsealed = draft.unsealed()?;
        self.seal_sittings(now, Some(relay), &unsealed, draft, chance)?;
        let (version, digest) = match self.sessions.get(&relay) {
            Some(Session { access: Some(access), access_sent: None, .. }) => *access,
            _ => (u64::MAX, HashPrefix([0; 16])),
        };
        let list = if version == u64::MAX { None } else { self.access_update(&relay, version, digest) };
        // A list of an older version than that one is from before it: the relay was restored from a backup.
        let brought = self.relays.get(&relay).and_then(|cursor| cursor.removals).filter(|(at, _)| *at <= version);
        let removals = brought.map_or(0, |(_, removals)| removals);
        // Whoever was removed reads nothing of what follows. Whoever was let in comes after what says so: a convenor who read
        // the log before it was there would find a list that she does not understand, and put her own in its place.
        let (at_once, after) = match list {
            Some(list) if list.removed.len() as u64 > u64::from(removals) => (Some(list), None),
            list => (None, list),
        };
        self.bring_list(relay, at_once, effects);
        self.ask_mailboxes(now, relay, draft, effects)?;
        self.offer(relay, draft, effects)?;
        self.bring_list(relay, after, effects);
        if let Some(session) = self.sessions.get_mut(&relay)
            && !session.told
            && !session.is_owed_an_answer(self.broken)
        {
            session.told = true;
            if !session.refused {
                effects.push(Effect::Tell(Notice::CaughtUp { relay }));
            }
            let claims = std::mem::take(&mut session.claims);
            self.settle_claims(relay, claims, draft, effects)?;
        }
        Ok(())
    }

    fn bring_list(&mut self, relay: RelayKeyHash, list: Option<AccessList>, effects: &mut Vec<Effect>) {
        let (Some(list), Some(session)) = (list, self.sessions.get_mut(&relay)) else { return };
        let removals = u32::try_from(list.removed.len()).unwrap_or(u32::MAX);
        session.access_sent = Some((access_digest(&list.entries, &list.removed), removals));
        session.told = false;
        send(relay, &Message::Access { list }, effects);
    }

    fn ask_mailboxes(
        &mut self,
        now: Timestamp,
        relay: RelayKeyHash,
        draft: &Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let invitations = draft.invitations()?;
        let Some(session) = self.sessions.get_mut(&relay) else { return Ok(()) };
        let first = !std::mem::replace(&mut session.asked_boxes, true);
        let placing: Vec<BoxToken> = session
            .asks
            .iter()
            .filter_map(|ask| match ask {
                Ask::Offer(token) => Some(*token),
                Ask::Request(_) => None,
            })
            .collect();
        for (token, row) in invitations {
            if row.relay != relay || row.answered || row.expires < now.0 || session.declined.contains(&token) {
                continue;
            }
            if let Some(offer) = row.offer {
                if !placing.contains(&token) {
                    send(relay, &Message::BoxPut { token, slot: Slot::Offer, bytes: offer }, effects);
                    session.asks.push_back(Ask::Offer(token));
                    session.told = false;
                }
            } else if row.request.is_none() && first {
                send(relay, &Message::BoxTake { token, slot: Slot::Request }, effects);
                session.asks.push_back(Ask::Request(token));
                session.told = false;
            }
        }
        Ok(())
    }

    fn offer(
        &mut self,
        relay: RelayKeyHash,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(session) = self.sessions.get_mut(&relay) else { return Ok(()) };
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for (order, row) in draft.offers(relay, session.offered_through + 1, limits::RECORDS_PER_MESSAGE)? {
            let record = draft.bytes(Key::Record(row.record))?.and_then(|bytes| Record::new(bytes).ok());
            let Some(record) = record else {
                session.offered_through = order;
                continue;
            };
            if bytes + record.as_bytes().len() > limits::MESSAGE_RECORD_BYTES && !entries.is_empty() {
                break;
            }
            bytes += record.as_bytes().len();
            session.offered_through = order;
            session.in_flight.push_back((order, row.record));
            entries.push(record);
        }
        if !entries.is_empty() {
            if self.broken == Some(Broken::ForgetWhatWasSent) {
                for (order, _) in &session.in_flight {
                    draft.delete(Key::Offer(relay, *order));
                }
            }
            session.told = false;
            send(relay, &Message::Put { entries }, effects);
        }
        Ok(())
    }

    /// Connections that are open now, and whether everything was exchanged on them.
    pub fn connections(&self) -> BTreeMap<RelayKeyHash, bool> {
        self.sessions.iter().map(|(relay, session)| (*relay, session.told)).collect()
    }
}

impl Session {
    fn new(host: String, claims: BTreeMap<DeviceKey, ClaimRow>) -> Session {
        Session {
            host,
            stage: Stage::Hello,
            asked: false,
            caught_up: false,
            offered_through: 0,
            in_flight: VecDeque::new(),
            asks: VecDeque::new(),
            asked_boxes: false,
            declined: BTreeSet::new(),
            access: None,
            access_sent: None,
            empty_pages: 0,
            ladders: 0,
            refused: false,
            told: false,
            claims,
        }
    }

    /// Whether the relay has yet to answer something that must not be lost with the connection.
    fn is_owed_an_answer(&self, broken: Option<Broken>) -> bool {
        let list_is_open = self.access_sent.is_some() && broken != Some(Broken::ListUnanswered);
        !self.in_flight.is_empty() || !self.asks.is_empty() || list_is_open
    }
}

fn sync(cursor: &CursorRow, broken: Option<Broken>) -> Message {
    let highest = cursor.highest.filter(|highest| highest.position > cursor.position);
    let highest = if broken == Some(Broken::NoHighest) { None } else { highest };
    Message::Sync { since: cursor.head(), bytes: limits::SYNC_BYTES, highest }
}

pub(crate) fn send(relay: RelayKeyHash, message: &Message, effects: &mut Vec<Effect>) {
    effects.push(Effect::Send { relay, bytes: message.encode() });
}

fn is_of(write: &crate::rows::Write, kind: Kind) -> bool {
    let (crate::rows::Write::Put(key, _) | crate::rows::Write::Delete(key)) = write;
    key.first() == Some(&(kind as u8))
}
