//! What a person or an organisation belongs to, as what, and how we know.

use std::fmt;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::date::Date;
use crate::date::typed::parse_date;
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

    /// What `Display` writes, or just the name of an organisation, or `role, organisation`, or `party: name`. A part that
    /// could be read as two stands in quotation marks.
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
        let (party, rest) = match rest.strip_prefix("party: ") {
            Some(party) => (true, party),
            None => (false, rest),
        };
        let (first, second) = parts(rest, !party);
        let (role, organisation) = second.map_or((None, first.clone()), |second| (Some(first.clone()), second));
        let (since, until) = dates;
        let tie = if party { Tie::Party } else { Tie::Member };
        Affiliation { tie, role, since, until, ..Affiliation::member_of(organisation) }.clean()
    }

    pub fn clean(self) -> Result<Affiliation, Rejection> {
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

    /// Whether another one speaks of this seat. Where one of them does not know the organisation's id, its name decides.
    pub fn is_the_seat(&self, other: &Affiliation) -> bool {
        let by_name = |own: &Affiliation| Affiliation { organisation_id: None, ..own.clone() }.member_id();
        let one_unnumbered = self.organisation_id.is_none() != other.organisation_id.is_none();
        self.member_id() == other.member_id() || (one_unnumbered && by_name(self) == by_name(other))
    }

    pub fn has_ended(&self, today: Date) -> bool {
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

/// `deputy mayor, Riverbend Council (since 2012-09-08, until 2016-09-10)` or `party: Riverbend First` or
/// `"Sail, Oar and Paddle Club"`
impl fmt::Display for Affiliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.written(&|part| part.to_owned());
        let reads_back = Affiliation::typed(&plain).is_ok_and(|read| {
            let what = |own: &Affiliation| (own.tie, own.organisation.clone(), own.role.clone(), own.since, own.until);
            what(&read) == what(self)
        });
        f.write_str(&if reads_back { plain } else { self.written(&quoted) })
    }
}

impl Affiliation {
    fn written(&self, part: &dyn Fn(&str) -> String) -> String {
        let party = if self.tie == Tie::Party { "party: " } else { "" };
        let role = self.role.as_ref().map(|role| format!("{}, ", part(role))).unwrap_or_default();
        let dates = match (self.since, self.until) {
            (None, None) => String::new(),
            (Some(since), None) => format!(" (since {since})"),
            (None, Some(until)) => format!(" (until {until})"),
            (Some(since), Some(until)) => format!(" (since {since}, until {until})"),
        };
        format!("{party}{role}{}{dates}", part(&self.organisation))
    }
}

fn quoted(part: &str) -> String {
    format!("\"{}\"", part.replace('"', "\"\""))
}

/// One part, or two with a comma between them. Where quotation marks do not go together, they are letters like others.
fn parts(text: &str, may_be_two: bool) -> (String, Option<String>) {
    if let Some((first, rest)) = unquoted(text) {
        match rest.strip_prefix(", ") {
            None if rest.is_empty() => return (first, None),
            Some(second) => {
                let second = unquoted(second).filter(|(_, rest)| rest.is_empty()).map(|(second, _)| second);
                if let Some(second) = second {
                    return (first, Some(second));
                }
            }
            None => {}
        }
    }
    match text.split_once(", ").filter(|_| may_be_two) {
        Some((first, second)) => (first.to_owned(), Some(second.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// What a text in quotation marks says, and what follows it.
pub fn unquoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut said = String::new();
    let mut letters = inside.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '"' {
            said.push(letter);
        } else if letters.next_if(|(_, next)| *next == '"').is_some() {
            said.push('"');
        } else {
            return Some((said, &inside[at + 1..]));
        }
    }
    None
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
            "12\" records, Bodalla",
            "\"Sail, Oar and Paddle\"",
            "\"treasurer, acting\", \"Sail, Oar\" (until 2016-09-10)",
            "\"party: people\"",
            "party: Sail, Oar",
        ] {
            assert_eq!(Affiliation::typed(text).unwrap().to_string(), text);
        }
        assert!(Affiliation::typed("  ").is_err());
    }

    #[test]
    fn a_part_that_could_be_two_is_quoted_and_no_other() {
        let of = |role: Option<&str>, organisation: &str| {
            Affiliation { role: role.map(str::to_owned), ..Affiliation::member_of(organisation) }.to_string()
        };
        assert_eq!(of(Some("chair"), "Sail, Oar"), "chair, Sail, Oar");
        assert_eq!(of(None, "Sail, Oar"), "\"Sail, Oar\"");
        assert_eq!(of(None, "Choir (since 2012-01-01)"), "\"Choir (since 2012-01-01)\"");
        assert_eq!(of(None, "\"Us\""), "\"\"\"Us\"\"\"");
    }

    #[test]
    fn the_same_seat_has_one_id_whatever_its_dates() {
        let seat = Affiliation::typed("Councillor, Riverbend Council").unwrap();
        let ended = Affiliation::typed("councillor, riverbend council (until 2016-09-10)").unwrap();
        assert_eq!(seat.member_id(), ended.member_id());
        assert_ne!(seat.member_id(), Affiliation::typed("mayor, Riverbend Council").unwrap().member_id());
    }
}
