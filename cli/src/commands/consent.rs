//! `allymap consent …`: what a community answered when it was asked, who gave the answer, when, and for what.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::Weighed;
use allymap_domain::weigh::standing::Told;
use allymap_domain::words::folded;
use allymap_policy::Fact;
use allymap_wire::DocumentId;

use super::weigh;
use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

/// What rights holders answered when they were asked
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap consent add lamp --answer full --given-by Noor --for forum\n  allymap consent show yarrabin"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Note their answer: full, conditional, blessing or declined
    #[command(
        after_help = "Examples:\n  allymap consent add lamp --answer full --given-by Noor --for forum\n  allymap consent add lamp --answer conditional --condition \"no photographs\" --given-by Noor --occasion \"film night\""
    )]
    Add(Add),
    /// Every answer on record, and what each is for
    #[command(after_help = "Examples:\n  allymap consent show yarrabin\n  allymap consent show yarrabin --json")]
    Show {
        /// Which community
        who: String,
    },
    /// They took it back, or it no longer holds: the question is open again
    #[command(
        after_help = "Examples:\n  allymap consent withdraw yarrabin --because \"they asked for time\"\n  allymap consent withdraw yarrabin --for lantern --because \"they asked for time\""
    )]
    Withdraw(Withdraw),
}

#[derive(clap::Args)]
struct Add {
    /// Which community
    who: String,
    #[arg(long, help = "full, conditional, blessing (for our own action) or declined")]
    answer: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of theirs gave it")]
    given_by: Option<String>,
    #[arg(long, value_name = "DAY", help = "When it was given; left out: today")]
    on: Option<String>,
    #[arg(long = "for", value_name = "EVENT", help = "For which event")]
    event: Option<String>,
    #[arg(long, value_name = "WHAT", conflicts_with = "event", help = "For what, if it is no event of the map")]
    occasion: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What it depends on; may come several times")]
    condition: Vec<String>,
    #[arg(long, value_name = "WHY", help = "Why it replaces what they answered before")]
    because: Option<String>,
    #[arg(long, value_name = "FROM", help = "From where it is known")]
    source: Option<String>,
}

#[derive(clap::Args)]
struct Withdraw {
    /// Which community
    who: String,
    #[arg(long = "for", value_name = "EVENT", help = "Only what was given for this event")]
    event: Option<String>,
    #[arg(long, value_name = "WHY", help = "Why")]
    because: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of theirs took it back")]
    given_by: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::Show { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::Show { who } => show(app, &who),
        Verb::Withdraw(args) => withdraw(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let event = args.event.as_deref().map(|said| weigh::event(app, said)).transpose()?;
    let answer = match args.answer {
        Some(typed) => weigh::value(Fact::Consent, &typed)?,
        None => {
            let values = Fact::Consent.values();
            let choices: Vec<String> = values.iter().map(|value| Fact::Consent.value_words(value).to_owned()).collect();
            app.ask().choose("What did they answer?", &choices)?.map(|at| values[at].to_owned())
        }
    };
    let answer = answer
        .ok_or_else(|| Failure::missing("What did they answer?", "--answer (full, conditional, blessing, declined)"))?;
    // A yes of nobody is nobody's yes.
    let given_by = match args.given_by {
        Some(who) => Some(who),
        None if matches!(answer.as_str(), "full" | "conditional") => {
            Some(app.ask().required("Who of theirs gave it?", "--given-by WHO")?)
        }
        None => app.ask().optional("Who of theirs gave it?")?,
    };
    let occasion = match (&event, args.occasion) {
        (Some(_), _) => None,
        (None, Some(occasion)) => Some(occasion),
        (None, None) => Some(app.ask().required("For what was it given?", "--for EVENT or --occasion WHAT")?),
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    // What they answered about the same thing before; a no binds for everything until they change it.
    let folded_occasion = folded(occasion.as_deref().unwrap_or_default());
    let before: Vec<Told<Weighed>> = row
        .consents()
        .into_iter()
        .filter(|told| match &event {
            Some(event) => told.what.occasion_event == Some(event.id),
            None => told.what.occasion_event.is_none() && folded(told.what.occasion.as_deref().unwrap_or_default()) == folded_occasion,
        } || matches!(told.what.value.as_deref(), Some("declined" | "blessing")))
        .collect();
    let because = match (args.because, before.is_empty()) {
        (Some(because), _) => Some(typed::free_text(&app.output, &because)?),
        (None, true) => None,
        (None, false) => {
            Some(app.ask().required("Something else is on record. Why does this hold now?", "--because WHY")?)
        }
    };
    let weighed = Weighed {
        occasion: occasion.clone(),
        occasion_event: event.as_ref().map(|event| event.id),
        conditions: args.condition.clone(),
        ..Weighed::new(Fact::Consent.name(), Some(&answer))
    };
    let source = super::relation::source_about(app, &row, args.source)?;
    let assertion = Assertion {
        said_by: given_by,
        reason: because,
        source,
        supersedes: before.iter().map(|told| told.id).collect(),
        ..Assertion::new(Claim::Weighed(weighed), on, app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    let what = event.as_ref().map(|event| event.name.clone()).or(occasion).unwrap_or_default();
    if app.output.json {
        app.output.json(
            &serde_json::json!({ "entry": row.name, "consent": answer, "for": what, "conditions": args.condition }),
        );
        return Ok(());
    }
    app.output.say(format_args!("Kept: {} of {}, for {what}.", Fact::Consent.value_words(&answer), row.name));
    for condition in &args.condition {
        app.output.say(format_args!("  on condition: {condition}"));
    }
    match answer.as_str() {
        "declined" => app.output.say("That ends it: we do not go ahead without them."),
        "blessing" => app.output.say("Our own action may go on, without them as partner."),
        _ => {}
    }
    super::partner::who_sees(app)
}

/// `yes, with conditions, for Film night: no photographs (given by Noor, 2026-11-20)`
pub(crate) fn words(app: &mut App<'_>, told: &Told<Weighed>) -> Result<String, Failure> {
    let event = told.what.occasion_event.map(|id| app.card_if_here(id)).transpose()?.flatten().map(|row| row.name);
    let what = event.or_else(|| told.what.occasion.clone()).unwrap_or_else(|| "no occasion named".to_owned());
    let answer = told.what.value.as_deref().map_or("taken back; ask again", |value| Fact::Consent.value_words(value));
    let conditions =
        if told.what.conditions.is_empty() { String::new() } else { format!(": {}", told.what.conditions.join("; ")) };
    let giver =
        told.assertion.said_by.as_ref().map_or_else(|| "nobody named".to_owned(), |giver| format!("given by {giver}"));
    let reason = told.assertion.reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
    Ok(format!("{answer}, for {what}{conditions} ({giver}, {}{reason})", told.assertion.observed))
}

pub(crate) fn json(app: &mut App<'_>, told: &Told<Weighed>) -> Result<serde_json::Value, Failure> {
    let event = told.what.occasion_event.map(|id| app.card_if_here(id)).transpose()?.flatten().map(|row| row.name);
    let authors = app.authors()?;
    Ok(serde_json::json!({
        "answer": told.what.value, "event": event, "occasion": told.what.occasion, "conditions": told.what.conditions,
        "given_by": told.assertion.said_by, "on": told.assertion.observed.typed, "reason": told.assertion.reason,
        "by": authors.of(told.by).name,
    }))
}

fn show(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let row = app.find(who)?;
    let consents = row.consents();
    if app.output.json {
        let mut all = Vec::new();
        for told in &consents {
            all.push(json(app, told)?);
        }
        let requests: Vec<_> = row.requests().iter().map(super::request::json).collect();
        app.output.json(&serde_json::json!({ "entry": row.name, "consents": all, "requests": requests }));
        return Ok(());
    }
    app.output.say(&row.name);
    for told in &consents {
        let words = words(app, told)?;
        app.output.line("Consent", weigh::COLUMN, words);
    }
    if consents.is_empty() {
        app.output.line("Consent", weigh::COLUMN, "nobody has asked them yet");
    }
    say_requests(app, &row);
    Ok(())
}

pub(crate) fn say_requests(app: &App<'_>, row: &Card) {
    for told in row.requests() {
        app.output.line("Their request", weigh::COLUMN, super::request::words(&told));
    }
}

fn withdraw(app: &mut App<'_>, args: Withdraw) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let event = args.event.as_deref().map(|said| weigh::event(app, said)).transpose()?;
    let standing: Vec<Told<Weighed>> = row
        .consents()
        .into_iter()
        .filter(|told| {
            told.what.value.is_some() && event.as_ref().is_none_or(|event| told.what.occasion_event == Some(event.id))
        })
        .collect();
    if standing.is_empty() {
        return Err(Failure::new(
            "AM-NO-CONSENT",
            Exit::WhichEntry,
            format!("No answer of {} is on record here.", row.name),
        )
        .hint("Nothing was changed. See: allymap consent show"));
    }
    let because = match args.because {
        Some(because) => typed::free_text(&app.output, &because)?,
        None => app.ask().required("Why?", "--because WHY")?,
    };
    // One for each occasion, so that every question opens where it was answered.
    for told in &standing {
        let weighed = Weighed { value: None, conditions: Vec::new(), ..told.what.clone() };
        let assertion = Assertion {
            reason: Some(because.clone()),
            said_by: args.given_by.clone(),
            supersedes: vec![told.id],
            ..Assertion::new(Claim::Weighed(weighed), When::on(app.today()), app.now().0)
        };
        let id = app.fresh_row();
        app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    }
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "withdrawn": standing.len(), "reason": because }));
        return Ok(());
    }
    app.output.say(format_args!("Taken back: the consent of {}. It is to be asked for again.", row.name));
    super::partner::who_sees(app)
}
