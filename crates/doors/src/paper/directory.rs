//! The directory: whom we know, how to reach them, which of our groups keeps the relationship, and how far it is.

use allymap_domain::entry::Entry;
use allymap_domain::entry::fact::FactKind;
use allymap_domain::kind::{event, field, person, place, segment};

use crate::paper::page::{Block, Paper};
use crate::paper::report::{LOG, Material};

pub(super) fn add(material: &Material<'_>, shown: &[&Entry], blocks: &mut Vec<Block>) {
    blocks.push(Block::Part("Directory", Paper::Upright));
    let inside = material.may_see(LOG);
    let mut columns = vec!["Name".to_owned(), "Contact".to_owned()];
    if inside {
        columns.extend(["Held by", "Stage"].map(str::to_owned));
    }
    let rows: Vec<Vec<Vec<String>>> = shown
        .iter()
        .map(|entry| {
            let mut name = vec![entry.name().to_owned()];
            name.extend(material.value(entry, &person::ROLE).or_else(|| material.value(entry, &field::TYPE)));
            let contact = [&field::PHONE, &field::EMAIL, &field::WEBSITE, &field::ADDRESS]
                .into_iter()
                .filter_map(|field| material.value(entry, field));
            let mut row = vec![name, contact.collect()];
            if inside {
                row.push(material.value(entry, &field::HELD_BY).into_iter().collect());
                row.push(stage(entry));
            }
            row
        })
        .collect();
    match rows.is_empty() {
        true => blocks.push(Block::Text("Nobody is on the map yet.".to_owned())),
        false => blocks.push(Block::Table { columns, rows }),
    }
}

/// How far the relationship is, and the last contact.
fn stage(entry: &Entry) -> Vec<String> {
    // A hall is nobody to be acquainted with, and a part of the public neither.
    if [&place::KIND, &segment::KIND, &event::KIND].into_iter().any(|kind| entry.is(kind)) {
        return Vec::new();
    }
    let stage = entry.fact(FactKind::Stage).map_or("mapped", |standing| standing.counts.label());
    let mut lines = vec![stage.to_owned()];
    let last = entry.log.iter().filter_map(|logged| logged.line.on.date).max();
    lines.extend(last.map(|date| format!("last {}", date.spelled())));
    lines
}
