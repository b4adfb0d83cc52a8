//! The wall chart: for each campaign where everybody stands, on a sheet for the wall.

use std::collections::BTreeSet;

use crate::entry::Entry;
use crate::position::Place;
use crate::report::page::{Block, Paper};
use crate::report::{Material, POSITIONS};

pub(super) fn add(
    material: &Material<'_>,
    shown: &[&Entry],
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    if !material.may_see(POSITIONS) {
        if shown.iter().any(|entry| !entry.positions.is_empty()) {
            left_out.insert("the spectrum of allies");
        }
        return;
    }
    blocks.push(Block::Part("Wall chart", Paper::Wide));
    let open: Vec<_> = material.map.campaigns.iter().filter(|campaign| campaign.closed.is_none()).collect();
    // A hall stands nowhere.
    let placed: Vec<&Entry> = shown.iter().copied().filter(|entry| entry.kind_name != "place").collect();
    if open.is_empty() {
        blocks.push(Block::Text("There is no campaign yet.".to_owned()));
    }
    for campaign in open {
        blocks.push(Block::Heading(campaign.sentence.clone()));
        let at = |place: Place| {
            let names = placed.iter().filter_map(|entry| {
                let standing = entry.position(campaign.id).filter(|standing| standing.place == place)?;
                // People differ: the less friendly counts, and the other is named.
                let also =
                    if standing.differs { format!(" (or {})", standing.friendliest.label()) } else { String::new() };
                Some(format!("{}{also}", entry.name()))
            });
            (place.label().to_owned(), names.collect::<Vec<String>>())
        };
        let [unknown, known @ ..] = Place::ALL;
        blocks.push(Block::Columns(known.into_iter().map(at).collect()));
        let (label, names) = at(unknown);
        let nobody_said = placed.iter().filter(|entry| entry.position(campaign.id).is_none()).count();
        let mut small = format!("Not placed yet: {nobody_said}.");
        if !names.is_empty() {
            small = format!("Looked at and {label}: {}. {small}", names.join(", "));
        }
        blocks.push(Block::Small(small));
    }
    let held = held_by(material, shown);
    if !held.is_empty() {
        blocks.push(Block::Heading("Who holds what".to_owned()));
        blocks.push(Block::Columns(held));
    }
}

/// By our groups, the relationships that they hold.
fn held_by(material: &Material<'_>, shown: &[&Entry]) -> Vec<(String, Vec<String>)> {
    let mut held: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for entry in shown {
        if let Some(group) = material.value(entry, "held-by") {
            held.entry(group).or_default().push(entry.name().to_owned());
        }
    }
    held.into_iter().take(6).collect()
}
