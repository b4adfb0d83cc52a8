//! A page of a relay's log becomes durable here.

use allymap_wire::{Head, Record, RecordId, RecordKind, RelayKeyHash};

use super::greeting::sync;
use super::send;
use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::{Replica, step};
use crate::rows::{Fate, FateRow, Key, PositionRow, Unreadable};

/// Pages without a record before a relay is taken to be playing.
const EMPTY_PAGES: u8 = 3;

impl Replica {
    /// A page of the log, or a live push. The records and the cursor become durable together; they are applied after that.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn take_page(
        &mut self,
        relay: RelayKeyHash,
        mut first: u64,
        mut entries: Vec<Record>,
        more: bool,
        head: Head,
        draft: &mut Draft<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Unreadable> {
        let Some(cursor) = self.relays.get(&relay) else { return Ok(()) };
        let says_nothing = entries.is_empty();
        // A device that is behind may be acknowledged a place that a page still to come holds too.
        let mut known = 0;
        for record in &entries {
            let place = draft.row::<PositionRow>(Key::Position(relay, first))?;
            if first > cursor.position || place.is_none_or(|place| place.record != record.id()) {
                break;
            }
            (known, first) = (known + 1, first + 1);
        }
        entries.drain(..known);
        let mut after = cursor.clone();
        let mut places = Vec::with_capacity(entries.len());
        for record in &entries {
            let id = record.id();
            let (place, hash) = step(&after, &id);
            after.position = place.position;
            after.hash = hash.0;
            places.push((id, place));
        }
        // More pages may follow by themselves; only a page that reaches the head can be held against it.
        let reached = after.position == head.position;
        let fits = (entries.is_empty() || first == cursor.position + 1)
            && after.position <= head.position
            && (!reached || head == after.head());
        if !fits {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        if after.highest.is_none_or(|highest| highest.position <= after.position) {
            after.highest = None;
        }
        if !self.count_empty_page(relay, says_nothing && !reached) {
            self.hang_up(relay, Notice::BadLog { relay }, effects);
            return Ok(());
        }
        let arrived_any = !entries.is_empty();
        self.relays.insert(relay, after);
        for (record, (id, place)) in entries.iter().zip(places) {
            self.pass(relay, id, place, draft)?;
            if draft.bytes(Key::Fate(id))?.is_some() {
                continue;
            }
            let from = (self.broken != Some(Broken::NoFerry)).then_some(relay);
            match record.kind() {
                RecordKind::Gone => {
                    draft.put(Key::Fate(id), &FateRow { order: self.header.next_order, fate: Fate::Gone });
                    self.header.next_order += 1;
                }
                RecordKind::KeyPacket => {
                    // Keys first: what they open may stand before them in the log, as it does for a newcomer.
                    self.keep_foreign(draft, record, Fate::KeyPacket, from);
                    for missing in self.take_key_packet(record, draft) {
                        self.wake_later(&missing, draft)?;
                    }
                }
                RecordKind::Sealed if self.skips(record) => {}
                RecordKind::Sealed => {
                    let order = self.header.next_order;
                    self.keep_foreign(draft, record, Fate::Unapplied, from);
                    draft.put_bytes(Key::Unapplied(order), id.0.to_vec());
                }
            }
        }
        if arrived_any {
            self.put_cursor(draft, relay);
            self.put_header(draft);
            effects.push(Effect::Continue);
        }
        if more {
            if let Some(cursor) = self.relays.get(&relay) {
                send(relay, &sync(cursor, self.broken), effects);
            }
        } else if reached && let Some(session) = self.sessions.get_mut(&relay) {
            session.caught_up = true;
            session.told &= !arrived_any;
        }
        Ok(())
    }

    /// For the tests of the tests.
    fn skips(&self, record: &Record) -> bool {
        self.broken == Some(Broken::SkipsWhatItCannotOpen)
            && matches!(
                allymap_seal::open(&self.space, &self.ring, record),
                Err(allymap_seal::OpenError::UnknownKey(_))
            )
    }

    fn keep_foreign(&mut self, draft: &mut Draft<'_>, record: &Record, fate: Fate, from: Option<RelayKeyHash>) {
        match from {
            Some(relay) => self.keep_record(draft, record, fate, Some(relay)),
            None => {
                let relays = std::mem::take(&mut self.relays);
                let id = self.keep_record(draft, record, fate, None);
                self.relays = relays;
                id
            }
        };
    }

    fn count_empty_page(&mut self, relay: RelayKeyHash, empty: bool) -> bool {
        let Some(session) = self.sessions.get_mut(&relay) else { return false };
        session.empty_pages = if empty { session.empty_pages + 1 } else { 0 };
        session.empty_pages < EMPTY_PAGES
    }

    /// The cursor goes over a record: it need not be offered to this relay any more.
    pub(super) fn pass(
        &mut self,
        relay: RelayKeyHash,
        id: RecordId,
        place: Head,
        draft: &mut Draft<'_>,
    ) -> Result<(), Unreadable> {
        draft.put(Key::Position(relay, place.position), &PositionRow { record: id, hash: place.hash });
        if let Some(fate) = draft.row::<FateRow>(Key::Fate(id))? {
            draft.delete(Key::Offer(relay, fate.order));
        }
        Ok(())
    }
}
