//! An entry as it is read and as it is changed.
//!
//! Reading never fails because of what somebody wrote: what can be read is there, the rest is counted.

use std::collections::BTreeMap;

use allymap_document::{Document, Edit, Value, WriteError};

use crate::kind::{Field, Holds, Kind, Merges};
use crate::said::{Assertion, Author, Level, Link, LogKind, LogLine, Place, Resolve, Risk, RowId, Said, encode};

/// The random name of an entry; its document has the same.
pub type EntryId = RowId;

/// Everything readable about one entry.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: EntryId,
    pub kind: Kind,
    /// Registers: every value that stands, the shown one first.
    pub fields: BTreeMap<&'static str, Vec<(String, Author)>>,
    pub texts: BTreeMap<&'static str, String>,
    pub sets: BTreeMap<&'static str, Vec<String>>,
    pub assertions: Vec<Said<Assertion>>,
    pub log: Vec<Said<LogLine>>,
    pub links: Vec<Said<Link>>,
    /// Facts that a newer version wrote.
    pub newer: usize,
    /// Other things that do not belong there, in words.
    pub oddities: Vec<String>,
}

/// Why the map refuses a change. It reads well to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("an entry needs a name")]
    NoName,
    #[error("{field} has {letters} letters; {limit} fit")]
    TooLong { field: &'static str, letters: usize, limit: usize },
    #[error("{field} is one of: {choices}")]
    NotAChoice { field: &'static str, choices: String },
    #[error("{kind} entries have no field {field}")]
    NoSuchField { kind: Kind, field: String },
    #[error("a risk that replaces another needs a reason")]
    NeedsReason,
    #[error("this was not written: {0}")]
    Write(#[from] WriteError),
}

/// Letters in one line.
pub const LINE_LETTERS: usize = 300;
/// Letters in a text.
pub const TEXT_LETTERS: usize = 20_000;

/// A risk of one type: what stands, and what counts of it.
#[derive(Clone, Debug)]
pub struct RiskLine {
    pub risk: Risk,
    /// The strictest of what stands; unknown when nothing does.
    pub level: Level,
    /// All that nobody has superseded, the strictest first.
    pub standing: Vec<Said<Assertion>>,
    /// More than one stands, and they differ.
    pub differs: bool,
}

/// Where an entry stands on one campaign.
#[derive(Clone, Debug)]
pub struct Standing {
    pub campaign: RowId,
    /// The less friendly of what stands.
    pub place: Place,
    pub standing: Vec<Said<Assertion>>,
    pub differs: bool,
}

impl Entry {
    /// The entry in this document; `None` when it holds none.
    pub fn read(document: &Document, id: EntryId, resolve: Resolve<'_>) -> Option<Entry> {
        let Some(Value::Text(kind)) = document.value("kind") else { return None };
        let kind = Kind::from_slug(&kind)?;
        let (mut fields, mut texts, mut sets) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let keys = document.keys();
        for field in kind.fields() {
            let key = field.key();
            match field.merges {
                Merges::Register => {
                    let mut values: Vec<(String, Author)> = Vec::new();
                    for written in document.values(&key) {
                        if let Some(text) = shown(&written.value)
                            && !values.iter().any(|(known, _)| *known == text)
                        {
                            values.push((text, resolve(written.actor)));
                        }
                    }
                    if !values.is_empty() {
                        fields.insert(field.name, values);
                    }
                }
                Merges::Text => {
                    if let Some(text) = document.text(&key).filter(|text| !text.is_empty()) {
                        texts.insert(field.name, text);
                    }
                }
                Merges::Set => {
                    let members: Vec<String> = keys
                        .iter()
                        .filter(|known| known.starts_with(&key))
                        .filter_map(|known| document.value(known).as_ref().and_then(shown))
                        .collect();
                    if !members.is_empty() {
                        sets.insert(field.name, members);
                    }
                }
            }
        }
        let mut newer = 0;
        let assertions = rows(document, "a/", resolve, &mut newer);
        let log = rows(document, "l/", resolve, &mut newer);
        let links = rows(document, "x/", resolve, &mut newer);
        let oddities: Vec<String> = document.oddities().iter().map(|oddity| format!("{oddity:?}")).collect();
        Some(Entry { id, kind, fields, texts, sets, assertions, log, links, newer, oddities })
    }

    pub fn name(&self) -> &str {
        self.value("name").unwrap_or("(no name)")
    }

    /// The shown value of a register.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.first().map(|(value, _)| value.as_str())
    }

    pub fn is_archived(&self) -> bool {
        self.value("archived") == Some("yes")
    }

    /// Always six lines, in the guide's order.
    pub fn risks(&self) -> Vec<RiskLine> {
        Risk::ALL
            .iter()
            .map(|risk| {
                let mut standing = self.standing(|said| matches!(said, Assertion::Risk { risk: of, .. } if of == risk));
                standing.sort_by_key(|said| std::cmp::Reverse(level(&said.what)));
                let level_of = standing.first().map_or(Level::Unknown, |said| level(&said.what));
                let differs = standing.iter().any(|said| said.what.compared() != standing[0].what.compared());
                RiskLine { risk: *risk, level: level_of, standing, differs }
            })
            .collect()
    }

    /// One line for each campaign that anybody said anything about.
    pub fn positions(&self) -> Vec<Standing> {
        let mut campaigns: Vec<RowId> = self
            .assertions
            .iter()
            .filter_map(|said| match said.what {
                Assertion::Position { campaign, .. } => Some(campaign),
                Assertion::Risk { .. } => None,
            })
            .collect();
        campaigns.sort();
        campaigns.dedup();
        campaigns
            .into_iter()
            .map(|campaign| {
                let of = |said: &Assertion| matches!(said, Assertion::Position { campaign: on, .. } if *on == campaign);
                let mut standing = self.standing(of);
                standing.sort_by_key(|said| std::cmp::Reverse(place(&said.what)));
                let known: Vec<Place> =
                    standing.iter().map(|said| place(&said.what)).filter(|place| *place != Place::NotKnown).collect();
                let shown = known.first().copied().unwrap_or(Place::NotKnown);
                Standing { campaign, place: shown, differs: known.iter().any(|place| *place != shown), standing }
            })
            .collect()
    }

    /// First approaches by different groups that had not seen each other.
    pub fn double_approaches(&self) -> Vec<(&Said<LogLine>, &Said<LogLine>)> {
        let approaches: Vec<&Said<LogLine>> =
            self.log.iter().filter(|said| said.what.kind == LogKind::Approach).collect();
        let mut pairs = Vec::new();
        for (at, first) in approaches.iter().enumerate() {
            for second in &approaches[at + 1..] {
                let seen = second.what.source.supersedes.contains(&first.id)
                    || first.what.source.supersedes.contains(&second.id);
                if first.by.group != second.by.group && !seen {
                    pairs.push((*first, *second));
                }
            }
        }
        pairs
    }

    /// Registers that two people wrote apart.
    pub fn differing_fields(&self) -> Vec<(&'static str, &[(String, Author)])> {
        self.fields
            .iter()
            .filter(|(_, values)| values.len() > 1)
            .map(|(name, values)| (*name, values.as_slice()))
            .collect()
    }

    /// Links that nobody has ended.
    pub fn open_links(&self) -> Vec<&Said<Link>> {
        let ended: Vec<RowId> = self.links.iter().flat_map(|said| said.what.source().supersedes.clone()).collect();
        self.links.iter().filter(|said| !matches!(said.what, Link::Ended { .. }) && !ended.contains(&said.id)).collect()
    }

    fn standing(&self, about: impl Fn(&Assertion) -> bool) -> Vec<Said<Assertion>> {
        let of: Vec<&Said<Assertion>> = self.assertions.iter().filter(|said| about(&said.what)).collect();
        let superseded: Vec<RowId> = of.iter().flat_map(|said| said.what.source().supersedes.clone()).collect();
        of.into_iter().filter(|said| !superseded.contains(&said.id)).cloned().collect()
    }
}

/// A new entry: its kind, its texts, its first fields. Call it in the edit that creates the document.
pub fn create(edit: &mut Edit<'_>, kind: Kind, fields: &[(&str, &str)]) -> Result<(), Rejection> {
    if !fields.iter().any(|(name, value)| *name == "name" && !value.trim().is_empty()) {
        return Err(Rejection::NoName);
    }
    edit.put("kind", Value::Text(kind.slug().into()))?;
    for field in kind.fields().iter().filter(|field| field.merges == Merges::Text) {
        let initial = fields.iter().find(|(name, _)| *name == field.name).map_or("", |(_, value)| value);
        edit.make_text(&field.key(), &checked(field, initial)?)?;
    }
    for (name, value) in fields {
        let field = kind.field(name).ok_or_else(|| Rejection::NoSuchField { kind, field: (*name).into() })?;
        if field.merges != Merges::Text {
            set(edit, kind, name, value)?;
        }
    }
    Ok(())
}

/// Sets a field; an empty value empties it. A set gains a member.
pub fn set(edit: &mut Edit<'_>, kind: Kind, name: &str, value: &str) -> Result<(), Rejection> {
    let field = kind.field(name).ok_or_else(|| Rejection::NoSuchField { kind, field: name.into() })?;
    let value = checked(field, value)?;
    let key = field.key();
    match field.merges {
        Merges::Register if value.is_empty() && name == "name" => return Err(Rejection::NoName),
        Merges::Register if value.is_empty() => edit.remove(&key)?,
        Merges::Register => edit.put(&key, Value::Text(value))?,
        Merges::Text => edit.update_text(&key, &value)?,
        Merges::Set => {
            let member = format!("{key}{}", short_hash(&value));
            edit.put(&member, Value::Text(value))?;
        }
    }
    Ok(())
}

/// Adds an assertion. One that replaces a risk says why.
pub fn assert(edit: &mut Edit<'_>, id: RowId, assertion: &Assertion) -> Result<(), Rejection> {
    if let Assertion::Risk { source, .. } = assertion
        && !source.supersedes.is_empty()
        && source.reason.as_ref().is_none_or(|reason| reason.trim().is_empty())
    {
        return Err(Rejection::NeedsReason);
    }
    Ok(edit.append(&format!("a/{}", id.text()), encode(assertion))?)
}

pub fn log(edit: &mut Edit<'_>, id: RowId, line: &LogLine) -> Result<(), Rejection> {
    Ok(edit.append(&format!("l/{}", id.text()), encode(line))?)
}

pub fn link(edit: &mut Edit<'_>, id: RowId, link: &Link) -> Result<(), Rejection> {
    Ok(edit.append(&format!("x/{}", id.text()), encode(link))?)
}

/// A value as a field takes it: control characters and marks that turn the direction of writing left out, not too long, one of
/// the choices where there are some.
pub fn checked(field: &'static Field, value: &str) -> Result<String, Rejection> {
    let lines = field.holds == Holds::Lines;
    let clean: String = value.chars().filter(|letter| (*letter == '\n' && lines) || !is_hidden(*letter)).collect();
    let clean = clean.trim().to_owned();
    let limit = if lines { TEXT_LETTERS } else { LINE_LETTERS };
    let letters = clean.chars().count();
    if letters > limit {
        return Err(Rejection::TooLong { field: field.label, letters, limit });
    }
    match field.holds {
        _ if clean.is_empty() => Ok(clean),
        Holds::OneOf(choices) if !choices.contains(&clean.as_str()) => {
            Err(Rejection::NotAChoice { field: field.label, choices: choices.join(", ") })
        }
        Holds::YesNo if !matches!(clean.as_str(), "yes" | "no") => {
            Err(Rejection::NotAChoice { field: field.label, choices: "yes, no".into() })
        }
        _ => Ok(clean),
    }
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A set's member is named by what it says, so that two who add the same add it once.
fn short_hash(value: &str) -> String {
    use sha2::Digest;
    data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(value.as_bytes())[..16])
}

fn rows<T: for<'b> minicbor::Decode<'b, ()>>(
    document: &Document,
    prefix: &str,
    resolve: Resolve<'_>,
    newer: &mut usize,
) -> Vec<Said<T>> {
    let mut said = Vec::new();
    for row in document.appended(prefix) {
        match (RowId::from_text(&row.id), minicbor::decode(&row.value)) {
            (Some(id), Ok(what)) => said.push(Said { id, what, by: resolve(row.actor), order: row.order }),
            _ => *newer += 1,
        }
    }
    said.sort_by_key(|row| row.id);
    said
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.into()),
        Value::Bytes(_) | Value::Unknown => None,
    }
}

fn level(assertion: &Assertion) -> Level {
    match assertion {
        Assertion::Risk { level, .. } => *level,
        Assertion::Position { .. } => Level::Unknown,
    }
}

fn place(assertion: &Assertion) -> Place {
    match assertion {
        Assertion::Position { place, .. } => *place,
        Assertion::Risk { .. } => Place::NotKnown,
    }
}

impl Assertion {
    pub fn source(&self) -> &crate::said::Source {
        match self {
            Assertion::Risk { source, .. } | Assertion::Position { source, .. } => source,
        }
    }

    /// What two statements differ in.
    fn compared(&self) -> (u8, u8) {
        match self {
            Assertion::Risk { level, mitigation, .. } => (*level as u8, *mitigation as u8),
            Assertion::Position { place, .. } => (*place as u8, 0),
        }
    }
}

impl Link {
    pub fn source(&self) -> &crate::said::Source {
        match self {
            Link::Influences { source, .. } | Link::SameAs { source, .. } | Link::Ended { source } => source,
        }
    }
}
