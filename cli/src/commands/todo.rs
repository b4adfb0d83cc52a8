//! `allymap todo`: what is still to be found out. Not knowing is fine.

use allymap_domain::advice::todo::{OpenEntries, Todo};
use allymap_domain::card::Card;
use allymap_domain::kind::place;
use allymap_domain::map::Map;
use allymap_domain::map::question::{Asked, Known};
use allymap_domain::map::section::SECTIONS;

use super::map::needed;
use crate::app::App;
use crate::terminal::failure::Failure;
use crate::terminal::words::count;

/// What to find out next; whether you know enough to go on
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  allymap todo\n  allymap todo --questions")]
pub(crate) struct Args {
    #[arg(long, help = "The eight questions and their parts, each unknown, partly or answered")]
    questions: bool,
    #[arg(long, help = "Name every entry, not only the first few")]
    all: bool,
}

/// Where the text beside a label begins.
const COLUMN: usize = 24;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let map = needed(app)?;
    let rows = app.cards_once()?;
    let settings = app.home().settings().unwrap_or_default();
    let months = settings.number("facts-age", Some(&map)).map_or(map.facts_age_months(), |(months, _)| months);
    let todo = allymap_domain::advice::todo::todo(&map, &rows, app.today(), months);
    if args.questions {
        return questions(app, &map, &rows, &todo);
    }
    if app.output.json {
        let entries: serde_json::Map<String, serde_json::Value> = todo
            .entries
            .iter()
            .map(|open| {
                let entries: Vec<_> = open
                    .entries
                    .iter()
                    .map(|(row, lacks)| serde_json::json!({ "id": row.id.to_string(), "name": row.name, "lacks": lacks }))
                    .collect();
                (open.slug.to_owned(), entries.into())
            })
            .collect();
        let old: Vec<_> =
            todo.old_facts.iter().map(|(what, on)| serde_json::json!({ "what": what, "on": on.typed })).collect();
        app.output.json(&serde_json::json!({
            "questions_unknown": todo.progress.missing, "ready": todo.progress.ready(), "map": todo.head,
            "old_facts": old, "said_apart": todo.apart, "entries": entries,
        }));
        return Ok(());
    }
    let out = app.output.clone();
    say_progress(app, &todo);
    if !todo.progress.missing.is_empty() {
        for (number, question) in todo.progress.missing.iter().enumerate() {
            out.note(if number == 0 { "Questions" } else { "" }, question, COLUMN);
        }
    }
    if !todo.head.is_empty() {
        out.note("Not said yet", &todo.head.join(", "), COLUMN);
    }
    if !todo.apart.is_empty() {
        out.note("Said apart, differs", &format!("{}. Say it again and it is settled.", todo.apart.join(", ")), COLUMN);
    }
    for open in &todo.entries {
        out.note(open.label, &entries(open, args.all), COLUMN);
    }
    for (what, on) in &todo.old_facts {
        out.note("Grown old", &format!("{what} ({on})"), COLUMN);
    }
    if let Some((next, _)) = todo.entries.first().and_then(|open| open.entries.first()) {
        out.status(format_args!(
            "Not knowing is fine. Next: allymap map answer QUESTION · allymap {} edit \"{}\"",
            if next.is(&place::KIND) { "place" } else { "partner" },
            next.name
        ));
    } else if !todo.progress.missing.is_empty() {
        out.status("Not knowing is fine. Next: allymap map answer QUESTION");
    }
    Ok(())
}

/// Whether the next stage can begin.
fn say_progress(app: &App<'_>, todo: &Todo) {
    let progress = &todo.progress;
    let known = progress.answered + progress.partly;
    app.output.say(if progress.ready() {
        format!("Ready for the next stage: all {} questions are at least partly answered.", progress.of())
    } else {
        format!("{known} of {} questions are at least partly answered.", progress.of())
    });
}

fn entries(open: &OpenEntries, all: bool) -> String {
    let shown = if all { open.entries.len() } else { 4 };
    let names: Vec<String> = open
        .entries
        .iter()
        .take(shown)
        .map(|(row, lacks)| lacks.map_or_else(|| row.name.clone(), |lacks| format!("{} ({lacks})", row.name)))
        .collect();
    let more = open.entries.len().saturating_sub(shown);
    let more = if more == 0 { String::new() } else { format!(" and {more} more (--all)") };
    format!("{}: {}{more}", count(open.entries.len(), "entry", "entries"), names.join(", "))
}

fn questions(app: &mut App<'_>, map: &Map, rows: &[Card], todo: &Todo) -> Result<(), Failure> {
    if app.output.json {
        let questions: Vec<_> = map
            .questions()
            .iter()
            .map(|standing| {
                let parts: Vec<_> = standing
                    .question
                    .into_iter()
                    .flat_map(|question| question.parts.iter().map(move |part| (question, part)))
                    .map(|(question, part)| {
                        let known = map.known(Asked::Part(question.slug, part.slug));
                        serde_json::json!({ "part": part.slug, "words": part.words, "known": known.slug() })
                    })
                    .collect();
                serde_json::json!({
                    "number": standing.number, "question": standing.question.map(|question| question.slug),
                    "id": standing.own.map(|id| id.to_string()), "words": standing.words, "known": standing.known.slug(),
                    "same_as": (standing.number == Some(6) && standing.own.is_none()).then_some(5), "parts": parts,
                })
            })
            .collect();
        let progress = &todo.progress;
        app.output.json(&serde_json::json!({
            "questions": questions, "answered": progress.answered, "partly": progress.partly, "unknown": progress.unknown,
            "ready": progress.ready(),
        }));
        return Ok(());
    }
    let out = app.output.clone();
    for standing in map.questions() {
        let number = standing.number.map_or("+".to_owned(), |number| number.to_string());
        let twice = if standing.number == Some(6) && standing.own.is_none() { " (the same as 5)" } else { "" };
        let label = format!("{number:<3}{}", standing.known.label());
        out.line(&label, 13, format_args!("{}{twice}", standing.words));
        if !twice.is_empty() {
            continue;
        }
        for part in standing.question.map_or(&[][..], |question| question.parts) {
            let slug = standing.question.map_or("", |question| question.slug);
            let known = map.known(Asked::Part(slug, part.slug));
            let mark = match known {
                Known::Unknown if standing.known == Known::Answered => "",
                known => known.label(),
            };
            let there = match part.section.map_or(0, |section| in_section(map, rows, section)) {
                0 => String::new(),
                count => format!(" ({count} on the map)"),
            };
            out.note(&format!("     {mark:<10}"), &format!("{}{there} [{}]", part.words, part.slug), 15);
        }
    }
    say_progress(app, todo);
    if !todo.progress.ready() {
        out.note("Still unknown: ", &todo.progress.missing.join(" "), 15);
    }
    for hint in map.acquaintance_hints() {
        out.note("Hint:", hint, 15);
    }
    out.status("Answer one with: allymap map answer QUESTION --part PART");
    Ok(())
}

/// How much a section of the map holds already.
fn in_section(map: &Map, rows: &[Card], slug: &str) -> usize {
    let kind = SECTIONS.iter().find(|section| section.slug == slug).and_then(|section| section.kind);
    let entries = rows.iter().filter(|row| Some(row.kind.as_str()) == kind && !row.archived).count();
    match slug {
        "demographics" => entries + map.figures.len(),
        "dates" => map.dates.len(),
        "issues" => map.issues.len(),
        _ => entries,
    }
}
