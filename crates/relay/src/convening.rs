//! What convenors ask of the relay: a new space, and who may use it.

use allymap_wire::{
    AccessList, Code, DeviceKey, LogId, MessageKind, OperatorToken, Signature, SpaceId, op_transcript, verify,
};

use crate::access::Access;
use crate::rows::{self, RowsError, Write};
use crate::space::{Space, SpaceRow};
use crate::{Broken, Connection, Relay, Sender, Stage, Turn};

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

/// Equal, in a time that does not tell how much of it is.
fn same(one: &[u8; 16], other: &[u8; 16]) -> bool {
    one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
