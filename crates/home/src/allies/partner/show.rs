//! Everything about one entry, and what is known of it under its other names.

use std::collections::BTreeMap;

use allymap_domain::entry::Entry;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::kind::field::Holds;

use crate::relations::relationship::{self, Relationship};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Shown {
    pub entry: Entry,
    pub relationship: Relationship,
    /// The same under another entry: two groups wrote it down apart, and both stay.
    pub also: Vec<AlsoKept>,
    /// Of the entries that it names.
    names: BTreeMap<EntryId, String>,
    campaigns: BTreeMap<RowId, String>,
}

#[derive(Clone, Debug)]
pub struct AlsoKept {
    pub short: String,
    pub entry: Entry,
}

pub fn show(v: &mut Visit<'_>, id: EntryId) -> Result<Shown, Trouble> {
    let entry = v.entry(id)?;
    let names_others = entry.fields.iter().any(|value| value.field.holds == Holds::Entry) || !entry.links.is_empty();
    let names = if names_others { v.names()? } else { BTreeMap::new() };
    let campaigns = if entry.positions.is_empty() { None } else { v.map_entry()? };
    let campaigns = campaigns.into_iter().flat_map(|map| map.campaigns);
    let campaigns = campaigns.map(|campaign| (campaign.id, campaign.sentence)).collect();
    let (relationship, also) = (relationship::of(v, &entry)?, also(v, id)?);
    Ok(Shown { entry, relationship, also, names, campaigns })
}

/// The entries that are known to be the same as this one, with the letters that name each.
pub fn also(v: &mut Visit<'_>, id: EntryId) -> Result<Vec<AlsoKept>, Trouble> {
    let mut others = v.one_and_the_same(id)?;
    others.retain(|other| *other != id);
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let short = v.short_ids()?;
    others.into_iter().map(|other| Ok(AlsoKept { short: short[&other].clone(), entry: v.entry(other)? })).collect()
}

impl Shown {
    /// The name of an entry that it is linked to, if that is here.
    pub fn name(&self, id: EntryId) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// The sentence of a campaign on which it stands somewhere.
    pub fn campaign(&self, id: RowId) -> Option<&str> {
        self.campaigns.get(&id).map(String::as_str)
    }
}
