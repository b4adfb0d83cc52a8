//! `allymap event assess`: the questions that can still change the answer, one at a time, and the answer.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::ids::EntryId;
use allymap_domain::weigh::answer::headline;
use allymap_domain::weigh::place::{Lack, Stating};
use allymap_domain::weigh::walk::Asked;
use allymap_home::events::assess::{self, Message};
use allymap_home::events::event::meant;
use allymap_policy::{Fact, Question};
use serde::Serialize;

use crate::about::event::needs_person;
use crate::about::stated::SOURCE_QUESTION;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::prompt::{BACK, Picked};
use crate::terminal::typed;
use crate::terminal::words::lower;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Which event
    event: String,
    #[arg(
        long,
        value_name = "FACT=VALUE",
        help = "State a fact: message=same, research.choir=done, risk.legal=high,cannot; unknown takes it back"
    )]
    set: Vec<String>,
    #[arg(long, value_name = "WHO", help = "Whom the facts are about, where several are involved")]
    about: Option<String>,
    #[arg(long, value_name = "WHO", help = "Of consent: who gave it")]
    given_by: Option<String>,
    #[arg(long, value_name = "WHAT", help = "Of consent: what it depends on")]
    condition: Vec<String>,
    #[arg(long, value_name = "WHY", help = "Why this holds now, where something else is on record")]
    because: Option<String>,
    #[arg(long, value_name = "FROM", help = "From where it is known")]
    source: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was seen or said; left out: today")]
    on: Option<String>,
    /// Print a message for whoever can help, with all that is known
    #[arg(long)]
    unsure: bool,
}

pub(super) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?.id;
    let mut all = given(app, event, &args)?;
    if !all.is_empty() {
        keep(app, event, &mut all)?;
    } else if !args.unsure && app.can_ask() {
        walk(app, event)?;
    }
    if args.unsure {
        let message = assess::unsure(app.visit()?, event)?;
        return app.tell(&message);
    }
    let weighed = assess::weighed(app.visit()?, event)?;
    app.tell(&weighed)?;
    needs_person(&weighed)
}

/// What was given on the command line: all of it, or nothing.
fn given(app: &mut App<'_>, event: EntryId, args: &Args) -> Result<Vec<Stating>, Failure> {
    let on = args.on.as_deref().map(|typed| parse_when(typed, app.today())).transpose()?;
    let on = on.unwrap_or_else(|| When::on(app.today()));
    let because = args.because.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let pairs = typed::pairs(&args.set, "message=same")?;
    let meant = assess::meant(app.visit()?, event, &pairs, args.about.as_deref())?;
    let stating = |(question, typed): (Question, String)| Stating {
        because: because.clone(),
        source: args.source.clone(),
        given_by: args.given_by.clone(),
        conditions: args.condition.clone(),
        ..Stating::new(question, &typed, on.clone())
    };
    Ok(meant.into_iter().map(stating).collect())
}

/// Keeps what was stated, and asks for what a statement lacks.
pub(super) fn keep(app: &mut App<'_>, event: EntryId, all: &mut Vec<Stating>) -> Result<(), Failure> {
    let act = |v: &mut _, all: &Vec<Stating>| assess::state(v, event, all);
    app.settle(all, act, |app, all, want| {
        let stating = &mut all[want.at];
        match want.lack {
            Lack::Source => stating.source = Some(app.ask().required(SOURCE_QUESTION, "--source FROM")?),
            Lack::Because { about } => {
                let question = format!("Something else is on record about {about}. Why does this hold now?");
                stating.because = Some(app.ask().required(&question, "--because WHY")?);
            }
        }
        Ok(())
    })
}

/// One question after the other, each kept when it is answered. Enter leaves one for later, or as it was answered before.
fn walk(app: &mut App<'_>, event: EntryId) -> Result<(), Failure> {
    let mut left: Vec<Question> = Vec::new();
    // Those that were asked, for whoever wants to go back; and the one gone back to.
    let (mut past, mut again): (Vec<Question>, Option<Question>) = (Vec::new(), None);
    while let Some(asked) = assess::next(app.visit()?, event, &left, again.take().as_ref())? {
        app.output.status(format_args!(
            "So far: {}. Up to {} to go; Enter leaves one for later{}.",
            lower(&headline(&asked.outcome)),
            asked.ahead,
            if past.is_empty() { "" } else { ", b goes back" }
        ));
        let stating = match answer(app, &asked, !past.is_empty())? {
            Answered::Stop => return Ok(()),
            Answered::Back => {
                again = past.pop();
                continue;
            }
            Answered::Is(stating) => Some(stating),
            // What was answered before is taken back by that, and by nothing less.
            Answered::NotKnown => asked.so_far.as_ref().map(|_| plain(app, &asked, "unknown")),
            Answered::Later => None,
        };
        match stating {
            Some(stating) => {
                keep(app, event, &mut vec![stating])?;
                left.retain(|other| *other != asked.question);
            }
            None => left.push(asked.question.clone()),
        }
        past.push(asked.question);
    }
    Ok(())
}

enum Answered {
    Is(Stating),
    NotKnown,
    Later,
    Back,
    Stop,
}

fn plain(app: &App<'_>, asked: &Asked, typed: &str) -> Stating {
    Stating::new(asked.question.clone(), typed, When::on(app.today()))
}

fn answer(app: &mut App<'_>, asked: &Asked, back: bool) -> Result<Answered, Failure> {
    let fact = asked.question.fact;
    let note = asked.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    let so_far = asked.so_far.as_ref().map(|said| format!(" (so far: {said})")).unwrap_or_default();
    let words = format!("{}{note}{so_far}", asked.question.words());
    if fact == Fact::MajorParties {
        return Ok(match app.ask().optional(&format!("{words} (with commas between)"))? {
            None => Answered::Later,
            Some(typed) if back && typed.eq_ignore_ascii_case(BACK) => Answered::Back,
            Some(parties) => Answered::Is(plain(app, asked, &parties)),
        });
    }
    let values = fact.values();
    let mut choices: Vec<String> = values.iter().map(|value| fact.value_words(value).to_owned()).collect();
    choices.push(if fact == Fact::Parties { "not invited yet" } else { "not known yet" }.to_owned());
    choices.push("stop here, go on later".to_owned());
    Ok(match app.ask().pick(&words, &choices, back)? {
        Picked::Back => Answered::Back,
        Picked::One(at) if at < values.len() => Answered::Is(with_details(app, asked, values[at])?),
        Picked::One(at) if at > values.len() => Answered::Stop,
        Picked::One(_) => Answered::NotKnown,
        Picked::Nothing => Answered::Later,
    })
}

/// What goes with some answers.
fn with_details(app: &mut App<'_>, asked: &Asked, value: &str) -> Result<Stating, Failure> {
    let mut stating = plain(app, asked, value);
    match asked.question.fact {
        Fact::Consent => {
            stating.given_by = app.ask().optional("Who gave that answer?")?;
            let on = app.ask_until("When? (Enter: today)", |app, typed| Ok(parse_when(typed, app.today())?))?;
            stating.on = on.unwrap_or(stating.on);
            if value == "conditional" {
                stating.conditions.extend(app.ask().optional("On which condition?")?);
            }
        }
        Fact::Mitigation => {
            stating.typed = format!("{},{value}", asked.level);
            stating.because = app.ask().optional("How, or why not?")?;
        }
        _ => {}
    }
    Ok(stating)
}

impl Answer for Message {
    fn json(&self) -> impl Serialize {
        let mut value = serde_json::to_value(self.weighed.json()).unwrap_or_default();
        value["message"] = self.lines.join("\n").into();
        value
    }

    fn say(&self, out: &Output) {
        out.say(self.lines.join("\n"));
        out.status("Send it as it is. To note that you asked: allymap refer add");
    }
}
