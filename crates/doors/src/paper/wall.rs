//! The wall chart: for each campaign where everybody stands and how we get to who decides, then who holds what and what comes
//! next, on sheets for the wall.

use std::collections::BTreeSet;

use allymap_domain::advice::path::routes;
use allymap_domain::card::Card;
use allymap_domain::entry::Entry;
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::kind::field;
use allymap_domain::kind::{event, place};

use crate::paper::page::{Block, Item, Paper};
use crate::paper::report::{INFLUENCE, Material, POSITIONS};
use crate::paper::said;

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
    let placed: Vec<&Entry> =
        shown.iter().copied().filter(|entry| !(entry.is(&place::KIND) || entry.is(&event::KIND))).collect();
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
        if let Some(target) = campaign.target() {
            let way = if material.may_see(INFLUENCE) { way(material, shown, campaign.id, target) } else { None };
            blocks.extend(way.map(Block::Text));
        }
    }
    let held = held_by(material, shown);
    if !held.is_empty() {
        blocks.push(Block::Heading("Who holds what".to_owned()));
        blocks.push(Block::Columns(held));
    }
    let dates: Vec<Item> = said::dates(material, left_out).into_iter().take(NEXT_DATES).collect();
    if !dates.is_empty() {
        blocks.push(Block::Heading("Next dates".to_owned()));
        blocks.push(Block::Items(dates));
    }
}

const NEXT_DATES: usize = 6;

/// How we get to a decision maker, in one line: the best way, and where it is weakest.
fn way(material: &Material<'_>, shown: &[&Entry], campaign: RowId, target: EntryId) -> Option<String> {
    let found = routes(material.rows, target, Some(campaign), None, 1)?;
    let may_name = |row: &Card| shown.iter().any(|entry| entry.id == row.id);
    if !may_name(found.target) {
        return None;
    }
    let target = &found.target.name;
    if found.known {
        return Some(format!("The way to {target}: we know them ourselves."));
    }
    let Some(route) = found.routes.first() else {
        return Some(format!("The way to {target}: none that we know of."));
    };
    if !route.hops.iter().all(|hop| may_name(hop.from) && may_name(hop.to)) {
        return None;
    }
    let names: Vec<&str> = [route.hops[0].from]
        .into_iter()
        .chain(route.hops.iter().map(|hop| hop.to))
        .map(|row| row.name.as_str())
        .collect();
    let weakest = route.weakest();
    let against =
        weakest.against.map(|place| format!(", and {} is {}", weakest.from.name, place.label())).unwrap_or_default();
    let strength = weakest.strength.slug();
    Some(format!(
        "The way to {target}: us, {}. Weakest: {} to {} ({strength}{against}).",
        names.join(", "),
        weakest.from.name,
        weakest.to.name
    ))
}

/// By our groups, the relationships that they hold.
fn held_by(material: &Material<'_>, shown: &[&Entry]) -> Vec<(String, Vec<String>)> {
    let mut held: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for entry in shown {
        if let Some(group) = material.value(entry, &field::HELD_BY) {
            held.entry(group).or_default().push(entry.name().to_owned());
        }
    }
    held.into_iter().take(6).collect()
}
