//! Of each fact of an entry who said it, when, and from what source; of a person, why they are here.

use std::collections::BTreeMap;

use allymap_domain::date::Date;
use allymap_domain::entry::why::{Fact, Here, Known, facts};
use allymap_domain::history;
use allymap_domain::ids::EntryId;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Why {
    pub id: EntryId,
    pub name: String,
    /// Why somebody is here; none for what is no person.
    pub here: Option<Here>,
    pub facts: Vec<Fact>,
}

pub fn why(v: &mut Visit<'_>, id: EntryId) -> Result<Why, Trouble> {
    let (card, entry) = (v.card(id)?, v.entry(id)?);
    let (written, names) = (written_here(v, id)?, v.names()?);
    let campaigns = v.map_entry()?.map(|map| map.campaigns).unwrap_or_default();
    let facts = facts(&entry, Known { names: &names, campaigns: &campaigns, written: &written });
    Ok(Why { id, name: card.heading.name, here: Here::of(&entry), facts })
}

/// On which day this computer wrote which value of which field. A change carries no time; only one's own acts are known.
fn written_here(v: &mut Visit<'_>, id: EntryId) -> Result<BTreeMap<(String, String), String>, Trouble> {
    let acts = v.acts()?;
    let Some(document) = v.document_of(id)? else { return Ok(BTreeMap::new()) };
    let mut written = BTreeMap::new();
    for change in document.changes() {
        let Some(act) = acts.iter().find(|act| Some(act.id()) == change.act) else { continue };
        let Some(after) = document.at(&[change.hash]) else { continue };
        for key in &change.keys {
            let value = match after.text(key) {
                Some(text) => text,
                None => after.value(key).map(|value| history::said(&after, key, &value)).unwrap_or_default(),
            };
            written.insert((history::label(&after, key), value), Date::of_ms(act.at_ms).spelled());
        }
    }
    Ok(written)
}
