//! Somebody is put on the map.

use allymap_domain::card::Card;
use allymap_domain::card::duplicates;
use allymap_domain::date::Date;
use allymap_domain::entry::{Entry, Lack, NewEntry};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::Kind;
use allymap_domain::kind::field::Field;

use super::change::Stated;
use crate::together::member::{self, WhoSees};
use crate::tried::Tried;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct New {
    pub entry: NewEntry,
    pub stated: Stated,
    /// It is none of those that are much like it.
    pub another: bool,
}

#[derive(Clone, Debug)]
pub enum Want {
    /// Whether it is one of these, the likeliest first.
    Another(Vec<Near>),
    /// Why somebody may be on the map at all.
    Basis(&'static Field),
}

/// Something on the map that is much like what is to be added.
#[derive(Clone, Debug)]
pub struct Near {
    pub id: EntryId,
    pub name: String,
    pub kind: String,
    pub held_by: Option<String>,
    pub last_contact: Option<Date>,
    /// Of the same kind, and shown under the same name.
    pub same: bool,
}

#[derive(Clone, Debug)]
pub struct Added {
    pub card: Card,
    pub short: String,
    pub kind: &'static Kind,
    /// They are rights holders, who are consulted first.
    pub consult_first: bool,
    pub seen_by: WhoSees,
    pub today: Date,
}

/// What is on the map already and much like this.
pub fn alike(v: &mut Visit<'_>, name: &str, kind: &Kind) -> Result<Vec<Near>, Trouble> {
    let cards = v.cards()?;
    let alike = duplicates::alike(name, kind, &cards).into_iter().map(|alike| Near {
        id: alike.card.id,
        name: alike.card.name.clone(),
        kind: alike.card.kind.clone(),
        held_by: alike.card.held_by().map(str::to_owned),
        last_contact: alike.card.contact.last,
        same: alike.same,
    });
    Ok(alike.collect())
}

pub fn add(v: &mut Visit<'_>, new: &New) -> Result<Tried<Added, Want>, Trouble> {
    let kind = new.entry.kind;
    if !new.another {
        let near = alike(v, new.entry.name(), kind)?;
        if !near.is_empty() {
            return Ok(Tried::wants(Want::Another(near)));
        }
    }
    if let Some(Lack::Basis(field)) = new.entry.lacks().first() {
        return Ok(Tried::wants(Want::Basis(field)));
    }
    let id = v.fresh_entry();
    v.edit_entry(id, |edit| Entry::create(edit, &new.entry))??;
    new.stated.write(v, id)?;
    v.commit()?;
    let (card, short) = (v.card(id)?, v.short_ids()?.remove(&id).unwrap_or_default());
    let consult_first = card.rights_holders();
    Ok(Tried::Kept(Added { card, short, kind, consult_first, seen_by: member::who_sees(v)?, today: v.today() }))
}
