//! `allymap event assess`: the questions that can still change the answer, one at a time, and the answer.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::weighed::ReferTo;
use allymap_domain::map::Map;
use allymap_domain::weigh::Weighing;
use allymap_domain::weigh::reached;
use allymap_domain::words::folded;
use allymap_policy::{Fact, Outcome, Question};

use super::super::weigh::{self, Ground, Saying};
use crate::app::{App, today};
use crate::failure::Failure;
use crate::prompt::{BACK, Picked};

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

pub(super) fn run(app: &mut App, args: Args) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let on = args.on.as_deref().map(|typed| parse_when(typed, today())).transpose()?;
    let saying = Saying {
        because: args.because.as_deref().map(crate::commands::free_text).transpose()?,
        source: args.source.clone(),
        given_by: args.given_by.clone(),
        on: Some(on.unwrap_or_else(|| When::on(today()))),
        conditions: args.condition.clone(),
    };
    let stated = state_all(app, &event, &args, &saying)?;
    if !stated && !args.unsure && app.can_ask() {
        walk(app, &event)?;
    }
    let ground = Ground::of(app)?;
    let event = ground.row(event.id).cloned().unwrap_or(event);
    let weighing = ground.weigh(&event);
    if args.unsure {
        return unsure(app, &ground, &event, &weighing);
    }
    if app.output.json {
        let value = weigh::json(app, &event, &weighing)?;
        app.output.json(&value);
    } else {
        weigh::say(app, &ground, &event, &weighing)?;
    }
    weigh::needs_person(&event, &weighing)
}

/// What was given on the command line: all of it, or nothing.
fn state_all(app: &mut App, event: &Card, args: &Args, saying: &Saying) -> Result<bool, Failure> {
    let pairs = crate::commands::pairs(&args.set, "message=same")?;
    let ground = Ground::of(app)?;
    let weighing = ground.weigh(event);
    let mut all: Vec<(Question, String)> = Vec::new();
    for (fact, value) in pairs {
        if folded(&fact) == "risk" {
            // All six at once.
            weigh::rating(&value)?;
            for risk in allymap_policy::RiskType::ALL {
                all.push((Question::new(Fact::Risk, allymap_policy::About::Risk(risk)), value.clone()));
            }
            continue;
        }
        let question = weigh::question(&weighing, &fact, args.about.as_deref())?;
        match question.fact {
            Fact::Risk | Fact::Mitigation => {
                weigh::rating(&value)?;
            }
            Fact::MajorParties | Fact::Requests | Fact::Referral => {}
            fact => {
                weigh::value(fact, &value)?;
            }
        }
        all.push((question, value));
    }
    for (question, value) in &all {
        weigh::state(app, event, &weighing, question, value, saying)?;
    }
    if !all.is_empty() {
        app.commit()?;
    }
    Ok(!all.is_empty())
}

/// One question after the other, each kept when it is answered. Enter leaves one for later, or as it was answered before.
fn walk(app: &mut App, event: &Card) -> Result<(), Failure> {
    let mut left: Vec<Question> = Vec::new();
    // Those that were asked, for whoever wants to go back; and the one gone back to.
    let (mut asked, mut again): (Vec<Question>, Option<Question>) = (Vec::new(), None);
    loop {
        let ground = Ground::of(app)?;
        let event = ground.row(event.id).cloned().unwrap_or_else(|| event.clone());
        let weighing = ground.weigh(&event);
        let outcome = weighing.outcome(weigh::pack());
        let questions = weighing.questions(weigh::pack());
        let ahead: Vec<&Question> =
            questions.iter().filter(|question| !left.contains(question) && is_asked(question.fact)).collect();
        let before = again.as_ref().and_then(|question| said_before(&weighing, question));
        let Some(question) = again.take().or_else(|| ahead.first().copied().cloned()) else { return Ok(()) };
        app.output.status(format_args!(
            "So far: {}. Up to {} to go; Enter leaves one for later{}.",
            weigh::lower(&weigh::headline(&outcome)),
            ahead.len(),
            if asked.is_empty() { "" } else { ", b goes back" }
        ));
        let note = outcome.notes.get(&question).map(|note| format!(" ({note})")).unwrap_or_default();
        let so_far = before.as_ref().map(|said| format!(" (so far: {said})")).unwrap_or_default();
        let words = format!("{}{note}{so_far}", question.words());
        let (value, saying) = match answer(app, &weighing, &question, &words, !asked.is_empty())? {
            Answer::Stop => return Ok(()),
            Answer::Back => {
                again = asked.pop();
                continue;
            }
            Answer::Is(value, saying) => (Some(value), saying),
            // What was answered before is taken back by that, and by nothing less.
            Answer::NotKnown => (before.map(|_| "unknown".to_owned()), Saying::default()),
            Answer::Later => (None, Saying::default()),
        };
        match value {
            Some(value) => {
                weigh::state(app, &event, &weighing, &question, &value, &saying)?;
                app.commit()?;
                left.retain(|other| *other != question);
            }
            None => left.push(question.clone()),
        }
        asked.push(question);
    }
}

/// Answers of those who decide, and requests of those concerned, have commands of their own.
fn is_asked(fact: Fact) -> bool {
    !matches!(fact, Fact::Referral | Fact::Requests)
}

/// What stands as the answer to a question that is asked once more.
fn said_before(weighing: &Weighing, question: &Question) -> Option<String> {
    let said: Vec<&str> = weighing
        .standing_about(question)
        .into_iter()
        .filter_map(|(said, _)| {
            let value = if question.fact == Fact::Mitigation { &said.mitigation } else { &said.value };
            value.as_deref().map(|value| question.fact.value_words(value))
        })
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

enum Answer {
    Is(String, Saying),
    NotKnown,
    Later,
    Back,
    Stop,
}

fn answer(app: &mut App, weighing: &Weighing, question: &Question, words: &str, back: bool) -> Result<Answer, Failure> {
    let fact = question.fact;
    let mut saying = Saying::default();
    if fact == Fact::MajorParties {
        return Ok(match app.ask().optional(&format!("{words} (with commas between)"))? {
            None => Answer::Later,
            Some(typed) if back && typed.eq_ignore_ascii_case(BACK) => Answer::Back,
            Some(parties) => Answer::Is(parties, saying),
        });
    }
    let values = fact.values();
    let mut choices: Vec<String> = values.iter().map(|value| fact.value_words(value).to_owned()).collect();
    choices.push(if fact == Fact::Parties { "not invited yet" } else { "not known yet" }.to_owned());
    choices.push("stop here, go on later".to_owned());
    let value = match app.ask().pick(words, &choices, back)? {
        Picked::Back => return Ok(Answer::Back),
        Picked::One(at) if at < values.len() => &values[at],
        Picked::One(at) if at > values.len() => return Ok(Answer::Stop),
        Picked::One(_) => return Ok(Answer::NotKnown),
        Picked::Nothing => return Ok(Answer::Later),
    };
    let mut typed = (*value).to_owned();
    match fact {
        Fact::Consent => {
            saying.given_by = app.ask().optional("Who gave that answer?")?;
            let on = app.ask_until("When? (Enter: today)", |_, typed| Ok(parse_when(typed, today())?))?;
            saying.on = Some(on.unwrap_or_else(|| When::on(today())));
            if *value == "conditional" {
                saying.conditions.extend(app.ask().optional("On which condition?")?);
            }
        }
        Fact::Mitigation => {
            let level = weighing
                .about(&Question::new(Fact::Risk, question.about.clone()))
                .into_iter()
                .filter_map(|(said, _)| said.value.clone())
                .max_by_key(|value| Fact::Risk.values().iter().position(|one| one == value));
            typed = format!("{},{value}", level.unwrap_or_else(|| "medium".to_owned()));
            saying.because = app.ask().optional("How, or why not?")?;
        }
        _ => {}
    }
    Ok(Answer::Is(typed, saying))
}

/// A message that can be sent as it is: everything gathered, and what is asked (module, section 4).
fn unsure(app: &mut App, ground: &Ground, event: &Card, weighing: &Weighing) -> Result<(), Failure> {
    let outcome = weighing.outcome(weigh::pack());
    let authors = app.authors()?;
    let own = app.map()?;
    let mut lines = vec![
        format!("To: {}", to(&outcome, &ground.map)),
        format!("May we take part in {} ({})?", event.name, weigh::when(event)),
        String::new(),
    ];
    for (label, words) in super::show::headings(&ground.weigher(), event) {
        lines.push(format!("{label}: {words}"));
    }
    lines.push(format!("Answer of {}: {}", weigh::pack_name(), weigh::headline(&outcome)));
    lines.extend(weigh::because(&outcome).map(|reason| format!("- {reason}")));
    if !outcome.conditions.is_empty() {
        lines.push("On condition:".to_owned());
        lines.extend(outcome.conditions.iter().map(|condition| format!("- {condition}")));
    }
    if !outcome.open.is_empty() {
        lines.push("We do not know yet:".to_owned());
        lines.extend(
            weigh::open_lines(&outcome).iter().map(|line| format!("- {}", line.split(" [").next().unwrap_or(line))),
        );
    }
    lines.push("What we know, and from whom:".to_owned());
    for said in &weighing.case.statements {
        let (Some(value), Some(basis)) = (&said.value, weighing.origins.get(&said.id)) else { continue };
        let question = Question::new(said.fact, said.about.clone());
        lines.push(format!(
            "- {question}: {} ({})",
            said.text.as_deref().unwrap_or(said.fact.value_words(value)),
            weigh::said_by(basis, &authors)
        ));
    }
    lines.push(String::new());
    lines.push(format!("{}, {}", own.person, own.group));
    let message = lines.join("\n");
    if app.output.json {
        let mut value = weigh::json(app, event, weighing)?;
        value["message"] = message.into();
        app.output.json(&value);
        return Ok(());
    }
    app.output.say(message);
    app.output.status("Send it as it is. To note that you asked: allymap refer add");
    Ok(())
}

/// Whom it is for, with how they are reached.
fn to(outcome: &Outcome, map: &Map) -> String {
    let mut whom: Vec<ReferTo> = outcome.refer.iter().map(|refer| weigh::refer_to(*refer)).collect();
    if whom.is_empty() {
        whom.push(ReferTo::OrganisingTeam);
    }
    let reached = |to: ReferTo| {
        let name = crate::output::capital(to.label().trim_start_matches("the "));
        reached(map, to).map_or(name.clone(), |reached| format!("{name} ({reached})"))
    };
    whom.into_iter().map(reached).collect::<Vec<_>>().join(", ")
}
