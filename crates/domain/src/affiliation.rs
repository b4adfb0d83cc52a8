//! What a person or an organisation belongs to, as what, and how we know.

use std::fmt;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::date::{Date, parse_date};
use crate::ids::letters;
use crate::rejection::Rejection;
use crate::words;

/// One membership: a seat in a council, a role in a club, a party on whose ticket somebody was elected.
///
/// A party is an affiliation with its source, not an entry: it is a fact about a person in office, and needs the same care.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Affiliation {
    #[n(0)]
    pub tie: Tie,
    #[n(1)]
    pub organisation: String,
    /// The organisation's id in the register that this comes from.
    #[n(2)]
    pub organisation_id: Option<String>,
    #[n(3)]
    pub role: Option<String>,
    #[n(4)]
    pub since: Option<Date>,
    #[n(5)]
    pub until: Option<Date>,
    #[n(6)]
    pub source: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Tie {
    #[n(0)]
    Member,
    #[n(1)]
    Party,
}

impl Affiliation {
    pub fn member_of(organisation: impl Into<String>) -> Affiliation {
        let organisation = organisation.into();
        Affiliation {
            tie: Tie::Member,
            organisation,
            organisation_id: None,
            role: None,
            since: None,
            until: None,
            source: None,
        }
    }

    pub fn party(name: impl Into<String>) -> Affiliation {
        Affiliation { tie: Tie::Party, ..Affiliation::member_of(name) }
    }

    /// What `Display` writes, or just the name of an organisation, or `role, organisation`, or `party: name`.
    pub fn typed(text: &str) -> Result<Affiliation, Rejection> {
        let mut rest = text.trim();
        let mut dates = (None, None);
        if let Some((before, inside)) = rest.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
            let mut known = true;
            let mut found = (None, None);
            for part in inside.split(", ") {
                let date = |text: &str| parse_date(text, Date::of_ms(0)).ok();
                match part.split_once(' ') {
                    Some(("since", day)) if date(day).is_some() => found.0 = date(day),
                    Some(("until", day)) if date(day).is_some() => found.1 = date(day),
                    _ => known = false,
                }
            }
            if known {
                (rest, dates) = (before, found);
            }
        }
        let mut affiliation = match (rest.strip_prefix("party: "), rest.split_once(", ")) {
            (Some(party), _) => Affiliation::party(party),
            (None, Some((role, organisation))) => {
                Affiliation { role: Some(role.to_owned()), ..Affiliation::member_of(organisation) }
            }
            (None, None) => Affiliation::member_of(rest),
        };
        (affiliation.since, affiliation.until) = dates;
        affiliation.clean()
    }

    pub(crate) fn clean(self) -> Result<Affiliation, Rejection> {
        let line = |text: String| words::line("affiliation", &text, words::NAME_LETTERS);
        let optional = |text: Option<String>| -> Result<Option<String>, Rejection> {
            Ok(text.map(line).transpose()?.filter(|text| !text.is_empty()))
        };
        let organisation = line(self.organisation)?;
        if organisation.is_empty() {
            return Err(Rejection::Empty { field: "affiliation" });
        }
        let (organisation_id, role) = (optional(self.organisation_id)?, optional(self.role)?);
        Ok(Affiliation { organisation, organisation_id, role, source: optional(self.source)?, ..self })
    }

    /// The same for the same seat, whoever writes it down: an end date added later replaces the member in the set.
    pub(crate) fn member_id(&self) -> String {
        let organisation = match &self.organisation_id {
            Some(id) => format!("id:{id}"),
            None => words::folded(&self.organisation),
        };
        let role = self.role.as_deref().map(words::folded).unwrap_or_default();
        let tie = if self.tie == Tie::Party { "party" } else { "member" };
        letters(&Sha256::digest(format!("{tie}\n{organisation}\n{role}"))[..16])
    }

    pub(crate) fn has_ended(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory cannot fail")
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Affiliation> {
        let read: Affiliation = minicbor::decode(bytes).ok()?;
        let line = |text: Option<String>| text.map(|text| words::shown_line(&text));
        Some(Affiliation {
            organisation: words::shown_line(&read.organisation),
            organisation_id: line(read.organisation_id),
            role: line(read.role),
            source: line(read.source),
            ..read
        })
    }
}

/// `deputy mayor, Riverbend Council (since 2012-09-08, until 2016-09-10)` or `party: Riverbend First`
impl fmt::Display for Affiliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tie == Tie::Party {
            f.write_str("party: ")?;
        }
        if let Some(role) = &self.role {
            write!(f, "{role}, ")?;
        }
        f.write_str(&self.organisation)?;
        match (self.since, self.until) {
            (None, None) => Ok(()),
            (Some(since), None) => write!(f, " (since {since})"),
            (None, Some(until)) => write!(f, " (until {until})"),
            (Some(since), Some(until)) => write!(f, " (since {since}, until {until})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_affiliation_reads_back_as_it_is_written() {
        for text in [
            "Riverbend Council",
            "deputy mayor, Riverbend Council",
            "councillor, Riverbend Council (since 2012-09-08, until 2016-09-10)",
            "party: Riverbend First",
            "Choir (the old one)",
        ] {
            assert_eq!(Affiliation::typed(text).unwrap().to_string(), text);
        }
        assert!(Affiliation::typed("  ").is_err());
    }

    #[test]
    fn the_same_seat_has_one_id_whatever_its_dates() {
        let seat = Affiliation::typed("Councillor, Riverbend Council").unwrap();
        let ended = Affiliation::typed("councillor, riverbend council (until 2016-09-10)").unwrap();
        assert_eq!(seat.member_id(), ended.member_id());
        assert_ne!(seat.member_id(), Affiliation::typed("mayor, Riverbend Council").unwrap().member_id());
    }
}
