//! An invented town to try everything on. It never leaves this computer, and needs no emergency words.

use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::town::town_map;
use allymap_domain::town::{TownChoices, demo_town};

use crate::maps::founded::{self, Me};
use crate::maps::rows::MapRow;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// A town that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practised {
    pub map: String,
    pub me: Me,
    pub entries: usize,
}

pub fn practise(v: &mut Visit<'_>, me: &Me) -> Result<Practised, Trouble> {
    let mut town = demo_town();
    town.map.name = not_taken(v, &town.map.name)?;
    founded::begin(v, &town.map.name, me)?;
    let row = v.map()?;
    v.put_map(MapRow { practice: true, ..row })?;
    let entries: Vec<EntryId> = town.entries.iter().map(|_| v.fresh_entry()).collect();
    let campaigns: Vec<RowId> = town.campaigns.iter().map(|_| v.fresh_row()).collect();
    let mut fresh = v.fresh_rows();
    let (today, recorded_ms) = (v.today(), v.now_ms());
    let document = v.map_document()?;
    v.edit(document, |edit| town_map(edit, &town, &campaigns, today, &mut fresh))??;
    let mut choices = TownChoices { entries: &entries, campaigns: &campaigns, today, recorded_ms, fresh: &mut fresh };
    for (index, id) in entries.iter().enumerate() {
        v.edit_entry(*id, |edit| town.write(index, edit, &mut choices))??;
    }
    v.commit()?;
    Ok(Practised { map: town.map.name, me: me.clone(), entries: entries.len() })
}

/// Whoever begins again has both, each under a name of its own.
fn not_taken(v: &mut Visit<'_>, name: &str) -> Result<String, Trouble> {
    let known = v.maps()?;
    let taken = |name: &str| known.iter().any(|map| map.name.to_lowercase() == name.to_lowercase());
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name} {number}")));
    Ok(names.find(|name| !taken(name)).expect("there is always a next number"))
}
