//! What the map itself says, beside its entries: its head, demographics, key dates, local issues, answers.

use std::collections::BTreeSet;

use allymap_domain::map::Map;
use allymap_domain::map::key_date::{DateSort, coming};
use allymap_domain::map::question::{Asked, Known, Question};

use crate::paper::page::{Block, Item};
use crate::paper::report::{ANSWERS, DATES, FIGURES, ISSUES, Material, OWN_WORDS, POSITIONS};

/// The community, and what else the map's head says.
pub(super) fn head(material: &Material<'_>, blocks: &mut Vec<Block>, left_out: &mut BTreeSet<&'static str>) {
    match material.map.community.as_str() {
        "" => blocks.push(Block::Room("Where does it start and end? Who are its people?".to_owned(), 2)),
        community => blocks.push(Block::Text(community.to_owned())),
    }
    let mut items = Vec::new();
    for value in &material.map.fields {
        let is_setting = value.field.name.starts_with("weeks-") || value.field.name == "facts-age";
        if is_setting {
            continue;
        }
        if !material.may_see(value.field.audience) {
            left_out.insert(value.field.label);
            continue;
        }
        let said: Vec<String> = value.values.iter().map(|said| value.field.shown(&said.value)).collect();
        let text = said.join(if value.differs() { " or " } else { "; " });
        // A drawn border is for map programs.
        let text = if text.trim_start().starts_with('{') { "drawn as GeoJSON".to_owned() } else { text };
        items.push(Item { beside: text, ..Item::new(value.field.label) });
    }
    if !items.is_empty() {
        blocks.push(Block::Items(items));
    }
}

/// What stands in a section and is no entry.
pub(super) fn section(
    material: &Material<'_>,
    slug: &str,
    blocks: &mut Vec<Block>,
    left_out: &mut BTreeSet<&'static str>,
) {
    let map = material.map;
    let (circle, label, is_empty) = match slug {
        "demographics" => (FIGURES, "demographics", map.figures.is_empty()),
        "dates" => (DATES, "key dates", map.dates.is_empty()),
        "issues" => (ISSUES, "local issues", map.issues.is_empty()),
        _ => return,
    };
    if !material.may_see(circle) {
        if !is_empty {
            left_out.insert(label);
        }
        return;
    }
    let items = match slug {
        "demographics" => figures(map),
        "dates" => dates(material, left_out),
        _ => issues(material, left_out),
    };
    if !items.is_empty() {
        blocks.push(Block::Items(items));
    }
}

fn figures(map: &Map) -> Vec<Item> {
    let figures = map.figures.iter().flat_map(|item| item.versions());
    figures
        .map(|figure| Item {
            beside: figure.value.clone(),
            small: Some(figure.origin.to_string()).filter(|origin| !origin.is_empty()).into_iter().collect(),
            ..Item::new(figure.what.clone())
        })
        .collect()
}

/// The coming year, in its order.
pub(super) fn dates(material: &Material<'_>, left_out: &mut BTreeSet<&'static str>) -> Vec<Item> {
    let until = material.today.plus_days(365).unwrap_or(material.today);
    let own_words = material.may_see(OWN_WORDS);
    let mut items = Vec::new();
    for coming in coming(&material.map.dates, material.today, until) {
        let date = &coming.item.value;
        if date.sort == Some(DateSort::Ours) && !own_words {
            left_out.insert("dates of ours");
            continue;
        }
        let mut item = Item::new(date.name.clone());
        item.beside = match coming.first == coming.last {
            true => coming.first.spelled(),
            false => format!("{} to {}", coming.first.spelled(), coming.last.spelled()),
        };
        if own_words {
            item.paragraphs.extend(date.note.clone());
            item.small.extend(date.source.clone());
        }
        items.push(item);
    }
    items
}

fn issues(material: &Material<'_>, left_out: &mut BTreeSet<&'static str>) -> Vec<Item> {
    let own_words = material.may_see(OWN_WORDS);
    let issues = material.map.issues.iter().flat_map(|item| item.versions());
    issues
        .map(|issue| {
            let mut item = Item::new(issue.name.clone());
            if own_words {
                item.beside = issue.weight_words().to_owned();
                item.paragraphs.extend(issue.note.clone());
                item.small.extend(Some(issue.origin.to_string()).filter(|origin| !origin.is_empty()));
            } else {
                left_out.insert("what we noted about local issues");
            }
            item
        })
        .collect()
}

pub(super) fn campaigns(material: &Material<'_>, blocks: &mut Vec<Block>, left_out: &mut BTreeSet<&'static str>) {
    let open: Vec<_> = material.map.campaigns.iter().filter(|campaign| campaign.closed.is_none()).collect();
    if open.is_empty() {
        return;
    }
    if !material.may_see(POSITIONS) {
        left_out.insert("campaigns");
        return;
    }
    let items = open.iter().map(|campaign| {
        let mut item = Item::new(campaign.sentence.clone());
        let target = |id| material.entries.iter().find(|entry| entry.id == id).map(|entry| entry.name().to_owned());
        let targets: Vec<String> = campaign.targets.iter().filter_map(|id| target(*id)).collect();
        if !targets.is_empty() {
            item.facts.push(("It is for them to decide".to_owned(), targets.join(" or ")));
        }
        item
    });
    blocks.push(Block::Sort("Our campaigns".to_owned()));
    blocks.push(Block::Items(items.collect()));
}

/// Sections and questions of one's own, and what was found out.
pub(super) fn answers(material: &Material<'_>, blocks: &mut Vec<Block>, left_out: &mut BTreeSet<&'static str>) {
    let map = material.map;
    if !material.may_see(ANSWERS) {
        if !(map.answers.is_empty() && map.own_sections.is_empty() && map.own_questions.is_empty()) {
            left_out.insert("questions and answers");
        }
        return;
    }
    for own in map.own_sections.iter().flat_map(|item| item.versions()) {
        blocks.push(Block::Heading(own.title.clone()));
        match &own.text {
            Some(text) => blocks.push(Block::Text(text.clone())),
            None => blocks.push(Block::Room("Nothing is written down yet.".to_owned(), 2)),
        }
    }
    blocks.push(Block::Heading("Questions and answers".to_owned()));
    for standing in map.questions() {
        // Number 6 has the words of number 5.
        if standing.number == Some(6) && standing.own.is_none() {
            continue;
        }
        let number = standing.number.map(|number| format!("{number}  ")).unwrap_or_default();
        let known = match standing.known {
            Known::Answered => "",
            Known::Partly => " (partly known)",
            Known::Unknown => " (not known yet)",
        };
        blocks.push(Block::Sort(format!("{number}{}{known}", standing.words)));
        let whole = standing.own.map(Asked::Own).or(standing.question.map(|question| Asked::Whole(question.slug)));
        let mut items: Vec<Item> = whole.into_iter().flat_map(|asked| said(map, asked, "")).collect();
        for part in standing.question.map_or(&[][..], |question: &Question| question.parts) {
            let slug = standing.question.map_or("", |question| question.slug);
            items.extend(said(map, Asked::Part(slug, part.slug), part.words));
        }
        if items.is_empty() {
            blocks.push(Block::Room(String::new(), 1));
        } else {
            blocks.push(Block::Items(items));
        }
    }
}

fn said(map: &Map, asked: Asked, words: &str) -> Vec<Item> {
    let answers = map.answer(asked).into_iter().flat_map(|item| item.versions());
    answers
        .filter_map(|answer| {
            let mut item = Item::new("");
            let question = if words.is_empty() { String::new() } else { format!("{words} ") };
            item.paragraphs.push(format!("{question}{}", answer.text.clone()?));
            item.small.extend(Some(answer.origin.to_string()).filter(|origin| !origin.is_empty()));
            Some(item)
        })
        .collect()
}
