//! `allymap event assess`: the questions that can still change the answer, one at a time, and the answer.

use allymap_domain::{Map, ReferTo, Row, Weighing, When, parse_when};
use allymap_policy::{Fact, Outcome, Question};

use super::super::weigh::{self, Ground, Saying};
use crate::app::{App, today};
use crate::failure::Failure;

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
fn state_all(app: &mut App, event: &Row, args: &Args, saying: &Saying) -> Result<bool, Failure> {
    let pairs = crate::commands::pairs(&args.set, "message=same")?;
    let ground = Ground::of(app)?;
    let weighing = ground.weigh(event);
    let mut all: Vec<(Question, String)> = Vec::new();
    for (fact, value) in pairs {
        if allymap_domain::folded(&fact) == "risk" {
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

/// One question after the other, each kept when it is answered. Enter leaves one for later.
fn walk(app: &mut App, event: &Row) -> Result<(), Failure> {
    let mut left: Vec<Question> = Vec::new();
    loop {
        let ground = Ground::of(app)?;
        let event = ground.row(event.id).cloned().unwrap_or_else(|| event.clone());
        let weighing = ground.weigh(&event);
        let outcome = weighing.outcome(weigh::pack());
        let questions = weighing.questions(weigh::pack());
        let ahead: Vec<&Question> =
            questions.iter().filter(|question| !left.contains(question) && question.fact != Fact::Referral).collect();
        let Some(question) = ahead.first().copied() else { return Ok(()) };
        app.output.status(format_args!(
            "So far: {}. Up to {} to go; Enter leaves one for later.",
            weigh::lower(&weigh::headline(&outcome)),
            ahead.len()
        ));
        let note = outcome.notes.get(question).map(|note| format!(" ({note})")).unwrap_or_default();
        let words = format!("{}{note}", question.words());
        match answer(app, &weighing, question, &words)? {
            Answer::Stop => return Ok(()),
            Answer::Later => left.push(question.clone()),
            Answer::Is(value, saying) => {
                weigh::state(app, &event, &weighing, question, &value, &saying)?;
                app.commit()?;
            }
        }
    }
}

enum Answer {
    Is(String, Saying),
    Later,
    Stop,
}

fn answer(app: &mut App, weighing: &Weighing, question: &Question, words: &str) -> Result<Answer, Failure> {
    let fact = question.fact;
    let mut saying = Saying::default();
    if fact == Fact::MajorParties {
        let parties = app.ask().optional(&format!("{words} (with commas between)"))?;
        return Ok(parties.map_or(Answer::Later, |parties| Answer::Is(parties, saying)));
    }
    if fact == Fact::Requests {
        return Ok(Answer::Later);
    }
    let values = fact.values();
    let mut choices: Vec<String> = values.iter().map(|value| fact.value_words(value).to_owned()).collect();
    choices.push(if fact == Fact::Parties { "not invited yet" } else { "not known yet" }.to_owned());
    choices.push("stop here, go on later".to_owned());
    let picked = app.ask().choose(words, &choices)?;
    let Some(value) = picked.and_then(|at| values.get(at)) else {
        return Ok(if picked == Some(choices.len() - 1) { Answer::Stop } else { Answer::Later });
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
fn unsure(app: &mut App, ground: &Ground, event: &Row, weighing: &Weighing) -> Result<(), Failure> {
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
        map.value(to.slug()).map_or(name.clone(), |reached| format!("{name} ({reached})"))
    };
    whom.into_iter().map(reached).collect::<Vec<_>>().join(", ")
}
