//! The map in numbers: why we partner, what was done for and with each other, and what came of it.

use std::collections::BTreeSet;

use allymap_domain::entry::Entry;
use allymap_domain::entry::log::LOG_KINDS;
use allymap_domain::kind::field::Holds;
use allymap_domain::kind::relationship::WHY;

use crate::paper::page::{Block, Item};
use crate::paper::report::{LOG, Material};

/// Partnerships by the guide's six reasons (guide, section 1), and lines of the log by their kind (module, sections 2 and 7).
pub(super) fn add(
    material: &Material<'_>,
    shown: &[&Entry],
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    let mut items = Vec::new();
    let mut reasons = Item::new(WHY.label);
    if let Holds::Choice(choices) = WHY.holds
        && material.may_see(WHY.audience)
    {
        for choice in choices {
            let has = |entry: &&&Entry| {
                entry.field(&WHY).is_some_and(|why| why.values.iter().any(|said| said.value == choice.slug))
            };
            count(&mut reasons, choice.label, shown.iter().filter(has).count());
        }
    }
    let mut log = Item::new("In the log");
    if material.may_see(LOG) {
        for kind in LOG_KINDS {
            let of_kind = |entry: &&Entry| entry.log.iter().filter(|logged| logged.line.kind == kind.slug).count();
            count(&mut log, kind.label, shown.iter().map(of_kind).sum());
        }
    } else if shown.iter().any(|entry| !entry.log.is_empty()) {
        left_out.insert("the log");
    }
    items.extend([reasons, log].into_iter().filter(|item| !item.facts.is_empty()));
    if !items.is_empty() {
        blocks.push(Block::Heading("In numbers".to_owned()));
        blocks.push(Block::Items(items));
    }
}

fn count(item: &mut Item, label: &str, number: usize) {
    if number > 0 {
        item.facts.push((label.to_owned(), number.to_string()));
    }
}
