//! The spectrum of allies: where somebody stands on one campaign.

use minicbor::{Decode, Encode};

use crate::entry::assertion::{Claim, Stated};
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
