//! One entry of the map: an organisation, a person, an institution or a place. Read from its document, edited in it.

pub mod addition;
pub mod ancestry;
pub mod assertion;
pub mod change;
pub mod content;
pub mod fact;
pub mod favour;
pub mod link;
pub mod log;
pub mod position;
pub mod risk;
pub mod rows;
pub mod steps;
pub mod weighed;
pub mod why;

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{ActorId, Document, Edit, OddityKind, Value};
use sha2::{Digest, Sha256};

use crate::author::Author;
use crate::date::{Date, When};
use crate::entry::ancestry::Ancestry;
use crate::entry::assertion::{Assertion, Claim, Decisive, Stated};
use crate::entry::fact::{Fact, FactKind, FactStanding};
use crate::entry::link::{Link, Linked, Target};
use crate::entry::log::{DoubleApproach, LogLine, Logged};
use crate::entry::position::PositionStanding;
use crate::entry::risk::{RiskKind, RiskStanding};
use crate::entry::rows::Unreadable;
use crate::ids::{EntryId, RowId, letters};
use crate::kind::Kind;
use crate::kind::affiliation::Affiliation;
use crate::kind::field;
use crate::kind::field::{Field, Holds, Merges};
use crate::kind::person;
use crate::kind::relationship;
use crate::kind::value::{FieldValue, Said};
use crate::rejection::Rejection;
use crate::words;

/// An entry as it stands, with everything that differs.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    /// None for a kind that only a newer version knows.
    pub kind: Option<&'static Kind>,
    pub kind_name: String,
    /// In the order of the kind's table, only fields that hold something.
    pub fields: Vec<FieldValue>,
    pub affiliations: Vec<(Affiliation, Author)>,
    pub archived: Archived,
    pub risks: Vec<RiskStanding>,
    pub positions: Vec<PositionStanding>,
    pub facts: Vec<FactStanding>,
    /// What events are weighed by, referred and decided: the statements that nobody replaced.
    pub weighed: Vec<Stated>,
    /// Every assertion, also those that were replaced.
    pub assertions: Vec<Stated>,
    /// By date.
    pub log: Vec<Logged>,
    pub double_approaches: Vec<DoubleApproach>,
    /// Those that stand.
    pub links: Vec<Linked>,
    /// Every link, also those that were replaced or taken away.
    pub all_links: Vec<Linked>,
    /// What is here but not readable by this version: keys and rows.
    pub newer_facts: usize,
    /// Sentences about what does not belong.
    pub oddities: Vec<String>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) decisive: Vec<Decisive>,
}

/// Whether the entry is out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived {
    No,
    Yes,
    /// Somebody archived it while somebody else went on editing: it stays visible, with a mark.
    EditedApart,
}

/// An entry to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    pub kind: &'static Kind,
    /// Names of fields and typed values. A set's field may come several times.
    pub fields: Vec<(String, String)>,
    pub affiliations: Vec<Affiliation>,
}

impl NewEntry {
    pub fn new(kind: &'static Kind, name: &str) -> NewEntry {
        NewEntry { kind, fields: vec![("name".to_owned(), name.to_owned())], affiliations: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, field: &str, value: &str) -> NewEntry {
        self.fields.push((field.to_owned(), value.to_owned()));
        self
    }

    pub fn name(&self) -> &str {
        self.value(&field::NAME).unwrap_or_default()
    }

    pub fn value(&self, field: &Field) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field.name).map(|(_, value)| value.as_str())
    }

    /// Who may be on the map, and in whose words: what is still to be said, in the order of a conversation.
    pub fn lacks(&self) -> Vec<Lack> {
        let basis = self.kind.field(person::BASIS.name).filter(|_| self.value(&person::BASIS).is_none());
        let words = self.value(&field::LED_BY).is_some() && self.value(&field::LED_BY_WORDS).is_none();
        basis.map(Lack::Basis).into_iter().chain(words.then_some(Lack::Words)).collect()
    }
}

/// What an entry to be made lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Why somebody may be here at all: private people stand behind an organisation. It is not made without.
    Basis(&'static Field),
    /// In whose words it is that they are led by rights holders.
    Words,
}

impl Entry {
    /// Read an entry. Never fails: what cannot be read is counted.
    pub fn read(document: &Document, id: EntryId, resolve: &dyn Fn(ActorId) -> Author) -> Entry {
        Entry::read_until(document, id, resolve, None)
    }

    /// As we now think it was on the evening of a day: statements, log lines and memberships of a later day or of none are
    /// left out. Fields and links have no day.
    pub fn as_of(document: &Document, id: EntryId, resolve: &dyn Fn(ActorId) -> Author, day: Date) -> Entry {
        let mut entry = Entry::read_until(document, id, resolve, Some(day));
        entry.affiliations.retain(|(affiliation, _)| affiliation.since.is_none_or(|since| since <= day));
        for (affiliation, _) in &mut entry.affiliations {
            affiliation.until = affiliation.until.filter(|until| *until <= day);
        }
        let said =
            |(affiliation, by): &(Affiliation, Author)| Said { value: affiliation.to_string(), by: Some(by.clone()) };
        for value in entry.fields.iter_mut().filter(|value| value.field.holds == Holds::Affiliation) {
            value.values = entry.affiliations.iter().map(said).collect();
            sort_members(&mut value.values);
        }
        entry.fields.retain(|value| !value.values.is_empty());
        entry
    }

    fn read_until(document: &Document, id: EntryId, resolve: &dyn Fn(ActorId) -> Author, until: Option<Date>) -> Entry {
        let ancestry = Ancestry::of(document);
        let kind_name = match document.value("kind") {
            Some(Value::Text(name)) => words::shown_line(&name),
            _ => String::new(),
        };
        let kind = Kind::named(&kind_name);
        let assertions = assertion::read(document, &ancestry, resolve, until);
        let log = log::read(document, until);
        let links = link::read(document, &ancestry, resolve);
        let present = Present::read(document, kind, resolve);

        let mut unreadable = [assertions.unreadable, log.unreadable.clone(), links.unreadable].concat();
        unreadable.sort();
        let newer_facts = unreadable.len() + present.newer + assertions.newer + log.newer + links.newer;
        let mut oddities = Vec::new();
        if newer_facts > 0 {
            oddities.push(match newer_facts {
                1 => "1 fact from a newer version".to_owned(),
                count => format!("{count} facts from a newer version"),
            });
        }
        if kind.is_none() {
            oddities.push(match kind_name.as_str() {
                "" => "the beginning of this entry has not arrived yet".to_owned(),
                name => format!("a kind that only a newer version knows: {name}"),
            });
        }
        oddities.extend(odd(document));
        Entry {
            id,
            kind,
            kind_name,
            fields: present.fields,
            affiliations: present.affiliations,
            archived: archived(document, &ancestry),
            risks: assertions.risks,
            positions: assertions.positions,
            facts: assertions.facts,
            weighed: assertions.weighed,
            decisive: assertions.decisive,
            assertions: assertions.all,
            double_approaches: log.double_approaches(&ancestry, resolve),
            log: log.logged(resolve),
            links: links.standing,
            all_links: links.all,
            newer_facts,
            oddities,
            unreadable,
        }
    }

    pub fn name(&self) -> &str {
        self.value(&field::NAME).unwrap_or("(no name yet)")
    }

    /// The shown value of a field, or the first member of a set.
    pub fn value(&self, field: &Field) -> Option<&str> {
        self.field(field).and_then(|value| value.values.first()).map(|said| said.value.as_str())
    }

    pub fn field(&self, field: &Field) -> Option<&FieldValue> {
        self.fields.iter().find(|value| value.field.name == field.name)
    }

    pub fn is(&self, kind: &Kind) -> bool {
        self.kind_name == kind.name
    }

    /// Registers with several values that were written apart.
    pub fn differing(&self) -> impl Iterator<Item = &FieldValue> {
        self.fields.iter().filter(|value| value.differs())
    }

    pub fn risk(&self, kind: RiskKind) -> Option<&RiskStanding> {
        self.risks.iter().find(|standing| standing.kind == kind)
    }

    pub fn position(&self, campaign: RowId) -> Option<&PositionStanding> {
        self.positions.iter().find(|standing| standing.campaign == campaign)
    }

    /// The stage, the health or the affiliation, as far as somebody stated it.
    pub fn fact(&self, kind: FactKind) -> Option<&FactStanding> {
        self.facts.iter().find(|standing| standing.counts.kind() == kind)
    }

    /// A formal partnership in which nobody knows what they get is incomplete (guide, section 2).
    pub fn lacks_their_gain(&self) -> bool {
        self.value(&relationship::AGREEMENT) == Some("formal") && self.value(&relationship::THEY_GET).is_none()
    }

    /// A fact in place of everything that was stated about it before.
    pub fn stating(&self, fact: Fact, on: When, recorded_ms: u64) -> Assertion {
        let standing = self.fact(fact.kind()).map_or(&[][..], |standing| &standing.said);
        let supersedes = standing.iter().map(|said| said.id).collect();
        Assertion { supersedes, ..Assertion::new(Claim::Fact(fact), on, recorded_ms) }
    }

    /// What we gave and what they gave, by size.
    pub fn balance(&self) -> (u32, u32) {
        log::balance(&self.log)
    }

    /// Entries that somebody said are this one.
    pub fn same_as(&self) -> impl Iterator<Item = EntryId> {
        self.links.iter().filter(|linked| linked.link.target == Target::Same).map(|linked| linked.link.to)
    }

    /// How many things here want somebody to settle them.
    pub fn conflicts(&self) -> usize {
        self.differing().count()
            + self.risks.iter().filter(|standing| standing.differs).count()
            + self.positions.iter().filter(|standing| standing.differs).count()
            + self.double_approaches.len()
            + usize::from(self.archived == Archived::EditedApart)
    }

    /// Make an entry, in the edit that begins its document.
    pub fn create(edit: &mut Edit<'_>, new: &NewEntry) -> Result<(), Rejection> {
        if !edit.creating() || edit.value("kind").is_some() {
            return Err(Rejection::Exists);
        }
        edit.put("kind", Value::Text(new.kind.name.to_owned()))?;
        let mut texts: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut named = false;
        for (name, typed) in &new.fields {
            let field = new.kind.needed_field(name)?;
            match field.merges {
                Merges::Text => {
                    let text = texts.entry(field.name).or_default();
                    *text = field.clean(&format!("{text}\n{typed}"))?;
                }
                Merges::Set => Entry::add(edit, name, typed)?,
                Merges::Register => Entry::set(edit, name, typed)?,
            }
            named |= name == "name";
        }
        if !named {
            return Err(Rejection::Empty { field: "name" });
        }
        // All of them now: two devices that made one later would lose one side's words.
        for field in new.kind.fields.iter().filter(|field| field.merges == Merges::Text) {
            edit.make_text(&field.key(), texts.get(field.name).map_or("", String::as_str))?;
        }
        for affiliation in &new.affiliations {
            Entry::affiliate(edit, affiliation)?;
        }
        Ok(())
    }

    /// Sets a field; a set gains the value, or loses it when it begins with a minus.
    pub fn change(edit: &mut Edit<'_>, field: &str, value: &str) -> Result<(), Rejection> {
        match Entry::set(edit, field, value) {
            Err(Rejection::OneAtATime { .. }) => match value.strip_prefix('-') {
                Some(gone) => Entry::take_out(edit, field, gone),
                None => Entry::add(edit, field, value),
            },
            done => done,
        }
    }

    /// Set a register or a text. An empty value empties it.
    pub fn set(edit: &mut Edit<'_>, field: &str, typed: &str) -> Result<(), Rejection> {
        let field = field_of(edit, field)?;
        let value = field.clean(typed)?;
        match field.merges {
            Merges::Set => Err(Rejection::OneAtATime { field: field.name }),
            Merges::Text => Ok(edit.update_text(&field.key(), &value)?),
            Merges::Register if value.is_empty() => Ok(edit.remove(&field.key())?),
            Merges::Register => Ok(edit.put(&field.key(), Value::Text(value))?),
        }
    }

    /// Put a member into a set. One that is there already stays.
    pub fn add(edit: &mut Edit<'_>, field: &str, typed: &str) -> Result<(), Rejection> {
        let field = field_of(edit, field)?;
        if field.merges != Merges::Set {
            return Err(Rejection::OnlyOne { field: field.name });
        }
        if field.holds == Holds::Affiliation {
            return Entry::affiliate(edit, &Affiliation::typed(typed)?);
        }
        let value = field.clean(typed)?;
        if value.is_empty() {
            return Err(Rejection::Empty { field: field.name });
        }
        let key = member_key(field, &value);
        Ok(edit.put(&key, Value::Text(value))?)
    }

    /// Take a member out of a set, by its value.
    pub fn take_out(edit: &mut Edit<'_>, field: &str, typed: &str) -> Result<(), Rejection> {
        let field = field_of(edit, field)?;
        if field.merges != Merges::Set {
            return Err(Rejection::OnlyOne { field: field.name });
        }
        let key = match field.holds {
            Holds::Affiliation => format!("{}{}", field.key(), Affiliation::typed(typed)?.member_id()),
            _ => member_key(field, &field.clean(typed)?),
        };
        Ok(edit.remove(&key)?)
    }

    /// Note what this person or organisation belongs to, with its source. The same seat noted again replaces its dates.
    pub fn affiliate(edit: &mut Edit<'_>, affiliation: &Affiliation) -> Result<(), Rejection> {
        let field = field_of(edit, "affiliation")?;
        let affiliation = affiliation.clone().clean()?;
        let key = format!("{}{}", field.key(), affiliation.member_id());
        Ok(edit.put(&key, Value::Bytes(affiliation.to_bytes()))?)
    }

    /// Hide the entry, or bring it back. It keeps its history.
    pub fn archive(edit: &mut Edit<'_>, archived: bool) -> Result<(), Rejection> {
        existing(edit)?;
        if archived || edit.value(ARCHIVED).is_some() {
            edit.put(ARCHIVED, Value::Bool(archived))?;
        }
        Ok(())
    }

    /// State a risk or a position.
    pub fn assert(edit: &mut Edit<'_>, id: RowId, assertion: &Assertion) -> Result<(), Rejection> {
        assertion.needs_source(existing(edit)?)?;
        named_rows(edit, "a/", &assertion.supersedes)?;
        Ok(edit.append(&format!("a/{id}"), assertion.stored()?)?)
    }

    /// Add a line to the log.
    pub fn log(edit: &mut Edit<'_>, id: RowId, line: &LogLine) -> Result<(), Rejection> {
        existing(edit)?;
        line.needs_source()?;
        Ok(edit.append(&format!("l/{id}"), line.stored()?)?)
    }

    /// Link this entry, whose id is `own`, to another; or take a link away with one that is withdrawn.
    pub fn link(edit: &mut Edit<'_>, own: EntryId, id: RowId, link: &Link) -> Result<(), Rejection> {
        let kind = existing(edit)?;
        if link.to == own {
            return Err(Rejection::LinkToItself);
        }
        // Whoever knows what the other one is asks for it too.
        link.needs_source([kind.name, ""])?;
        named_rows(edit, "x/", &link.supersedes)?;
        Ok(edit.append(&format!("x/{id}"), link.stored()?)?)
    }
}

impl Archived {
    /// True when lists leave the entry out.
    pub fn hides(self) -> bool {
        self == Archived::Yes
    }
}

/// Says which and how much, never what.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).field("fields", &self.fields.len()).finish_non_exhaustive()
    }
}

/// The registers, texts and sets of a document.
struct Present {
    fields: Vec<FieldValue>,
    affiliations: Vec<(Affiliation, Author)>,
    newer: usize,
}

impl Present {
    fn read(document: &Document, kind: Option<&'static Kind>, resolve: &dyn Fn(ActorId) -> Author) -> Present {
        let keys: BTreeSet<String> = document.keys().into_iter().collect();
        let mut understood: BTreeSet<&str> = ["kind", ARCHIVED].into();
        let mut present = Present { fields: Vec::new(), affiliations: Vec::new(), newer: 0 };
        let common = if kind.is_none() { Kind::common_fields() } else { Vec::new() };
        for field in kind.map_or(&[][..], |kind| kind.fields).iter().chain(common) {
            let key = field.key();
            let mut values = Vec::new();
            match field.merges {
                Merges::Text => {
                    understood.extend(keys.get(&key).map(String::as_str));
                    let text = document.text(&key).map(|text| words::shown(&text)).unwrap_or_default();
                    if !text.is_empty() {
                        values.push(Said { value: text, by: None });
                    }
                }
                Merges::Register => {
                    understood.extend(keys.get(&key).map(String::as_str));
                    present.newer += said(document, &key, resolve, &mut values);
                }
                Merges::Set => {
                    let members = keys.range(key.clone()..).take_while(|member| member.starts_with(&key));
                    for member in members {
                        understood.insert(member);
                        match field.holds {
                            Holds::Affiliation => present.affiliation(document, member, resolve, &mut values),
                            _ => present.newer += said(document, member, resolve, &mut values),
                        }
                    }
                    sort_members(&mut values);
                }
            }
            if !values.is_empty() {
                present.fields.push(FieldValue { field, values });
            }
        }
        present.affiliations.sort_by(|(a, _), (b, _)| a.cmp(b));
        let row = |key: &str| ["a/", "l/", "x/"].iter().any(|prefix| key.starts_with(prefix));
        present.newer += keys.iter().filter(|key| !understood.contains(key.as_str()) && !row(key)).count();
        present
    }

    fn affiliation(
        &mut self,
        document: &Document,
        key: &str,
        resolve: &dyn Fn(ActorId) -> Author,
        values: &mut Vec<Said>,
    ) {
        // An end date that one side added stands: of two versions of one seat the one that says more is shown.
        let mut versions: Vec<(Affiliation, ActorId)> = Vec::new();
        for written in document.values(key) {
            match written.value {
                Value::Bytes(bytes) => match Affiliation::from_bytes(&bytes) {
                    Some(affiliation) => versions.push((affiliation, written.actor)),
                    None => self.newer += 1,
                },
                _ => self.newer += 1,
            }
        }
        let fullest = |affiliation: &Affiliation| (affiliation.until, affiliation.since, affiliation.role.is_some());
        if let Some((affiliation, actor)) =
            versions.into_iter().max_by(|(a, _), (b, _)| (fullest(a), a).cmp(&(fullest(b), b)))
        {
            let by = resolve(actor);
            values.push(Said { value: affiliation.to_string(), by: Some(by.clone()) });
            self.affiliations.push((affiliation, by));
        }
    }
}

/// The members of a set as they are shown, each once.
fn sort_members(values: &mut Vec<Said>) {
    values.sort_by(|a, b| (words::folded(&a.value), &a.value).cmp(&(words::folded(&b.value), &b.value)));
    values.dedup_by(|a, b| a.value == b.value);
}

/// The values under a key, the shown one first, each once. Returns how many could not be read.
fn said(document: &Document, key: &str, resolve: &dyn Fn(ActorId) -> Author, values: &mut Vec<Said>) -> usize {
    let mut newer = 0;
    for written in document.values(key) {
        match written.value {
            Value::Text(text) => {
                let value = words::shown_line(&text);
                if !values.iter().any(|said| said.value == value) {
                    values.push(Said { value, by: Some(resolve(written.actor)) });
                }
            }
            _ => newer += 1,
        }
    }
    newer
}

fn archived(document: &Document, ancestry: &Ancestry<'_>) -> Archived {
    let written = document.values(ARCHIVED);
    if written.iter().any(|written| written.value == Value::Bool(false)) && written.len() > 1 {
        return Archived::EditedApart;
    }
    match written.first() {
        Some(written) if written.value == Value::Bool(true) => {
            if ancestry.has_apart_from(written.change) {
                Archived::EditedApart
            } else {
                Archived::Yes
            }
        }
        _ => Archived::No,
    }
}

/// What other programs did that ours does not do, one sentence each.
fn odd(document: &Document) -> Vec<String> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for oddity in document.oddities() {
        let sentence = match oddity.kind {
            OddityKind::RowOverwritten | OddityKind::RowDeleted => {
                "somebody tried to change what was written once; it still counts"
            }
            OddityKind::RowNotBytes | OddityKind::NestedObject | OddityKind::LateText => {
                "something of another shape was put in"
            }
            OddityKind::SecondBeginning => "this entry was begun twice",
            // Counted as facts from a newer version.
            OddityKind::UnknownKey | OddityKind::UnknownValue | OddityKind::UnreadableChange => continue,
        };
        *counts.entry(sentence).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(sentence, count)| if count == 1 { sentence.to_owned() } else { format!("{sentence} ({count} times)") })
        .collect()
}

fn existing(edit: &Edit<'_>) -> Result<&'static Kind, Rejection> {
    match edit.value("kind") {
        Some(Value::Text(name)) => Kind::named(&name).ok_or(Rejection::NewerKind),
        Some(_) => Err(Rejection::NewerKind),
        None => Err(Rejection::NoEntry),
    }
}

fn field_of(edit: &Edit<'_>, name: &str) -> Result<&'static Field, Rejection> {
    existing(edit)?.needed_field(name)
}

fn named_rows(edit: &Edit<'_>, prefix: &str, ids: &[RowId]) -> Result<(), Rejection> {
    match ids.iter().find(|id| edit.value(&format!("{prefix}{id}")).is_none()) {
        Some(id) => Err(Rejection::NothingToReplace { id: *id }),
        None => Ok(()),
    }
}

/// Members are found by their folded text, so that the same word typed twice is one member; keys never hold a name.
fn member_key(field: &Field, value: &str) -> String {
    format!("{}{}", field.key(), letters(&Sha256::digest(words::folded(value))[..16]))
}

const ARCHIVED: &str = "f/archived";
