//! `allymap event decide`: a person puts a decision on record, with the answer and what was known.

use allymap_domain::date::When;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::{Chosen, Decided};
use allymap_policy::{Label, Verdict};
use allymap_wire::DocumentId;

use super::super::weigh::{self, Ground};
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;
use crate::terminal::words::quoted;

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
    let event = weigh::event(app, &args.event)?;
    let ground = Ground::of(app.visit()?)?;
    let weighing = ground.weigh(&event);
    let outcome = weighing.outcome(weigh::pack());
    let label = outcome.label();
    if !app.output.json {
        app.output.status(format_args!("The answer: {}", weigh::headline(&outcome)));
    }
    let choice = crate::commands::risk::chosen::<Chosen>(app, args.choice, "What do you decide?", "--choice")?;
    if choice == Chosen::TakePart {
        // There is no way round a stop in the tool (module, section 4d).
        if outcome.verdict == Verdict::Stop {
            return Err(Failure::new(
                "AM-STOP",
                Exit::NeedsPerson,
                format!("The answer is: {}. Nothing was recorded.", label.words()),
            )
            .hint("What would change it: allymap event assess. To record that you do not: --choice no"));
        }
        if matches!(label, Label::Reconsider | Label::AskFirst) && args.anyway.is_none() {
            return Err(Failure::new(
                "AM-OPEN",
                Exit::NeedsPerson,
                format!("The answer is: {}. Nothing was recorded.", weigh::headline(&outcome)),
            )
            .hint(
                "Settle what is open with allymap event assess, decide to wait, or say why all the same: --anyway WHY",
            ));
        }
    }
    let because = match (args.because, args.anyway) {
        (_, Some(anyway)) => Some(format!("all the same: {}", typed::free_text(&app.output, &anyway)?)),
        (Some(because), None) => Some(typed::free_text(&app.output, &because)?),
        (None, None) => app.ask().optional("Why?")?,
    };
    let decided = Decided {
        choice,
        label: label.words().to_owned(),
        pack: weigh::pack_name(),
        conditions: outcome.conditions.iter().cloned().collect(),
        saw: weighing.seen(),
    };
    let before = event.decisions();
    let assertion = Assertion {
        reason: because,
        supersedes: before.iter().map(|told| told.id).collect(),
        ..Assertion::new(Claim::Decided(decided), When::on(app.today()), app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(event.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({
            "event": event.name, "decision": choice.slug(), "answer": label, "policy": weigh::pack_name(),
            "conditions": outcome.conditions,
        }));
        return Ok(());
    }
    app.output.say(format_args!("Decided: {}, {} ({}).", choice.label(), event.name, label.words()));
    for condition in &outcome.conditions {
        app.output.line("Condition", weigh::COLUMN, condition);
    }
    app.output.status(format_args!(
        "On record with {}. The sheet: allymap event print {}",
        weigh::pack_name(),
        quoted(&event.name)
    ));
    crate::commands::partner::who_sees(app)
}
