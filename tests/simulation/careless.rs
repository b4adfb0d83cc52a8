//! A driver that does not keep to the order in which effects are to be carried out, or leaves one out.

use allymap_replica::{Effect, Notice, Write};

/// A rule of whoever carries out what a machine asks for, broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Careless {
    /// A device sends before what it reveals is durable.
    SendBeforePersist,
    /// It moves the cursor in one write and stores the records in the next.
    CursorBeforeRecords,
    /// It drops what it offers in another write than the one that moves the cursor.
    OffersInAnotherWrite,
    /// It does not say that a relay's log went back.
    RollBackNotTold,
    /// A relay acknowledges before it has stored.
    AckBeforePersist,
}

impl Careless {
    pub const ALL: [Careless; 5] = [
        Careless::SendBeforePersist,
        Careless::CursorBeforeRecords,
        Careless::OffersInAnotherWrite,
        Careless::RollBackNotTold,
        Careless::AckBeforePersist,
    ];

    /// What a device's driver makes of what one input asked for.
    pub fn on_device(self, effects: Vec<Effect>) -> Vec<Effect> {
        match self {
            Careless::SendBeforePersist => last(effects, |effect| matches!(effect, Effect::Persist(_))),
            Careless::CursorBeforeRecords => first_in_a_write_of_their_own(effects, b'c'),
            Careless::OffersInAnotherWrite => first_in_a_write_of_their_own(effects, b'n'),
            Careless::RollBackNotTold => {
                let told = |effect: &Effect| matches!(effect, Effect::Tell(Notice::RolledBack { .. }));
                effects.into_iter().filter(|effect| !told(effect)).collect()
            }
            Careless::AckBeforePersist => effects,
        }
    }

    /// What a relay's driver makes of it.
    pub fn on_relay(self, effects: Vec<allymap_relay::Effect>) -> Vec<allymap_relay::Effect> {
        match self {
            Careless::AckBeforePersist => last(effects, |effect| matches!(effect, allymap_relay::Effect::Persist(_))),
            _ => effects,
        }
    }
}

/// These come after everything else.
fn last<T>(effects: Vec<T>, these: impl Fn(&T) -> bool) -> Vec<T> {
    let (late, mut rest): (Vec<T>, Vec<T>) = effects.into_iter().partition(these);
    rest.extend(late);
    rest
}

/// Writes of rows with this letter come in a `Persist` before the others.
fn first_in_a_write_of_their_own(effects: Vec<Effect>, letter: u8) -> Vec<Effect> {
    let mut list = Vec::with_capacity(effects.len() + 1);
    for effect in effects {
        if let Effect::Persist(writes) = effect {
            let has_letter = |write: &Write| {
                let (Write::Put(key, _) | Write::Delete(key)) = write;
                key.first() == Some(&letter)
            };
            let (first, rest) = writes.into_iter().partition(has_letter);
            list.extend([Effect::Persist(first), Effect::Persist(rest)]);
        } else {
            list.push(effect);
        }
    }
    list
}
