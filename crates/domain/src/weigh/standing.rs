//! What stands of what was stated for weighing events: requests, consents, referrals, decisions, and which of several counts.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::ActorId;
use allymap_policy::{Fact, LIFTED, Pack};

use crate::card::{Card, CardSaid};
use crate::date::Date;
use crate::date::typed::full_date;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::weighed::{Chosen, Decided, Referred, Weighed};
use crate::ids::RowId;
use crate::kind::event;

/// A statement of some entry that nobody replaced, with who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    pub id: RowId,
    pub by: ActorId,
    pub assertion: Assertion,
    pub what: T,
}

impl Card {
    /// Another entry that is known to be this one said so too.
    pub fn also_says(&mut self, other: &Card) {
        self.weighed.said.extend(other.weighed.said.iter().cloned());
    }

    /// Requests in force, each in its own words.
    pub fn requests(&self) -> Vec<Told<Weighed>> {
        let told = self.weighed_of(Fact::Requests.name());
        let lifts: Vec<&Told<Weighed>> = told
            .iter()
            .filter(|lift| lift.what.value.as_deref() == Some(LIFTED) && lift.assertion.said_by.is_some())
            .collect();
        let lifted: BTreeSet<RowId> = lifts.iter().flat_map(|lift| lift.assertion.supersedes.iter().copied()).collect();
        told.iter()
            .filter(|one| one.what.value.as_deref().is_some_and(|value| value != LIFTED) && !lifted.contains(&one.id))
            .cloned()
            .collect()
    }

    /// What they answered when they were asked, as far as nobody replaced it.
    pub fn consents(&self) -> Vec<Told<Weighed>> {
        standing(self.weighed_of(Fact::Consent.name()))
    }

    /// Of an event: on which day it is, if that is known.
    pub fn day(&self) -> Option<Date> {
        // As it is kept it names its year.
        full_date(self.value(&event::ON)?).ok()
    }

    /// Questions handed to others, and their answers: those that stand.
    pub fn referrals(&self) -> Vec<Told<Referred>> {
        standing(self.told(|claim| match claim {
            Claim::Referred(referred) => Some(referred.clone()),
            _ => None,
        }))
    }

    /// Decisions on record that stand; of several made apart the strict one comes first.
    pub fn decisions(&self) -> Vec<Told<Decided>> {
        let mut decisions = standing(self.told(|claim| match claim {
            Claim::Decided(decided) => Some(decided.clone()),
            _ => None,
        }));
        decisions.sort_by_key(|told| (std::cmp::Reverse(told.what.choice), told.id));
        decisions
    }

    /// Of an event: nobody has decided, or somebody decided to wait.
    pub fn is_undecided(&self) -> bool {
        self.decisions().first().is_none_or(|told| told.what.choice == Chosen::Wait)
    }

    fn weighed_of(&self, fact: &str) -> Vec<Told<Weighed>> {
        self.told(|claim| match claim {
            Claim::Weighed(weighed) if weighed.fact == fact => Some(weighed.clone()),
            _ => None,
        })
    }

    fn told<T>(&self, what: impl Fn(&Claim) -> Option<T>) -> Vec<Told<T>> {
        self.resolve(&|claim| matches!(claim, Claim::Weighed(weighed) if weighed.value.as_deref() == Some("declined")))
            .into_iter()
            .filter_map(|told| {
                let what = what(&told.assertion.claim)?;
                Some(Told { id: told.id, by: told.by, assertion: told.assertion, what })
            })
            .collect()
    }

    /// All statements, without those that were taken back and bound to nothing strict; what those had replaced is then
    /// replaced by whoever replaced them. `supersedes` of each is what it really replaces; one that is taken back and binds on
    /// is marked by `takes_back`.
    fn resolve(&self, is_strict: &dyn Fn(&Claim) -> bool) -> Vec<Told<()>> {
        let read: Vec<(&CardSaid, Assertion)> =
            self.weighed.said.iter().filter_map(|said| Some((said, Assertion::from_bytes(&said.assertion)?))).collect();
        let by_id: BTreeMap<RowId, &Assertion> = read.iter().map(|(said, assertion)| (said.id, assertion)).collect();
        let mut gone: BTreeMap<RowId, &[RowId]> = BTreeMap::new();
        for (said, assertion) in &read {
            let covered =
                said.replaces.iter().any(|old| by_id.get(old).is_some_and(|old| covers(&old.claim, &assertion.claim)));
            if said.taken_back && (!is_strict(&assertion.claim) || covered) {
                gone.insert(said.id, &said.replaces);
            }
        }
        read.iter()
            .filter(|(said, _)| !gone.contains_key(&said.id))
            .map(|(said, assertion)| {
                let mut supersedes = BTreeSet::new();
                let mut ahead: Vec<RowId> = said.replaces.clone();
                let mut passed = BTreeSet::new();
                while let Some(old) = ahead.pop() {
                    match gone.get(&old) {
                        Some(further) if passed.insert(old) => ahead.extend(*further),
                        Some(_) => {}
                        None => {
                            supersedes.insert(old);
                        }
                    }
                }
                let supersedes = supersedes.into_iter().collect();
                let assertion = Assertion { supersedes, takes_back: said.taken_back, ..assertion.clone() };
                Told { id: said.id, by: ActorId(said.actor), assertion, what: () }
            })
            .collect()
    }
}

pub(super) fn resolved(row: &Card, pack: &Pack) -> Vec<Told<()>> {
    row.resolve(&|claim| match claim {
        Claim::Risk(risk) => risk.level.is_strict(),
        Claim::Fact(fact) => !matches!(fact.slug(), "unknown" | "none"),
        Claim::Weighed(weighed) => weighed.is_strict(pack),
        Claim::Position { .. } | Claim::Referred(_) | Claim::Decided(_) => false,
    })
}

impl Weighed {
    /// It makes an answer stricter, and goes on doing so when it was only taken back (decision 10).
    pub(crate) fn is_strict(&self, pack: &Pack) -> bool {
        match (Fact::parse(&self.fact), self.value.as_deref()) {
            (_, None) => false,
            // They release, and a request is taken back by whoever wrote it.
            (Some(Fact::Referral | Fact::Requests), value) => value == Some("refused"),
            (Some(fact), Some(value)) => !pack.is_mild(fact, value),
            (None, Some(_)) => true,
        }
    }
}

/// As strict as another, so that taking that one back leaves this.
pub(crate) fn covers(old: &Claim, new: &Claim) -> bool {
    match (old, new) {
        (Claim::Risk(old), Claim::Risk(new)) => old.covers(*new),
        (Claim::Fact(old), Claim::Fact(new)) => old >= new,
        (Claim::Weighed(old), Claim::Weighed(new)) => {
            let rank = |weighed: &Weighed| {
                let values = Fact::parse(&weighed.fact)?.values();
                values.iter().position(|value| Some(*value) == weighed.value.as_deref())
            };
            rank(new).is_some() && rank(old) >= rank(new)
        }
        _ => false,
    }
}

pub(super) fn standing<T>(told: Vec<Told<T>>) -> Vec<Told<T>> {
    let replaced: BTreeSet<RowId> = told.iter().flat_map(|one| one.assertion.supersedes.iter().copied()).collect();
    told.into_iter().filter(|one| !replaced.contains(&one.id)).collect()
}
