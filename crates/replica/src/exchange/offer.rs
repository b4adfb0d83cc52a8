//! What there is to say once a relay's log is read: records that it lacks, the list of members, mailboxes; and its answers.

use allymap_wire::{
    AccessList, BoxToken, Code, HashPrefix, Message, MessageKind, PutResult, Record, RelayKeyHash, Slot, Timestamp,
    access_digest, limits,
};
use rand_core::CryptoRng;

use super::send;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::{Replica, step};
use crate::rows::{Key, OfferRow, PositionRow, Unreadable};
use crate::session::{Ask, Session, Stage};

impl Replica {
    /// What there is to say on a connection that has nothing to wait for.
    pub(super) fn advance(
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

    pub(super) fn take_answers(
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

    pub(super) fn take_outcome(
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
}
