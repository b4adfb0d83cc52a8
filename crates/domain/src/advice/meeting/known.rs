//! What is known of the eight things to find out, whether a meeting brought it or somebody wrote it down.

use std::collections::BTreeSet;

use crate::advice::meeting::{FINDINGS, Finding, HAVE, STANDS};
use crate::card::Card;
use crate::entry::Entry;
use crate::entry::link::Direction;
use crate::entry::position::Place;
use crate::ids::EntryId;
use crate::kind::relationship::CAPACITY;
use crate::map::campaign::Campaign;

/// Each of the eight with its answer, wherever that is kept, also under another name of theirs: `entries` are an entry and
/// all that are known to be the same.
pub fn known(entries: &[Entry], campaigns: &[Campaign], cards: &[Card]) -> Vec<(&'static Finding, Option<String>)> {
    let mut links: Vec<(Direction, &str)> = Vec::new();
    let ours = |other: EntryId| entries.iter().any(|entry| entry.id == other);
    for card in cards {
        for link in &card.links {
            if ours(card.id) && !ours(link.to) {
                let to = cards.iter().find(|card| card.id == link.to);
                links.extend(to.map(|to| (link.direction, to.name.as_str())));
            } else if ours(link.to) && !ours(card.id) {
                links.push((link.direction.turned(), card.name.as_str()));
            }
        }
    }
    let find = |slug: &str| -> Vec<String> {
        match slug {
            "do" => fields(entries, &["description"]),
            "position" => {
                let placed = entries.iter().flat_map(|entry| &entry.positions);
                let stands = placed.filter(|standing| standing.place != Place::NotKnown).filter_map(|standing| {
                    let campaign = campaigns.iter().find(|campaign| campaign.id == standing.campaign)?;
                    Some(format!("{} on \"{}\"", standing.place.label(), campaign.sentence))
                });
                stands.chain(in_words(entries, STANDS)).collect()
            }
            "capacity" => {
                let counted = CAPACITY.iter().flat_map(|name| {
                    let field = entries.iter().find_map(|entry| entry.field(name)).map(|value| value.field);
                    let said = fields(entries, &[name]).into_iter();
                    said.filter_map(move |said| Some(format!("{}: {said}", field?.label.to_lowercase())))
                });
                counted.chain(fields(entries, &["resources"])).chain(in_words(entries, HAVE)).collect()
            }
            "relations" | "influence" => {
                let moves = |direction: Direction| (direction == Direction::Out) == (slug == "influence");
                links.iter().filter(|(direction, _)| moves(*direction)).map(|(_, name)| (*name).to_owned()).collect()
            }
            field => fields(entries, &[field]),
        }
    };
    FINDINGS
        .iter()
        .map(|finding| {
            let mut said = find(finding.slug);
            let mut seen = BTreeSet::new();
            said.retain(|said| seen.insert(said.clone()));
            (finding, (!said.is_empty()).then(|| said.join("; ")))
        })
        .collect()
}

/// What is kept in fields of these names.
fn fields(entries: &[Entry], names: &[&str]) -> Vec<String> {
    let values = entries.iter().flat_map(|entry| names.iter().filter_map(|name| entry.field(name)));
    let said = values.flat_map(|value| value.values.iter().map(|said| value.field.shown(&said.value)));
    said.filter(|said| !said.is_empty()).collect()
}

/// What a meeting kept in its own words.
fn in_words<'a>(entries: &'a [Entry], label: &'a str) -> impl Iterator<Item = String> + 'a {
    let lines = entries.iter().flat_map(|entry| &entry.log).flat_map(|logged| logged.line.text.lines());
    lines.filter_map(move |line| line.strip_prefix(label)).map(str::to_owned)
}
