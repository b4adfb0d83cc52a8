//! What is known of the eight things to find out, whether a meeting brought it or somebody wrote it down.

use std::collections::BTreeSet;

use allymap_domain::advice::meeting::{FINDINGS, Finding};
use allymap_domain::entry::Entry;
use allymap_domain::entry::link::Direction;
use allymap_domain::entry::position::Place;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::field::{self, Field};
use allymap_domain::kind::relationship::{self, CAPACITY};

use crate::app::App;
use crate::failure::Failure;

/// Each of the eight with its answer, wherever that is kept, also under another name of theirs.
pub(crate) fn findings(app: &mut App, id: EntryId) -> Result<Vec<(&'static Finding, Option<String>)>, Failure> {
    let mut entries = vec![app.entry(id)?];
    entries.extend(crate::commands::also::entries(app, id)?.into_iter().map(|(_, entry)| entry));
    let campaigns = crate::commands::campaign::all(app)?;
    let rows = app.rows()?;
    let mut links: Vec<(Direction, &str)> = Vec::new();
    let ours = |other: EntryId| entries.iter().any(|entry| entry.id == other);
    for row in rows.iter() {
        for link in &row.links {
            if ours(row.id) && !ours(link.to) {
                links.extend(rows.iter().find(|row| row.id == link.to).map(|to| (link.direction, to.name.as_str())));
            } else if ours(link.to) && !ours(row.id) {
                links.push((link.direction.turned(), row.name.as_str()));
            }
        }
    }
    let find = |slug: &str| -> Vec<String> {
        match slug {
            "do" => fields(&entries, &field::DESCRIPTION),
            "position" => {
                let placed = entries.iter().flat_map(|entry| &entry.positions);
                let stands = placed.filter(|standing| standing.place != Place::NotKnown).filter_map(|standing| {
                    let campaign = campaigns.iter().find(|campaign| campaign.id == standing.campaign)?;
                    Some(format!("{} on \"{}\"", standing.place.label(), campaign.sentence))
                });
                stands.chain(in_words(&entries, STANDS)).collect()
            }
            "capacity" => {
                let counted = CAPACITY.iter().flat_map(|field| {
                    let own = entries.iter().find_map(|entry| entry.field(field)).map(|value| value.field);
                    let said = fields(&entries, field).into_iter();
                    said.filter_map(move |said| Some(format!("{}: {said}", own?.label.to_lowercase())))
                });
                counted.chain(fields(&entries, &relationship::RESOURCES)).chain(in_words(&entries, HAVE)).collect()
            }
            "relations" | "influence" => {
                let moves = |direction: Direction| (direction == Direction::Out) == (slug == "influence");
                links.iter().filter(|(direction, _)| moves(*direction)).map(|(_, name)| (*name).to_owned()).collect()
            }
            "interest" => fields(&entries, &relationship::INTEREST),
            "barriers" => fields(&entries, &relationship::BARRIERS),
            "benefit" => fields(&entries, &relationship::BENEFIT),
            _ => Vec::new(),
        }
    };
    Ok(FINDINGS
        .iter()
        .map(|finding| {
            let mut said = find(finding.slug);
            let mut seen = BTreeSet::new();
            said.retain(|said| seen.insert(said.clone()));
            (finding, (!said.is_empty()).then(|| said.join("; ")))
        })
        .collect())
}

/// What is kept in a field.
fn fields(entries: &[Entry], field: &Field) -> Vec<String> {
    let values = entries.iter().filter_map(|entry| entry.field(field));
    let said = values.flat_map(|value| value.values.iter().map(|said| value.field.shown(&said.value)));
    said.filter(|said| !said.is_empty()).collect()
}

/// What a meeting kept in its own words.
fn in_words<'a>(entries: &'a [Entry], label: &'a str) -> impl Iterator<Item = String> + 'a {
    let lines = entries.iter().flat_map(|entry| &entry.log).flat_map(|logged| logged.line.text.lines());
    lines.filter_map(move |line| line.strip_prefix(label)).map(str::to_owned)
}

/// How what has no field of its own begins in the words of a meeting.
pub(super) const STANDS: &str = "Where they stand: ";
pub(super) const HAVE: &str = "What they have: ";
