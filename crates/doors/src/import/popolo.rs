//! Registers in the Popolo form (popoloproject.com): people, organisations, and who sits where.
//!
//! Each object is read on its own, and of each only what is used: what is wrong in one of them, or in a part of it that
//! nobody asks for, costs no other. `null` is as if nothing were there.

use std::collections::BTreeMap;

use allymap_domain::date::Date;
use allymap_domain::date::typed::full_date;
use allymap_domain::entry::NewEntry;
use allymap_domain::files::refused::{ImportError, MAX_FILE_BYTES, MAX_FILE_ROWS, RefusedReason, Spot};
use allymap_domain::kind::affiliation::Affiliation;
use allymap_domain::kind::institution;
use allymap_domain::kind::organisation;
use allymap_domain::kind::person;
use allymap_domain::words;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::import::{Register, RegisterRow, end_with_seat, in_notes};

/// Read a register. What it says about people beyond name, contact and seats (birth dates, gender, photographs) is not read.
pub fn read_popolo(bytes: &[u8], file_name: &str) -> Result<Register, ImportError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { bytes: bytes.len(), limit: MAX_FILE_BYTES });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if is_deep(bytes) {
        return Err(ImportError::TooDeep { limit: MAX_DEPTH });
    }
    let file: BTreeMap<String, &RawValue> = match serde_json::from_slice(bytes) {
        Ok(file) => file,
        Err(error) if error.is_data() => return Err(ImportError::NotPopolo),
        Err(error) => return Err(error.into()),
    };
    let list = |name: &str| -> Result<Option<Vec<&RawValue>>, ImportError> {
        let list = file.get(name).map(|list| serde_json::from_str::<Option<Vec<&RawValue>>>(list.get())).transpose();
        Ok(list.map_err(|_| ImportError::NotPopolo)?.flatten())
    };
    let (people, bodies, memberships) = (list(PERSONS)?, list(ORGANIZATIONS)?, list(MEMBERSHIPS)?);
    if people.is_none() && bodies.is_none() && memberships.is_none() {
        return Err(ImportError::NotPopolo);
    }
    let lists = [people, bodies, memberships].map(Option::unwrap_or_default);
    if lists.iter().any(|list| list.len() > MAX_FILE_ROWS) {
        return Err(ImportError::TooManyRows { limit: MAX_FILE_ROWS });
    }
    let [people, organisations, memberships] = lists;

    let mut register = Register::new(file_name);
    register.form = "Popolo JSON".to_owned();
    let mut parties: BTreeMap<String, String> = BTreeMap::new();
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let mut waiting: Vec<RegisterRow> = Vec::new();
    for (spot, item) in numbered(ORGANIZATIONS, &organisations) {
        let body = match Item::read(item).and_then(|item| Body::of(&item)) {
            Ok(body) => body,
            Err(reason) => {
                register.refuse(spot, &Item::name(item), reason, Vec::new());
                continue;
            }
        };
        let classification = body.classification.as_deref().map(words::folded);
        if classification.as_deref() == Some("party") {
            parties.insert(body.id, body.name);
            continue;
        }
        let council = matches!(classification.as_deref(), Some("legislature" | "council" | "local government"));
        let entry = match council {
            true => NewEntry::new(&institution::KIND, &body.name).with("type", "council"),
            false => NewEntry::new(&organisation::KIND, &body.name),
        };
        let entry = body.more.into_entry(entry.with("source-id", &register.source_id(&body.id)));
        waiting.push(RegisterRow { spot, entry, allymap_id: None, remarks: Vec::new(), cells: Vec::new() });
        bodies.insert(body.id, body.name);
    }

    let mut seats: BTreeMap<String, Seats> = BTreeMap::new();
    let mut found: Vec<(Spot, Person)> = Vec::new();
    for (spot, item) in numbered(PERSONS, &people) {
        match Item::read(item).and_then(|item| Person::of(&item)) {
            Ok(one) => {
                seats.entry(one.id.clone()).or_default();
                found.push((spot, one));
            }
            Err(reason) => register.refuse(spot, &Item::name(item), reason, Vec::new()),
        }
    }
    for (spot, item) in numbered(MEMBERSHIPS, &memberships) {
        let seated = Item::read(item).and_then(|item| Membership::of(&item)).and_then(|membership| {
            let seats = seats.get_mut(&membership.person_id).ok_or(RefusedReason::NoSuchPerson)?;
            seats.take(membership, &parties, &bodies, &register)
        });
        match seated {
            Ok(()) => register.memberships += 1,
            Err(reason) => register.refuse(spot, "", reason, Vec::new()),
        }
    }
    for (spot, one) in found {
        let mut entry = NewEntry::new(&person::KIND, &one.name).with("source-id", &register.source_id(&one.id));
        let seats = seats.remove(&one.id).unwrap_or_default();
        entry.affiliations = seats.affiliations;
        end_with_seat(&mut entry.affiliations);
        if !entry.affiliations.is_empty() {
            entry = entry.with("basis", "public-role");
        }
        let entry = one.more.into_entry(entry);
        register.take(RegisterRow { spot, entry, allymap_id: None, remarks: seats.remarks, cells: Vec::new() });
    }
    for row in waiting {
        register.take(row);
    }
    register.refuse_repeated();
    register.refused.sort_by_key(|refused| refused.spot);
    Ok(register)
}

const PERSONS: &str = "persons";
const ORGANIZATIONS: &str = "organizations";
const MEMBERSHIPS: &str = "memberships";
/// Lists in lists of a file. A register needs five.
const MAX_DEPTH: usize = 64;

fn numbered<'a>(list: &'static str, items: &[&'a RawValue]) -> impl Iterator<Item = (Spot, &'a RawValue)> {
    items.iter().zip(1..).map(move |(item, number)| (Spot::Item(list, number), *item))
}

fn is_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    bytes.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// What one person belongs to.
#[derive(Default)]
struct Seats {
    affiliations: Vec<Affiliation>,
    /// Dates that are none.
    remarks: Vec<RefusedReason>,
}

impl Seats {
    fn take(
        &mut self,
        membership: Membership,
        parties: &BTreeMap<String, String>,
        bodies: &BTreeMap<String, String>,
        register: &Register,
    ) -> Result<(), RefusedReason> {
        let party = match membership.on_behalf_of_id.as_ref().map(|id| parties.get(id).or_else(|| bodies.get(id))) {
            Some(None) => return Err(RefusedReason::NoSuchOrganisation),
            Some(Some(party)) if words::folded(party) != "unknown" => Some(Affiliation::party(party)),
            _ => None,
        };
        let (body, party_seat) = (bodies.get(&membership.organization_id), parties.get(&membership.organization_id));
        if body.is_none() && party_seat.is_none() {
            return Err(RefusedReason::NoSuchOrganisation);
        }
        let mut date = |typed: &Option<String>, edge, label| {
            let typed = typed.as_deref().map(str::trim).filter(|typed| !typed.is_empty())?;
            partial(typed, edge).or_else(|| {
                self.remarks.push(in_notes(label, typed));
                None
            })
        };
        let since = date(&membership.start_date, (1, 1), "since");
        let until = date(&membership.end_date, (12, 31), "until");
        if let Some(name) = body {
            let id = register.source_id(&membership.organization_id);
            let role = membership.role.filter(|role| !role.trim().is_empty());
            let seat = Affiliation { organisation_id: Some(id), role, since, until, ..Affiliation::member_of(name) };
            self.affiliations.push(seat);
        } else if let Some(party) = party_seat {
            self.affiliations.push(Affiliation { since, until, ..Affiliation::party(party) });
        }
        self.affiliations.extend(party.filter(|party| !self.affiliations.contains(party)));
        Ok(())
    }
}

/// A date, or a year or month alone, which is taken to its first or last day.
fn partial(text: &str, (month, day): (u32, u32)) -> Option<Date> {
    let numbers: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    let whole = match numbers.as_slice() {
        [Some(year)] if text.len() == 4 => Date::new(*year as i32, month, day),
        [Some(year), Some(own)] if text.len() == 7 => {
            let last = (28..=31).rev().find_map(|last| Date::new(*year as i32, *own, last));
            if day == 1 { Date::new(*year as i32, *own, 1) } else { last }
        }
        // What follows the day is a time.
        _ => return full_date(text.get(..10).unwrap_or(text)).ok(),
    };
    whole.or_else(|| full_date(text).ok())
}

/// The parts of an object, by their names.
struct Item<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Item<'a> {
    fn read(raw: &'a RawValue) -> Result<Item<'a>, RefusedReason> {
        serde_json::from_str(raw.get()).map(Item).map_err(|_| RefusedReason::NotAnObject)
    }

    /// What an object is called that may be no object.
    fn name(raw: &RawValue) -> String {
        let Ok(item) = Item::read(raw) else { return String::new() };
        ["name", "id"].into_iter().find_map(|field| item.optional(field).ok().flatten()).unwrap_or_default()
    }

    fn optional<T: for<'de> Deserialize<'de>>(&self, field: &'static str) -> Result<Option<T>, RefusedReason> {
        let value = self.0.get(field).map(|raw| serde_json::from_str::<Option<T>>(raw.get())).transpose();
        Ok(value.map_err(|_| RefusedReason::NotInForm { field })?.flatten())
    }

    fn needed(&self, field: &'static str) -> Result<String, RefusedReason> {
        self.optional(field)?.ok_or(RefusedReason::Missing { field })
    }

    /// The objects in a list.
    fn list(&self, field: &'static str) -> Result<Vec<Item<'a>>, RefusedReason> {
        let Some(raw) = self.0.get(field) else { return Ok(Vec::new()) };
        let list: Option<Vec<Option<BTreeMap<String, &'a RawValue>>>> =
            serde_json::from_str(raw.get()).map_err(|_| RefusedReason::NotInForm { field })?;
        Ok(list.unwrap_or_default().into_iter().flatten().map(Item).collect())
    }
}

struct Person {
    id: String,
    name: String,
    more: More,
}

impl Person {
    fn of(item: &Item<'_>) -> Result<Person, RefusedReason> {
        Ok(Person { id: item.needed("id")?, name: item.needed("name")?, more: More::of(item)? })
    }
}

struct Body {
    id: String,
    name: String,
    classification: Option<String>,
    more: More,
}

impl Body {
    fn of(item: &Item<'_>) -> Result<Body, RefusedReason> {
        let classification = item.optional("classification")?;
        Ok(Body { id: item.needed("id")?, name: item.needed("name")?, classification, more: More::of(item)? })
    }
}

struct Membership {
    person_id: String,
    organization_id: String,
    role: Option<String>,
    on_behalf_of_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

impl Membership {
    fn of(item: &Item<'_>) -> Result<Membership, RefusedReason> {
        Ok(Membership {
            person_id: item.needed("person_id")?,
            organization_id: item.needed("organization_id")?,
            role: item.optional("role")?,
            on_behalf_of_id: item.optional("on_behalf_of_id")?,
            start_date: item.optional("start_date")?,
            end_date: item.optional("end_date")?,
        })
    }
}

/// Contact and sources, which people and organisations share.
struct More {
    email: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    sources: Vec<String>,
}

impl More {
    fn of(item: &Item<'_>) -> Result<More, RefusedReason> {
        let mut contacts: BTreeMap<String, String> = BTreeMap::new();
        for contact in item.list("contact_details")? {
            if let (Some(kind), Some(value)) = (contact.optional("type")?, contact.optional("value")?) {
                contacts.entry(kind).or_insert(value);
            }
        }
        let urls = |field| -> Result<Vec<String>, RefusedReason> {
            let urls = item.list(field)?.iter().map(|link| link.optional("url")).collect::<Result<Vec<_>, _>>()?;
            Ok(urls.into_iter().flatten().collect())
        };
        let mut contact = |kinds: &[&str]| kinds.iter().find_map(|kind| contacts.remove(*kind));
        Ok(More {
            email: item.optional("email")?.or_else(|| contact(&["email"])),
            phone: contact(&["phone", "voice", "cell"]),
            website: urls("links")?.into_iter().next(),
            sources: urls("sources")?,
        })
    }

    fn into_entry(self, mut entry: NewEntry) -> NewEntry {
        let one = [("email", self.email), ("phone", self.phone), ("website", self.website)];
        let sources = self.sources.into_iter().take(20).map(|source| ("source", Some(source)));
        for (field, value) in one.into_iter().chain(sources) {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                entry.fields.push((field.to_owned(), value));
            }
        }
        entry
    }
}
