//! The relays that this device knows how to reach, and how far it has read each one's log.

use std::collections::BTreeMap;

use allymap_seal::Seen;
use allymap_wire::{Head, LogHash, LogId, OperatorToken, RelayKeyHash};

use crate::draft::Draft;
use crate::rows::{CursorRow, Key};

/// Their cursors, as they are in the rows. Whoever changes one stores it.
#[derive(Default)]
pub(crate) struct Relays(BTreeMap<RelayKeyHash, CursorRow>);

/// A relay that this device knows how to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRelay {
    pub relay: RelayKeyHash,
    pub url: String,
    /// How much of its log this device has.
    pub position: u64,
    pub admitted: bool,
    pub removed: bool,
}

impl Relays {
    pub(crate) fn new(cursors: BTreeMap<RelayKeyHash, CursorRow>) -> Relays {
        Relays(cursors)
    }

    pub(crate) fn get(&self, relay: &RelayKeyHash) -> Option<&CursorRow> {
        self.0.get(relay)
    }

    pub(crate) fn names(&self) -> Vec<RelayKeyHash> {
        self.0.keys().copied().collect()
    }

    pub(crate) fn names_but(&self, one: RelayKeyHash) -> Vec<RelayKeyHash> {
        self.0.keys().copied().filter(|relay| *relay != one).collect()
    }

    pub(crate) fn known(&self) -> Vec<KnownRelay> {
        self.0
            .iter()
            .map(|(relay, row)| KnownRelay {
                relay: *relay,
                url: row.url.clone(),
                position: row.position,
                admitted: row.admitted,
                removed: row.removed,
            })
            .collect()
    }

    /// The log's name in statements.
    pub(crate) fn log_name(&self, relay: &RelayKeyHash) -> Option<[u8; 8]> {
        let row = self.get(relay)?;
        Some(Seen::log(&row.key?, &row.log))
    }

    /// Changes a cursor and stores it.
    pub(crate) fn change(&mut self, relay: RelayKeyHash, draft: &mut Draft<'_>, change: impl FnOnce(&mut CursorRow)) {
        if let Some(row) = self.0.get_mut(&relay) {
            change(row);
            draft.put(Key::Cursor(relay), row);
        }
    }

    pub(crate) fn replace(&mut self, relay: RelayKeyHash, row: CursorRow, draft: &mut Draft<'_>) {
        draft.put(Key::Cursor(relay), &row);
        self.0.insert(relay, row);
    }

    /// How far the relay's log goes, as it is known now. Stored with the next row that changes: knowing less about the relay
    /// after a crash is no harm.
    pub(crate) fn note_highest(&mut self, relay: RelayKeyHash, highest: Option<Head>) {
        if let Some(row) = self.0.get_mut(&relay) {
            row.highest = highest;
        }
    }

    /// A relay that was not known is to be offered everything.
    pub(crate) fn add(&mut self, relay: RelayKeyHash, url: &str, token: Option<OperatorToken>, draft: &mut Draft<'_>) {
        let row = self.0.entry(relay).or_insert_with(|| CursorRow {
            url: String::new(),
            log: LogId([0; 16]),
            position: 0,
            hash: LogHash::START.0,
            highest: None,
            admitted: false,
            token: None,
            removed: false,
            key: None,
            removals: None,
        });
        url.clone_into(&mut row.url);
        row.token = token.or(row.token);
        draft.put(Key::Cursor(relay), row);
    }

    /// Every log is to be read from its beginning.
    pub(crate) fn rewind(&mut self, draft: &mut Draft<'_>) {
        for relay in self.names() {
            self.change(relay, draft, |row| {
                (row.position, row.hash, row.highest) = (0, LogHash::START.0, None);
            });
        }
    }
}
