//! Our cursor does not fit the relay's log any more: the last place that both know is looked for.

use std::ops::ControlFlow;

use allymap_wire::{Head, LogHash, LogId, Message, RelayKeyHash, limits};

use crate::draft::Draft;
use crate::effect::Notice;
use crate::replica::Replica;
use crate::rows::{CursorRow, Fate, FateRow, Key, OfferRow, PositionRow, Unreadable};
use crate::session::{Open, Reading};
use crate::turn::Talk;

/// Ladders before a relay is taken to be playing: finding the common place takes two, one to ask for ours and one to answer it.
const LADDERS: u8 = 4;

impl Replica {
    /// The relay asks for our ladder, or has found the last place that fits: what came after it is offered again.
    pub(super) fn climb(
        &mut self,
        log: LogId,
        pairs: &[Head],
        open: &mut Open,
        talk: &mut Talk<'_, '_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        let relay = talk.relay;
        let Some(cursor) = self.relays.get(&relay).cloned() else { return Ok(ControlFlow::Break(())) };
        open.ladders += 1;
        if open.ladders > LADDERS {
            return Ok(talk.hang_up(Notice::BadLog { relay }));
        }
        let Some(common) = pairs.first() else {
            let pairs = ladder(relay, &cursor, &talk.turn.draft)?;
            talk.send(&Message::Ladder { log: cursor.log, pairs });
            return Ok(ControlFlow::Continue(()));
        };
        let draft = &mut talk.turn.draft;
        let known = match common.position {
            0 => Some(Head::START.hash),
            position => draft.row::<PositionRow>(Key::Position(relay, position))?.map(|row| row.hash),
        };
        if known != Some(common.hash) || common.position > cursor.position {
            return Ok(talk.hang_up(Notice::BadLog { relay }));
        }
        let from = cursor.highest_position().max(cursor.position);
        let hash = step_back(relay, common.position, draft)?;
        let back = CursorRow { log, position: common.position, hash: hash.0, highest: None, ..cursor };
        let sync = self.sync(&back);
        self.relays.replace(relay, back, draft);
        talk.send(&sync);
        open.offered_through = 0;
        open.reading = Reading::Behind;
        talk.tell(Notice::RolledBack { relay, from, to: common.position });
        Ok(ControlFlow::Continue(()))
    }
}

/// Offers again what the relay's log held beyond this position, and gives the log's hash there.
fn step_back(relay: RelayKeyHash, to: u64, draft: &mut Draft<'_>) -> Result<LogHash, Unreadable> {
    let mut hash = LogHash::START;
    for (position, row) in draft.positions(relay)? {
        if position <= to {
            hash = hash.next(&row.record);
            continue;
        }
        draft.delete(Key::Position(relay, position));
        if let Some(fate) = draft.row::<FateRow>(Key::Fate(row.record))?
            && fate.fate != Fate::Gone
        {
            draft.put(Key::Offer(relay, fate.order), &OfferRow { record: row.record, acknowledged: None });
        }
    }
    for (order, row) in draft.offers(relay, 0, usize::MAX)? {
        if row.acknowledged.is_some_and(|at| at > to) {
            draft.put(Key::Offer(relay, order), &OfferRow { record: row.record, acknowledged: None });
        }
    }
    Ok(hash)
}

/// Places we know of, highest first: the cursor, then multiples of 64 at growing distances.
fn ladder(relay: RelayKeyHash, cursor: &CursorRow, draft: &Draft<'_>) -> Result<Vec<Head>, Unreadable> {
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
