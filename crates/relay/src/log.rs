//! Uploading and catching up: what a Put stores, what a Sync is sent, and what is pushed to whoever is up to date.

use std::collections::BTreeMap;
use std::sync::Arc;

use allymap_wire::{Code, Head, Message, MessageKind, PutResult, Record, RecordId, RecordKind, SpaceId};

use crate::allowance::Allowance;
use crate::identity::UploaderSalt;
use crate::rows::{self, Rows, RowsError};
use crate::{Broken, Connection, ConnectionId, Effect, Relay, Sender, Settings, Stage, Turn};

/// How far a connection has been sent its space's log. At most one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscription {
    None,
    /// The next page goes when the last has left.
    Paging {
        sent: u64,
        budget: u64,
    },
    /// The budget is used up: it must ask again.
    Paused,
    /// It was sent everything, and is sent whatever comes; so much of it may still be on its way.
    Live {
        frames: usize,
        bytes: u64,
    },
}

impl Relay {
    pub(crate) fn sync(
        &mut self,
        turn: &mut Turn<'_>,
        from: Sender,
        mut since: Head,
        bytes: u64,
        highest: Option<Head>,
    ) -> Result<(), RowsError> {
        let Some(space) = self.spaces.get(&from.space).filter(|_| from.flags.may_read()) else {
            turn.outcome(from.connection, MessageKind::Sync, Code::NotAllowed, 0);
            return Ok(());
        };
        let fits = if self.broken == Some(Broken::NoHashAtTheCursor) {
            since.position = since.position.min(space.state.position);
            true
        } else {
            space.has(turn.rows, &from.space, &since)?
        };
        let fits = fits
            && match highest {
                Some(highest) if self.broken != Some(Broken::IgnoresHighest) => {
                    space.has(turn.rows, &from.space, &highest)?
                }
                _ => true,
            };
        if !fits {
            turn.send(from.connection, &Message::Ladder { log: space.state.log, pairs: Vec::new() });
            self.subscribe(from.connection, Subscription::None);
            return Ok(());
        }
        let budget = bytes.clamp(1, self.settings.sync_bytes);
        self.subscribe(from.connection, Subscription::Paging { sent: since.position, budget });
        self.next_page(turn, from.connection)
    }

    pub(crate) fn subscribe(&mut self, connection: ConnectionId, to: Subscription) {
        if let Some(Connection { stage: Stage::Known { subscription, .. }, .. }) = self.connections.get_mut(&connection)
        {
            *subscription = to;
        }
    }

    /// Everything sent to a connection has left.
    pub(crate) fn drained(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) -> Result<(), RowsError> {
        if let Some(Connection {
            stage: Stage::Known { subscription: Subscription::Live { frames, bytes }, .. }, ..
        }) = self.connections.get_mut(&connection)
        {
            (*frames, *bytes) = (0, 0);
        }
        self.next_page(turn, connection)
    }

    /// Sends the next page of a catch-up, if one is due.
    pub(crate) fn next_page(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) -> Result<(), RowsError> {
        let Some(Connection { stage: Stage::Known { space: id, subscription, .. }, .. }) =
            self.connections.get_mut(&connection)
        else {
            return Ok(());
        };
        let (Subscription::Paging { sent, budget }, Some(space)) = (*subscription, self.spaces.get(id)) else {
            return Ok(());
        };
        let most_bytes = budget.min(self.settings.page_bytes as u64);
        let page = space.page(turn.rows, id, sent, most_bytes, self.settings.records_per_message)?;
        let sent_now = sent + page.entries.len() as u64;
        *subscription = if sent_now == space.state.position {
            Subscription::Live { frames: 1, bytes: page.bytes }
        } else if page.bytes >= budget {
            Subscription::Paused
        } else {
            Subscription::Paging { sent: sent_now, budget: budget - page.bytes }
        };
        let more = *subscription == Subscription::Paused;
        let head = space.state.head();
        turn.send(connection, &Message::Records { first: sent + 1, entries: page.entries, more, head });
        Ok(())
    }

    pub(crate) fn ladder(&mut self, turn: &mut Turn<'_>, from: Sender, pairs: &[Head]) -> Result<(), RowsError> {
        let Some(space) = self.spaces.get(&from.space).filter(|_| from.flags.may_read()) else {
            turn.outcome(from.connection, MessageKind::Ladder, Code::NotAllowed, 0);
            return Ok(());
        };
        let mut common = Head::START;
        for pair in pairs {
            if pair.position > common.position && space.has(turn.rows, &from.space, pair)? {
                common = *pair;
            }
        }
        turn.send(from.connection, &Message::Ladder { log: space.state.log, pairs: vec![common] });
        self.subscribe(from.connection, Subscription::None);
        Ok(())
    }

    pub(crate) fn put(&mut self, turn: &mut Turn<'_>, from: Sender, entries: Vec<Record>) -> Result<(), RowsError> {
        let refused = |code| PutResult::Refused { code };
        if !from.flags.may_write() {
            let results = entries.iter().map(|_| refused(Code::NotAllowed)).collect();
            turn.send(from.connection, &Message::PutAck { results });
            return Ok(());
        }
        let allowance_key = rows::allowance_key(&from.space, &from.device);
        let known: Allowance = match rows::read(turn.rows, &allowance_key) {
            Ok(Some(allowance)) => allowance,
            // A damaged counter is a full one: it protects the relay, it is not worth a volunteer's evening.
            Ok(None) | Err(RowsError::Damaged) => Allowance::full(turn.now, &self.settings),
            Err(error) => return Err(error),
        };
        let clock_was_ahead = known.is_ahead_of(turn.now);
        let mut allowance = known.at(turn.now, &self.settings);
        let uploader = self.uploader_tag(turn, &from);
        let space = self.spaces.get_mut(&from.space).expect("whoever may write is on a space's list");
        let quota =
            if from.flags.may_convene() { self.settings.space_bytes } else { self.settings.space_bytes / 10 * 9 };

        let mut results = Vec::with_capacity(entries.len());
        let mut new: Vec<Record> = Vec::new();
        let mut new_at: BTreeMap<RecordId, Head> = BTreeMap::new();
        let first = space.state.position + 1;
        for record in entries {
            let (id, length) = (record.id(), record.as_bytes().len());
            let there = match (self.broken, new_at.get(&id)) {
                (Some(Broken::StoresDuplicates), _) => Ok(None),
                (_, Some(at)) => Ok(Some(*at)),
                (_, None) => place_of(turn.rows, &from.space, first - 1, &id),
            };
            results.push(match there {
                Ok(Some(at)) => PutResult::Duplicate { at },
                Err(RowsError::Damaged) => refused(Code::Storage),
                Err(error) => return Err(error),
                Ok(None) if record.kind() == RecordKind::Gone => refused(Code::NotAllowed),
                Ok(None) if length > self.settings.record_bytes => refused(Code::TooLarge),
                Ok(None) if self.disk_full || space.state.bytes + length as u64 > quota => refused(Code::Full),
                Ok(None) if !allowance.take(length) => refused(Code::Rate),
                Ok(None) => {
                    let row = space.state.append(&record, uploader);
                    let at = space.state.head();
                    turn.put(rows::log_key(&from.space, at.position), row.to_bytes());
                    turn.put(rows::index_key(&from.space, &id), at.position.to_be_bytes().to_vec());
                    new_at.insert(id, at);
                    new.push(record);
                    PutResult::Stored { at }
                }
            });
        }
        turn.send(from.connection, &Message::PutAck { results });
        // Where the clock was ahead, refilling begins now, not once it is there again.
        if clock_was_ahead || !new.is_empty() {
            turn.put(allowance_key, allymap_wire::encode(&allowance));
        }
        if new.is_empty() {
            return Ok(());
        }
        turn.put(rows::space_key(&from.space), allymap_wire::encode(&space.state));
        self.push(turn, &from, first, new);
        Ok(())
    }

    pub(crate) fn uploader_tag(&mut self, turn: &mut Turn<'_>, from: &Sender) -> [u8; 4] {
        let salt = match self.uploaders.take() {
            Some(salt) if !salt.has_ended(turn.now) => salt,
            _ => {
                let (salt, write) = UploaderSalt::new(turn.now, turn.chance);
                turn.writes.push(write);
                salt
            }
        };
        let tag = salt.tag(&from.space, &from.device);
        self.uploaders = Some(salt);
        tag
    }

    /// Sends what was just stored to everybody else who has all that came before it. Whoever is sent more than leaves is
    /// sent pages instead, when it can take them: a burst costs a healthy reader nothing and a slow one no memory.
    fn push(&mut self, turn: &mut Turn<'_>, from: &Sender, first: u64, new: Vec<Record>) {
        let Some(space) = self.spaces.get(&from.space) else { return };
        let messages = messages(&self.settings, first, new, space.state.head());
        let total: u64 = messages.iter().map(|message| message.len() as u64).sum();
        self.pushes += 1;
        let skips = self.broken == Some(Broken::PushSkipsABatch) && self.pushes.is_multiple_of(3);
        for other in space.connections.iter().filter(|other| **other != from.connection) {
            let Some(Connection { stage: Stage::Known { subscription, .. }, .. }) = self.connections.get_mut(other)
            else {
                continue;
            };
            let Subscription::Live { frames, bytes } = *subscription else { continue };
            if frames >= PUSH_FRAMES || bytes >= 2 * self.settings.page_bytes as u64 {
                *subscription = Subscription::Paging { sent: first - 1, budget: u64::MAX };
                continue;
            }
            *subscription = Subscription::Live { frames: frames + messages.len(), bytes: bytes + total };
            for message in messages.iter().filter(|_| !skips) {
                turn.said.push(Effect::Send { connection: *other, bytes: message.clone() });
            }
        }
    }
}

/// New records as live pushes, each encoded once for all who get it.
fn messages(settings: &Settings, mut first: u64, new: Vec<Record>, head: Head) -> Vec<Arc<[u8]>> {
    let mut messages = Vec::new();
    let mut new = new.into_iter().peekable();
    while new.peek().is_some() {
        let mut entries: Vec<Record> = Vec::new();
        let mut bytes = 0;
        while let Some(record) = new.next_if(|_| bytes < settings.page_bytes) {
            bytes += record.as_bytes().len();
            entries.push(record);
        }
        let count = entries.len() as u64;
        messages.push(Message::Records { first, entries, more: false, head }.encode().into());
        first += count;
    }
    messages
}

/// Pushes that may be on their way to one connection.
const PUSH_FRAMES: usize = 16;

/// Where a record stands in a log, if it does. The index is a hint, which mending leaves behind for what was lost: an
/// acknowledgement is worth what the log itself says.
fn place_of(rows: &dyn Rows, space: &SpaceId, head: u64, id: &RecordId) -> Result<Option<Head>, RowsError> {
    let Some(position) = rows.get(&rows::index_key(space, id))? else { return Ok(None) };
    let position = rows::position_from(&position)?;
    if position > head {
        return Ok(None);
    }
    let row = rows.get(&rows::log_key(space, position))?.ok_or(RowsError::Damaged)?;
    let row = rows::LogRow::from_bytes(&row)?;
    Ok((row.record.id() == *id).then(|| Head { position, hash: row.hash.prefix() }))
}
