//! `allymap map answer QUESTION`: what somebody found out, for a whole question or a part of one.

use allymap_domain::map::Map;
use allymap_domain::map::question::{Answer, Asked, Known, QUESTIONS, Question};
use allymap_domain::words::folded;

use super::OriginArgs;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap map answer 2 --part from-scratch --text \"Nobody knows us.\"\n  allymap map answer decision-makers --unknown"
)]
pub(crate) struct Args {
    /// Which question: its number, its short name, or words of one of your own
    question: String,
    #[arg(long, value_name = "PART", help = "Only this part of it (allymap todo --questions names them)")]
    part: Option<String>,
    #[arg(long, help = "What you found out (- reads standard input)")]
    text: Option<String>,
    #[arg(long, help = "Put it below what is answered already, instead of in its place")]
    add: bool,
    #[arg(long, help = "This is not all there is to know", conflicts_with = "unknown")]
    partly: bool,
    #[arg(long, help = "Looked, and did not find out")]
    unknown: bool,
    #[command(flatten)]
    origin: OriginArgs,
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let map = super::needed(app)?;
    let (asked, words) = meant(&map, &args.question, args.part.as_deref())?;
    let origin = args.origin.origin(app.today())?;
    let mut answers: Vec<(Asked, Answer)> = Vec::new();
    if args.text.is_some() || args.unknown {
        let text = args.text.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
        let known = match (args.unknown, args.partly) {
            (true, _) => Known::Unknown,
            (_, true) => Known::Partly,
            _ => Known::Answered,
        };
        answers.push((asked, Answer { known, text, origin }));
    } else if app.can_ask() {
        let parts: Vec<(Asked, &str)> = match asked {
            Asked::Whole(slug) => Question::slugged(slug)
                .map(|question| {
                    question.parts.iter().map(|part| (Asked::Part(question.slug, part.slug), part.words)).collect()
                })
                .unwrap_or_default(),
            _ => vec![(asked, words.as_str())],
        };
        app.output.status(format_args!("{words} (Enter skips)"));
        for (asked, words) in parts {
            let before = said(&map, asked).map(|text| format!(" [{text}]")).unwrap_or_default();
            let Some(text) = app.ask().optional(&format!("{words}{before}"))? else { continue };
            let whole = !args.partly && app.ask().confirm("Is that all there is to know?")?;
            let known = if whole { Known::Answered } else { Known::Partly };
            answers.push((asked, Answer { known, text: Some(text), origin: origin.clone() }));
        }
    } else {
        return Err(Failure::missing("The answer", "--text TEXT"));
    }
    let before: Vec<Option<String>> = answers.iter().map(|(asked, _)| said(&map, *asked)).collect();
    if args.add {
        for ((_, answer), before) in answers.iter_mut().zip(&before) {
            answer.text = match (before, answer.text.take()) {
                (Some(before), Some(text)) => Some(format!("{before}\n{text}")),
                (before, text) => text.or_else(|| before.clone()),
            };
        }
    }
    let document = app.map_document()?;
    app.edit(document, |edit| answers.iter().try_for_each(|(asked, answer)| Map::put(edit, asked, answer)))?;
    app.commit()?;
    let map = super::needed(app)?;
    let progress = map.progress();
    if app.output.json {
        let kept: Vec<_> = answers
            .iter()
            .map(|(asked, answer)| serde_json::json!({ "question": asked.to_string(), "known": answer.known.slug() }))
            .collect();
        app.output.json(&serde_json::json!({ "kept": kept, "ready": progress.ready() }));
        return Ok(());
    }
    if answers.is_empty() {
        app.output.status("Nothing was changed.");
        return Ok(());
    }
    for ((asked, answer), before) in answers.iter().zip(&before) {
        app.output.say(format_args!("Kept: {asked}, {}.", answer.known.label()));
        if let Some(before) = before.as_ref().filter(|before| !args.add && Some(*before) != answer.text.as_ref()) {
            app.output.status(format_args!("Before it said: {before}"));
        }
    }
    app.output.status(format_args!(
        "{} of {} questions are at least partly answered.",
        progress.answered + progress.partly,
        progress.of()
    ));
    super::super::partner::who_sees(app)
}

/// Everything that was answered so far; what was said apart is one below the other.
fn said(map: &Map, asked: Asked) -> Option<String> {
    let texts: Vec<&str> = map.answer(asked)?.versions().filter_map(|answer| answer.text.as_deref()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// What is to be answered, and its words.
fn meant(map: &Map, said: &str, part: Option<&str>) -> Result<(Asked, String), Failure> {
    let sixth = map.own_questions.iter().find(|item| item.value.sixth);
    let wanted = folded(said);
    let own = sixth.filter(|_| wanted == "6").or_else(|| {
        let mut fitting = map.own_questions.iter().filter(|item| {
            item.key.to_string() == wanted || wanted.len() >= 3 && folded(&item.value.words).contains(&wanted)
        });
        fitting.next().filter(|_| fitting.next().is_none())
    });
    let typed: String = said.chars().take(40).collect();
    let question = match (Question::typed(said), own) {
        (None, Some(item)) => return Ok((Asked::Own(item.key), item.value.words.clone())),
        (Some(_), Some(item)) if wanted == "6" => return Ok((Asked::Own(item.key), item.value.words.clone())),
        (Some(question), _) => question,
        (None, None) => {
            let slugs: Vec<&str> = QUESTIONS.iter().map(|question| question.slug).collect();
            return Err(Failure::new(
                "AM-WHICH-QUESTION",
                Exit::WhichEntry,
                format!("No question is called \"{typed}\"."),
            )
            .hint(format!("There are: {}. See: allymap todo --questions", slugs.join(", "))));
        }
    };
    let Some(part) = part else { return Ok((Asked::Whole(question.slug), question.words.to_owned())) };
    let found = question.part(part).ok_or_else(|| {
        let slugs: Vec<&str> = question.parts.iter().map(|part| part.slug).collect();
        let typed: String = part.chars().take(40).collect();
        Failure::new("AM-WHICH-QUESTION", Exit::WhichEntry, format!("\"{}\" has no part \"{typed}\".", question.words))
            .hint(format!("There are: {}.", slugs.join(", ")))
    })?;
    Ok((Asked::Part(question.slug, found.slug), found.words.to_owned()))
}
