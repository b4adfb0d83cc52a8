//! A page of a relay's log becomes durable here.

use std::ops::ControlFlow;

use allymap_wire::{Head, Record, RecordId, RecordKind, RelayKeyHash};

use crate::broken::Broken;
use crate::draft::Draft;
use crate::effect::{Effect, Notice};
use crate::replica::Replica;
use crate::rows::{CursorRow, Fate, FateRow, Key, PositionRow, Unreadable};
use crate::session::{Open, Reading, Said};
use crate::turn::Talk;

/// Pages without a record before a relay is taken to be playing.
const EMPTY_PAGES: u8 = 3;

/// Records as they stand in a relay's log from the place `first` on, and where the log ends.
pub(super) struct Page {
    pub first: u64,
    pub entries: Vec<Record>,
    /// The next page is to be asked for.
    pub more: bool,
    pub head: Head,
}

/// A page that goes on where our cursor stands.
struct Fitting {
    entries: Vec<(Record, RecordId, Head)>,
    /// The cursor once it has passed them.
    after: CursorRow,
}

impl Page {
    /// A device that is behind may be acknowledged a place that a page still to come holds too: what is known here is left out.
    fn without_known(mut self, relay: RelayKeyHash, cursor: &CursorRow, draft: &Draft<'_>) -> Result<Page, Unreadable> {
        let mut known = 0;
        for record in &self.entries {
            let place = draft.row::<PositionRow>(Key::Position(relay, self.first))?;
            if self.first > cursor.position || place.is_none_or(|place| place.record != record.id()) {
                break;
            }
            (known, self.first) = (known + 1, self.first + 1);
        }
        self.entries.drain(..known);
        Ok(self)
    }

    /// The places of its records, if it goes on where the cursor stands and leads to the head that it names. More pages may
    /// follow by themselves; only a page that reaches the head can be held against it.
    fn fit(self, cursor: &CursorRow) -> Option<Fitting> {
        if !self.entries.is_empty() && self.first != cursor.position + 1 {
            return None;
        }
        let mut after = cursor.clone();
        let entries = self.entries.into_iter().map(|record| {
            let id = record.id();
            let place = after.pass(&id);
            (record, id, place)
        });
        let entries: Vec<_> = entries.collect();
        let fits = after.position < self.head.position || after.head() == self.head;
        fits.then_some(Fitting { entries, after })
    }
}

impl Replica {
    /// A page of the log, or a live push. The records and the cursor become durable together; they are applied after that.
    pub(super) fn take_page(
        &mut self,
        page: Page,
        open: &mut Open,
        talk: &mut Talk<'_, '_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        let relay = talk.relay;
        let Some(cursor) = self.relays.get(&relay) else { return Ok(ControlFlow::Break(())) };
        let (says_nothing, more, head) = (page.entries.is_empty(), page.more, page.head);
        let Some(page) = page.without_known(relay, cursor, &talk.turn.draft)?.fit(cursor) else {
            return Ok(talk.hang_up(Notice::BadLog { relay }));
        };
        let reached = page.after.position == head.position;
        open.empty_pages = if says_nothing && !reached { open.empty_pages + 1 } else { 0 };
        if open.empty_pages >= EMPTY_PAGES {
            return Ok(talk.hang_up(Notice::BadLog { relay }));
        }
        let arrived_any = !page.entries.is_empty();
        self.keep_page(page, talk)?;
        if more {
            if let Some(cursor) = self.relays.get(&relay) {
                talk.send(&self.sync(cursor));
            }
        } else if reached {
            open.reading = Reading::AtTheHead;
            if arrived_any {
                open.said = Said::Nothing;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn keep_page(&mut self, page: Fitting, talk: &mut Talk<'_, '_>) -> Result<(), Unreadable> {
        let Fitting { entries, mut after } = page;
        after.forget_highest_passed();
        if entries.is_empty() {
            self.relays.note_highest(talk.relay, after.highest);
            return Ok(());
        }
        let draft = &mut talk.turn.draft;
        self.relays.replace(talk.relay, after, draft);
        for (record, id, place) in &entries {
            self.pass(talk.relay, *id, *place, draft)?;
            if draft.bytes(Key::Fate(*id))?.is_none() {
                self.keep_arrived(record, talk.relay, draft)?;
            }
        }
        self.me.put(draft);
        talk.turn.effects.push(Effect::Continue);
        Ok(())
    }

    /// Keeps a record that came from this relay, for the others too.
    fn keep_arrived(&mut self, record: &Record, from: RelayKeyHash, draft: &mut Draft<'_>) -> Result<(), Unreadable> {
        let others = if self.breaks(Broken::NoFerry) { Vec::new() } else { self.relays.names_but(from) };
        match record.kind() {
            RecordKind::Gone => {
                let row = FateRow { order: self.me.take_order(), fate: Fate::Gone };
                draft.put(Key::Fate(record.id()), &row);
            }
            RecordKind::KeyPacket => {
                // Keys first: what they open may stand before them in the log, as it does for a newcomer.
                self.keep_record(draft, record, Fate::KeyPacket, &others);
                for missing in self.take_key_packet(record, draft) {
                    self.wake_later(&missing, draft)?;
                }
            }
            RecordKind::Sealed if self.skips(record) => {}
            RecordKind::Sealed => self.keep_record(draft, record, Fate::Unapplied, &others),
        }
        Ok(())
    }

    /// For the tests of the tests.
    fn skips(&self, record: &Record) -> bool {
        self.breaks(Broken::SkipsWhatItCannotOpen)
            && matches!(
                allymap_seal::open(self.me.space(), self.ring(), record),
                Err(allymap_seal::OpenError::UnknownKey(_))
            )
    }

    /// The cursor goes over a record: it need not be offered to this relay any more.
    pub(super) fn pass(
        &self,
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
