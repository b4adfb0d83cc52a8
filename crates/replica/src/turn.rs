//! One input being handled, and what is said because of it on one connection.

use std::ops::ControlFlow;

use allymap_wire::{Message, RelayKeyHash, Timestamp};
use rand_core::CryptoRng;

use crate::draft::Draft;
use crate::effect::{Effect, Notice};

/// One input being handled.
pub(crate) struct Turn<'a> {
    pub now: Timestamp,
    /// What is to be stored.
    pub draft: Draft<'a>,
    pub chance: &'a mut dyn CryptoRng,
    /// What is to be done once that is durable.
    pub effects: Vec<Effect>,
}

/// What concerns one connection.
pub(crate) struct Talk<'t, 'a> {
    pub relay: RelayKeyHash,
    pub turn: &'t mut Turn<'a>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(now: Timestamp, draft: Draft<'a>, chance: &'a mut dyn CryptoRng) -> Turn<'a> {
        Turn { now, draft, chance, effects: Vec::new() }
    }

    pub(crate) fn tell(&mut self, notice: Notice) {
        self.effects.push(Effect::Tell(notice));
    }

    /// All that is to be stored leaves as one `Persist`, and comes first.
    pub(crate) fn end(self, effects: &mut Vec<Effect>) {
        self.draft.persist(effects);
        effects.extend(self.effects);
    }
}

impl Talk<'_, '_> {
    pub(crate) fn send(&mut self, message: &Message) {
        self.turn.effects.push(Effect::Send { relay: self.relay, bytes: message.encode() });
    }

    pub(crate) fn tell(&mut self, notice: Notice) {
        self.turn.tell(notice);
    }

    /// Says why and ends the connection, which is over for whoever it is answered to.
    pub(crate) fn hang_up(&mut self, notice: Notice) -> ControlFlow<()> {
        self.tell(notice);
        self.turn.effects.push(Effect::Close { relay: self.relay });
        ControlFlow::Break(())
    }
}
