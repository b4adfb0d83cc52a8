//! What a file would do to the map, before anything is done.

use std::collections::{BTreeMap, BTreeSet};

use allymap_domain::card::Card;
use allymap_domain::card::duplicates;
use allymap_domain::card::heading::Named;
use allymap_domain::date::Date;
use allymap_domain::entry::NewEntry;
use allymap_domain::entry::addition::Addition;
use allymap_domain::files::refused::{Refused, RefusedReason, Spot};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::affiliation::{Affiliation, Tie};
use allymap_domain::kind::field::Merges;
use allymap_domain::kind::{field, person};
use allymap_domain::words;

use crate::import::{Register, RegisterRow};

/// What applying a file would do. Whoever may write carries out `new` and `changed`, all as one act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub new: Vec<Planned>,
    /// Entries that hold all that the file says.
    pub same: Vec<EntryId>,
    pub changed: Vec<Changed>,
    /// Rows that may be an entry on the map under the same or a near name. Nothing is done with them.
    pub unclear: Vec<Unclear>,
    pub refused: Vec<Refused>,
    /// Rows that are taken, with something in the notes that did not fit where it stood.
    pub remarks: Vec<Refused>,
    header: Vec<String>,
}

/// How much a plan would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub new: usize,
    pub same: usize,
    pub changed: usize,
    pub unclear: usize,
    pub refused: usize,
}

/// An entry that the map does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub spot: Spot,
    pub entry: NewEntry,
}

/// An entry that the file adds something to.
#[derive(Clone, PartialEq, Eq)]
pub struct Changed {
    pub spot: Spot,
    pub id: EntryId,
    pub name: String,
    /// What is added.
    pub changes: Vec<Change>,
    /// Where the map says otherwise. Somebody who knows them may have written that, so it stays.
    pub kept: Vec<Change>,
    source: String,
}

/// One value.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    Value { field: &'static str, from: Option<String>, to: String },
    Affiliation(Affiliation),
}

/// A row that may be one of these entries.
#[derive(Clone, PartialEq, Eq)]
pub struct Unclear {
    pub spot: Spot,
    pub entry: NewEntry,
    pub near: Vec<EntryId>,
    cells: Vec<String>,
}

/// Compare a file with the map. A row with an id that an entry has is that entry; a row without one is never taken for an
/// entry because of its name alone, unless it says nothing new about it.
///
/// `file_date` is the file's own date and stands in the source of everything it brings; `today` decides which seats are over.
pub fn plan(register: &Register, rows: &[Card], file_date: Option<Date>, today: Date) -> Plan {
    let source = match file_date {
        Some(date) => format!("{} ({date})", register.file),
        None => register.file.clone(),
    };
    let known = Known::of(rows);
    let mut plan = Plan { refused: register.refused.clone(), header: register.header.clone(), ..Plan::default() };
    for row in &register.rows {
        let unclear = plan.unclear.len();
        // What we wrote ourselves is complete.
        let entry = if row.allymap_id.is_some() { row.entry.clone() } else { complete(&row.entry, &source, today) };
        match known.find(row) {
            Match::Is(found) => {
                let (changes, kept) = compare(&entry, found);
                if changes.is_empty() {
                    plan.same.push(found.id);
                } else {
                    let (id, name) = (found.id, found.name.clone());
                    plan.changed.push(Changed { spot: row.spot, id, name, changes, kept, source: source.clone() });
                }
            }
            Match::MayBe(near) => {
                let nothing_new = near.iter().find(|found| {
                    let one_kind =
                        found.kind == entry.kind.name && words::folded(&found.name) == words::folded(entry.name());
                    one_kind && compare(&entry, found).0.is_empty()
                });
                match nothing_new {
                    Some(found) => plan.same.push(found.id),
                    None => plan.unclear.push(Unclear {
                        spot: row.spot,
                        entry,
                        near: near.iter().map(|row| row.id).collect(),
                        cells: row.cells.clone(),
                    }),
                }
            }
            Match::Nobody => plan.new.push(Planned { spot: row.spot, entry: with_source(entry, &source) }),
        }
        if plan.unclear.len() == unclear {
            let remark =
                |reason: &RefusedReason| Refused::new(row.spot, row.entry.name(), reason.clone(), row.cells.clone());
            plan.remarks.extend(row.remarks.iter().map(remark));
        }
    }
    plan
}

impl Plan {
    /// Nothing but what a report is made of.
    pub fn of_remarks(refused: Vec<Refused>, remarks: Vec<Refused>) -> Plan {
        Plan { refused, remarks, ..Plan::default() }
    }

    pub fn preview(&self) -> Preview {
        Preview {
            new: self.new.len(),
            same: self.same.len(),
            changed: self.changed.len(),
            unclear: self.unclear.len(),
            refused: self.refused.len(),
        }
    }

    /// The rows that were not taken, or not as they stood, as a table with the reason in its first column. Empty when there
    /// is none.
    pub fn not_imported(&self) -> Vec<u8> {
        if self.refused.is_empty() && self.unclear.is_empty() && self.remarks.is_empty() {
            return Vec::new();
        }
        let mut left: Vec<(Spot, String, &str, &[String])> = Vec::new();
        for refused in self.refused.iter().chain(&self.remarks) {
            left.push((refused.spot, refused.reason.to_string(), &refused.name, &refused.cells));
        }
        for unclear in &self.unclear {
            let reason = "it may be on the map already, under this or a near name".to_owned();
            left.push((unclear.spot, reason, unclear.entry.name(), &unclear.cells));
        }
        left.sort_by_key(|(spot, ..)| *spot);
        let table = !self.header.is_empty();
        let mut lines = vec![["reason", "line"].map(str::to_owned).to_vec()];
        lines[0].extend(if table { self.header.clone() } else { vec!["name".to_owned()] });
        for (spot, reason, name, cells) in left {
            let place = if let Spot::Line(line) = spot { line.to_string() } else { spot.to_string() };
            let mut own = vec![reason, place];
            own.extend(if table { cells.to_vec() } else { vec![name.to_owned()] });
            lines.push(own);
        }
        crate::sheet::write(lines, false)
    }
}

impl Changed {
    /// What somebody who may write would add.
    pub fn addition(&self) -> Addition {
        let (mut values, mut affiliations) = (Vec::new(), Vec::new());
        for change in &self.changes {
            match change {
                Change::Value { field, to, .. } => values.push((*field, to.clone())),
                Change::Affiliation(affiliation) => affiliations.push(affiliation.clone()),
            }
        }
        Addition { values, affiliations, source: self.source.clone() }
    }
}

/// What a row of a file is on the map.
enum Match<'a> {
    Is(&'a Card),
    MayBe(Vec<&'a Card>),
    Nobody,
}

/// The map's rows, by what a file may know them by.
struct Known<'a> {
    rows: &'a [Card],
    by_id: BTreeMap<EntryId, usize>,
    by_source: BTreeMap<&'a str, usize>,
    by_name: BTreeMap<String, Vec<usize>>,
    by_contact: BTreeMap<&'a str, Vec<usize>>,
    by_word: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Known<'a> {
    fn of(rows: &'a [Card]) -> Known<'a> {
        let same = duplicates::identities(rows);
        let mut known = Known {
            rows,
            by_id: BTreeMap::new(),
            by_source: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_contact: BTreeMap::new(),
            by_word: BTreeMap::new(),
        };
        for (index, row) in rows.iter().enumerate() {
            known.by_id.insert(row.id, index);
            for id in &row.source_ids {
                // Of entries that are one, the one that stands for all.
                let stands = same.get(&row.id).is_none_or(|identity| *identity == row.id);
                if stands || !known.by_source.contains_key(id.as_str()) {
                    known.by_source.insert(id, index);
                }
            }
            for name in row.names() {
                known.by_name.entry(words::folded(name)).or_default().push(index);
            }
            for contact in row.addresses.emails.iter().chain(&row.addresses.phones) {
                known.by_contact.entry(contact).or_default().push(index);
            }
            for word in row.words.iter().filter(|word| word.len() >= 4) {
                known.by_word.entry(word).or_default().push(index);
            }
        }
        known
    }

    fn find(&self, row: &RegisterRow) -> Match<'a> {
        if let Some(index) = row.allymap_id.and_then(|id| self.by_id.get(&id)) {
            return Match::Is(&self.rows[*index]);
        }
        let ids: Vec<&str> = values(&row.entry, "source-id").collect();
        if let Some(index) = ids.iter().find_map(|id| self.by_source.get(id)) {
            return Match::Is(&self.rows[*index]);
        }
        let mut near: BTreeSet<usize> = BTreeSet::new();
        near.extend(self.by_name.get(&words::folded(row.entry.name())).into_iter().flatten());
        let contacts = row.entry.value(&field::EMAIL).map(str::to_lowercase).into_iter();
        let contacts =
            contacts.chain(row.entry.value(&field::PHONE).map(words::folded_phone).filter(|phone| phone.len() >= 6));
        for contact in contacts {
            near.extend(self.by_contact.get(contact.as_str()).into_iter().flatten());
        }
        for word in words::folded_words(row.entry.name()) {
            let sharing = self.by_word.get(word.as_str()).map_or(&[][..], Vec::as_slice);
            // A word that many share, such as "council", says nothing.
            if sharing.len() <= duplicates::COMMON {
                near.extend(sharing.iter().filter(|index| {
                    let other = &self.rows[**index];
                    other.kind == row.entry.kind.name
                        && other.names().any(|name| duplicates::is_near(row.entry.name(), name))
                }));
            }
        }
        // An entry with an id of its own in a register is somebody else than a row with another id.
        let own: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let told_apart = |index: &usize| duplicates::ids_differ(&own, &self.rows[*index].source_ids);
        let near: Vec<&Card> =
            near.into_iter().filter(|index| !told_apart(index)).map(|index| &self.rows[index]).collect();
        if near.is_empty() { Match::Nobody } else { Match::MayBe(near) }
    }
}

fn values<'a>(entry: &'a NewEntry, field: &'a str) -> impl Iterator<Item = &'a str> {
    entry.fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// Say what follows from the seats: the office that is held today.
fn complete(entry: &NewEntry, source: &str, today: Date) -> NewEntry {
    let mut entry = entry.clone();
    if entry.kind.own(&person::ROLE).is_some() && entry.value(&person::ROLE).is_none() {
        let current: Vec<&Affiliation> = entry
            .affiliations
            .iter()
            .filter(|affiliation| {
                affiliation.tie == Tie::Member && !affiliation.has_ended(today) && affiliation.role.is_some()
            })
            .collect();
        // A mayor is a councillor too; the rarer word says more.
        let office =
            current.iter().find(|seat| seat.role.as_deref().map(words::folded).as_deref() != Some("councillor"));
        if let Some(role) = office.or(current.first()).and_then(|seat| seat.role.clone()) {
            entry.fields.push(("role".to_owned(), role));
        }
    }
    for affiliation in &mut entry.affiliations {
        affiliation.source.get_or_insert_with(|| source.to_owned());
    }
    entry
}

fn with_source(entry: NewEntry, source: &str) -> NewEntry {
    entry.with("source", source)
}

/// What the file adds to an entry, and where the map says otherwise.
fn compare(entry: &NewEntry, row: &Card) -> (Vec<Change>, Vec<Change>) {
    let (mut changes, mut kept) = (Vec::new(), Vec::new());
    let kind = row.kind().unwrap_or(entry.kind);
    for (name, value) in &entry.fields {
        let Some(field) = kind.field(name) else { continue };
        let change =
            |from: Option<&str>| Change::Value { field: field.name, from: from.map(str::to_owned), to: value.clone() };
        match field.merges {
            // Only in the document, and words that somebody may have rewritten since.
            Merges::Text => {}
            Merges::Set => {
                let members = match field.name {
                    "source-id" => &row.source_ids,
                    "led-by" => &row.led_by,
                    "source" => &row.sources,
                    _ => continue,
                };
                if !members.iter().any(|member| words::folded(member) == words::folded(value)) {
                    changes.push(change(None));
                }
            }
            Merges::Register => match row.value(field) {
                None => changes.push(change(None)),
                Some(own) if own == value || words::folded(own) == words::folded(value) => {}
                Some(own) => kept.push(change(Some(own))),
            },
        }
    }
    for affiliation in &entry.affiliations {
        let own = row.affiliations.iter().find(|own| own.is_the_seat(affiliation));
        let adds = match own {
            None => true,
            Some(own) => {
                let adds = |new: Option<Date>, old: Option<Date>| new.is_some() && new != old;
                adds(affiliation.until, own.until) || adds(affiliation.since, own.since)
            }
        };
        if adds {
            let own = own.cloned();
            let since = affiliation.since.or(own.as_ref().and_then(|own| own.since));
            let until = affiliation.until.or(own.as_ref().and_then(|own| own.until));
            let seat = own.unwrap_or_else(|| affiliation.clone());
            changes.push(Change::Affiliation(Affiliation { since, until, ..seat }));
        }
    }
    (changes, kept)
}

/// Says which, never what.
impl std::fmt::Debug for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changed").field("id", &self.id).field("changes", &self.changes).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::Value { field, .. } => write!(f, "{field}"),
            Change::Affiliation(_) => write!(f, "affiliation"),
        }
    }
}

impl std::fmt::Debug for Unclear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unclear").field("spot", &self.spot).field("near", &self.near).finish_non_exhaustive()
    }
}
