//! `allymap request …`: what a community asks of all of us. It stands until they lift it.

use allymap_domain::date::When;
use allymap_domain::weigh::request::{Request, RequestKind};
use allymap_home::events::request::{self, Lifted, Lifting, Noted, Want};
use serde::Serialize;
use serde_json::json;

use crate::about::choice::chosen;
use crate::about::stated::source_about;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::Lift(args) => lift(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let card = app.find(&args.who)?;
    let text = match args.text {
        Some(text) => typed::free_text(&app.output, &text)?,
        None => app.ask().required("What do they ask of us?", "TEXT")?,
    };
    let kind = args.kind.map_or(Ok(RequestKind::Other), |typed| chosen(app, Some(typed), "", "--kind"))?;
    let said_by = match args.said_by {
        Some(who) => Some(who),
        None => app.ask().optional("Who of them said so?")?,
    };
    let source = source_about(app, &card, args.source)?;
    let asked = Request { text, kind, said_by, source, on: When::on(app.today()) };
    let noted = request::add(app.visit()?, card.id, &asked)?;
    app.tell(&noted)
}

impl Answer for Noted {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.entry, "request": self.request.text, "kind": self.request.kind.slug() })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {} asks: {}.", self.entry, self.request.text));
        out.status("It shows whenever anybody plans something with them, until they lift it: allymap request lift");
        say_who_sees(out, &self.seen_by);
    }
}

fn lift(app: &mut App<'_>, args: Lift) -> Result<(), Failure> {
    let card = app.find(&args.who)?;
    let typed = args.text.map_or(Ok(String::new()), |text| typed::free_text(&app.output, &text))?;
    let mut draft = Lifting { typed, said_by: args.said_by };
    let act = |v: &mut _, draft: &_| request::lift(v, card.id, draft);
    let lifted = app.settle(&mut draft, act, |app, draft, want| match want {
        Want::SaidBy => {
            draft.said_by = Some(app.ask().required("Who of them said so?", "--said-by WHO")?);
            Ok(())
        }
    })?;
    app.tell(&lifted)
}

impl Answer for Lifted {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.entry, "lifted": self.text, "said_by": self.said_by })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Lifted: {} ({} of {} said so).", self.text, self.said_by, self.entry));
        say_who_sees(out, &self.seen_by);
    }
}
