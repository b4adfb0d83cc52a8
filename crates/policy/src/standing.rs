//! Which statements stand: those that nobody who saw them replaced.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::case::{Case, LIFTED, Statement};
use crate::fact::{About, Fact};

/// What counts of one fact of one subject.
#[derive(Default)]
pub(crate) struct Heard<'c> {
    /// Known and replaced by nobody.
    pub(crate) known: Vec<&'c Statement>,
    /// Known once and taken back: what it made stricter stays.
    pub(crate) held: Vec<&'c Statement>,
    /// Somebody took a value back and nobody who saw that has said anything since.
    pub(crate) taken_back: bool,
    /// What it was before it was too old.
    pub(crate) was: Option<&'c str>,
}

/// Everything that counts in a case.
pub(crate) struct Standing<'c> {
    heard: BTreeMap<Fact, BTreeMap<&'c About, Heard<'c>>>,
    by_name: HashMap<&'c str, Vec<&'c Statement>>,
}

impl<'c> Heard<'c> {
    /// Every statement that binds.
    pub(crate) fn binding(&self) -> impl Iterator<Item = &'c Statement> {
        self.known.iter().chain(&self.held).copied()
    }

    /// The strictest value that binds.
    pub(crate) fn strictest(&self) -> Option<u8> {
        self.binding().filter_map(Statement::rank).max()
    }

    /// Whether a question has its answer.
    pub(crate) fn is_answered(&self) -> bool {
        !self.taken_back && !self.known.is_empty()
    }

    /// Whether people tell it differently.
    pub(crate) fn differs(&self, fact: Fact) -> bool {
        if self.taken_back && !self.known.is_empty() {
            return true;
        }
        if fact.is_set() {
            return false;
        }
        let several = |values: BTreeSet<u8>| values.len() > 1;
        several(self.known.iter().filter_map(|said| said.rank()).collect())
            || several(
                self.known.iter().filter(|said| said.is_grave()).filter_map(|said| said.mitigation_rank()).collect(),
            )
    }
}

impl<'c> Standing<'c> {
    pub(crate) fn of(case: &'c Case) -> Standing<'c> {
        let mut by_name: HashMap<&str, Vec<&Statement>> = HashMap::new();
        let mut by_fact: BTreeMap<Fact, BTreeMap<&About, Vec<&Statement>>> = BTreeMap::new();
        for said in &case.statements {
            by_name.entry(&said.id).or_default().push(said);
            if said.act != said.id {
                by_name.entry(&said.act).or_default().push(said);
            }
            by_fact.entry(said.fact).or_default().entry(&said.about).or_default().push(said);
        }
        let heard = by_fact
            .into_iter()
            .map(|(fact, by_subject)| {
                let stands = |said: Vec<&'c Statement>| match fact {
                    Fact::Requests => requests(&said),
                    _ => stand(case, &said),
                };
                (fact, by_subject.into_iter().map(|(about, said)| (about, stands(said))).collect())
            })
            .collect();
        Standing { heard, by_name }
    }

    pub(crate) fn get(&self, fact: Fact, about: &About) -> Option<&Heard<'c>> {
        self.heard.get(&fact)?.get(about)
    }

    /// Everything heard of a fact, of whomever.
    pub(crate) fn all(&self, fact: Fact) -> impl Iterator<Item = (&'c About, &Heard<'c>)> {
        self.heard.get(&fact).into_iter().flatten().map(|(about, heard)| (*about, heard))
    }

    pub(crate) fn every(&self) -> impl Iterator<Item = (Fact, &'c About, &Heard<'c>)> {
        self.heard.iter().flat_map(|(fact, by)| by.iter().map(|(about, heard)| (*fact, *about, heard)))
    }

    /// Whether `answer` was given in sight of `said`, or together with it.
    pub(crate) fn saw(&self, answer: &Statement, said: &Statement) -> bool {
        answer.act == said.act
            || answer.saw.iter().any(|name| {
                self.by_name.get(name.as_str()).is_some_and(|seen| seen.iter().any(|one| std::ptr::eq(*one, said)))
            })
    }
}

/// What a statement is worth in this case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    Known,
    /// Known once and too old now: it replaced what it replaced.
    Aged,
    Unknown,
}

fn worth(case: &Case, said: &Statement) -> Worth {
    if said.value.is_none() && said.was.is_some() {
        return Worth::Aged;
    }
    if said.oddity().is_some() || said.rank().is_none() {
        return Worth::Unknown;
    }
    if said.fact == Fact::Consent && said.rank() < Some(BLESSING) && !is_for_this(case, said) {
        return Worth::Unknown;
    }
    Worth::Known
}

/// Whether a yes names who gave it and when, and is for this event.
fn is_for_this(case: &Case, said: &Statement) -> bool {
    let is_named = |field: &Option<String>| field.as_deref().is_some_and(|text| !text.trim().is_empty());
    is_named(&said.giver) && is_named(&said.date) && is_this_occasion(case, said)
}

pub(crate) fn is_this_occasion(case: &Case, said: &Statement) -> bool {
    match (&said.occasion, &case.occasion) {
        (None, _) => true,
        (Some(theirs), Some(ours)) => theirs.trim() == ours.trim(),
        (Some(_), None) => false,
    }
}

fn stand<'c>(case: &Case, said: &[&'c Statement]) -> Heard<'c> {
    let worth: Vec<Worth> = said.iter().map(|said| worth(case, said)).collect();
    let seen = replaced_by_each(said);
    let mut is_replaced = vec![false; said.len()];
    let mut held: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); said.len()];
    // Older ones first, so that what a taking back holds is known when it is itself taken back.
    for place in oldest_first(&seen) {
        let Some(targets) = seen.get(place) else { continue };
        let has_reason = said[place].reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        match worth[place] {
            Worth::Known | Worth::Aged if said[place].fact.needs_reason() && !has_reason => {}
            Worth::Known | Worth::Aged => {
                for target in targets {
                    is_replaced[*target] = true;
                }
            }
            Worth::Unknown => {
                let mut kept: BTreeSet<usize> = BTreeSet::new();
                for target in targets {
                    is_replaced[*target] = true;
                    kept.extend(&held[*target]);
                    if worth[*target] == Worth::Known {
                        kept.insert(*target);
                    }
                }
                held[place] = kept;
            }
        }
    }
    let mut heard = Heard::default();
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    for place in (0..said.len()).filter(|place| !is_replaced[*place]) {
        match worth[place] {
            Worth::Known => heard.known.push(said[place]),
            Worth::Aged => heard.was = heard.was.max(said[place].was.as_deref()),
            Worth::Unknown if seen[place].is_empty() => {}
            Worth::Unknown => {
                heard.taken_back = true;
                kept.extend(&held[place]);
            }
        }
    }
    heard.held = kept.into_iter().map(|place| said[place]).collect();
    heard
}

/// For each statement the earlier ones on the same fact that its author had seen.
fn replaced_by_each(said: &[&Statement]) -> Vec<BTreeSet<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, said) in said.iter().enumerate() {
        places.entry(&said.id).or_default().push(place);
        if said.act != said.id {
            places.entry(&said.act).or_default().push(place);
        }
    }
    let mut seen: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); said.len()];
    for (place, statement) in said.iter().enumerate() {
        for name in &statement.saw {
            for target in places.get(name.as_str()).into_iter().flatten() {
                if said[*target].id != statement.id && said[*target].act != statement.act {
                    seen[place].insert(*target);
                }
            }
        }
    }
    // Nobody can have seen what was said after them. Where names go round in a circle they replace nothing, so all stand.
    let ordered: BTreeSet<usize> = oldest_first(&seen).into_iter().collect();
    for (place, targets) in seen.iter_mut().enumerate() {
        if !ordered.contains(&place) {
            targets.clear();
        }
    }
    seen
}

/// Every place before those that saw it; what is in a circle, or saw one, is left out.
fn oldest_first(seen: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = seen.iter().map(BTreeSet::len).collect();
    let mut seen_by: Vec<Vec<usize>> = vec![Vec::new(); seen.len()];
    for (place, targets) in seen.iter().enumerate() {
        for target in targets {
            seen_by[*target].push(place);
        }
    }
    let mut order: Vec<usize> = (0..seen.len()).filter(|place| waiting[*place] == 0).collect();
    let mut next = 0;
    while let Some(place) = order.get(next).copied() {
        next += 1;
        for later in &seen_by[place] {
            waiting[*later] -= 1;
            if waiting[*later] == 0 {
                order.push(*later);
            }
        }
    }
    order
}

/// Requests stand until the same community lifts them, naming who said so.
fn requests<'c>(said: &[&'c Statement]) -> Heard<'c> {
    let seen = replaced_by_each(said);
    let mut is_lifted = vec![false; said.len()];
    for (place, lift) in said.iter().enumerate() {
        let is_named = lift.giver.as_deref().is_some_and(|giver| !giver.trim().is_empty());
        if lift.value.as_deref() != Some(LIFTED) || !is_named {
            continue;
        }
        for target in &seen[place] {
            if said[*target].text.as_deref().map(str::trim) == lift.text.as_deref().map(str::trim) {
                is_lifted[*target] = true;
            }
        }
    }
    let known = (0..said.len())
        .filter(|place| !is_lifted[*place] && said[*place].rank().is_some())
        .map(|place| said[place])
        .collect();
    Heard { known, ..Heard::default() }
}

/// From here on an answer binds whether or not it says who gave it.
const BLESSING: u8 = 2;
