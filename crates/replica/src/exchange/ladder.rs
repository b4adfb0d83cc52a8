//! Our cursor does not fit the relay's log any more: the last place that both know is looked for.

use allymap_wire::{Head, LogHash, LogId, Message, RelayKeyHash, limits};

use super::greeting::sync;
use super::send;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{CursorRow, Fate, FateRow, Key, OfferRow, PositionRow, Unreadable};

/// Ladders likewise: finding the common place takes two, one to ask for ours and one to answer it.
const LADDERS: u8 = 4;

impl Replica {
    /// Our cursor does not fit the relay's log: find the last place that does, and offer again what came after it.
    pub(super) fn climb(
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
}
