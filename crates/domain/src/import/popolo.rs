//! Popolo JSON (popoloproject.com): people, organisations and who belongs to what.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::csv::{finish_affiliation, finish_role};
use super::{FILE_BYTES, ImportError, Incoming, Register, Unusable, excerpt};
use crate::kind::Kind;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    persons: Vec<Person>,
    #[serde(default)]
    organizations: Vec<Organization>,
    #[serde(default)]
    memberships: Vec<Membership>,
}

#[derive(Deserialize)]
struct Person {
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    sources: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    url: Option<String>,
}

#[derive(Deserialize)]
struct Organization {
    id: Option<String>,
    name: Option<String>,
    classification: Option<String>,
}

#[derive(Deserialize)]
struct Membership {
    person_id: Option<String>,
    organization_id: Option<String>,
    on_behalf_of_id: Option<String>,
    role: Option<String>,
    end_date: Option<String>,
}

/// Reads a Popolo file. A party becomes an affiliation, with the file as its source; every other organisation an entry.
pub fn read_popolo(bytes: &[u8], file: &str) -> Result<Register, ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.len() > FILE_BYTES {
        return Err(ImportError::TooLarge { limit: FILE_BYTES });
    }
    let popolo: File = serde_json::from_slice(bytes).map_err(ImportError::Json)?;
    if popolo.persons.is_empty() && popolo.organizations.is_empty() {
        return Err(ImportError::NotPopolo);
    }
    let rows = popolo.persons.len() + popolo.organizations.len();
    let mut register =
        Register { file: file.into(), rows, memberships: popolo.memberships.len(), ..Register::default() };
    let names: BTreeMap<&str, &str> =
        popolo.organizations.iter().filter_map(|of| Some((of.id.as_deref()?, of.name.as_deref()?))).collect();
    let mut belongs: BTreeMap<&str, Vec<&Membership>> = BTreeMap::new();
    let people: std::collections::BTreeSet<&str> =
        popolo.persons.iter().filter_map(|person| person.id.as_deref()).collect();
    for membership in &popolo.memberships {
        match membership.person_id.as_deref().filter(|id| people.contains(id)) {
            Some(person) => belongs.entry(person).or_default().push(membership),
            None => register.refused.push(Unusable {
                line: None,
                what: format!("membership of {}", excerpt(membership.person_id.as_deref().unwrap_or("nobody"))),
                reason: "its person is not in the file".into(),
            }),
        }
    }
    for person in &popolo.persons {
        let memberships = person.id.as_deref().and_then(|id| belongs.get(id)).map(Vec::as_slice).unwrap_or_default();
        take(person_entry(person, memberships, &names, file), person.name.as_deref(), &mut register);
    }
    let mut parties = 0;
    for organization in &popolo.organizations {
        let kind = match organization.classification.as_deref() {
            Some("party") => {
                parties += 1;
                continue;
            }
            Some("legislature" | "executive" | "committee" | "chamber" | "school" | "hospital") => Kind::Institution,
            _ => Kind::Organisation,
        };
        let fields = [
            ("name", organization.name.as_deref()),
            ("type", organization.classification.as_deref()),
            ("source", Some(file)),
        ];
        let entry = Incoming { kind, source_id: organization.id.clone(), fields: given(&fields), line: None };
        take(entry, organization.name.as_deref(), &mut register);
    }
    if parties > 0 {
        register.remarks.push(format!("{parties} parties are kept as affiliations of people, not as entries"));
    }
    Ok(register)
}

fn person_entry(person: &Person, memberships: &[&Membership], names: &BTreeMap<&str, &str>, file: &str) -> Incoming {
    // The office to show is one that has not ended; of several, the one that is more than a seat.
    let rank = |membership: &&&Membership| {
        (
            membership.end_date.is_some(),
            membership.role.as_deref().is_none_or(|role| role.eq_ignore_ascii_case("councillor")),
        )
    };
    let office = memberships.iter().min_by_key(rank);
    let party = memberships
        .iter()
        .find_map(|membership| membership.on_behalf_of_id.as_deref())
        .map(|id| names.get(id).copied().unwrap_or(id));
    let part_of = office
        .and_then(|membership| membership.organization_id.as_deref())
        .map(|id| names.get(id).copied().unwrap_or(id));
    let source = person.sources.iter().find_map(|link| link.url.as_deref()).unwrap_or(file);
    let mut entry = Incoming {
        kind: Kind::Person,
        source_id: person.id.clone(),
        fields: given(&[
            ("name", person.name.as_deref()),
            ("role", office.and_then(|membership| membership.role.as_deref())),
            ("part-of", part_of),
            ("affiliation", party),
            ("email", person.email.as_deref()),
            ("source", Some(source)),
        ]),
        line: None,
    };
    finish_role(&mut entry, office.and_then(|membership| membership.end_date.as_deref()));
    finish_affiliation(&mut entry, file);
    entry
}

fn given(fields: &[(&str, Option<&str>)]) -> Vec<(String, String)> {
    fields.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned()))).collect()
}

fn take(entry: Incoming, name: Option<&str>, register: &mut Register) {
    match entry.checked() {
        Ok(entry) => register.entries.push(entry),
        Err(reason) => {
            register.refused.push(Unusable { line: None, what: excerpt(name.unwrap_or("(no name)")), reason })
        }
    }
}
