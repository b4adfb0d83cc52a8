//! The map on paper: each page is for an audience, and only what that audience may see gets onto it.

use std::collections::BTreeSet;

use allymap_domain::entry::Entry;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::Audience;
use allymap_domain::map::Map;
use allymap_doors::paper;
pub use allymap_doors::paper::blank::BlankForm;
use allymap_doors::paper::blank::blank_form;
use allymap_doors::paper::report::Material;
pub use allymap_doors::paper::report::{Printed, ReportPart};

use crate::trouble::Trouble;
use crate::visit::Visit;

/// Parts of the map, and what it is called.
#[derive(Clone, Debug)]
pub struct Reported {
    pub map: String,
    pub printed: Printed,
}

pub fn report(v: &mut Visit<'_>, parts: &BTreeSet<ReportPart>, audience: Audience) -> Result<Reported, Trouble> {
    let map = v.map_entry()?.unwrap_or_default();
    let entries = entries(v)?;
    let cards = v.cards_once()?;
    // Printing takes its time, and needs no map.
    v.release();
    let material = Material { map: &map, entries: &entries, rows: &cards, audience, today: v.today() };
    Ok(Reported { map: map.name().to_owned(), printed: paper::report::report(&material, parts) })
}

/// What we share with one entry. None where this audience may not know of it at all.
pub fn understanding(v: &mut Visit<'_>, id: EntryId, audience: Audience) -> Result<Option<Printed>, Trouble> {
    let map = v.map_entry()?.unwrap_or_default();
    let entries = [v.entry(id)?];
    let cards = v.cards_once()?;
    v.release();
    let material = Material { map: &map, entries: &entries, rows: &cards, audience, today: v.today() };
    Ok(paper::understanding::understanding(&material, &entries[0]))
}

/// An empty form for pen and paper.
pub fn blank(form: BlankForm) -> Printed {
    Printed { html: blank_form(form), entries: 0, left_out: BTreeSet::new() }
}

/// Each entry once: of those that are the same, the one that stands for all.
fn entries(v: &mut Visit<'_>) -> Result<Vec<Entry>, Trouble> {
    let ids: BTreeSet<EntryId> = v.cards_once()?.iter().map(|card| card.id).collect();
    let documents = v.all_documents()?;
    let authors = v.authors()?;
    let once = documents.iter().filter(|(id, document)| !Map::is(document) && ids.contains(id));
    Ok(once.map(|(id, document)| v.read(document, *id, &authors)).collect())
}
