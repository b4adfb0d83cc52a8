//! The kinds of entry, each with its table of fields.

pub mod affiliation;
pub mod event;
pub mod field;
pub mod institution;
pub mod organisation;
pub mod person;
pub mod place;
pub mod relationship;
pub mod segment;
pub mod sensitive;
pub mod sourced;
pub mod value;

use crate::kind::field::{Field, Holds};
use crate::rejection::Rejection;
use crate::words;

/// Every kind of entry there is.
pub const KINDS: &[&Kind] =
    &[&organisation::KIND, &person::KIND, &institution::KIND, &place::KIND, &segment::KIND, &event::KIND];

/// A kind of entry.
#[derive(Debug)]
pub struct Kind {
    /// The word in documents, flags and JSON.
    pub name: &'static str,
    pub label: &'static str,
    pub plural: &'static str,
    /// Other words for it. The values of its `type` field name it as well.
    pub also: &'static [&'static str],
    pub fields: &'static [Field],
}

impl Kind {
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().copied().find(|kind| kind.name == name)
    }

    /// The kinds that are put on the map as partners; events have a life of their own.
    pub fn all_but_events() -> Vec<&'static Kind> {
        KINDS.iter().copied().filter(|kind| **kind != event::KIND).collect()
    }

    /// What every kind has in the same form, and so a kind of a newer version too: its name above all.
    pub(crate) fn common_fields() -> Vec<&'static Field> {
        let alike = |one: &Field, other: &Field| {
            one.name == other.name && one.merges == other.merges && one.holds == other.holds
        };
        let everywhere = |field: &&Field| KINDS.iter().all(|kind| kind.fields.iter().any(|other| alike(field, other)));
        KINDS[0].fields.iter().filter(everywhere).collect()
    }

    /// A kind as people say it, and the type within it when they named that: `faith` is an organisation of type faith.
    pub fn typed(typed: &str) -> Result<(&'static Kind, Option<&'static str>), Rejection> {
        let folded = words::folded(typed);
        let is = |name: &str| words::folded(name) == folded;
        for kind in KINDS {
            if is(kind.name) || is(kind.plural) || kind.also.iter().any(|also| is(also)) {
                return Ok((kind, None));
            }
        }
        for kind in KINDS {
            if let Some(Field { holds: Holds::Choice(types), .. }) = kind.own(&field::TYPE)
                && let Some(found) = types
                    .iter()
                    .find(|choice| is(choice.slug) || is(choice.label) || choice.also.iter().any(|also| is(also)))
            {
                return Ok((kind, Some(found.slug)));
            }
        }
        let kinds = KINDS.iter().map(|kind| kind.name).collect();
        Err(Rejection::NoSuchKind { typed: words::shown_line(typed).chars().take(40).collect(), kinds })
    }

    /// A place and a part of the public are nobody with whom a relationship goes from stage to stage.
    pub fn has_stages(&self) -> bool {
        !["place", "segment"].contains(&self.name)
    }

    /// As it is typed or kept; what the program asks for is said with [`Kind::own`].
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Its own form of a field that several kinds have.
    pub fn own(&self, field: &Field) -> Option<&'static Field> {
        self.field(field.name)
    }

    pub fn has(&self, field: &Field) -> bool {
        self.own(field).is_some()
    }

    pub fn needed_field(&self, name: &str) -> Result<&'static Field, Rejection> {
        let typed = || words::shown_line(name).chars().take(40).collect();
        self.field(name).ok_or_else(|| Rejection::NoSuchField { kind: self.label, typed: typed() })
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

impl Eq for Kind {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kind::field::Audience;

    #[test]
    fn a_kind_is_found_by_the_words_people_use() {
        let kind = |typed| Kind::typed(typed).map(|(kind, choice)| (kind.name, choice));
        assert_eq!(kind("organisation"), Ok(("organisation", None)));
        assert_eq!(kind("ORG"), Ok(("organisation", None)));
        assert_eq!(kind("people"), Ok(("person", None)));
        assert_eq!(kind("faith"), Ok(("organisation", Some("faith"))));
        assert_eq!(kind("School"), Ok(("institution", Some("school"))));
        assert_eq!(kind("hall"), Ok(("place", Some("hall"))));
        assert!(kind("dragon").unwrap_err().to_string().contains("dragon"));
    }

    #[test]
    fn every_table_has_names_that_can_be_keys_flags_and_columns() {
        for kind in KINDS {
            assert_eq!(kind.fields[0].name, "name", "{}", kind.name);
            let names: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), kind.fields.len(), "{}", kind.name);
            let mut headers = BTreeSet::new();
            for field in kind.fields {
                assert!(field.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", field.name);
                assert!(!field.label.is_empty() && field.question.ends_with(['?', ')']), "{}", field.name);
                for header in field.headers.iter().chain([&field.name]) {
                    headers.insert((words::folded(header), field.name));
                }
            }
            let distinct: BTreeSet<&String> = headers.iter().map(|(header, _)| header).collect();
            assert_eq!(distinct.len(), headers.len(), "a header of {} means two fields", kind.name);
        }
    }

    #[test]
    fn nothing_is_held_about_people_that_must_not_be() {
        let forbidden =
            ["birth", "born", "age", "health", "visa", "orientation", "ethnic", "vote", "religion", "gender"];
        for field in person::KIND.fields {
            let words = folded_name(field);
            assert!(!forbidden.iter().any(|word| words.split(' ').any(|own| own == *word)), "{}", field.name);
        }
        assert!(person::KIND.own(&field::ADDRESS).is_none(), "no home addresses");
        assert_eq!(person::KIND.own(&field::PHONE).unwrap().audience, Audience::Group);
    }

    fn folded_name(field: &Field) -> String {
        words::folded(&format!("{} {}", field.name, field.label))
    }
}
