//! The spectrum of allies: where somebody stands on one campaign.

use minicbor::{Decode, Encode};

use crate::date::{Date, When};
use crate::entry::Entry;
use crate::entry::assertion::{Assertion, Claim, Stated};
use crate::entry::steps::Step;
use crate::ids::RowId;
use crate::words::choice::words;

words! {
    /// Friendly to unfriendly, and not knowing, which is no place between them.
    #[derive(Encode, Decode)]
    #[cbor(index_only)]
    Place {
        #[n(0)]
        NotKnown = "not-known", "not known to us", ["not known", "unknown", "?"];
        #[n(1)]
        ActiveAlly = "active-ally", "active ally", ["active supporter"];
        #[n(2)]
        PassiveAlly = "passive-ally", "passive ally", ["passive supporter", "ally"];
        #[n(3)]
        Neutral = "neutral", "neutral", ["undecided"];
        #[n(4)]
        PassiveOpponent = "passive-opponent", "passive opponent", ["opponent"];
        #[n(5)]
        ActiveOpponent = "active-opponent", "active opponent";
    }
}

impl Place {
    /// Allies first, those who are not known apart at the end.
    pub const FRIENDLIEST_FIRST: [Place; 6] = [
        Place::ActiveAlly,
        Place::PassiveAlly,
        Place::Neutral,
        Place::PassiveOpponent,
        Place::ActiveOpponent,
        Place::NotKnown,
    ];
}

impl Entry {
    /// The statement that puts them at a place, in place of all that stands about this campaign.
    pub fn placed(&self, campaign: RowId, place: Place, on: When, now_ms: u64) -> Assertion {
        let before = self.position(campaign);
        let supersedes = before.map(|standing| standing.said.iter().map(|said| said.id).collect()).unwrap_or_default();
        Assertion { supersedes, ..Assertion::new(Claim::Position { campaign, place }, on, now_ms) }
    }

    /// Why they took a step on a day, as it was noted, each reason with who noted it.
    pub fn reasons_of_step(&self, campaign: RowId, on: Option<Date>) -> Vec<String> {
        let steps = self.position(campaign).into_iter().flat_map(|position| &position.steps);
        let because: Vec<_> = steps.filter(|known| known.on == on).flat_map(|known| &known.because).collect();
        let stated = self.assertions.iter().filter(|stated| because.contains(&&stated.id));
        let told = |stated: &Stated| {
            let reason = stated.assertion.reason.as_ref()?;
            Some(format!("{reason} ({})", stated.author.name))
        };
        stated.filter_map(told).collect()
    }
}

/// What stands about one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionStanding {
    pub campaign: RowId,
    /// The less friendly, which an approach goes by.
    pub place: Place,
    /// The other end of the span when people placed them differently.
    pub friendliest: Place,
    /// All that nobody replaced.
    pub said: Vec<Stated>,
    pub differs: bool,
    /// Where they stood from which day on, also what was replaced since.
    pub steps: Vec<Step>,
}

/// Join what stands about one campaign.
pub(crate) fn join(campaign: RowId, said: Vec<Stated>, steps: Vec<Step>) -> Option<PositionStanding> {
    if said.is_empty() {
        return None;
    }
    let places = said.iter().filter_map(|stated| match stated.assertion.claim {
        Claim::Position { place, .. } if place != Place::NotKnown => Some(place),
        _ => None,
    });
    let place = places.clone().max().unwrap_or(Place::NotKnown);
    let friendliest = places.min().unwrap_or(Place::NotKnown);
    Some(PositionStanding { campaign, place, friendliest, said, differs: place != friendliest, steps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_reads_back() {
        for place in Place::ALL {
            assert_eq!(Place::typed(place.slug()), Some(place));
            assert_eq!(Place::typed(place.label()), Some(place));
        }
        assert_eq!(Place::typed("frendly"), None);
    }
}
