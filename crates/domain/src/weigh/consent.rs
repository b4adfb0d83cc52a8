//! What a community answered when it was asked: what an answer needs, and what it replaces (module, section 4a).

use allymap_policy::Fact;

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::Weighed;
use crate::ids::EntryId;
use crate::put::Put;
use crate::weigh::Told;
use crate::words::folded;

/// What they answered, when, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The policy's word for it.
    pub value: String,
    /// Who of theirs gave it.
    pub given_by: Option<String>,
    pub occasion: Occasion,
    pub on: When,
    pub conditions: Vec<String>,
    /// Why it replaces what they answered before.
    pub because: Option<String>,
    pub source: Option<String>,
}

/// For what an answer was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    Event(EntryId),
    /// Something that is no event of the map.
    Other(String),
}

/// What follows from an answer at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// We may go on, as far as they are concerned.
    Nothing,
    /// Our own action may go on, without them as partner.
    OursAlone,
    /// We do not go ahead without them.
    ItEnds,
}

/// A yes of nobody is nobody's yes.
pub fn needs_giver(value: &str) -> bool {
    matches!(value, "full" | "conditional")
}

/// A no binds for everything until they change it.
fn binds_everywhere(told: &Told<Weighed>) -> bool {
    matches!(told.what.value.as_deref(), Some("declined" | "blessing"))
}

impl Answer {
    /// What they answered about the same thing before.
    pub fn replaces(&self, who: &Card) -> Vec<Told<Weighed>> {
        let same = |told: &Told<Weighed>| match &self.occasion {
            Occasion::Event(event) => told.what.occasion_event == Some(*event),
            Occasion::Other(words) => {
                let said = told.what.occasion.as_deref().unwrap_or_default();
                told.what.occasion_event.is_none() && folded(said) == folded(words)
            }
        };
        who.consents().into_iter().filter(|told| same(told) || binds_everywhere(told)).collect()
    }

    /// Something else is on record, and why this holds now is not said.
    pub fn lacks_reason(&self, who: &Card) -> bool {
        self.because.is_none() && !self.replaces(who).is_empty()
    }

    pub fn follows(&self) -> Follows {
        match self.value.as_str() {
            "declined" => Follows::ItEnds,
            "blessing" => Follows::OursAlone,
            _ => Follows::Nothing,
        }
    }

    /// It stands with whoever answered.
    pub fn place(&self, who: &Card, now_ms: u64) -> Put {
        let (occasion, occasion_event) = match &self.occasion {
            Occasion::Event(event) => (None, Some(*event)),
            Occasion::Other(words) => (Some(words.clone()), None),
        };
        let conditions = self.conditions.clone();
        let weighed =
            Weighed { occasion, occasion_event, conditions, ..Weighed::new(Fact::Consent.name(), Some(&self.value)) };
        let assertion = Assertion {
            said_by: self.given_by.clone(),
            reason: self.because.clone(),
            source: self.source.clone(),
            supersedes: self.replaces(who).iter().map(|told| told.id).collect(),
            ..Assertion::new(Claim::Weighed(weighed), self.on.clone(), now_ms)
        };
        Put::assert(who.id, assertion)
    }
}

/// The answers that can be taken back: of everything, or of what was given for one event.
pub fn standing(who: &Card, event: Option<EntryId>) -> Vec<Told<Weighed>> {
    let of_it = |told: &Told<Weighed>| event.is_none_or(|event| told.what.occasion_event == Some(event));
    who.consents().into_iter().filter(|told| told.what.value.is_some() && of_it(told)).collect()
}

/// An answer that holds no longer: the question is open again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub because: String,
    /// Who of theirs took it back.
    pub given_by: Option<String>,
    pub on: When,
}

impl Withdrawal {
    /// One for each occasion, so that every question opens where it was answered.
    pub fn place(&self, who: &Card, standing: &[Told<Weighed>], now_ms: u64) -> Vec<Put> {
        let place = |told: &Told<Weighed>| {
            let weighed = Weighed { value: None, conditions: Vec::new(), ..told.what.clone() };
            let assertion = Assertion {
                reason: Some(self.because.clone()),
                said_by: self.given_by.clone(),
                supersedes: vec![told.id],
                ..Assertion::new(Claim::Weighed(weighed), self.on.clone(), now_ms)
            };
            Put::assert(who.id, assertion)
        };
        standing.iter().map(place).collect()
    }
}
