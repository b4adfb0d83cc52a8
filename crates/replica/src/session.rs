//! One connection to a relay: how far it has come, and what is on its way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allymap_wire::{BoxToken, DeviceKey, HashPrefix, RecordId};

use crate::rows::ClaimRow;

/// What others claimed about this relay's log, beyond what was read here, when the connection began.
pub(crate) type Claims = BTreeMap<DeviceKey, ClaimRow>;

/// One connection.
pub(crate) struct Session {
    pub claims: Claims,
    pub stage: Stage,
}

pub(crate) enum Stage {
    /// The relay is to say who it is. `host` is the authority that was connected to.
    Hello {
        host: String,
    },
    /// It is to let this device in.
    Auth {
        sync: Sync,
    },
    /// It is to take the map.
    Creating,
    Open(Box<Open>),
}

/// Whether the relay was asked for its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// Together with the greeting: a relay that let this device in before will do so again.
    Sent,
    ToSend,
}

/// A connection on which this device is let in.
pub(crate) struct Open {
    pub reading: Reading,
    pub said: Said,
    /// How often the relay did not take something. The connection can end, but nobody may say that everything is with the relay.
    pub refusals: u32,
    /// Records up to this number were offered on this connection.
    pub offered_through: u64,
    /// What was put and not answered yet.
    pub in_flight: VecDeque<(u64, RecordId)>,
    pub list: List,
    pub mailboxes: Mailboxes,
    /// What the relay will answer next about mailboxes, in order.
    pub asks: VecDeque<Ask>,
    /// Offers that the relay did not take: the next connection tries them again.
    pub declined: BTreeSet<BoxToken>,
    /// Pages without a record, one after the other.
    pub empty_pages: u8,
    pub ladders: u8,
}

/// How far the relay's log was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Behind,
    AtTheHead,
}

/// How much of what there is to say was said, and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// There is more to say, or something is not answered yet.
    Nothing,
    All,
    /// Something was refused.
    AllButRefused,
}

/// The relay's list of members, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Known {
        version: u64,
        digest: HashPrefix,
    },
    /// Another one was sent and is not answered yet: its digest, and how many removed devices are on it.
    Sent {
        digest: HashPrefix,
        removals: u32,
    },
    /// The relay did not take ours. The next connection tries again.
    Refused,
}

/// Whether the relay was asked for what lies in this device's mailboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mailboxes {
    Unasked,
    Asked,
}

pub(crate) enum Ask {
    Offer(BoxToken),
    Request(BoxToken),
}

impl Session {
    pub(crate) fn new(host: String, claims: Claims) -> Session {
        Session { claims, stage: Stage::Hello { host } }
    }

    /// The connection, once this device is let in.
    pub(crate) fn open(&mut self) -> Option<&mut Open> {
        match &mut self.stage {
            Stage::Open(open) => Some(open),
            Stage::Hello { .. } | Stage::Auth { .. } | Stage::Creating => None,
        }
    }

    /// Whether all was said, so that nothing is lost when the connection ends.
    pub(crate) fn may_end(&self) -> bool {
        matches!(&self.stage, Stage::Open(open) if open.said != Said::Nothing)
    }
}

impl Ask {
    /// The invitation whose offer is on its way.
    pub(crate) fn placing(&self) -> Option<BoxToken> {
        match self {
            Ask::Offer(token) => Some(*token),
            Ask::Request(_) => None,
        }
    }
}

impl Open {
    pub(crate) fn new(list: List) -> Open {
        Open {
            reading: Reading::Behind,
            said: Said::Nothing,
            refusals: 0,
            offered_through: 0,
            in_flight: VecDeque::new(),
            list,
            mailboxes: Mailboxes::Unasked,
            asks: VecDeque::new(),
            declined: BTreeSet::new(),
            empty_pages: 0,
            ladders: 0,
        }
    }

    /// Nothing is left to say.
    pub(crate) fn has_said_all(&mut self) -> Said {
        self.said = if self.refusals == 0 { Said::All } else { Said::AllButRefused };
        self.said
    }
}
