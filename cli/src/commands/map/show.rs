//! `allymap map show`: the head of the map, then the seven sections of the template in their order.

use allymap_domain::advice::sections::{by_type, entries};
use allymap_domain::kind::field::{Holds, Merges};
use allymap_domain::kind::segment;
use allymap_domain::map::Map;
use allymap_domain::map::origin::{Origin, SourceKind};
use allymap_domain::map::question::Known;
use allymap_domain::map::section::{SECTIONS, Section};
use allymap_home::community::map::{self, Given, Questions, Shown};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::who::by;
use crate::app::App;
use crate::commands::date::span;
use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::output::Output;

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
    if args.questions {
        let questions = map::questions(app.visit()?)?;
        return app.tell(&questions);
    }
    let shown = map::show(app.visit()?)?;
    match args.section.as_deref().map(section_named).transpose()? {
        Some(only) => app.tell(&One { only, shown }),
        None => app.tell(&shown),
    }
}

fn section_named(typed: &str) -> Result<&'static Section, Failure> {
    Section::named(typed).ok_or_else(|| {
        let slugs: Vec<&str> = SECTIONS.iter().map(|section| section.slug).collect();
        let typed: String = typed.chars().take(40).collect();
        Failure::new("AM-WHICH-SECTION", Exit::WhichEntry, format!("No section is called \"{typed}\"."))
            .hint(format!("There are: {}.", slugs.join(", ")))
    })
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        json(self)
    }

    fn say(&self, out: &Output) {
        let map = &self.map;
        head(out, map);
        for section in SECTIONS {
            say_section(out, self, section);
        }
        for item in &map.own_sections {
            out.say(format_args!("\n{}", item.value.title));
            out.note("", item.value.text.as_deref().unwrap_or("nothing yet"), 2);
            for (other, _) in &item.others {
                out.note("", &format!("also: {}", other.text.as_deref().unwrap_or_default()), 2);
            }
        }
        if map.newer_facts > 0 {
            out.status(format_args!("{} facts here are from a newer version.", map.newer_facts));
        }
        let progress = map.progress();
        out.status(format_args!(
            "\n{} of {} questions are at least partly answered: allymap todo --questions",
            progress.answered + progress.partly,
            progress.of()
        ));
    }
}

/// One section of it, for a person; a program gets the whole.
struct One {
    only: &'static Section,
    shown: Shown,
}

impl Answer for One {
    fn json(&self) -> impl Serialize {
        json(&self.shown)
    }

    fn say(&self, out: &Output) {
        say_section(out, &self.shown, self.only);
    }
}

impl Answer for Questions {
    fn json(&self) -> impl Serialize {
        json(&self.shown)
    }

    fn say(&self, out: &Output) {
        for question in &self.questions {
            let number = question.number.map_or("+".to_owned(), |number| number.to_string());
            out.say(format_args!("{number:<3}{}  [{}]", question.words, question.known.label()));
            if question.asked_twice {
                out.say("      the template asks this twice: see 5");
            }
            say_given(out, &question.given);
            for (words, given) in &question.parts {
                out.say(format_args!("   {words}"));
                say_given(out, given);
            }
        }
    }
}

fn say_given(out: &Output, given: &[Given]) {
    for Given { answer, by: author, apart } in given {
        let origin = answer.origin.to_string();
        let origin = if origin.is_empty() { origin } else { format!("; {origin}") };
        let partly = if answer.known == Known::Answered { "" } else { answer.known.label() };
        let partly = if partly.is_empty() { String::new() } else { format!("{partly}; ") };
        let apart = if *apart { "; given apart" } else { "" };
        let text = answer.text.as_deref().unwrap_or("looked, and did not find out");
        out.note("", &format!("{text} ({partly}{}{origin}{apart})", by(author)), 6);
    }
}

fn head(out: &Output, map: &Map) {
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

fn say_section(out: &Output, shown: &Shown, section: &Section) {
    out.say(format_args!("\n{}", section.title));
    let map = &shown.map;
    let nothing = || out.note("", &format!("nothing yet ({})", section.hint), 2);
    let of_kind = entries(section, &shown.cards);
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
            for card in of_kind {
                let people =
                    card.value(&segment::PEOPLE).map(|people| format!("about {people} people")).unwrap_or_default();
                let text = if people.is_empty() { "a part of the public".to_owned() } else { people };
                out.note(&format!("  {}", card.name), &text, 2 + COLUMN);
            }
        }
        ("dates", _) if map.dates.is_empty() => nothing(),
        ("dates", _) => {
            for time in &shown.coming {
                out.note(&format!("  {}", span(time.first, time.last)), &time.name, 2 + COLUMN);
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
        (_, Some(_)) if !of_kind.is_empty() => {
            for (label, names) in by_type(section, &of_kind) {
                out.note(&format!("  {label}"), &names.join(" · "), 2 + COLUMN);
            }
        }
        _ => nothing(),
    }
}

fn json(shown: &Shown) -> Value {
    let map = &shown.map;
    let fields: serde_json::Map<String, Value> = map
        .fields
        .iter()
        .map(|value| {
            let values: Vec<&str> = value.values.iter().map(|said| said.value.as_str()).collect();
            let set = value.field.merges == Merges::Set;
            (value.field.name.to_owned(), if set { json!(values) } else { json!(values[0]) })
        })
        .collect();
    let origin = |origin: &Origin| {
        json!({
            "kind": origin.kind.map(SourceKind::slug), "source": origin.source, "on": origin.on.as_ref().map(|when| &when.typed),
        })
    };
    let figures: Vec<_> = map
        .figures
        .iter()
        .map(|item| {
            let figure = &item.value;
            json!({
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
            json!({
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
                    json!({
                        "known": answer.known.slug(), "text": answer.text, "origin": origin(&answer.origin),
                    })
                })
                .collect();
            json!({ "question": item.key.to_string(), "answers": answers })
        })
        .collect();
    let dates: Vec<_> = shown
        .coming
        .iter()
        .map(|time| json!({ "name": time.name, "first": time.first.to_string(), "last": time.last.to_string() }))
        .collect();
    let sections: Vec<_> = SECTIONS
        .iter()
        .map(|section| {
            let entries: Vec<&str> =
                entries(section, &shown.cards).into_iter().map(|card| card.name.as_str()).collect();
            json!({ "slug": section.slug, "title": section.title, "entries": entries })
        })
        .collect();
    let own_sections: Vec<_> = map
        .own_sections
        .iter()
        .map(|item| json!({ "id": item.key.to_string(), "title": item.value.title, "text": item.value.text }))
        .collect();
    json!({
        "name": map.name(), "community": map.community, "fields": fields,
        "campaigns": map.campaigns.iter().map(|campaign| &campaign.sentence).collect::<Vec<_>>(),
        "hints": map.acquaintance_hints(), "figures": figures, "issues": issues, "dates": dates, "answers": answers,
        "sections": sections, "own_sections": own_sections, "newer_facts": map.newer_facts,
    })
}
