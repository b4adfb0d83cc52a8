//! The template, filled: the community, then the seven sections in its order.

use std::collections::BTreeSet;

use allymap_domain::entry::Entry;
use allymap_domain::entry::link::{Direction, Target};
use allymap_domain::kind::Kind;
use allymap_domain::kind::field::{Holds, Merges};
use allymap_domain::kind::{field, segment};
use allymap_domain::map::section::SECTIONS;

use crate::paper::page::{Block, Item, Paper};
use crate::paper::report::{INFLUENCE, Material, RISKS, is_technical};
use crate::paper::{counts, said};

pub(super) fn add(
    material: &Material<'_>,
    shown: &[&Entry],
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    blocks.push(Block::Part("Our community", Paper::Upright));
    said::head(material, blocks, left_out);
    for section in SECTIONS {
        blocks.push(Block::Heading(section.title.to_owned()));
        let before = blocks.len();
        said::section(material, section.slug, blocks, left_out);
        match section.slug {
            // Parts of the public are neither organisations nor people to write to; they belong to who lives here.
            "demographics" => segments(material, shown, blocks, left_out),
            "issues" => said::campaigns(material, blocks, left_out),
            _ => {}
        }
        if let Some(kind) = section.kind.and_then(Kind::named) {
            entries(material, kind, shown, blocks, left_out);
        }
        if blocks.len() == before {
            blocks.push(Block::Room("Nothing is written down yet.".to_owned(), 2));
        }
    }
    said::answers(material, blocks, left_out);
    counts::add(material, shown, blocks, left_out);
    // What only a newer version knows is not lost from sight.
    let others: Vec<Item> =
        shown.iter().filter(|entry| entry.kind.is_none()).map(|entry| Item::new(entry.name())).collect();
    if !others.is_empty() {
        blocks.push(Block::Heading("Written by a newer allymap".to_owned()));
        blocks.push(Block::Items(others));
    }
}

fn segments(material: &Material<'_>, shown: &[&Entry], blocks: &mut Vec<Block>, left_out: &mut BTreeSet<&'static str>) {
    let segments = shown.iter().filter(|entry| entry.is(&segment::KIND));
    let items: Vec<Item> = segments.map(|entry| item(material, entry, left_out)).collect();
    if !items.is_empty() {
        blocks.push(Block::Sort("Parts of the public".to_owned()));
        blocks.push(Block::Items(items));
    }
}

/// The types that the template names of a kind, in its order.
fn types_of(kind: &Kind) -> &'static [&'static str] {
    match kind.name {
        "organisation" => &["activist", "rights-holders", "charity", "social", "youth", "recreation", "business"],
        "person" => &["politician", "community-leader", "journalist", "celebrity", "elder"],
        "institution" => {
            &["school", "university", "college", "hospital", "place-of-worship", "office", "shopping-centre"]
        }
        "place" => &["garden", "park", "hall", "square", "market"],
        _ => &[],
    }
}

/// The entries of one kind, by their types: those of the template first, in its order, then the rest of the kind's table.
fn entries(
    material: &Material<'_>,
    kind: &Kind,
    shown: &[&Entry],
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    let of_kind: Vec<&Entry> =
        shown.iter().copied().filter(|entry| entry.kind.is_some_and(|own| own.name == kind.name)).collect();
    let of_template = types_of(kind);
    let mut types: Vec<(&str, &str)> = Vec::new();
    if let Some(Holds::Choice(choices)) = kind.own(&field::TYPE).map(|field| field.holds) {
        let label = |slug: &&'static str| {
            choices.iter().find(|choice| choice.slug == *slug).map(|choice| (choice.slug, choice.label))
        };
        types.extend(of_template.iter().filter_map(label));
        let rest = choices.iter().map(|choice| (choice.slug, choice.label));
        types.extend(rest.filter(|(slug, _)| !of_template.contains(slug)));
    }
    let named: BTreeSet<&str> = types.iter().map(|(slug, _)| *slug).collect();
    let mut nobody = Vec::new();
    for (slug, label) in types {
        let items: Vec<Item> = of_kind
            .iter()
            .filter(|entry| entry.value(&field::TYPE) == Some(slug))
            .map(|entry| item(material, entry, left_out))
            .collect();
        if !items.is_empty() {
            blocks.push(Block::Sort(capitalised(label)));
            blocks.push(Block::Items(items));
        } else if of_template.contains(&slug) {
            nobody.push(label);
        }
    }
    let untyped: Vec<Item> = of_kind
        .iter()
        .filter(|entry| !entry.value(&field::TYPE).is_some_and(|own| named.contains(own)))
        .map(|entry| item(material, entry, left_out))
        .collect();
    if !untyped.is_empty() {
        if !named.is_empty() && untyped.len() < of_kind.len() {
            blocks.push(Block::Sort("Not sorted yet".to_owned()));
        }
        blocks.push(Block::Items(untyped));
    }
    if !nobody.is_empty() && !of_kind.is_empty() {
        blocks.push(Block::Small(format!("Nobody known yet: {}.", nobody.join(", "))));
    }
}

fn item(material: &Material<'_>, entry: &Entry, left_out: &mut BTreeSet<&'static str>) -> Item {
    let mut item = Item::new(entry.name());
    let affiliation = allymap_domain::kind::KINDS.iter().find_map(|kind| kind.field("affiliation"));
    if affiliation.is_some_and(|field| material.may_see(field.audience)) {
        let belongs: Vec<String> = entry
            .affiliations
            .iter()
            .filter(|(affiliation, _)| !affiliation.has_ended(material.today))
            .map(|(affiliation, _)| affiliation.to_string())
            .collect();
        item.beside = belongs.join("; ");
    }
    for value in entry.fields.iter().filter(|value| !is_technical(value.field)) {
        match material.value(entry, value.field) {
            None => {
                left_out.insert(value.field.label);
            }
            Some(text) if value.field.merges == Merges::Text => item.paragraphs.push(text),
            Some(text) => item.facts.push((value.field.label.to_owned(), text)),
        }
    }
    influence(material, entry, &mut item, left_out);
    if !entry.risks.is_empty() {
        if material.may_see(RISKS) {
            let risks: Vec<String> =
                entry.risks.iter().map(|risk| format!("{} {}", risk.kind.slug(), risk.counts.label())).collect();
            item.facts.push(("Risks".to_owned(), risks.join(", ")));
        } else {
            left_out.insert("risks");
        }
    }
    item
}

fn influence(material: &Material<'_>, entry: &Entry, item: &mut Item, left_out: &mut BTreeSet<&'static str>) {
    let links: Vec<_> = entry
        .links
        .iter()
        .filter_map(|linked| match linked.link.target {
            Target::Influence { direction, .. } => Some((linked.link.to, direction)),
            Target::Same | Target::BranchOf => None,
        })
        .collect();
    if links.is_empty() {
        return;
    }
    if !material.may_see(INFLUENCE) {
        left_out.insert("influence");
        return;
    }
    for (label, wanted) in [("Can move", Direction::Out), ("Listens to", Direction::In)] {
        let names: Vec<&str> = links
            .iter()
            .filter(|(_, direction)| *direction == wanted || *direction == Direction::Both)
            .filter_map(|(to, _)| material.entries.iter().find(|other| other.id == *to))
            .map(Entry::name)
            .collect();
        if !names.is_empty() {
            item.facts.push((label.to_owned(), names.join(", ")));
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
