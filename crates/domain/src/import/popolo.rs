//! Registers in the Popolo form (popoloproject.com): people, organisations, and who sits where.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::affiliation::Affiliation;
use crate::date::{Date, full_date};
use crate::entry::NewEntry;
use crate::import::{ImportError, MAX_FILE_BYTES, MAX_FILE_ROWS, RefusedReason, Register, RegisterRow, end_with_seat};
use crate::words;
use crate::{institution, organisation, person};

/// Read a register. What it says about people beyond name, contact and seats (birth dates, gender, photographs) is not read.
pub fn read_popolo(bytes: &[u8], file_name: &str) -> Result<Register, ImportError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { bytes: bytes.len(), limit: MAX_FILE_BYTES });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Depth is bounded by the reader, at 128.
    let file: File = match serde_json::from_slice(bytes) {
        Ok(file) => file,
        Err(error) if error.is_data() => return Err(ImportError::NotPopolo),
        Err(error) => return Err(error.into()),
    };
    if file.persons.is_none() && file.organizations.is_none() && file.memberships.is_none() {
        return Err(ImportError::NotPopolo);
    }
    let (people, organisations, memberships) = (
        file.persons.unwrap_or_default(),
        file.organizations.unwrap_or_default(),
        file.memberships.unwrap_or_default(),
    );
    if people.len().max(organisations.len()).max(memberships.len()) > MAX_FILE_ROWS {
        return Err(ImportError::TooManyRows { limit: MAX_FILE_ROWS });
    }

    let mut register = Register::new(file_name);
    register.form = "Popolo JSON".to_owned();
    let mut parties: BTreeMap<String, String> = BTreeMap::new();
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let mut waiting: Vec<RegisterRow> = Vec::new();
    for (line, item) in (1..).zip(organisations) {
        let Item::Read(body) = item else {
            register.refuse(line, "an organisation", RefusedReason::NotInForm, Vec::new());
            continue;
        };
        if body.classification.as_deref().is_some_and(|class| words::folded(class) == "party") {
            parties.insert(body.id, body.name);
            continue;
        }
        let council = matches!(
            body.classification.as_deref().map(words::folded).as_deref(),
            Some("legislature" | "council" | "local government")
        );
        let entry = match council {
            true => NewEntry::new(&institution::KIND, &body.name).with("type", "council"),
            false => NewEntry::new(&organisation::KIND, &body.name),
        };
        let entry = body.more.into_entry(entry.with("source-id", &register.source_id(&body.id)));
        waiting.push(RegisterRow { line, entry, allymap_id: None, cells: Vec::new() });
        bodies.insert(body.id, body.name);
    }

    let mut seats: BTreeMap<String, Vec<Affiliation>> = BTreeMap::new();
    let mut found: Vec<(u64, Person)> = Vec::new();
    for (line, item) in (1..).zip(people) {
        match item {
            Item::Read(one) => {
                seats.entry(one.id.clone()).or_default();
                found.push((line, one));
            }
            Item::Broken(_) => register.refuse(line, "a person", RefusedReason::NotInForm, Vec::new()),
        }
    }
    for (line, item) in (1..).zip(memberships) {
        let mut refuse = |reason| register.refuse(line, "a membership", reason, Vec::new());
        let Item::Read(membership) = item else {
            refuse(RefusedReason::NotInForm);
            continue;
        };
        let Some(seats) = seats.get_mut(&membership.person_id) else {
            refuse(RefusedReason::NoSuchPerson);
            continue;
        };
        let (since, until) = match (partial(&membership.start_date, (1, 1)), partial(&membership.end_date, (12, 31))) {
            (Ok(since), Ok(until)) => (since, until),
            (Err(reason), _) | (_, Err(reason)) => {
                refuse(reason);
                continue;
            }
        };
        let party = match membership.on_behalf_of_id.as_ref().map(|id| parties.get(id).or_else(|| bodies.get(id))) {
            Some(None) => {
                refuse(RefusedReason::NoSuchOrganisation);
                continue;
            }
            Some(Some(party)) if words::folded(party) != "unknown" => Some(Affiliation::party(party)),
            _ => None,
        };
        if let Some(name) = bodies.get(&membership.organization_id) {
            let id = register.source_id(&membership.organization_id);
            let role = membership.role.filter(|role| !role.trim().is_empty());
            seats.push(Affiliation { organisation_id: Some(id), role, since, until, ..Affiliation::member_of(name) });
        } else if let Some(party) = parties.get(&membership.organization_id) {
            seats.push(Affiliation { since, until, ..Affiliation::party(party) });
        } else {
            refuse(RefusedReason::NoSuchOrganisation);
            continue;
        }
        seats.extend(party.filter(|party| !seats.contains(party)));
        register.memberships += 1;
    }
    for (line, one) in found {
        let mut entry = NewEntry::new(&person::KIND, &one.name).with("source-id", &register.source_id(&one.id));
        entry.affiliations = seats.remove(&one.id).unwrap_or_default();
        end_with_seat(&mut entry.affiliations);
        if !entry.affiliations.is_empty() {
            entry = entry.with("basis", "public-role");
        }
        let entry = one.more.into_entry(entry);
        register.take(RegisterRow { line, entry, allymap_id: None, cells: Vec::new() });
    }
    for row in waiting {
        register.take(row);
    }
    register.refuse_repeated();
    register.refused.sort_by_key(|refused| refused.line);
    Ok(register)
}

/// A date, or a year or month alone, which is taken to its first or last day.
fn partial(text: &Option<String>, (month, day): (u32, u32)) -> Result<Option<Date>, RefusedReason> {
    let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let numbers: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    let whole = match numbers.as_slice() {
        [Some(year)] if text.len() == 4 => Date::new(*year as i32, month, day),
        [Some(year), Some(own)] if text.len() == 7 => {
            let last = (28..=31).rev().find_map(|last| Date::new(*year as i32, *own, last));
            if day == 1 { Date::new(*year as i32, *own, 1) } else { last }
        }
        _ => return Ok(Some(full_date(text.get(..10).unwrap_or(text))?)),
    };
    match whole {
        Some(date) => Ok(Some(date)),
        None => Ok(Some(full_date(text)?)),
    }
}

// What is read of a file. An item that does not fit is told apart from a file that does not.

#[derive(Deserialize)]
struct File {
    persons: Option<Vec<Item<Person>>>,
    organizations: Option<Vec<Item<Body>>>,
    memberships: Option<Vec<Item<Membership>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item<T> {
    Read(T),
    Broken(IgnoredAny),
}

#[derive(Deserialize)]
struct Person {
    id: String,
    name: String,
    #[serde(flatten)]
    more: More,
}

#[derive(Deserialize)]
struct Body {
    id: String,
    name: String,
    classification: Option<String>,
    #[serde(flatten)]
    more: More,
}

#[derive(Deserialize)]
struct Membership {
    person_id: String,
    organization_id: String,
    role: Option<String>,
    on_behalf_of_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

/// Contact and sources, which people and organisations share.
#[derive(Deserialize)]
struct More {
    email: Option<String>,
    #[serde(default)]
    contact_details: Vec<Contact>,
    #[serde(default)]
    links: Vec<Address>,
    #[serde(default)]
    sources: Vec<Address>,
}

#[derive(Deserialize)]
struct Contact {
    r#type: String,
    value: String,
}

#[derive(Deserialize)]
struct Address {
    url: String,
}

impl More {
    fn into_entry(self, mut entry: NewEntry) -> NewEntry {
        let contact = |wanted: &str| {
            self.contact_details.iter().find(|contact| contact.r#type == wanted).map(|contact| contact.value.clone())
        };
        let mut put = |field: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                entry.fields.push((field.to_owned(), value));
            }
        };
        put("email", self.email.clone().or_else(|| contact("email")));
        put("phone", contact("phone").or_else(|| contact("voice")).or_else(|| contact("cell")));
        put("website", self.links.first().map(|link| link.url.clone()));
        for source in self.sources.iter().take(20) {
            put("source", Some(source.url.clone()));
        }
        entry
    }
}
