//! What there is to say once a relay's log is read: records that it lacks, the list of members, mailboxes; and its answers.

use std::ops::ControlFlow;

use allymap_wire::{
    AccessList, BoxToken, Code, HashPrefix, Message, MessageKind, PutResult, Record, Slot, access_digest, limits,
};

use crate::broken::Broken;
use crate::effect::Notice;
use crate::replica::Replica;
use crate::rows::{CursorRow, Key, OfferRow, PositionRow, Unreadable};
use crate::session::{Ask, List, Mailboxes, Open, Reading, Said, Session, Stage};
use crate::turn::{Talk, Turn};

impl Replica {
    /// Goes on with a connection that has nothing to wait for.
    pub(super) fn advance(&mut self, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let is_ready = |open: &Open| open.reading == Reading::AtTheHead && open.in_flight.is_empty();
        let ready =
            matches!(self.sessions.get(&talk.relay), Some(Session { stage: Stage::Open(open), .. }) if is_ready(open));
        if !ready || talk.turn.draft.has_unapplied()? {
            return Ok(());
        }
        let Some(mut session) = self.sessions.remove(&talk.relay) else { return Ok(()) };
        if let Some(open) = session.open() {
            self.say_what_there_is(open, talk)?;
            if open.said == Said::Nothing && !self.is_owed_an_answer(open) {
                if open.has_said_all() == Said::All {
                    talk.tell(Notice::CaughtUp { relay: talk.relay });
                }
                self.settle_claims(std::mem::take(&mut session.claims), talk)?;
            }
        }
        self.sessions.insert(talk.relay, session);
        Ok(())
    }

    fn say_what_there_is(&mut self, open: &mut Open, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        self.seal_what_there_is(talk)?;
        // Whoever was removed reads nothing of what follows. Whoever was let in comes after what says so: a convenor who read
        // the log before it was there would find a list that she does not understand, and put her own in its place.
        let (at_once, after) = match self.list_to_bring(open, talk) {
            Some((list, Urgency::AtOnce)) => (Some(list), None),
            Some((list, Urgency::AfterRecords)) => (None, Some(list)),
            None => (None, None),
        };
        bring(at_once, open, talk);
        self.ask_mailboxes(open, talk)?;
        self.offer(open, talk)?;
        bring(after, open, talk);
        Ok(())
    }

    /// Keys for whoever has none, what damage has left without a record, and own edits become records.
    fn seal_what_there_is(&mut self, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let turn: &mut Turn<'_> = talk.turn;
        for op in self.share_keys(turn) {
            // A member that may share may mint: it fails only where the operation could not be made either.
            let _ = self.keep_op_record(op, turn);
        }
        self.say_again(turn)?;
        let unsealed = turn.draft.unsealed()?;
        self.seal_sittings(Some(talk.relay), &unsealed, turn)
    }

    /// The list of members that this relay is to have, if it is another than the one it has.
    fn list_to_bring(&self, open: &Open, talk: &Talk<'_, '_>) -> Option<(AccessList, Urgency)> {
        let List::Known { version, digest } = open.list else { return None };
        let list = self.access_update(&talk.relay, version, digest)?;
        // A list of an older version than that one is from before it: the relay was restored from a backup.
        let brought = self.relays.get(&talk.relay)?.removals.filter(|(at, _)| *at <= version);
        let removals = brought.map_or(0, |(_, removals)| removals);
        let removes = list.removed.len() as u64 > u64::from(removals);
        Some((list, if removes { Urgency::AtOnce } else { Urgency::AfterRecords }))
    }

    fn ask_mailboxes(&mut self, open: &mut Open, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let asked = std::mem::replace(&mut open.mailboxes, Mailboxes::Asked);
        let placing: Vec<BoxToken> = open.asks.iter().filter_map(Ask::placing).collect();
        for (token, row) in talk.turn.draft.invitations()? {
            let is_over = row.answered || row.expires < talk.turn.now.0 || open.declined.contains(&token);
            if row.relay != talk.relay || is_over {
                continue;
            }
            if let Some(offer) = row.offer {
                if !placing.contains(&token) {
                    talk.send(&Message::BoxPut { token, slot: Slot::Offer, bytes: offer });
                    open.asks.push_back(Ask::Offer(token));
                    open.said = Said::Nothing;
                }
            } else if row.request.is_none() && asked == Mailboxes::Unasked {
                talk.send(&Message::BoxTake { token, slot: Slot::Request });
                open.asks.push_back(Ask::Request(token));
                open.said = Said::Nothing;
            }
        }
        Ok(())
    }

    fn offer(&mut self, open: &mut Open, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        let draft = &mut talk.turn.draft;
        for (order, row) in draft.offers(talk.relay, open.offered_through + 1, limits::RECORDS_PER_MESSAGE)? {
            let record = draft.bytes(Key::Record(row.record))?.and_then(|bytes| Record::new(bytes).ok());
            let Some(record) = record else {
                open.offered_through = order;
                continue;
            };
            if bytes + record.as_bytes().len() > limits::MESSAGE_RECORD_BYTES && !entries.is_empty() {
                break;
            }
            bytes += record.as_bytes().len();
            open.offered_through = order;
            open.in_flight.push_back((order, row.record));
            entries.push(record);
        }
        if !entries.is_empty() {
            if self.breaks(Broken::ForgetWhatWasSent) {
                for (order, _) in &open.in_flight {
                    draft.delete(Key::Offer(talk.relay, *order));
                }
            }
            open.said = Said::Nothing;
            talk.send(&Message::Put { entries });
        }
        Ok(())
    }

    /// Whether the relay has yet to answer something that must not be lost with the connection.
    fn is_owed_an_answer(&self, open: &Open) -> bool {
        let list_is_open = matches!(open.list, List::Sent { .. }) && !self.breaks(Broken::ListUnanswered);
        !open.in_flight.is_empty() || !open.asks.is_empty() || list_is_open
    }

    /// Where the relay has stored what was put.
    pub(super) fn take_answers(
        &mut self,
        results: Vec<PutResult>,
        open: &mut Open,
        talk: &mut Talk<'_, '_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        let relay = talk.relay;
        if results.len() != open.in_flight.len() {
            return Ok(talk.hang_up(Notice::BadLog { relay }));
        }
        let Some(mut cursor) = self.relays.get(&relay).cloned() else { return Ok(ControlFlow::Break(())) };
        let mut with_relay = Vec::new();
        for ((order, id), result) in std::mem::take(&mut open.in_flight).into_iter().zip(results) {
            let at = match result {
                PutResult::Stored { at } | PutResult::Duplicate { at } => at,
                PutResult::Refused { code } => {
                    open.refusals += 1;
                    talk.tell(Notice::NotTaken { relay, code });
                    continue;
                }
            };
            with_relay.push(id);
            let draft = &mut talk.turn.draft;
            if draft.bytes(Key::Offer(relay, order))?.is_none() && !self.breaks(Broken::ForgetWhatWasSent) {
                continue;
            }
            if cursor.next(&id).0 == at {
                let place = cursor.pass(&id);
                self.pass(relay, id, place, draft)?;
            } else if self.breaks(Broken::AcknowledgementIsFinal) {
                draft.delete(Key::Offer(relay, order));
            } else {
                let below = draft.row::<PositionRow>(Key::Position(relay, at.position))?;
                if below.is_some_and(|row| row.record == id && row.hash == at.hash) {
                    draft.delete(Key::Offer(relay, order));
                } else {
                    draft.put(Key::Offer(relay, order), &OfferRow { record: id, acknowledged: Some(at.position) });
                }
                if at.position > cursor.highest_position() {
                    cursor.highest = Some(at);
                }
            }
        }
        cursor.forget_highest_passed();
        self.relays.replace(relay, cursor, &mut talk.turn.draft);
        if !with_relay.is_empty() {
            talk.tell(Notice::WithRelay { relay, records: with_relay });
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What the relay says to a list of members, or about a mailbox.
    pub(super) fn take_outcome(
        &mut self,
        of: u8,
        code: Code,
        value: u64,
        open: &mut Open,
        talk: &mut Talk<'_, '_>,
    ) -> Result<(), Unreadable> {
        let refused = if of == MessageKind::Access as u8 {
            self.take_list_outcome(code, value, open, talk)
        } else if of == MessageKind::BoxPut as u8
            && let Some(Ask::Offer(token)) = open.asks.pop_front()
        {
            let placed = code == Code::Done || code == Code::Exists;
            if placed {
                self.offer_is_placed(token, &mut talk.turn.draft)?;
            } else {
                open.declined.insert(token);
            }
            !placed
        } else {
            if of == MessageKind::BoxTake as u8 {
                // A relay that takes this device for no convenor. The list of members that makes it one is answered for itself.
                open.asks.pop_front();
            }
            false
        };
        if refused {
            open.refusals += 1;
            talk.tell(Notice::NotTaken { relay: talk.relay, code });
        }
        Ok(())
    }

    /// Says whether the list was refused.
    fn take_list_outcome(&mut self, code: Code, value: u64, open: &mut Open, talk: &mut Talk<'_, '_>) -> bool {
        // What nobody asked is no answer.
        let List::Sent { digest, removals } = open.list else { return false };
        open.list = match code {
            // What was sent stands there now, until the roster changes again.
            Code::Done => List::Known { version: value, digest },
            Code::Stale => List::Known { version: value, digest: HashPrefix([0; 16]) },
            _ => List::Refused,
        };
        if code == Code::Done {
            let brought = |cursor: &mut CursorRow| cursor.removals = Some((value, removals));
            self.relays.change(talk.relay, &mut talk.turn.draft, brought);
        }
        open.list == List::Refused
    }
}

/// Whether a list of members goes before the records.
enum Urgency {
    /// It removes somebody who was not removed there before.
    AtOnce,
    AfterRecords,
}

fn bring(list: Option<AccessList>, open: &mut Open, talk: &mut Talk<'_, '_>) {
    let Some(list) = list else { return };
    let removals = u32::try_from(list.removed.len()).unwrap_or(u32::MAX);
    open.list = List::Sent { digest: access_digest(&list.entries, &list.removed), removals };
    open.said = Said::Nothing;
    talk.send(&Message::Access { list });
}
