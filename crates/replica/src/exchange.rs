//! The conversation with relays: log in, catch up from the cursor, offer what they lack.
//!
//! What one input wants stored leaves as one `Persist`, before every `Send`. An acknowledgement is not the end: a record is
//! offered again at each connection until this device's own cursor has passed it in that relay's log, since a relay may lose
//! what it had on its disk when it is restored from an older backup.

mod greeting;
mod ladder;
mod offer;
mod page;

use std::collections::BTreeMap;

use allymap_wire::{Code, HashPrefix, Message, MessageKind, RelayKeyHash, Slot, Timestamp};
use rand_core::CryptoRng;

use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{Key, Kind, Rows, Unreadable};
use crate::session::{Ask, Session, Stage};

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

    pub(super) fn hang_up(&mut self, relay: RelayKeyHash, notice: Notice, effects: &mut Vec<Effect>) {
        self.sessions.remove(&relay);
        effects.push(Effect::Tell(notice));
        effects.push(Effect::Close { relay });
    }

    /// Connections that are open now, and whether everything was exchanged on them.
    pub fn connections(&self) -> BTreeMap<RelayKeyHash, bool> {
        self.sessions.iter().map(|(relay, session)| (*relay, session.told)).collect()
    }
}

pub(crate) fn send(relay: RelayKeyHash, message: &Message, effects: &mut Vec<Effect>) {
    effects.push(Effect::Send { relay, bytes: message.encode() });
}

fn is_of(write: &crate::rows::Write, kind: Kind) -> bool {
    let (crate::rows::Write::Put(key, _) | crate::rows::Write::Delete(key)) = write;
    key.first() == Some(&(kind as u8))
}
