//! Putting logs right after a store was damaged: what can still be read is closed up into a log of another life.
//!
//! Devices whose cursor stood behind a hole notice by the hash that does not fit, find the common prefix by their ladders,
//! and bring what is missing. Each step is durable by itself and goes on where the last one ended, also after a crash.

use std::ops::ControlFlow;

use allymap_wire::{LogId, SpaceId};

use crate::rows::{self, LogRow, Rows, RowsError, SPACES, Write};
use crate::space::{Space, SpaceRow};
use crate::{Chance, Relay};

impl Relay {
    /// Marks every space for mending: for a driver whose store says that rows may be missing.
    pub fn begin_mending(rows: &dyn Rows) -> Result<Vec<Write>, RowsError> {
        let mut spaces = Vec::new();
        rows.scan(SPACES, None, &mut |key, _| {
            spaces.extend(SpaceId::from_slice(&key[1..]));
            ControlFlow::Continue(())
        })?;
        Ok(spaces.iter().map(|space| Write::Put(mark(space), Vec::new())).collect())
    }

    /// What to write next, until there is nothing left to mend. To be asked before [`Relay::open`], each time.
    pub fn mend(rows: &dyn Rows, chance: Chance<'_>) -> Result<Option<Vec<Write>>, RowsError> {
        let mut marked = None;
        rows.scan(MARKS, None, &mut |key, value| {
            marked = SpaceId::from_slice(&key[1..]).map(|space| (space, value.is_empty()));
            ControlFlow::Break(())
        })?;
        let Some((id, is_new)) = marked else { return Ok(None) };
        let space = match Space::read(rows, &id) {
            Ok(Some(space)) => space,
            // Without its head or its access list a space is unknown here, and a convenor makes it anew.
            Ok(None) | Err(RowsError::Damaged) => {
                let lost = [rows::space_key(&id), rows::access_key(&id), mark(&id)];
                return Ok(Some(lost.into_iter().map(Write::Delete).collect()));
            }
            Err(error) => return Err(error),
        };
        if is_new {
            let mut log = LogId([0; 16]);
            chance(&mut log.0);
            let state = SpaceRow::new(space.state.root, log);
            return Ok(Some(vec![
                Write::Put(rows::space_key(&id), allymap_wire::encode(&state)),
                Write::Put(mark(&id), vec![1]),
            ]));
        }
        close_up(rows, &id, space.state).map(Some)
    }
}

/// Moves the next records to the end of what is already whole, and takes the mark away when there are none.
fn close_up(rows: &dyn Rows, id: &SpaceId, mut state: SpaceRow) -> Result<Vec<Write>, RowsError> {
    let mut writes = Vec::new();
    let (before, from) = (state.position, rows::log_key(id, state.position + 1));
    let mut last = None;
    rows.scan(&rows::log_prefix(id), Some(&from), &mut |key, value| {
        last = Some(key.to_vec());
        if let Ok(row) = LogRow::from_bytes(value) {
            let moved = state.append(&row.record, row.uploader);
            writes.push(Write::Delete(key.to_vec()));
            writes.push(Write::Put(rows::log_key(id, state.position), moved.to_bytes()));
            let index = rows::index_key(id, &row.record.id());
            writes.push(Write::Put(index, state.position.to_be_bytes().to_vec()));
        } else {
            writes.push(Write::Delete(key.to_vec()));
        }
        if state.position - before < STEP_RECORDS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    writes.push(match last {
        Some(_) => Write::Put(rows::space_key(id), allymap_wire::encode(&state)),
        None => Write::Delete(mark(id)),
    });
    Ok(writes)
}

fn mark(space: &SpaceId) -> Vec<u8> {
    [MARKS, &space.0].concat()
}

const MARKS: &[u8] = b"m";
const STEP_RECORDS: u64 = 64;
