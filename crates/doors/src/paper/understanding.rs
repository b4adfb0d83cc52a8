//! One page to hand to a partner, so that both sides mean the same: what is agreed, and room for what is not yet.

use std::collections::BTreeSet;

use allymap_domain::entry::Entry;
use allymap_domain::kind::field::Merges;

use crate::paper::page::{Block, Item, Page, Paper};
use crate::paper::report::{LOG, Material, Printed, circle_of, is_technical};

/// What we and one partner have between us, for an audience. None when this audience may not know of the entry at all.
pub fn understanding(material: &Material<'_>, entry: &Entry) -> Option<Printed> {
    if !material.may_see(circle_of(entry)) {
        return None;
    }
    let mut left_out = BTreeSet::new();
    let mut item = Item::new("");
    for value in entry.fields.iter().filter(|value| !is_technical(value.field)) {
        match material.value(entry, value.field) {
            None => {
                left_out.insert(value.field.label);
            }
            Some(text) if value.field.merges == Merges::Text => item.paragraphs.push(text),
            Some(text) => item.facts.push((value.field.label.to_owned(), text)),
        }
    }
    let mut blocks = vec![Block::Part("What we share", Paper::Upright)];
    if !item.facts.is_empty() || !item.paragraphs.is_empty() {
        blocks.push(Block::Items(vec![item]));
    }
    give_and_take(material, entry, &mut blocks, &mut left_out);
    if !entry.risks.is_empty() {
        left_out.insert("risks");
    }
    if !entry.positions.is_empty() {
        left_out.insert("the spectrum of allies");
    }
    blocks.push(Block::Heading("To settle together".to_owned()));
    for (question, lines) in [
        ("What do we want to reach together, and until when?", 2),
        ("What does each side bring, and what does each side get?", 2),
        ("What will we not do together, or not be comfortable with?", 2),
        ("Who speaks for each side, and how do we decide?", 2),
        ("When do we next look at this page together?", 1),
    ] {
        blocks.push(Block::Room(question.to_owned(), lines));
    }
    let page = Page { title: entry.name().to_owned(), below: below(material), blocks };
    Some(Printed { html: page.html(), entries: 1, left_out })
}

fn below(material: &Material<'_>) -> Vec<String> {
    let mut lines = vec!["A shared understanding, so that nobody expects what the other did not mean.".to_owned()];
    lines.extend(material.made_for());
    lines
}

/// The favours of both sides by date. What was noted about them stays with us: it was not written for the other side.
fn give_and_take(
    material: &Material<'_>,
    entry: &Entry,
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    blocks.push(Block::Heading("Give and take".to_owned()));
    let with_words = material.may_see(LOG);
    let rows: Vec<Vec<Vec<String>>> = entry
        .log
        .iter()
        .filter_map(|logged| {
            let what = match logged.line.kind.as_str() {
                "ask" => "we asked",
                "gave" => "we gave",
                "got" => "you gave",
                "co-host" => "we hosted together",
                "joint-decision" => "we decided together",
                _ => return None,
            };
            let size = logged.line.size.and_then(|size| SIZES.get(usize::from(size) - 1)).copied().unwrap_or_default();
            // A day, but not the words that somebody used instead of one.
            let on = logged.line.on.date.map_or_else(|| "no date".to_owned(), allymap_domain::date::Date::spelled);
            let mut row = vec![vec![on], vec![what.to_owned()], vec![size.to_owned()]];
            if with_words {
                row.push(vec![logged.line.text.clone()]);
            }
            Some(row)
        })
        .collect();
    if !entry.log.is_empty() && !with_words {
        left_out.insert("the words of the log");
    }
    if rows.is_empty() {
        blocks.push(Block::Text("Nothing yet. That is where every partnership begins.".to_owned()));
        return;
    }
    let mut columns = vec!["When".to_owned(), "What".to_owned(), "How much".to_owned()];
    if with_words {
        columns.push("Noted".to_owned());
    }
    blocks.push(Block::Table { columns, rows });
}

const SIZES: [&str; 5] =
    ["a mention", "being there", "people or a room", "hosting together", "money or a public stand"];
