//! Fields that are likely sensitive information about a person: where it is known from, and what it is needed for.

use allymap_document::Edit;

use crate::entry::Entry;
use crate::kind::affiliation::Affiliation;
use crate::kind::field::{Field, Holds, Merges};
use crate::kind::{Kind, person};
use crate::rejection::Rejection;

/// What is still to be said of changes before they are written. `at` is the place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Where it is known from that this person belongs to something.
    Source { at: usize },
    /// The source and the day of a claim. The map refuses it without them.
    Claim { at: usize },
    /// What all of it is needed for.
    Need(&'static Field),
}

/// What changes to an entry of this kind lack, in the order of a conversation. `source` is what was said of all of them;
/// `needed` tells that the need is known already.
pub fn lacks(kind: &'static Kind, changes: &[(String, String)], source: Option<&str>, needed: bool) -> Vec<Lack> {
    let mut lacks: Vec<Lack> = kept(kind, changes)
        .filter_map(|(at, field, value)| match field.holds {
            Holds::Affiliation => (of_person(kind, field) && source.is_none()).then_some(Lack::Source { at }),
            Holds::Sourced => {
                matches!(field.clean(value), Err(Rejection::NoSource { .. })).then_some(Lack::Claim { at })
            }
            _ => None,
        })
        .collect();
    let told = needed || changes.iter().any(|(name, value)| name == NEED && !value.trim().is_empty());
    if asks_for_need(kind, changes).is_some() && !told {
        lacks.extend(kind.field(NEED).map(Lack::Need));
    }
    lacks
}

/// The label of what is sensitive among these changes: the last of it.
pub fn asks_for_need(kind: &'static Kind, changes: &[(String, String)]) -> Option<&'static str> {
    kept(kind, changes).filter(|(_, field, _)| of_person(kind, field)).map(|(_, field, _)| field.label).last()
}

/// A claim with where it is known from and the day, as it is kept.
pub fn with_source(claim: &str, source: &str, day: &str) -> String {
    format!("{claim} ({source}, {day})")
}

/// Fields as they were typed, and what somebody belongs to with its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub fields: Vec<(String, String)>,
    pub affiliations: Vec<Affiliation>,
}

impl Told {
    /// Changes to an entry of this kind; `source` says where each is known from, by its place among them.
    pub fn of(
        kind: &'static Kind,
        fields: Vec<(String, String)>,
        source: impl Fn(usize) -> Option<String>,
    ) -> Result<Told, Rejection> {
        let affiliations = kept(kind, &fields)
            .filter(|(_, field, _)| field.holds == Holds::Affiliation)
            .map(|(at, _, value)| Ok(Affiliation { source: source(at), ..Affiliation::typed(value)? }))
            .collect::<Result<_, Rejection>>()?;
        Ok(Told { fields, affiliations })
    }

    /// Writes all of it: what somebody belongs to with its source, the rest as it was typed.
    pub fn write(&self, edit: &mut Edit<'_>) -> Result<(), Rejection> {
        let other = |(name, value): &&(String, String)| name != AFFILIATION || value.starts_with('-');
        self.affiliations.iter().try_for_each(|affiliation| Entry::affiliate(edit, affiliation))?;
        self.fields.iter().filter(other).try_for_each(|(name, value)| Entry::change(edit, name, value))
    }

    /// The same for an entry that is made: nothing is taken out of it.
    pub fn for_a_new_one(mut self) -> Told {
        self.fields.retain(|(name, _)| name != AFFILIATION);
        self
    }
}

/// What is to be kept, not taken out.
fn kept<'a>(
    kind: &'static Kind,
    changes: &'a [(String, String)],
) -> impl Iterator<Item = (usize, &'static Field, &'a str)> {
    changes.iter().enumerate().filter_map(move |(at, (name, value))| {
        let field = kind.field(name)?;
        let taken_out = field.merges == Merges::Set && value.starts_with('-');
        (!taken_out && !value.trim().is_empty()).then_some((at, field, value.as_str()))
    })
}

fn of_person(kind: &Kind, field: &Field) -> bool {
    *kind == person::KIND && field.sensitive
}

const NEED: &str = "needed-for";
const AFFILIATION: &str = "affiliation";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::organisation;

    fn changes(changes: &[(&str, &str)]) -> Vec<(String, String)> {
        changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_a_person_belongs_to_is_asked_for_its_source_and_its_need() {
        let seat = changes(&[("phone", "02 5550 1000"), ("affiliation", "Bay Party")]);
        let need = person::KIND.field(NEED).unwrap();
        assert_eq!(lacks(&person::KIND, &seat, None, false), [Lack::Source { at: 1 }, Lack::Need(need)]);
        assert_eq!(lacks(&person::KIND, &seat, Some("Bay Post"), true), []);
        assert_eq!(lacks(&organisation::KIND, &seat, None, false), [], "it is no person");
        let told = [seat.clone(), changes(&[("needed-for", "to know whom to ask")])].concat();
        assert_eq!(lacks(&person::KIND, &told, None, false), [Lack::Source { at: 1 }]);
    }

    #[test]
    fn what_is_taken_out_or_emptied_asks_for_nothing() {
        let gone = changes(&[("affiliation", "-Bay Party"), ("affiliation", " ")]);
        assert_eq!(lacks(&person::KIND, &gone, None, false), []);
        assert_eq!(asks_for_need(&person::KIND, &gone), None);
        assert_eq!(Told::of(&person::KIND, gone, |_| None).unwrap().affiliations, []);
    }

    #[test]
    fn what_somebody_belongs_to_keeps_the_source_that_was_said_of_it() {
        let seats = changes(&[("affiliation", "Bay Party"), ("affiliation", "Choir")]);
        let told = Told::of(&person::KIND, seats, |at| (at == 1).then(|| "the choir's page".to_owned())).unwrap();
        let sources: Vec<_> = told.affiliations.iter().map(|seat| seat.source.as_deref()).collect();
        assert_eq!(sources, [None, Some("the choir's page")]);
        assert_eq!(told.for_a_new_one().fields, []);
    }
}
