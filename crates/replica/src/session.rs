//! One connection to a relay: how far it has come, and what is on its way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_wire::{BoxToken, DeviceKey, HashPrefix, RecordId};

use crate::broken::Broken;
use crate::rows::ClaimRow;

/// One connection.
pub(crate) struct Session {
    pub(crate) host: String,
    pub(crate) stage: Stage,
    /// Whether Sync went out together with Auth.
    pub(crate) asked: bool,
    pub(crate) caught_up: bool,
    /// Records up to this number were offered on this connection.
    pub(crate) offered_through: u64,
    pub(crate) in_flight: VecDeque<(u64, RecordId)>,
    pub(crate) asks: VecDeque<Ask>,
    pub(crate) asked_boxes: bool,
    /// Offers that the relay did not take: the next connection tries them again.
    pub(crate) declined: BTreeSet<BoxToken>,
    pub(crate) access: Option<(u64, HashPrefix)>,
    /// The list of members that was sent and not answered yet: its digest, and how many removed devices are on it.
    pub(crate) access_sent: Option<(HashPrefix, u32)>,
    pub(crate) empty_pages: u8,
    pub(crate) ladders: u8,
    /// Something was refused on this connection: it can end, but nobody may say that everything is with the relay.
    pub(crate) refused: bool,
    /// All was said, until there is more to say.
    pub(crate) told: bool,
    /// What others claimed about this relay's log, beyond what was read here, when the connection began.
    pub(crate) claims: BTreeMap<DeviceKey, ClaimRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Hello,
    Auth,
    Creating,
    Open,
}

/// What the relay will answer next, in order.
pub(crate) enum Ask {
    Offer(BoxToken),
    Request(BoxToken),
}

impl Session {
    pub(crate) fn new(host: String, claims: BTreeMap<DeviceKey, ClaimRow>) -> Session {
        Session {
            host,
            stage: Stage::Hello,
            asked: false,
            caught_up: false,
            offered_through: 0,
            in_flight: VecDeque::new(),
            asks: VecDeque::new(),
            asked_boxes: false,
            declined: BTreeSet::new(),
            access: None,
            access_sent: None,
            empty_pages: 0,
            ladders: 0,
            refused: false,
            told: false,
            claims,
        }
    }

    /// Whether the relay has yet to answer something that must not be lost with the connection.
    pub(crate) fn is_owed_an_answer(&self, broken: Option<Broken>) -> bool {
        let list_is_open = self.access_sent.is_some() && broken != Some(Broken::ListUnanswered);
        !self.in_flight.is_empty() || !self.asks.is_empty() || list_is_open
    }
}
