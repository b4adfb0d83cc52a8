//! Where what somebody states about an event is written: into which entry, as what, replacing what.
//!
//! What is about an organiser or a community stands with them, so that the next event knows it; what is about this event
//! only stands in the event.

use allymap_policy::{About, Fact, Per, Question, RiskType};

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::fact::{AffiliationKind, Fact as EntryFact};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::risk::{Risk, RiskKind};
use crate::entry::weighed::Weighed;
use crate::ids::{EntryId, RowId};
use crate::put::{At, Put, What};
use crate::weigh::Weighing;
use crate::weigh::typed::{Unclear, rating, value};

/// What somebody states about an event, with all that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stating {
    pub question: Question,
    /// The value, as it was typed.
    pub typed: String,
    pub because: Option<String>,
    pub source: Option<String>,
    /// Of consent: who gave it.
    pub given_by: Option<String>,
    pub on: When,
    /// Of consent: what it depends on.
    pub conditions: Vec<String>,
}

impl Stating {
    pub fn new(question: Question, typed: &str, on: When) -> Stating {
        let (because, source, given_by) = (None, None, None);
        Stating { question, typed: typed.to_owned(), because, source, given_by, on, conditions: Vec::new() }
    }
}

/// What is to be written, and what is lacking before it may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    pub puts: Vec<Put>,
    /// In the order in which it is asked for.
    pub lacks: Vec<Lack>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// From where a tie to a party is known.
    Source,
    /// Something else is on record about this: why the new one holds.
    Because { about: String },
}

/// Where a statement is written. It replaces what its author has before them there.
pub fn state(stating: &Stating, event: &Card, weighing: &Weighing, now_ms: u64) -> Result<Placed, Unclear> {
    let name = stating.question.about.subject().unwrap_or_default();
    let entry = weighing.subject(name).and_then(|subject| subject.entry);
    let place = Place { stating, event, weighing, now_ms, name };
    let fact = stating.question.fact;
    match (fact, entry, &stating.question.about) {
        (Fact::Referral | Fact::Requests, ..) => Err(Unclear::HasItsOwn(fact)),
        (Fact::MajorParties, ..) => Ok(place.major_parties()),
        (Fact::Risk | Fact::Mitigation, _, About::Risk(risk) | About::RiskOf(risk, _)) => place.risk(*risk),
        (Fact::Category, Some(entry), _) => place.category(entry),
        (Fact::Research, Some(entry), _) if place.value()?.is_some() => Ok(place.research(entry)),
        (Fact::Affiliation, Some(entry), _) => place.affiliation(entry),
        _ => place.weighed(entry),
    }
}

struct Place<'a> {
    stating: &'a Stating,
    event: &'a Card,
    weighing: &'a Weighing,
    now_ms: u64,
    /// Whom it is about, as the case calls them.
    name: &'a str,
}

impl Place<'_> {
    fn fact(&self) -> Fact {
        self.stating.question.fact
    }

    fn value(&self) -> Result<Option<String>, Unclear> {
        value(self.fact(), &self.stating.typed)
    }

    /// With commas between.
    fn major_parties(&self) -> Placed {
        let parties = self.stating.typed.split(',').map(str::trim).filter(|party| !party.is_empty());
        let add = |party: &str| What::Add { field: "major-parties", value: party.to_owned() };
        let puts = parties.map(|party| Put { at: At::Map, what: add(party) }).collect();
        Placed { puts, lacks: Vec::new() }
    }

    fn risk(&self, risk: RiskType) -> Result<Placed, Unclear> {
        let kind = kind_of(risk);
        let (level, mitigation) = rating(&self.stating.typed)?;
        let claim = Claim::Risk(Risk { kind, level, mitigation });
        Ok(self.asserted(self.event.id, claim, Some(format!("{} risk", kind.slug()))))
    }

    /// A category is a field of the entry.
    fn category(&self, entry: EntryId) -> Result<Placed, Unclear> {
        let value = self.value()?.unwrap_or_else(|| "unknown".to_owned());
        let what = What::Set { field: "category", value };
        Ok(Placed { puts: vec![Put { at: At::Entry(entry), what }], lacks: Vec::new() })
    }

    /// That somebody looked into them is a line of their log.
    fn research(&self, entry: EntryId) -> Placed {
        let kind = LogKind::typed("research").expect("it is one of the kinds of lines");
        let text = self.stating.because.clone().unwrap_or_else(|| format!("Looked into them for {}.", self.event.name));
        let line = LogLine {
            source: self.stating.source.clone(),
            ..LogLine::new(kind, self.stating.on.clone(), &text, self.now_ms)
        };
        Placed { puts: vec![Put { at: At::Entry(entry), what: What::Log(line) }], lacks: Vec::new() }
    }

    /// A tie to a party hurts when it is wrong, so it names its source (module, section 4d).
    fn affiliation(&self, entry: EntryId) -> Result<Placed, Unclear> {
        let kind = match self.value()?.as_deref() {
            None => AffiliationKind::Unknown,
            Some("none") => AffiliationKind::None,
            Some("individual") => AffiliationKind::KnownPerson,
            Some("official") => AffiliationKind::Affiliated,
            Some(_) => AffiliationKind::Party,
        };
        let claim = Claim::Fact(EntryFact::AffiliationKind(kind));
        let mut placed = self.asserted(entry, claim, Some("affiliation".to_owned()));
        let unsourced = self.stating.source.is_none() && self.stating.given_by.is_none();
        if unsourced && kind != AffiliationKind::Unknown {
            placed.lacks.insert(0, Lack::Source);
        }
        Ok(placed)
    }

    fn weighed(&self, entry: Option<EntryId>) -> Result<Placed, Unclear> {
        let (fact, word) = (self.fact(), self.value()?);
        // What is about somebody stands with them, unless it is about them at this event only.
        let here = matches!(fact, Fact::RightsHolders | Fact::BrandWish)
            || matches!(fact.per(), Per::Event | Per::Party | Per::Rule);
        let at = entry.filter(|_| !here).unwrap_or(self.event.id);
        let mut weighed = Weighed::new(fact.name(), word.as_deref());
        if at == self.event.id {
            weighed.about = match (&self.stating.question.about, entry) {
                (About::Party(party), _) => Some(party.clone()),
                (_, Some(id)) => Some(id.to_string()),
                (_, None) => Some(self.name.to_owned()).filter(|name| !name.is_empty()),
            };
        }
        if fact == Fact::Consent {
            weighed.occasion_event = Some(self.event.id);
            weighed.conditions.clone_from(&self.stating.conditions);
        }
        let about = (word.is_some() && fact.needs_reason()).then(|| fact.name().to_owned());
        Ok(self.asserted(at, Claim::Weighed(weighed), about))
    }

    /// A statement of an entry. What it replaces there it does not replace without a reason, where one is needed.
    fn asserted(&self, entry: EntryId, claim: Claim, about: Option<String>) -> Placed {
        let assertion = Assertion {
            reason: self.stating.because.clone(),
            source: self.stating.source.clone(),
            said_by: self.stating.given_by.clone(),
            supersedes: self.stands(entry),
            ..Assertion::new(claim, self.stating.on.clone(), self.now_ms)
        };
        let unsaid = !assertion.supersedes.is_empty() && assertion.reason.is_none();
        let lacks = about.filter(|_| unsaid).map(|about| Lack::Because { about }).into_iter().collect();
        Placed { puts: vec![Put::assert(entry, assertion)], lacks }
    }

    /// What is on record there about the same question.
    fn stands(&self, entry: EntryId) -> Vec<RowId> {
        let about = self.weighing.about(&self.stating.question);
        about.iter().filter(|(_, basis)| basis.entry == entry).filter_map(|(_, basis)| basis.row).collect()
    }
}

fn kind_of(risk: RiskType) -> RiskKind {
    match risk {
        RiskType::Political => RiskKind::Political,
        RiskType::Policy => RiskKind::Policy,
        RiskType::Financial => RiskKind::Financial,
        RiskType::Legal => RiskKind::Legal,
        RiskType::Reputational => RiskKind::Reputational,
        RiskType::Physical => RiskKind::Physical,
    }
}
