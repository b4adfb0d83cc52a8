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
use std::ops::ControlFlow;

use allymap_wire::{Code, HashPrefix, Message, MessageKind, RelayKeyHash, Slot, Timestamp};
use rand_core::CryptoRng;

use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{Rows, Unreadable};
use crate::session::{Ask, List, Open, Said, Session, Stage, Sync};
use crate::turn::{Talk, Turn};

use page::Page;

/// Everything that can happen to a replica from outside.
#[derive(Debug)]
pub enum Input {
    /// A connection to this relay is open. `host` is the authority that was connected to, as its HTTP request said.
    Connected {
        relay: RelayKeyHash,
        host: String,
    },
    /// One whole binary message.
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
    /// What happens because of `input`: what is to be stored, and then what is to be sent and told, in order.
    ///
    /// A driver is a loop around this. It hands in one input at a time and carries out what comes back before it hands in the
    /// next:
    ///
    /// - [`Effect::Persist`], at most one and always first. It is done when it is durable, and what `rows` gives at the next
    ///   input has it. Everything after it may reveal what it stores: were a frame to leave first and this machine to die then,
    ///   one sequence number would be given twice, and everybody refuses the second. A driver may take in many inputs, lay the
    ///   writes of each over the rows that the next is lent, make all of them one durable batch, and only then do the rest of
    ///   all of them in order.
    /// - [`Effect::Send`] goes to the one open connection to that relay; where there is none any more, it is dropped.
    /// - [`Effect::Close`] ends that connection. Nothing is handed in because of it: it is gone here already.
    /// - [`Effect::Changed`] and [`Effect::Tell`] are for whoever shows the map: rows made from that document are stale,
    ///   somebody may want to know. Nothing here waits for them.
    /// - [`Effect::Continue`] asks for [`Input::Continue`].
    ///
    /// **What an input may bring.** A connection begins with [`Input::Connected`] (a second one to the same relay takes the
    /// place of the first), goes on with whole messages in the order in which they came, and ends with
    /// [`Input::Disconnected`], which is due for every connection that the driver has lost, not for one that it closed. Bytes
    /// are never trusted: what does not belong there ends the connection with a notice, and nothing of it is taken. Connections
    /// to several relays may go on at the same time; what one brings is offered to the others.
    ///
    /// **What `Continue` is for.** Records are stored when they arrive and applied afterwards, in another turn: a death between
    /// the two loses nothing, and a death *of* a record is noticed at the next start. `Continue` is that other turn. It
    /// comes when there is something durable to apply or to judge, and again until there is nothing. A replica that was opened
    /// asks for it with its first connection; who wants an earlier life's records applied without one hands it in unasked.
    ///
    /// **What `Offer` is for.** Edits are made by [`Replica::edit`] and sealed as late as possible: when a connection has
    /// nothing to wait for. Whoever edits while connected says so with `Offer`, and the edit goes out; without a connection it
    /// goes out with the next one.
    ///
    /// A `Continue` or an `Offer` too many does no harm: there is nothing to apply, or nothing to say but once more that all was
    /// said. Nor does a `Disconnected` or a message for a connection that is gone. Too few do: what was not asked to go on
    /// stands still.
    ///
    /// **After an error** the rows could not be read, nothing of the input has happened on the disk, and this replica is to be
    /// dropped and [opened](Replica::open) again. The same goes for a `Persist` that failed: the rest of its turn must not be done.
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        rows: &dyn Rows,
        chance: &mut impl CryptoRng,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let mut turn = Turn::new(now, self.me.draft(rows), chance);
        match input {
            Input::Connected { relay, host } => {
                let claims = turn.draft.claims(relay)?;
                self.sessions.insert(relay, Session::new(host, claims));
                if turn.draft.has_unapplied()? {
                    // An earlier life ended before these were applied; nobody else will ask for them.
                    turn.effects.push(Effect::Continue);
                }
            }
            Input::Disconnected { relay } => drop(self.sessions.remove(&relay)),
            Input::Received { relay, bytes } => self.received(&bytes, &mut Talk { relay, turn: &mut turn })?,
            Input::Continue => {
                self.apply(&mut turn)?;
                self.judge(&mut turn)?;
            }
            Input::Offer => {
                for open in self.sessions.values_mut().filter_map(Session::open) {
                    open.said = Said::Nothing;
                }
            }
        }
        for relay in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.advance(&mut Talk { relay, turn: &mut turn })?;
        }
        turn.end(effects);
        Ok(())
    }

    /// Connections that are open now, and whether everything was exchanged on them.
    pub fn connections(&self) -> BTreeMap<RelayKeyHash, bool> {
        self.sessions.iter().map(|(relay, session)| (*relay, session.may_end())).collect()
    }

    /// A connection is taken out while it is talked on, and put back unless it is over.
    fn received(&mut self, bytes: &[u8], talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let Some(mut session) = self.sessions.remove(&talk.relay) else { return Ok(()) };
        let goes_on = match Message::decode(bytes) {
            Ok(message) => self.hear(&mut session, message, talk)?,
            Err(_) => talk.hang_up(Notice::BadLog { relay: talk.relay }),
        };
        if goes_on.is_continue() {
            self.sessions.insert(talk.relay, session);
        }
        Ok(())
    }

    fn hear(
        &mut self,
        session: &mut Session,
        message: Message,
        talk: &mut Talk<'_, '_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        let relay = talk.relay;
        Ok(match (&mut session.stage, message) {
            (_, Message::Bye { code, retry_after_ms }) => self.ended(code, retry_after_ms, talk),
            (Stage::Hello { host }, Message::Hello { oldest, newest, relay: key, challenge, .. }) => {
                let host = std::mem::take(host);
                self.greeted(session, &host, (oldest, newest), (key, challenge), talk)
            }
            (Stage::Auth { sync }, Message::AuthOk { flags, access_version: version, log, head, access: digest }) => {
                let sync = *sync;
                if flags.may_read() {
                    self.learn_of_log(log, head, talk);
                    self.admit(session, sync, List::Known { version, digest }, talk)
                } else {
                    self.turned_away(session, talk)
                }
            }
            (Stage::Creating, Message::Outcome { of, code, value }) if of == MessageKind::Create as u8 => {
                if code != Code::Done {
                    return Ok(talk.hang_up(Notice::NotCreated { relay, code }));
                }
                talk.tell(Notice::Created { relay });
                let list = List::Known { version: value, digest: HashPrefix([0; 16]) };
                self.admit(session, Sync::ToSend, list, talk)
            }
            // The answer to a Sync that went out before it was clear that the relay does not know the map. Another convenor may
            // have made it there meanwhile; it is asked again once this Create is answered too.
            (Stage::Creating, Message::Outcome { .. } | Message::Records { .. } | Message::Ladder { .. }) => {
                ControlFlow::Continue(())
            }
            (Stage::Open(open), message) => self.hear_open(open, message, talk)?,
            _ => talk.hang_up(Notice::BadLog { relay }),
        })
    }

    fn hear_open(
        &mut self,
        open: &mut Open,
        message: Message,
        talk: &mut Talk<'_, '_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        match message {
            Message::Records { first, entries, more, head } => {
                self.take_page(Page { first, entries, more, head }, open, talk)
            }
            Message::PutAck { results } => self.take_answers(results, open, talk),
            Message::Ladder { log, pairs } => self.climb(log, &pairs, open, talk),
            Message::Outcome { of, code, value } => {
                self.take_outcome(of, code, value, open, talk)?;
                Ok(ControlFlow::Continue(()))
            }
            Message::Box { slot: Slot::Request, bytes } => {
                if let Some(Ask::Request(token)) = open.asks.pop_front()
                    && let Some(bytes) = bytes
                {
                    self.keep_request(token, bytes.to_vec(), talk.turn)?;
                }
                Ok(ControlFlow::Continue(()))
            }
            _ => Ok(talk.hang_up(Notice::BadLog { relay: talk.relay })),
        }
    }

    /// The relay ended the connection.
    fn ended(&mut self, code: Code, retry_after_ms: u64, talk: &mut Talk<'_, '_>) -> ControlFlow<()> {
        let relay = talk.relay;
        self.relays.change(relay, &mut talk.turn.draft, |cursor| match code {
            Code::Removed => cursor.removed = true,
            Code::NotAllowed => cursor.admitted = false,
            _ => {}
        });
        talk.hang_up(match code {
            Code::Removed => Notice::Removed { relay },
            Code::NotAllowed => Notice::NotAdmitted { relay },
            code => Notice::Ended { relay, code, retry_after_ms },
        })
    }
}
