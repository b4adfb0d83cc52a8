//! `allymap event decide`: a person puts a decision on record, with the answer and what was known.

use allymap_domain::weigh::answer::headline;
use allymap_domain::weigh::decide::{Choosing, Why};
use allymap_home::events::decide::{self, Recorded};
use allymap_home::events::event::meant;
use serde::Serialize;
use serde_json::json;

use crate::about::choice::chosen;
use crate::about::event::COLUMN;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
    #[arg(long, help = "take-part (as the answer says), wait or no")]
    choice: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why (- reads standard input)")]
    because: Option<String>,
    #[arg(long, value_name = "WHY", help = "Take part although something is open, and why")]
    anyway: Option<String>,
}

pub(super) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let outcome = decide::before(app.visit()?, event.id)?;
    if !app.output.json {
        app.output.status(format_args!("The answer: {}", headline(&outcome)));
    }
    let choice = chosen(app, args.choice, "What do you decide?", "--choice")?;
    let mut choosing = Choosing { choice, why: args.anyway.map(Why::AllTheSame) };
    decide::may(&choosing, &outcome)?;
    choosing.why = match (choosing.why, args.because) {
        (Some(Why::AllTheSame(anyway)), _) => Some(Why::AllTheSame(typed::free_text(&app.output, &anyway)?)),
        (_, Some(because)) => Some(Why::Because(typed::free_text(&app.output, &because)?)),
        (_, None) => app.ask().optional("Why?")?.map(Why::Because),
    };
    let recorded = decide::record(app.visit()?, event.id, &choosing)?;
    app.tell(&recorded)
}

impl Answer for Recorded {
    fn json(&self) -> impl Serialize {
        json!({
            "event": self.event, "decision": self.choice.slug(), "answer": self.outcome.label(), "policy": self.pack,
            "conditions": self.outcome.conditions,
        })
    }

    fn say(&self, out: &Output) {
        let answer = self.outcome.label().words();
        out.say(format_args!("Decided: {}, {} ({answer}).", self.choice.label(), self.event));
        for condition in &self.outcome.conditions {
            out.line("Condition", COLUMN, condition);
        }
        let print = suggested::command("event print", &self.event, "");
        out.status(format_args!("On record with {}. The sheet: {print}", self.pack));
        say_who_sees(out, &self.seen_by);
    }
}
