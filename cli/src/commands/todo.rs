//! `allymap todo`: what is still to be found out. Not knowing is fine.

use allymap_domain::advice::todo::OpenEntries;
use allymap_domain::map::Progress;
use allymap_domain::map::question::Known;
use allymap_home::community::todo::{self, Next, Open, PartOf, Question, Questions};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
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
/// Where a question begins, right of where its answer belongs.
const QUESTION_COLUMN: usize = 13;

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    if args.questions {
        let questions = todo::questions(app.visit()?)?;
        return app.tell(&questions);
    }
    let named = if args.all { Named::Every } else { Named::FirstFew };
    let open = ToDo { open: todo::open(app.visit()?)?, named };
    app.tell(&open)
}

/// What is open, and how many entries are named to a person.
struct ToDo {
    open: Open,
    named: Named,
}

#[derive(Clone, Copy)]
enum Named {
    FirstFew,
    Every,
}

impl Answer for ToDo {
    fn json(&self) -> impl Serialize {
        let todo = &self.open.todo;
        let entries: serde_json::Map<String, Value> = todo
            .entries
            .iter()
            .map(|open| {
                let entries: Vec<_> = open
                    .entries
                    .iter()
                    .map(|(card, lacks)| json!({ "id": card.id.to_string(), "name": card.name, "lacks": lacks }))
                    .collect();
                (open.slug.to_owned(), entries.into())
            })
            .collect();
        let old: Vec<_> = todo.old_facts.iter().map(|(what, on)| json!({ "what": what, "on": on.typed })).collect();
        json!({
            "questions_unknown": todo.progress.missing, "ready": todo.progress.ready(), "map": todo.head,
            "old_facts": old, "said_apart": todo.apart, "entries": entries,
        })
    }

    fn say(&self, out: &Output) {
        let Open { todo, next } = &self.open;
        say_progress(out, &todo.progress);
        for (number, question) in todo.progress.missing.iter().enumerate() {
            out.note(if number == 0 { "Questions" } else { "" }, question, COLUMN);
        }
        if !todo.head.is_empty() {
            out.note("Not said yet", &todo.head.join(", "), COLUMN);
        }
        if !todo.apart.is_empty() {
            let apart = format!("{}. Say it again and it is settled.", todo.apart.join(", "));
            out.note("Said apart, differs", &apart, COLUMN);
        }
        for open in &todo.entries {
            out.note(open.label, &entries(open, self.named), COLUMN);
        }
        for (what, on) in &todo.old_facts {
            out.note("Grown old", &format!("{what} ({on})"), COLUMN);
        }
        let answer = "Not knowing is fine. Next: allymap map answer QUESTION";
        match next {
            Some(Next::Place(name)) => {
                out.status(format_args!("{answer} · {}", suggested::command("place edit", name, "")))
            }
            Some(Next::Partner(name)) => {
                out.status(format_args!("{answer} · {}", suggested::command("partner edit", name, "")))
            }
            None if !todo.progress.missing.is_empty() => out.status(answer),
            None => {}
        }
    }
}

/// Whether the next stage can begin.
fn say_progress(out: &Output, progress: &Progress) {
    let known = progress.answered + progress.partly;
    out.say(if progress.ready() {
        format!("Ready for the next stage: all {} questions are at least partly answered.", progress.of())
    } else {
        format!("{known} of {} questions are at least partly answered.", progress.of())
    });
}

fn entries(open: &OpenEntries, named: Named) -> String {
    let shown = match named {
        Named::Every => open.entries.len(),
        Named::FirstFew => 4,
    };
    let names: Vec<String> = open
        .entries
        .iter()
        .take(shown)
        .map(|(card, lacks)| lacks.map_or_else(|| card.name.clone(), |lacks| format!("{} ({lacks})", card.name)))
        .collect();
    let more = open.entries.len().saturating_sub(shown);
    let more = if more == 0 { String::new() } else { format!(" and {more} more (--all)") };
    format!("{}: {}{more}", count(open.entries.len(), "entry", "entries"), names.join(", "))
}

impl Answer for Questions {
    fn json(&self) -> impl Serialize {
        let questions = self.questions.iter().map(|question| {
            let parts = question.parts.iter().map(
                |PartOf { part, known, .. }| json!({ "part": part.slug, "words": part.words, "known": known.slug() }),
            );
            json!({
                "number": question.number, "question": question.slug, "id": question.own.map(|id| id.to_string()),
                "words": question.words, "known": question.known.slug(), "same_as": question.asked_twice.then_some(5),
                "parts": parts.collect::<Vec<_>>(),
            })
        });
        let progress = &self.progress;
        json!({
            "questions": questions.collect::<Vec<_>>(), "answered": progress.answered, "partly": progress.partly,
            "unknown": progress.unknown, "ready": progress.ready(),
        })
    }

    fn say(&self, out: &Output) {
        for question in &self.questions {
            say_question(out, question);
        }
        say_progress(out, &self.progress);
        if !self.progress.ready() {
            out.note("Still unknown: ", &self.progress.missing.join(" "), 15);
        }
        for hint in &self.hints {
            out.note("Hint:", hint, 15);
        }
        out.status("Answer one with: allymap map answer QUESTION --part PART");
    }
}

fn say_question(out: &Output, question: &Question) {
    let number = question.number.map_or("+".to_owned(), |number| number.to_string());
    let twice = if question.asked_twice { " (the same as 5)" } else { "" };
    let label = format!("{number:<3}{}", question.known.label());
    out.line(&label, QUESTION_COLUMN, format_args!("{}{twice}", question.words));
    if question.asked_twice {
        return;
    }
    for PartOf { part, known, on_the_map } in &question.parts {
        let mark = match known {
            Known::Unknown if question.known == Known::Answered => "",
            known => known.label(),
        };
        let there = match on_the_map {
            0 => String::new(),
            count => format!(" ({count} on the map)"),
        };
        out.note(&format!("     {mark:<10}"), &format!("{}{there} [{}]", part.words, part.slug), 15);
    }
}
