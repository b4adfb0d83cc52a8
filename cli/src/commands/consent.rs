//! `allymap consent …`: what a community answered when it was asked, who gave the answer, when, and for what.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::weigh::consent::{Answer as Answered, Follows, Occasion, needs_giver};
use allymap_domain::weigh::typed::value;
use allymap_home::events::consent::{self, Noted, Shown, Want, Withdrawing, Withdrawn};
use allymap_home::events::event::meant;
use allymap_policy::Fact;
use serde::Serialize;
use serde_json::json;

use crate::about;
use crate::about::event::COLUMN;
use crate::about::stated::source_about;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
    let card = app.find(&args.who)?;
    let event = args.event.as_deref().map(|said| meant(app.visit()?, said).map_err(Failure::from)).transpose()?;
    let answer = match args.answer {
        Some(typed) => value(Fact::Consent, &typed)?,
        None => {
            let values = Fact::Consent.values();
            let choices: Vec<String> = values.iter().map(|value| Fact::Consent.value_words(value).to_owned()).collect();
            app.ask().choose("What did they answer?", &choices)?.map(|at| values[at].to_owned())
        }
    };
    let answer = answer
        .ok_or_else(|| Failure::missing("What did they answer?", "--answer (full, conditional, blessing, declined)"))?;
    let given_by = match args.given_by {
        Some(who) => Some(who),
        None if needs_giver(&answer) => Some(app.ask().required("Who of theirs gave it?", "--given-by WHO")?),
        None => app.ask().optional("Who of theirs gave it?")?,
    };
    let occasion = match (event, args.occasion) {
        (Some(event), _) => Occasion::Event(event.id),
        (None, Some(occasion)) => Occasion::Other(occasion),
        (None, None) => {
            Occasion::Other(app.ask().required("For what was it given?", "--for EVENT or --occasion WHAT")?)
        }
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let because = args.because.map(|because| typed::free_text(&app.output, &because)).transpose()?;
    let mut draft =
        Answered { value: answer, given_by, occasion, on, conditions: args.condition, because, source: None };
    // The act asks once more, for what came in meanwhile.
    if draft.lacks_reason(&card) {
        draft.because = Some(why(app)?);
    }
    draft.source = source_about(app, &card, args.source)?;
    let act = |v: &mut _, draft: &_| consent::add(v, card.id, draft);
    let noted = app.settle(&mut draft, act, |app, draft, want| match want {
        Want::Because => {
            draft.because = Some(why(app)?);
            Ok(())
        }
    })?;
    app.tell(&noted)
}

fn why(app: &mut App<'_>) -> Result<String, Failure> {
    app.ask().required("Something else is on record. Why does this hold now?", "--because WHY")
}

impl Answer for Noted {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.entry, "consent": self.answer.value, "for": self.occasion,
            "conditions": self.answer.conditions,
        })
    }

    fn say(&self, out: &Output) {
        let answer = Fact::Consent.value_words(&self.answer.value);
        out.say(format_args!("Kept: {answer} of {}, for {}.", self.entry, self.occasion));
        for condition in &self.answer.conditions {
            out.say(format_args!("  on condition: {condition}"));
        }
        match self.answer.follows() {
            Follows::ItEnds => out.say("That ends it: we do not go ahead without them."),
            Follows::OursAlone => out.say("Our own action may go on, without them as partner."),
            Follows::Nothing => {}
        }
        say_who_sees(out, &self.seen_by);
    }
}

fn show(app: &mut App<'_>, who: &str) -> Result<(), Failure> {
    let card = app.find(who)?;
    let shown = consent::show(app.visit()?, card.id)?;
    app.tell(&shown)
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        json!({
            "entry": self.entry, "consents": self.consents.iter().map(about::consent::json).collect::<Vec<_>>(),
            "requests": self.requests.iter().map(about::consent::request_json).collect::<Vec<_>>(),
        })
    }

    fn say(&self, out: &Output) {
        out.say(&self.entry);
        for given in &self.consents {
            out.line("Consent", COLUMN, about::consent::words(given));
        }
        if self.consents.is_empty() {
            out.line("Consent", COLUMN, "nobody has asked them yet");
        }
        for request in &self.requests {
            out.line("Their request", COLUMN, about::consent::request_words(request));
        }
    }
}

fn withdraw(app: &mut App<'_>, args: Withdraw) -> Result<(), Failure> {
    let card = app.find(&args.who)?;
    let event = args.event.as_deref().map(|said| meant(app.visit()?, said).map_err(Failure::from)).transpose()?;
    let mut draft = Withdrawing { event: event.map(|event| event.id), because: None, given_by: args.given_by };
    let (mut given, act) = (args.because, |v: &mut _, draft: &_| consent::withdraw(v, card.id, draft));
    let withdrawn = app.settle(&mut draft, act, |app, draft, want| match want {
        Want::Because => {
            draft.because = Some(match given.take() {
                Some(because) => typed::free_text(&app.output, &because)?,
                None => app.ask().required("Why?", "--because WHY")?,
            });
            Ok(())
        }
    })?;
    app.tell(&withdrawn)
}

impl Answer for Withdrawn {
    fn json(&self) -> impl Serialize {
        json!({ "entry": self.entry, "withdrawn": self.answers, "reason": self.because })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Taken back: the consent of {}. It is to be asked for again.", self.entry));
        say_who_sees(out, &self.seen_by);
    }
}
