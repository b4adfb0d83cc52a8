//! `allymap map answer QUESTION`: what somebody found out, for a whole question or a part of one.

use allymap_domain::map::question::{Answer as Answered, Asked, Known};
use allymap_home::community::answer::{self, Before, Given, Part, Where};
use serde::Serialize;
use serde_json::json;

use super::OriginArgs;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    let before = answer::before(app.visit()?, &args.question, args.part.as_deref())?;
    let origin = args.origin.origin(app.today())?;
    let answers = if args.text.is_some() || args.unknown {
        let text = args.text.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
        let known = match (args.unknown, args.partly) {
            (true, _) => Known::Unknown,
            (_, true) => Known::Partly,
            _ => Known::Answered,
        };
        vec![(before.asked, Answered { known, text, origin })]
    } else if app.can_ask() {
        let found = asked(app, &before, args.partly)?.into_iter();
        let answer = |(asked, known, text)| (asked, Answered { known, text: Some(text), origin: origin.clone() });
        found.map(answer).collect()
    } else {
        return Err(Failure::missing("The answer", "--text TEXT"));
    };
    let place = if args.add { Where::Below } else { Where::InPlace };
    let given = answer::give(app.visit()?, &answers, place)?;
    app.tell(&given)
}

/// Asks for one part after the other; Enter skips.
fn asked(app: &mut App<'_>, before: &Before, partly: bool) -> Result<Vec<(Asked, Known, String)>, Failure> {
    app.output.status(format_args!("{} (Enter skips)", before.words));
    let mut answers = Vec::new();
    for Part { asked, words, said } in &before.in_turn {
        let said = said.as_ref().map(|text| format!(" [{text}]")).unwrap_or_default();
        let Some(text) = app.ask().optional(&format!("{words}{said}"))? else { continue };
        let whole = !partly && app.ask().confirm("Is that all there is to know?")?;
        answers.push((*asked, if whole { Known::Answered } else { Known::Partly }, text));
    }
    Ok(answers)
}

impl Answer for Given {
    fn json(&self) -> impl Serialize {
        let kept =
            self.kept.iter().map(|kept| json!({ "question": kept.asked.to_string(), "known": kept.known.slug() }));
        json!({ "kept": kept.collect::<Vec<_>>(), "ready": self.progress.ready() })
    }

    fn say(&self, out: &Output) {
        if self.kept.is_empty() {
            out.status("Nothing was changed.");
            return;
        }
        for kept in &self.kept {
            out.say(format_args!("Kept: {}, {}.", kept.asked, kept.known.label()));
            if let Some(replaced) = &kept.replaced {
                out.status(format_args!("Before it said: {replaced}"));
            }
        }
        out.status(format_args!(
            "{} of {} questions are at least partly answered.",
            self.progress.answered + self.progress.partly,
            self.progress.of()
        ));
        say_who_sees(out, &self.seen_by);
    }
}
