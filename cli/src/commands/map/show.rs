//! `allymap map show`: the head of the map, then the seven sections of the template in their order.

use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::kind::KINDS;
use allymap_domain::kind::field::{Holds, Merges};
use allymap_domain::kind::{field, person, segment};
use allymap_domain::map::Map;
use allymap_domain::map::item::Item;
use allymap_domain::map::key_date::coming;
use allymap_domain::map::origin::Origin;
use allymap_domain::map::origin::SourceKind;
use allymap_domain::map::question::{Answer, Asked, Known};
use allymap_domain::map::section::{SECTIONS, Section};
use allymap_domain::words::folded;

use super::{by, needed};
use crate::app::App;
use crate::commands::date::span;
use crate::terminal::failure::{Exit, Failure};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap map show\n  allymap map show --section places")]
pub(crate) struct Args {
    #[arg(
        long,
        value_name = "SECTION",
        help = "Only one: demographics, dates, issues, orgs, people, institutions, places"
    )]
    section: Option<String>,
    #[arg(long, help = "The questions and what was answered", conflicts_with = "section")]
    questions: bool,
}

/// Where the text beside a label begins.
const COLUMN: usize = 24;

pub(crate) fn run(app: &mut App<'_>, args: &Args) -> Result<(), Failure> {
    let map = needed(app)?;
    let rows: Vec<Card> = app.cards_once()?.iter().filter(|row| !row.archived).cloned().collect();
    let only = args.section.as_deref().map(section_named).transpose()?;
    if app.output.json {
        app.output.json(&json(&map, &rows, app.today()));
        return Ok(());
    }
    if args.questions {
        return questions(app, &map);
    }
    if only.is_none() {
        head(app, &map);
    }
    for section in SECTIONS.iter().filter(|section| only.is_none_or(|only| only == *section)) {
        app.output.say(format_args!("\n{}", section.title));
        say_section(app, &map, &rows, section);
    }
    if only.is_none() {
        for item in &map.own_sections {
            app.output.say(format_args!("\n{}", item.value.title));
            app.output.note("", item.value.text.as_deref().unwrap_or("nothing yet"), 2);
            for (other, _) in &item.others {
                app.output.note("", &format!("also: {}", other.text.as_deref().unwrap_or_default()), 2);
            }
        }
        if map.newer_facts > 0 {
            app.output.status(format_args!("{} facts here are from a newer version.", map.newer_facts));
        }
        let progress = map.progress();
        app.output.status(format_args!(
            "\n{} of {} questions are at least partly answered: allymap todo --questions",
            progress.answered + progress.partly,
            progress.of()
        ));
    }
    Ok(())
}

fn head(app: &App<'_>, map: &Map) {
    let out = app.output.clone();
    out.say(map.name());
    for name in map.names.iter().skip(1) {
        out.line("", COLUMN, format_args!("also called {name} (written apart)"));
    }
    if map.community.is_empty() {
        out.line("Community", COLUMN, "not said yet: allymap map edit --community -");
    }
    out.note("Community", &map.community, COLUMN);
    for value in &map.fields {
        let values: Vec<String> = value.values.iter().map(|said| value.field.shown(&said.value)).collect();
        if value.field.merges == Merges::Set {
            out.note(value.field.label, &values.join("; "), COLUMN);
        } else {
            let shown = &values[0];
            let geojson = value.field.holds == Holds::Note && shown.starts_with('{');
            let unit = match value.field.name {
                name if name.starts_with("weeks-") => " weeks",
                "facts-age" => " months",
                _ => "",
            };
            let text = if geojson { "as GeoJSON (--json shows it)".to_owned() } else { format!("{shown}{unit}") };
            out.note(value.field.label, &text, COLUMN);
            for other in values.iter().skip(1) {
                out.note("", &format!("also: {other} (written apart)"), COLUMN);
            }
        }
        if value.field.name == "knows-us" {
            for hint in map.acquaintance_hints() {
                out.note("", hint, COLUMN);
            }
        }
    }
    for campaign in &map.campaigns {
        out.note("Campaign", &campaign.sentence, COLUMN);
    }
}

fn say_section(app: &App<'_>, map: &Map, rows: &[Card], section: &Section) {
    let out = app.output.clone();
    let nothing = || out.note("", &format!("nothing yet ({})", section.hint), 2);
    let of_kind: Vec<&Card> = rows.iter().filter(|row| Some(row.kind.as_str()) == section.kind).collect();
    match (section.slug, section.kind) {
        ("demographics", _) if map.figures.is_empty() && of_kind.is_empty() => nothing(),
        ("demographics", _) => {
            for item in &map.figures {
                for figure in item.versions() {
                    let origin = figure.origin.to_string();
                    let origin = if origin.is_empty() { "no source".to_owned() } else { origin };
                    out.note(&format!("  {}", figure.what), &format!("{} ({origin})", figure.value), 2 + COLUMN);
                }
            }
            for row in of_kind {
                let people =
                    row.value(&segment::PEOPLE).map(|people| format!("about {people} people")).unwrap_or_default();
                let text = if people.is_empty() { "a part of the public".to_owned() } else { people };
                out.note(&format!("  {}", row.name), &text, 2 + COLUMN);
            }
        }
        ("dates", _) if map.dates.is_empty() => nothing(),
        ("dates", _) => {
            let from = app.today();
            for time in coming(&map.dates, from, from.plus_days(365).unwrap_or(from)) {
                out.note(&format!("  {}", span(time.first, time.last)), &time.item.value.name, 2 + COLUMN);
            }
        }
        ("issues", _) if map.issues.is_empty() => nothing(),
        ("issues", _) => {
            for item in &map.issues {
                for issue in item.versions() {
                    let note = issue.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
                    let origin = issue.origin.to_string();
                    let origin = if origin.is_empty() { origin } else { format!(" ({origin})") };
                    let text = format!("{}{origin}{note}", issue.weight_words());
                    out.note(&format!("  {}", issue.name), &text, 2 + COLUMN);
                }
            }
        }
        (_, Some(kind)) if !of_kind.is_empty() => {
            for (label, names) in by_type(kind, &of_kind) {
                out.note(&format!("  {label}"), &names.join(" · "), 2 + COLUMN);
            }
        }
        _ => nothing(),
    }
}

/// Names by the types of their kind, in the table's order; those without a type last. People by what they are.
fn by_type(kind: &str, rows: &[&Card]) -> Vec<(String, Vec<String>)> {
    let named = |row: &Card| row.name.clone();
    let field = KINDS.iter().find(|known| known.name == kind).and_then(|kind| kind.own(&field::TYPE));
    let Some(Holds::Choice(types)) = field.map(|field| field.holds) else {
        return rows
            .iter()
            .map(|row| (row.value(&person::ROLE).unwrap_or("role not known").to_owned(), vec![named(row)]))
            .collect();
    };
    let mut groups: Vec<(String, Vec<String>)> = types
        .iter()
        .map(|choice| {
            let names = rows.iter().filter(|row| row.value(&field::TYPE) == Some(choice.slug)).map(|row| named(row));
            (choice.label.to_owned(), names.collect())
        })
        .collect();
    let known = |row: &Card| row.value(&field::TYPE).is_some_and(|sort| types.iter().any(|choice| choice.slug == sort));
    groups.push(("type not known".to_owned(), rows.iter().filter(|row| !known(row)).map(|row| named(row)).collect()));
    groups.retain(|(_, names)| !names.is_empty());
    groups
}

fn questions(app: &mut App<'_>, map: &Map) -> Result<(), Failure> {
    let authors = app.authors()?;
    let out = app.output.clone();
    let say = |item: &Item<Asked, Answer>| {
        for (number, answer) in item.versions().enumerate() {
            let author = if number == 0 { item.by } else { item.others[number - 1].1 };
            let origin = answer.origin.to_string();
            let origin = if origin.is_empty() { origin } else { format!("; {origin}") };
            let partly = if answer.known == Known::Answered { "" } else { answer.known.label() };
            let partly = if partly.is_empty() { String::new() } else { format!("{partly}; ") };
            let apart = if item.others.is_empty() { "" } else { "; given apart" };
            let text = answer.text.as_deref().unwrap_or("looked, and did not find out");
            out.note("", &format!("{text} ({partly}{}{origin}{apart})", by(&authors.of(author))), 6);
        }
    };
    for standing in map.questions() {
        let number = standing.number.map_or("+".to_owned(), |number| number.to_string());
        out.say(format_args!("{number:<3}{}  [{}]", standing.words, standing.known.label()));
        if let Some(own) = standing.own {
            map.answer(Asked::Own(own)).into_iter().for_each(&say);
            continue;
        }
        let Some(question) = standing.question else { continue };
        if standing.number == Some(6) {
            out.say("      the template asks this twice: see 5");
            continue;
        }
        map.answer(Asked::Whole(question.slug)).into_iter().for_each(&say);
        for part in question.parts {
            if let Some(item) = map.answer(Asked::Part(question.slug, part.slug)) {
                out.say(format_args!("   {}", part.words));
                say(item);
            }
        }
    }
    Ok(())
}

fn section_named(typed: &str) -> Result<&'static Section, Failure> {
    let wanted = folded(typed);
    SECTIONS
        .iter()
        .find(|section| folded(section.slug) == wanted || wanted.len() >= 3 && folded(section.title).contains(&wanted))
        .ok_or_else(|| {
            let slugs: Vec<&str> = SECTIONS.iter().map(|section| section.slug).collect();
            let typed: String = typed.chars().take(40).collect();
            Failure::new("AM-WHICH-SECTION", Exit::WhichEntry, format!("No section is called \"{typed}\"."))
                .hint(format!("There are: {}.", slugs.join(", ")))
        })
}

fn json(map: &Map, rows: &[Card], today: Date) -> serde_json::Value {
    let fields: serde_json::Map<String, serde_json::Value> = map
        .fields
        .iter()
        .map(|value| {
            let values: Vec<&str> = value.values.iter().map(|said| said.value.as_str()).collect();
            let set = value.field.merges == Merges::Set;
            (value.field.name.to_owned(), if set { serde_json::json!(values) } else { serde_json::json!(values[0]) })
        })
        .collect();
    let origin = |origin: &Origin| {
        serde_json::json!({
            "kind": origin.kind.map(SourceKind::slug), "source": origin.source, "on": origin.on.as_ref().map(|when| &when.typed),
        })
    };
    let figures: Vec<_> = map
        .figures
        .iter()
        .map(|item| {
            let figure = &item.value;
            serde_json::json!({
                "id": item.key.to_string(), "what": figure.what, "value": figure.value, "origin": origin(&figure.origin),
                "written_apart": item.others.len(),
            })
        })
        .collect();
    let issues: Vec<_> = map
        .issues
        .iter()
        .map(|item| {
            let issue = &item.value;
            serde_json::json!({
                "id": item.key.to_string(), "name": issue.name, "weight": issue.weight, "note": issue.note,
                "origin": origin(&issue.origin), "written_apart": item.others.len(),
            })
        })
        .collect();
    let answers: Vec<_> = map
        .answers
        .iter()
        .map(|item| {
            let answers: Vec<_> = item
                .versions()
                .map(|answer| {
                    serde_json::json!({
                        "known": answer.known.slug(), "text": answer.text, "origin": origin(&answer.origin),
                    })
                })
                .collect();
            serde_json::json!({ "question": item.key.to_string(), "answers": answers })
        })
        .collect();
    let from = today;
    let dates: Vec<_> = coming(&map.dates, from, from.plus_days(365).unwrap_or(from))
        .iter()
        .map(|time| serde_json::json!({ "name": time.item.value.name, "first": time.first.to_string(), "last": time.last.to_string() }))
        .collect();
    let sections: Vec<_> = SECTIONS
        .iter()
        .map(|section| {
            let entries: Vec<&str> = rows
                .iter()
                .filter(|row| Some(row.kind.as_str()) == section.kind)
                .map(|row| row.name.as_str())
                .collect();
            serde_json::json!({ "slug": section.slug, "title": section.title, "entries": entries })
        })
        .collect();
    let own_sections: Vec<_> = map
        .own_sections
        .iter()
        .map(|item| serde_json::json!({ "id": item.key.to_string(), "title": item.value.title, "text": item.value.text }))
        .collect();
    serde_json::json!({
        "name": map.name(), "community": map.community, "fields": fields,
        "campaigns": map.campaigns.iter().map(|campaign| &campaign.sentence).collect::<Vec<_>>(),
        "hints": map.acquaintance_hints(), "figures": figures, "issues": issues, "dates": dates, "answers": answers,
        "sections": sections, "own_sections": own_sections, "newer_facts": map.newer_facts,
    })
}
