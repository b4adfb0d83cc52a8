//! Groups, people, institutions and places on the map: put there, read, changed, hidden, and joined where two are one.

use allymap_domain::entry::Entry;
use allymap_domain::entry::link::Link;
use allymap_domain::ids::EntryId;

use crate::trouble::{Allies, Trouble};
use crate::visit::Visit;

pub mod add;
pub mod change;
pub mod duplicates;
pub mod list;
pub mod show;
pub mod why;

pub use add::{add, alike};
pub use change::change;
pub use duplicates::duplicates;
pub use list::list;
pub use show::show;
pub use why::why;

#[derive(Clone, Debug)]
pub struct Archived {
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Merged {
    pub kept: String,
    pub other: String,
}

/// Hides an entry. It keeps its history.
pub fn archive(v: &mut Visit<'_>, id: EntryId) -> Result<Archived, Trouble> {
    let name = v.card(id)?.heading.name;
    v.edit_entry(id, |edit| Entry::archive(edit, true))??;
    v.commit()?;
    Ok(Archived { name })
}

/// Two entries are one in the world from now on. Nothing of either is deleted.
pub fn merge(v: &mut Visit<'_>, keep: EntryId, other: EntryId) -> Result<Merged, Trouble> {
    if keep == other {
        return Err(Trouble::Allies(Allies::OneAlready));
    }
    let (kept, named) = (v.card(keep)?.heading.name, v.card(other)?.heading.name);
    let (row, link) = (v.fresh_row(), Link::same(keep, v.now_ms()));
    v.edit_entry(other, |edit| Entry::link(edit, other, row, &link))??;
    v.commit()?;
    Ok(Merged { kept, other: named })
}
