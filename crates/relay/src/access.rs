//! Who may do what in one space: a list that convenors sign and the relay merely keeps.

use std::collections::{BTreeMap, BTreeSet};

use allymap_wire::{
    AccessEntry, AccessList, Code, DeviceKey, Flags, HashPrefix, LogId, MessageKind, OperatorToken, RelayKey,
    Signature, SpaceId, Timestamp, access_digest, access_transcript, op_transcript, verify,
};
use minicbor::{Decode, Encode};

use crate::rows::{self, RowsError, Write};
use crate::space::{Space, SpaceRow};
use crate::{Broken, Connection, Relay, Sender, Stage, Turn};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) version: u64,
    entries: BTreeMap<DeviceKey, Flags>,
    removed: BTreeSet<DeviceKey>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(crate) struct AccessRow {
    #[n(0)]
    version: u64,
    #[n(1)]
    entries: Vec<AccessEntry>,
    #[n(2)]
    removed: Vec<DeviceKey>,
}

impl Access {
    /// The list of a new space: only its creator.
    pub(crate) fn founded_by(device: DeviceKey) -> Access {
        Access { version: 1, entries: BTreeMap::from([(device, Flags::CONVENE)]), removed: BTreeSet::new() }
    }

    pub(crate) fn flags(&self, device: &DeviceKey) -> Flags {
        self.entries.get(device).copied().unwrap_or(Flags::NONE)
    }

    pub(crate) fn removed(&self, device: &DeviceKey) -> bool {
        self.removed.contains(device)
    }

    pub(crate) fn digest(&self) -> HashPrefix {
        let row = self.to_row();
        access_digest(&row.entries, &row.removed)
    }

    /// The list after `list`, or why not. Whoever holds the root key may take removals back, nobody else.
    pub(crate) fn replaced_by(
        &self,
        list: &AccessList,
        relay: &RelayKey,
        space: &SpaceId,
        root: &DeviceKey,
        most: usize,
    ) -> Result<Access, Code> {
        let by_root = list.by == *root;
        if !by_root && !self.flags(&list.by).may_convene() {
            return Err(Code::NotAllowed);
        }
        let signed = access_transcript(relay, space, list.version, list.base, &list.entries, &list.removed);
        if !verify(&list.by, &signed, &list.signature) {
            return Err(Code::BadSignature);
        }
        // One step at a time: a list that jumped to the last number there is could never be replaced again.
        if list.base != self.version || self.version.checked_add(1) != Some(list.version) {
            return Err(Code::Stale);
        }
        let entries: BTreeMap<_, _> = list.entries.iter().map(|entry| (entry.device, entry.flags)).collect();
        if entries.len() != list.entries.len() {
            return Err(Code::Malformed);
        }
        let mut removed: BTreeSet<_> = list.removed.iter().copied().collect();
        if !by_root {
            removed.extend(&self.removed);
            if removed.contains(root) {
                return Err(Code::NotAllowed);
            }
        }
        if entries.keys().any(|device| removed.contains(device)) {
            return Err(Code::Removed);
        }
        if entries.len() > most || removed.len() > most {
            return Err(Code::TooLarge);
        }
        Ok(Access { version: list.version, entries, removed })
    }

    pub(crate) fn to_row(&self) -> AccessRow {
        AccessRow {
            version: self.version,
            entries: self
                .entries
                .iter()
                .map(|(device, flags)| AccessEntry { device: *device, flags: *flags })
                .collect(),
            removed: self.removed.iter().copied().collect(),
        }
    }

    pub(crate) fn from_row(row: AccessRow) -> Access {
        Access {
            version: row.version,
            entries: row.entries.into_iter().map(|entry| (entry.device, entry.flags)).collect(),
            removed: row.removed.into_iter().collect(),
        }
    }
}

impl Relay {
    pub(crate) fn access(&mut self, turn: &mut Turn<'_>, from: Sender, list: &AccessList) -> Result<(), RowsError> {
        let Some(space) = self.spaces.get_mut(&from.space).filter(|_| from.flags.may_convene()) else {
            turn.outcome(from.connection, MessageKind::Access, Code::NotAllowed, 0);
            return Ok(());
        };
        let root = space.state.root;
        let new = match space.access.replaced_by(
            list,
            &self.identity.relay,
            &from.space,
            &root,
            self.settings.access_entries,
        ) {
            Ok(new) => new,
            Err(code) => {
                let value = space.access.version;
                turn.outcome(from.connection, MessageKind::Access, code, value);
                return Ok(());
            }
        };
        let old = std::mem::replace(&mut space.access, new);
        turn.put(rows::access_key(&from.space), allymap_wire::encode(&space.access.to_row()));
        let version = space.access.version;
        // First the answer: the list may have put its own sender out.
        turn.outcome(from.connection, MessageKind::Access, Code::Done, version);
        if self.broken != Some(Broken::RemovedStayConnected) {
            self.put_out(turn, &from.space, &old);
        }
        Ok(())
    }

    /// Ends the connections of all devices that were on the `old` list and are not on the new one.
    pub(crate) fn put_out(&mut self, turn: &mut Turn<'_>, id: &SpaceId, old: &Access) {
        let space = &self.spaces[id];
        let mut out = Vec::new();
        for connection in &space.connections {
            let Some(Connection { stage: Stage::Known { device, .. }, .. }) = self.connections.get(connection) else {
                continue;
            };
            if *device == space.state.root {
                continue;
            }
            if space.access.removed(device) {
                out.push((*connection, *device, Code::Removed));
            } else if old.flags(device).may_read() && !space.access.flags(device).may_read() {
                out.push((*connection, *device, Code::NotAllowed));
            }
        }
        for (connection, device, code) in out {
            if code == Code::Removed {
                turn.writes.push(Write::Delete(rows::allowance_key(id, &device)));
            }
            self.bye(turn, connection, code);
        }
    }

    pub(crate) fn create(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        genesis: &[u8],
        root: DeviceKey,
        signature: &Signature,
        token: &OperatorToken,
    ) -> Result<(), RowsError> {
        let closed = !self.settings.anybody_may_create;
        let code = if closed && self.too_many_guesses(turn.now, &from) {
            Code::Rate
        } else if closed && !same(&token.0, &self.identity.token.0) {
            self.guessed(&from);
            Code::Token
        } else if SpaceId::of(genesis) != from.space || !genesis.windows(root.0.len()).any(|part| part == root.0) {
            Code::Malformed
        } else if !verify(&root, &op_transcript(genesis), signature) {
            Code::BadSignature
        } else if self.spaces.contains_key(&from.space) {
            Code::Exists
        } else if self.disk_full {
            Code::Full
        } else {
            Code::Done
        };
        if code != Code::Done {
            turn.outcome(from.connection, MessageKind::Create, code, 0);
            return Ok(());
        }
        let mut log = LogId([0; 16]);
        (turn.chance)(&mut log.0);
        let state = SpaceRow::new(root, log);
        let access = Access::founded_by(from.device);
        turn.put(rows::space_key(&from.space), allymap_wire::encode(&state));
        turn.put(rows::access_key(&from.space), allymap_wire::encode(&access.to_row()));
        turn.outcome(from.connection, MessageKind::Create, Code::Done, access.version);
        // Others may have been waiting at a space that did not exist.
        let waiting =
            |connection: &Connection| matches!(connection.stage, Stage::Known { space, .. } if space == from.space);
        let connections =
            self.connections.iter().filter(|(_, connection)| waiting(connection)).map(|(id, _)| *id).collect();
        self.spaces.insert(from.space, Space { state, access, connections });
        Ok(())
    }
}

impl Relay {
    /// Whether nobody unknown may try a secret for the rest of this minute, right or wrong. Trying counts meanwhile, too.
    pub(crate) fn too_many_guesses(&mut self, now: Timestamp, from: &Sender) -> bool {
        if from.flags != Flags::NONE {
            return false;
        }
        let limit = self.settings.guesses_a_minute;
        let (began, wrong) = &mut self.guesses;
        if now < *began || now.0 - began.0 >= MINUTE_MS {
            // The next minute is closed as well only where as many went on trying.
            let goes_on = now >= *began && now.0 - began.0 < 2 * MINUTE_MS && *wrong / 2 >= limit;
            (*began, *wrong) = (now, if goes_on { limit } else { 0 });
        }
        let closed = *wrong >= limit;
        *wrong = wrong.saturating_add(u32::from(closed));
        closed
    }

    /// Somebody on no access list tried a token or an invitation that is none. They have 128 bits: this is against noise, and
    /// against what nobody has thought of.
    pub(crate) fn guessed(&mut self, from: &Sender) {
        if from.flags == Flags::NONE {
            self.guesses.1 = self.guesses.1.saturating_add(1);
        }
    }
}

const MINUTE_MS: u64 = 60_000;

/// Equal, in a time that does not tell how much of it is.
fn same(one: &[u8; 16], other: &[u8; 16]) -> bool {
    one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
