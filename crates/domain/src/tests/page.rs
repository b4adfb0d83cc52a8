//! `docs/document.md` says what the tables say.

use crate::date::{Date, When};
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::link::{Direction, Link, Strength};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::entry::{Entry, NewEntry};
use crate::ids::{EntryId, RowId};
use crate::kind::field::{Audience, Field, Merges};
use crate::kind::{KINDS, Kind};
use crate::map::MAP_FIELDS;
use crate::rejection::Rejection;
use allymap_document::{ActId, ActorId, Document, Value};

const PAGE: &str = include_str!("../../../../docs/document.md");

/// Rows of the page's table of fields: field, how it merges, who may see it, and the kinds that have it.
fn table() -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for field in KINDS.iter().flat_map(|kind| kind.fields) {
        if seen.contains(&field.name) {
            continue;
        }
        seen.push(field.name);
        let merges = match field.merges {
            Merges::Register => "register",
            Merges::Text => "text",
            Merges::Set => "set",
        };
        let audience = match field.audience {
            Audience::Public => "public",
            Audience::Partner => "partner",
            Audience::Group => "group",
            Audience::Staff => "staff",
        };
        let kinds: Vec<&str> =
            KINDS.iter().filter(|kind| kind.field(field.name).is_some()).map(|kind| kind.name).collect();
        rows.push(format!("| `{}` | {} | {merges} | {audience} | {} |", field.name, field.label, kinds.join(", ")));
    }
    rows
}

#[test]
fn the_page_lists_every_field_of_every_kind() {
    let told: Vec<&str> = PAGE
        .lines()
        .skip_while(|line| !line.starts_with("| field |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(told.join("\n"), table().join("\n"));
}

#[test]
fn the_page_lists_every_field_of_the_map() {
    let told: Vec<&str> = PAGE
        .lines()
        .skip_while(|line| !line.starts_with("| field of the map |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let audience = |field: &Field| format!("{:?}", field.audience).to_lowercase();
    let known: Vec<String> = MAP_FIELDS
        .iter()
        .map(|field| {
            let merges = if field.merges == Merges::Set { "set" } else { "register" };
            format!("| `{}` | {} | {merges} | {} |", field.name, field.label, audience(field))
        })
        .collect();
    assert_eq!(told, known);
}

#[test]
fn the_page_s_examples_of_rows_are_what_is_written() {
    let day = Date::new(2026, 11, 23).unwrap();
    let mut document = Document::new(ActorId([1; 16]));
    let rating = Risk { kind: RiskKind::Physical, level: Level::High, mitigation: Mitigation::CanBe };
    let assertion = Assertion {
        reason: Some("after the storm".into()),
        ..Assertion::new(Claim::Risk(rating), When::on(day), 1_700_000_000_000)
    };
    let line = LogLine::new(LogKind::typed("meeting").unwrap(), When::on(day), "tea", 1_700_000_000_000);
    let link = Link::influence(EntryId([2; 16]), Direction::Out, Strength::Strong, 1_700_000_000_000);
    document
        .edit(ActId([3; 16]), |edit| -> Result<(), Rejection> {
            Entry::create(edit, &NewEntry::new(KINDS[0], "Wharf Choir"))?;
            Entry::assert(edit, RowId([4; 16]), &assertion)?;
            Entry::log(edit, RowId([5; 16]), &line)?;
            Entry::link(edit, EntryId([9; 16]), RowId([6; 16]), &link)
        })
        .unwrap()
        .unwrap();
    for (name, prefix) in [("assertion", "a/"), ("log-line", "l/"), ("link", "x/")] {
        let written = &document.appended(prefix)[0].value;
        let shown = PAGE.split(&format!("<!-- example: {name} -->")).nth(1).expect("the example is on the page");
        let digits: String = shown
            .split("```")
            .nth(1)
            .unwrap()
            .trim_start_matches("text")
            .chars()
            .filter(char::is_ascii_hexdigit)
            .collect();
        let hex: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, digits, "the example of a {name} differs");
    }
    assert_eq!(document.value("kind"), Some(Value::Text("organisation".into())));
}

#[test]
fn there_is_no_field_for_what_must_not_be_held() {
    for field in KINDS.iter().flat_map(|kind| kind.fields) {
        for banned in ["birth", "health", "visa", "orientation", "ethnic", "vote", "religion", "age"] {
            let words: Vec<&str> = field.name.split('-').collect();
            assert!(!words.contains(&banned), "{} is not to be held", field.name);
        }
    }
    assert!(person_fields().all(|name| name != "address"), "a private address has no field");
}

fn person_fields() -> impl Iterator<Item = &'static str> {
    Kind::named("person").expect("people are a kind").fields.iter().map(|field| field.name)
}
