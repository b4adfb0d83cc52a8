//! Secrets that were wrong: tokens and invitations, tried by devices that nobody knows.

use allymap_wire::{Flags, Timestamp};

use crate::{Relay, Sender};

impl Relay {
    /// Whether nobody unknown may try a secret for the rest of this minute, right or wrong. Trying counts meanwhile, too.
    pub(crate) fn too_many_guesses(&mut self, now: Timestamp, from: &Sender) -> bool {
        if from.flags != Flags::NONE {
            return false;
        }
        let limit = self.settings.guesses_a_minute;
        let (began, wrong) = &mut self.guesses;
        if now < *began || now.0 - began.0 >= MINUTE_MS {
            // The next minute is closed as well only where as many went on trying.
            let goes_on = now >= *began && now.0 - began.0 < 2 * MINUTE_MS && *wrong / 2 >= limit;
            (*began, *wrong) = (now, if goes_on { limit } else { 0 });
        }
        let closed = *wrong >= limit;
        *wrong = wrong.saturating_add(u32::from(closed));
        closed
    }

    /// Somebody on no access list tried a token or an invitation that is none. They have 128 bits: this is against noise, and
    /// against what nobody has thought of.
    pub(crate) fn guessed(&mut self, from: &Sender) {
        if from.flags == Flags::NONE {
            self.guesses.1 = self.guesses.1.saturating_add(1);
        }
    }
}

const MINUTE_MS: u64 = 60_000;
