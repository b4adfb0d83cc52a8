//! What the map says about an entry is changed: fields, what is stated of the relationship, a form that was filled in.

use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::Assertion;
use allymap_domain::entry::change as changed;
use allymap_domain::entry::change::Change;
use allymap_domain::entry::fact::Fact;
use allymap_domain::entry::link::Link;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::{Field, Merges};
use allymap_domain::kind::person;
use allymap_domain::kind::sensitive::Told;
use allymap_domain::kind::{KINDS, Kind};
use allymap_domain::rejection::Rejection;

use crate::relations::facts::{self, Moved};
use crate::status::Who;
use crate::together::member::{self, WhoSees};
use crate::tried::Tried;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Changes {
    pub told: Told,
    /// An archived entry is brought back.
    pub restore: bool,
    pub stated: Stated,
}

/// What is more than a field: facts of the relationship, who of us knows them, whose branch it is.
#[derive(Clone, Debug)]
pub struct Stated {
    pub facts: Vec<Fact>,
    pub because: Option<String>,
    /// When it was checked or seen.
    pub on: When,
    pub source: Option<String>,
    pub known_by: Option<String>,
    /// The organisation of which it is the local branch.
    pub parent: Option<Who>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Why a closer tie to a party is let go of. This is on record.
    Reason(&'static str),
}

#[derive(Clone, Debug)]
pub struct Changed {
    pub name: String,
    /// The names of the fields, in the order in which they were written.
    pub fields: Vec<String>,
    pub restored: bool,
    pub stated: Vec<Kept>,
    pub seen_by: WhoSees,
}

/// Something stated that now counts.
#[derive(Clone, Debug)]
pub enum Kept {
    Moved(Moved),
    KnownBy(String),
    BranchOf(String),
}

/// What has to be known of an entry before it is changed.
#[derive(Clone, Debug)]
pub struct Before {
    pub kind: &'static Kind,
    /// It is on record what the entry is needed for.
    pub needed: bool,
    pub want: Option<Want>,
}

/// An entry as a form shows it.
#[derive(Clone, Debug)]
pub struct Form {
    pub shown: Entry,
    pub kind: &'static Kind,
    pub map: String,
}

#[derive(Clone, Debug)]
pub struct FilledIn {
    pub name: String,
    pub fields: Vec<&'static str>,
    /// What somebody else wrote meanwhile where ours now stands.
    pub overtaken: Vec<(&'static Field, String)>,
    pub seen_by: WhoSees,
}

pub fn before(v: &mut Visit<'_>, id: EntryId, stated: &Stated) -> Result<Before, Trouble> {
    let (card, entry) = (v.card(id)?, v.entry(id)?);
    let needed = entry.field(&person::NEEDED_FOR).is_some();
    Ok(Before { kind: card.kind().unwrap_or(KINDS[0]), needed, want: stated.lacks(&entry) })
}

pub fn change(v: &mut Visit<'_>, id: EntryId, changes: &Changes) -> Result<Tried<Changed, Want>, Trouble> {
    let card = v.card(id)?;
    if !changes.stated.facts.is_empty()
        && let Some(want) = changes.stated.lacks(&v.entry(id)?)
    {
        return Ok(Tried::wants(want));
    }
    v.edit_entry(id, |edit| {
        if changes.restore {
            Entry::archive(edit, false)?;
        }
        changes.told.write(edit)
    })??;
    let stated = changes.stated.write(v, id)?;
    v.commit()?;
    let fields = changes.told.fields.iter().map(|(name, _)| name.clone()).collect();
    let (name, restored) = (card.heading.name, changes.restore);
    Ok(Tried::Kept(Changed { name, fields, restored, stated, seen_by: member::who_sees(v)? }))
}

/// The fields that take one value, with what each holds.
pub fn registers(v: &mut Visit<'_>, id: EntryId) -> Result<Vec<(&'static Field, String)>, Trouble> {
    let entry = v.entry(id)?;
    let fields = entry.kind.into_iter().flat_map(|kind| kind.fields).filter(|field| field.merges == Merges::Register);
    let now = |field: &Field| entry.value(field).map(|value| field.shown(value)).unwrap_or_default();
    Ok(fields.map(|field| (field, now(field))).collect())
}

/// Every field of an entry, to be changed at once.
pub fn form(v: &mut Visit<'_>, id: EntryId) -> Result<Form, Trouble> {
    let shown = v.entry(id)?;
    let kind = shown.kind.ok_or(Rejection::NewerKind)?;
    Ok(Form { shown, kind, map: v.map()?.name })
}

/// One act. What somebody else wrote meanwhile stays, except in a field that was edited here too.
pub fn fill_in(v: &mut Visit<'_>, id: EntryId, shown: &Entry, changes: &[Change]) -> Result<FilledIn, Trouble> {
    let name = v.card(id)?.heading.name;
    let mut overtaken = Vec::new();
    if !changes.is_empty() {
        overtaken = changed::overtaken(shown, &v.entry(id)?, changes);
        v.edit_entry(id, |edit| changes.iter().try_for_each(|change| change.write(edit)))??;
        v.commit()?;
    }
    let mut fields: Vec<&str> = changes.iter().map(|change| change.field().name).collect();
    fields.dedup();
    Ok(FilledIn { name, fields, overtaken, seen_by: member::who_sees(v)? })
}

/// Whoever asks, if they can be noted as knowing them.
pub fn may_know(v: &mut Visit<'_>, id: EntryId) -> Result<Option<String>, Trouble> {
    let person = v.map()?.person;
    Ok(v.entry(id)?.can_note_knows(&person).then_some(person))
}

/// Notes that whoever asks knows them.
pub fn know(v: &mut Visit<'_>, id: EntryId) -> Result<(), Trouble> {
    let person = v.map()?.person;
    v.edit_entry(id, |edit| Entry::add(edit, "known-by", &person))??;
    v.commit()
}

impl Stated {
    pub fn nothing(today: Date) -> Stated {
        Stated { facts: Vec::new(), because: None, on: When::on(today), source: None, known_by: None, parent: None }
    }

    /// What lets go of a closer tie to a party says why.
    fn lacks(&self, entry: &Entry) -> Option<Want> {
        let stands = |fact: &Fact| entry.fact(fact.kind()).map(|standing| standing.counts);
        let loosens = |fact: &&Fact| stands(fact).is_some_and(|was| fact.loosens(was));
        let fact = self.facts.iter().find(loosens).filter(|_| self.because.is_none())?;
        Some(Want::Reason(stands(fact).map_or("", |was| was.label())))
    }

    /// Writes it into an entry; nothing is durable yet.
    pub(crate) fn write(&self, v: &mut Visit<'_>, id: EntryId) -> Result<Vec<Kept>, Trouble> {
        let mut kept = Vec::new();
        for fact in &self.facts {
            let moved = facts::state(v, id, *fact, |assertion| Assertion {
                reason: self.because.clone(),
                source: self.source.clone(),
                observed: self.on.clone(),
                ..assertion
            })?;
            kept.push(Kept::Moved(moved));
        }
        if let Some(known_by) = &self.known_by {
            v.edit_entry(id, |edit| Entry::add(edit, "known-by", known_by))??;
            kept.push(Kept::KnownBy(known_by.clone()));
        }
        if let Some(parent) = &self.parent {
            let (row, link) = (v.fresh_row(), Link::branch_of(parent.id, v.now_ms()));
            v.edit_entry(id, |edit| Entry::link(edit, id, row, &link))??;
            kept.push(Kept::BranchOf(parent.name.clone()));
        }
        Ok(kept)
    }
}
