//! The beginning of a connection: who is there, who asks, and whether the relay lets this device in.

use allymap_wire::{
    Challenge, Flags, HashPrefix, Head, LogId, Message, PROTOCOL, RelayKey, RelayKeyHash, auth_transcript, limits,
};
use rand_core::CryptoRng;

use super::send;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{CursorRow, Key};
use crate::session::Stage;

impl Replica {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn greeted(
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
    pub(super) fn let_in(
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

    pub(super) fn admit(
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
}

pub(super) fn sync(cursor: &CursorRow, broken: Option<Broken>) -> Message {
    let highest = cursor.highest.filter(|highest| highest.position > cursor.position);
    let highest = if broken == Some(Broken::NoHighest) { None } else { highest };
    Message::Sync { since: cursor.head(), bytes: limits::SYNC_BYTES, highest }
}
