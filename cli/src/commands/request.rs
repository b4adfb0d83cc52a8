//! `allymap request …`: what a community asks of all of us. It stands until they lift it.

use allymap_domain::date::When;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::Weighed;
use allymap_domain::weigh::standing::Told;
use allymap_domain::words::choice::Choice;
use allymap_domain::words::folded;
use allymap_policy::{Fact, LIFTED};
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;

/// What they ask of us, until they say otherwise
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap request add yarrabin \"no filming\"\n  allymap request lift yarrabin \"no filming\" --said-by \"Aunty Wilga\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Note what they ask; it shows whenever anybody plans something with them
    #[command(
        after_help = "Examples:\n  allymap request add yarrabin \"no filming\"\n  allymap request add choir \"no shirts of ours\" --kind no-branding --said-by Noor"
    )]
    Add(Add),
    /// They no longer ask for it; who of them said so
    #[command(
        after_help = "Examples:\n  allymap request lift yarrabin filming --said-by \"Aunty Wilga\"\n  allymap request lift yarrabin \"no filming\" --said-by \"Aunty Wilga\""
    )]
    Lift(Lift),
}

#[derive(clap::Args)]
struct Add {
    /// Which entry
    who: String,
    /// What they ask, in their words
    text: Option<String>,
    #[arg(long, help = "no-branding, do-not-come or other")]
    kind: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of them said so")]
    said_by: Option<String>,
    #[arg(long, value_name = "FROM", help = "From where it is known")]
    source: Option<String>,
}

#[derive(clap::Args)]
struct Lift {
    /// Which entry
    who: String,
    /// Which request: its words, or some of them
    text: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who of them said so")]
    said_by: Option<String>,
}

const KINDS: &[Choice] = &[
    Choice { slug: "other", label: "something else", also: &[] },
    Choice { slug: "no-branding", label: "no branding", also: &["branding"] },
    Choice { slug: "do-not-come", label: "do not come", also: &["stay away"] },
];

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::Lift(args) => lift(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let text = match args.text {
        Some(text) => typed::free_text(&app.output, &text)?,
        None => app.ask().required("What do they ask of us?", "TEXT")?,
    };
    let kind =
        args.kind.map_or(Ok("other"), |typed| super::risk::chosen_word(app, Some(typed), "", "--kind", KINDS))?;
    let said_by = match args.said_by {
        Some(who) => Some(who),
        None => app.ask().optional("Who of them said so?")?,
    };
    let source = super::relation::source_about(app, &row, args.source)?;
    let weighed = Weighed { text: Some(text.clone()), ..Weighed::new(Fact::Requests.name(), Some(kind)) };
    let assertion =
        Assertion { said_by, source, ..Assertion::new(Claim::Weighed(weighed), When::on(app.today()), app.now().0) };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "request": text, "kind": kind }));
        return Ok(());
    }
    app.output.say(format_args!("Kept: {} asks: {text}.", row.name));
    app.output.status("It shows whenever anybody plans something with them, until they lift it: allymap request lift");
    super::partner::who_sees(app)
}

fn lift(app: &mut App<'_>, args: Lift) -> Result<(), Failure> {
    let row = app.find(&args.who)?;
    let standing = row.requests();
    let typed = args.text.map_or(Ok(String::new()), |text| typed::free_text(&app.output, &text))?;
    let words = |told: &Told<Weighed>| told.what.text.clone().unwrap_or_default();
    let fitting: Vec<&Told<Weighed>> =
        standing.iter().filter(|told| folded(&words(told)).contains(&folded(&typed))).collect();
    let known: Vec<String> = standing.iter().map(words).collect();
    let texts: std::collections::BTreeSet<String> = fitting.iter().map(|told| folded(&words(told))).collect();
    let Some(first) = fitting.first().filter(|_| texts.len() == 1) else {
        let message = match known.as_slice() {
            [] => format!("{} asks nothing of us.", row.name),
            _ => format!("It is not clear which request of {} is meant.", row.name),
        };
        let hint = match known.as_slice() {
            [] => "Nothing was changed. See: allymap consent show".to_owned(),
            known => format!("Nothing was changed. They ask: {}.", known.join(" · ")),
        };
        return Err(Failure::new("AM-WHICH", Exit::WhichEntry, message).hint(hint));
    };
    let text = words(first);
    let said_by = match args.said_by {
        Some(who) => who,
        None => app.ask().required("Who of them said so?", "--said-by WHO")?,
    };
    let weighed = Weighed { text: Some(text.clone()), ..Weighed::new(Fact::Requests.name(), Some(LIFTED)) };
    let assertion = Assertion {
        said_by: Some(said_by.clone()),
        supersedes: fitting.iter().map(|told| told.id).collect(),
        ..Assertion::new(Claim::Weighed(weighed), When::on(app.today()), app.now().0)
    };
    let id = app.fresh_row();
    app.edit(DocumentId(row.id.0), |edit| Entry::assert(edit, id, &assertion))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "entry": row.name, "lifted": text, "said_by": said_by }));
        return Ok(());
    }
    app.output.say(format_args!("Lifted: {text} ({said_by} of {} said so).", row.name));
    super::partner::who_sees(app)
}

/// `no filming (said by Aunty Wilga, 2026-11-20)`
pub(crate) fn words(told: &Told<Weighed>) -> String {
    let text = told.what.text.clone().unwrap_or_default();
    let kind = told.what.value.as_deref().filter(|kind| *kind != "other");
    let kind = kind.map(|kind| format!(", {}", Fact::Requests.value_words(kind))).unwrap_or_default();
    let by = told.assertion.said_by.as_ref().map(|who| format!("said by {who}, ")).unwrap_or_default();
    format!("{text}{kind} ({by}{})", told.assertion.observed)
}

pub(crate) fn json(told: &Told<Weighed>) -> serde_json::Value {
    serde_json::json!({
        "text": told.what.text, "kind": told.what.value, "said_by": told.assertion.said_by,
        "on": told.assertion.observed.typed,
    })
}
