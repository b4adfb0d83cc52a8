//! Of each fact who said it, when, and from what source.

use std::collections::BTreeMap;

use crate::author::Author;
use crate::date::Date;
use crate::entry::Entry;
use crate::entry::assertion::{Claim, Stated};
use crate::entry::link::{Direction, Linked, Target};
use crate::ids::EntryId;
use crate::kind::field::{Field, Holds};
use crate::kind::person;
use crate::map::campaign::Campaign;

/// One fact as it stands, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub what: String,
    pub value: String,
    /// None for a text that many may have written.
    pub by: Option<Author>,
    /// When it was seen; of a field, when it was written, if that was on this computer.
    pub on: Option<String>,
    pub source: Option<String>,
    pub said_by: Option<String>,
    pub reason: Option<String>,
}

/// What is known from elsewhere: names of entries, campaigns, and on which day this computer wrote which value of which field.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub names: &'a BTreeMap<EntryId, String>,
    pub campaigns: &'a [Campaign],
    pub written: &'a BTreeMap<(String, String), String>,
}

/// Why somebody is on the map: nobody is without a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// The word that is kept, and how it reads.
    pub basis: Option<String>,
    pub basis_shown: Option<String>,
    pub needed_for: Option<String>,
}

impl Here {
    /// None for what is no person.
    pub fn of(entry: &Entry) -> Option<Here> {
        let shown = |field: &Field| {
            let value = entry.field(field)?;
            let values: Vec<String> = value.values.iter().map(|said| value.field.shown(&said.value)).collect();
            Some(values.join("; "))
        };
        (entry.kind == Some(&person::KIND)).then(|| Here {
            basis: entry.value(&person::BASIS).map(str::to_owned),
            basis_shown: shown(&person::BASIS),
            needed_for: shown(&person::NEEDED_FOR),
        })
    }
}

/// Every fact of an entry, in the order in which it is shown.
pub fn facts(entry: &Entry, known: Known<'_>) -> Vec<Fact> {
    let mut facts = of_fields(entry, known);
    facts.extend(entry.affiliations.iter().map(|(affiliation, by)| Fact {
        what: "Belongs to".to_owned(),
        value: affiliation.to_string(),
        by: Some(by.clone()),
        on: None,
        source: affiliation.source.clone(),
        said_by: None,
        reason: None,
    }));
    let standing = entry.facts.iter().flat_map(|standing| &standing.said);
    let standing = standing.chain(entry.risks.iter().flat_map(|standing| &standing.said));
    let standing = standing.chain(entry.positions.iter().flat_map(|standing| &standing.said));
    facts.extend(standing.map(|stated| of_statement(stated, known.campaigns)));
    facts.extend(entry.links.iter().map(|linked| of_link(linked, known.names)));
    facts
}

fn of_fields(entry: &Entry, known: Known<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for value in entry.fields.iter().filter(|value| value.field.holds != Holds::Affiliation) {
        for said in &value.values {
            let (what, shown) = (value.field.label.to_owned(), value.field.shown(&said.value));
            let on = known.written.get(&(what.clone(), shown.clone())).cloned();
            // Somebody who is meant by id is told by name.
            let shown = shown.parse().ok().and_then(|id| known.names.get(&id).cloned()).unwrap_or(shown);
            let (by, none) = (said.by.clone(), None);
            facts.push(Fact { what, value: shown, by, on, source: none, said_by: None, reason: None });
        }
    }
    facts
}

fn of_statement(stated: &Stated, campaigns: &[Campaign]) -> Fact {
    let on = |id| campaigns.iter().find(|campaign| campaign.id == id).map(|campaign| campaign.sentence.as_str());
    let (what, value) = match &stated.assertion.claim {
        Claim::Fact(fact) => (fact.kind().label().to_owned(), fact.label().to_owned()),
        Claim::Risk(risk) => (format!("Risk, {}", risk.kind.slug()), risk.level.label().to_owned()),
        Claim::Position { campaign, place } => {
            ("Stands".to_owned(), format!("{} on {}", place.label(), on(*campaign).unwrap_or("another campaign")))
        }
        Claim::Weighed(weighed) => {
            (weighed.fact.replace('_', " "), weighed.value.clone().unwrap_or_else(|| "not known".to_owned()))
        }
        Claim::Referred(referred) => {
            ("Referral".to_owned(), referred.answer.clone().unwrap_or_else(|| "waiting".to_owned()))
        }
        Claim::Decided(decided) => ("Decision".to_owned(), decided.choice.label().to_owned()),
    };
    let assertion = &stated.assertion;
    Fact {
        what,
        value,
        by: Some(stated.author.clone()),
        on: Some(assertion.observed.to_string()),
        source: assertion.source.clone(),
        said_by: assertion.said_by.clone(),
        reason: assertion.reason.clone(),
    }
}

fn of_link(linked: &Linked, names: &BTreeMap<EntryId, String>) -> Fact {
    let what = match linked.link.target {
        Target::Influence { direction, .. } => match direction {
            Direction::Out => "Influences",
            Direction::In => "Influenced by",
            Direction::Both => "Each moves the other",
        },
        Target::Same => "The same as",
        Target::BranchOf => "Branch of",
    };
    let recorded = Date::of_ms(u64::from(linked.link.recorded_hour) * 3_600_000);
    Fact {
        what: what.to_owned(),
        value: names.get(&linked.link.to).cloned().unwrap_or_else(|| "an entry you cannot see".to_owned()),
        by: Some(linked.author.clone()),
        on: Some(recorded.spelled()),
        source: linked.link.source.clone(),
        said_by: None,
        reason: linked.link.how.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::link::{Link, Strength};
    use crate::tests::desk::{Desk, ENTRY, NOW, row};

    #[test]
    fn each_fact_has_who_said_it_and_a_field_the_day_only_if_it_was_written_here() {
        let [mut ana, ..] = Desk::three_choirs();
        let council = EntryId([0x33; 16]);
        ana.edit(|edit| Entry::set(edit, "phone", "02 5550 1000")).unwrap();
        let link = Link {
            how: Some("coffee".into()),
            source: Some("Bay Post".into()),
            ..Link::influence(council, Direction::Out, Strength::Weak, NOW)
        };
        ana.edit(|edit| Entry::link(edit, ENTRY, row(1), &link)).unwrap();
        let entry = ana.entry();
        let label = entry.field(&crate::kind::field::PHONE).unwrap().field.label;
        let written = BTreeMap::from([((label.to_owned(), "02 5550 1000".to_owned()), "yesterday".to_owned())]);
        let names = BTreeMap::from([(council, "Council".to_owned())]);
        let facts = facts(&entry, Known { names: &names, campaigns: &[], written: &written });
        let fact = |what: &str| facts.iter().find(|fact| fact.what == what).unwrap();
        assert_eq!(fact(label).on.as_deref(), Some("yesterday"));
        assert_eq!(fact("Name").on, None);
        let moved = fact("Influences");
        assert_eq!((moved.value.as_str(), moved.reason.as_deref()), ("Council", Some("coffee")));
        assert_eq!(moved.source.as_deref(), Some("Bay Post"));
    }
}
