//! The spectrum of allies: where somebody stands on one campaign.

use minicbor::{Decode, Encode};

use crate::entry::assertion::{Claim, Stated};
use crate::entry::steps::Step;
use crate::ids::RowId;
use crate::words::choice::{Choice, choice};

/// Friendly to unfriendly, and not knowing, which is no place between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Place {
    #[n(0)]
    NotKnown,
    #[n(1)]
    ActiveAlly,
    #[n(2)]
    PassiveAlly,
    #[n(3)]
    Neutral,
    #[n(4)]
    PassiveOpponent,
    #[n(5)]
    ActiveOpponent,
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

impl Place {
    /// In the order in which a spectrum is drawn.
    pub const ALL: [Place; 6] = [
        Place::NotKnown,
        Place::ActiveAlly,
        Place::PassiveAlly,
        Place::Neutral,
        Place::PassiveOpponent,
        Place::ActiveOpponent,
    ];

    pub fn slug(self) -> &'static str {
        PLACES[self as usize].slug
    }

    pub fn label(self) -> &'static str {
        PLACES[self as usize].label
    }

    pub fn typed(typed: &str) -> Option<Place> {
        let named = Choice::typed(typed, PLACES)?;
        Place::ALL.into_iter().find(|place| place.slug() == named.slug)
    }
}

pub const PLACES: &[Choice] = &[
    choice("not-known", "not known to us", &["not known", "unknown", "?"]),
    choice("active-ally", "active ally", &["active supporter"]),
    choice("passive-ally", "passive ally", &["passive supporter", "ally"]),
    choice("neutral", "neutral", &["undecided"]),
    choice("passive-opponent", "passive opponent", &["opponent"]),
    choice("active-opponent", "active opponent", &[]),
];

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
