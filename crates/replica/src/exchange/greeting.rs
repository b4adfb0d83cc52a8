//! The beginning of a connection: who is there, who asks, and whether the relay lets this device in.

use std::ops::ControlFlow;

use allymap_seal::Role;
use allymap_wire::{Challenge, Head, LogId, Message, PROTOCOL, RelayKey, auth_transcript, limits};

use crate::broken::Broken;
use crate::effect::Notice;
use crate::replica::Replica;
use crate::rows::CursorRow;
use crate::session::{List, Open, Session, Stage, Sync};
use crate::turn::Talk;

impl Replica {
    /// The relay said who it is, and asks who we are. One that let this device in before is asked for its log at once.
    pub(super) fn greeted(
        &mut self,
        session: &mut Session,
        host: &str,
        (oldest, newest): (u8, u8),
        (key, challenge): (RelayKey, Challenge),
        talk: &mut Talk<'_, '_>,
    ) -> ControlFlow<()> {
        let relay = talk.relay;
        if !(oldest..=newest).contains(&PROTOCOL) {
            return talk.hang_up(Notice::WrongVersion { relay, oldest, newest });
        }
        if key.hash() != relay {
            return talk.hang_up(Notice::WrongRelay { relay });
        }
        if self.relays.get(&relay).is_some_and(|cursor| cursor.key != Some(key)) {
            self.relays.change(relay, &mut talk.turn.draft, |cursor| cursor.key = Some(key));
        }
        let Some(cursor) = self.relays.get(&relay) else { return ControlFlow::Break(()) };
        let mut nonce = Challenge([0; 16]);
        talk.turn.chance.fill_bytes(&mut nonce.0);
        let transcript = auth_transcript(&key, host, &challenge, &nonce.0, self.me.space());
        talk.send(&Message::Auth {
            version: PROTOCOL,
            space: *self.me.space(),
            device: self.me.device(),
            nonce,
            signature: self.me.keys().sign(&transcript),
        });
        let sync = if cursor.admitted { Sync::Sent } else { Sync::ToSend };
        if sync == Sync::Sent {
            talk.send(&self.sync(cursor));
        }
        session.stage = Stage::Auth { sync };
        ControlFlow::Continue(())
    }

    /// What the relay said of its log when it let this device in.
    pub(super) fn learn_of_log(&mut self, log: LogId, head: Head, talk: &mut Talk<'_, '_>) {
        let Some(cursor) = self.relays.get(&talk.relay) else { return };
        if cursor.log != log {
            self.relays.change(talk.relay, &mut talk.turn.draft, |cursor| cursor.log = log);
        } else if head.position > cursor.highest_position() {
            self.relays.note_highest(talk.relay, Some(head));
        }
    }

    /// The relay does not let this device read. A convenor who has the operator's leave creates the map there.
    pub(super) fn turned_away(&mut self, session: &mut Session, talk: &mut Talk<'_, '_>) -> ControlFlow<()> {
        let relay = talk.relay;
        if self.relays.get(&relay).is_some_and(|cursor| cursor.admitted) {
            self.relays.change(relay, &mut talk.turn.draft, |cursor| cursor.admitted = false);
        }
        let token = self.relays.get(&relay).and_then(|cursor| cursor.token);
        let Some(token) = token.filter(|_| self.is_at_least(Role::Convenor)) else {
            return talk.hang_up(Notice::NotAdmitted { relay });
        };
        let genesis = self.me.genesis();
        talk.send(&Message::Create {
            genesis: genesis.bytes.into(),
            root: self.me.root(),
            signature: genesis.signature,
            token,
        });
        session.stage = Stage::Creating;
        ControlFlow::Continue(())
    }

    /// This device may read. A relay that lost the map has refused the Sync that went out with Auth.
    pub(super) fn admit(
        &mut self,
        session: &mut Session,
        sync: Sync,
        list: List,
        talk: &mut Talk<'_, '_>,
    ) -> ControlFlow<()> {
        if self.relays.get(&talk.relay).is_some_and(|cursor| !cursor.admitted || cursor.removed) {
            self.relays.change(talk.relay, &mut talk.turn.draft, |cursor| {
                (cursor.admitted, cursor.removed) = (true, false);
            });
        }
        let Some(cursor) = self.relays.get(&talk.relay) else { return ControlFlow::Break(()) };
        session.stage = Stage::Open(Box::new(Open::new(list)));
        if sync == Sync::ToSend {
            talk.send(&self.sync(cursor));
        }
        ControlFlow::Continue(())
    }

    /// Asks for what comes after our cursor.
    pub(super) fn sync(&self, cursor: &CursorRow) -> Message {
        let highest = cursor.highest.filter(|highest| highest.position > cursor.position);
        let highest = if self.breaks(Broken::NoHighest) { None } else { highest };
        Message::Sync { since: cursor.head(), bytes: limits::SYNC_BYTES, highest }
    }
}
