//! `allymap refer …`: questions handed to regional staff, the Branch Committee or the organising team, and their answers.

use allymap_domain::date::When;
use allymap_domain::date::typed::parse_when;
use allymap_domain::entry::weighed::ReferTo;
use allymap_domain::weigh::answer::headline;
use allymap_domain::weigh::referral::{Answer as Given, Handing, waiting};
use allymap_domain::weigh::typed::value;
use allymap_home::events::event::meant;
use allymap_home::events::refer::{self, Answered, Handed, List, Listed, Which};
use allymap_policy::Fact;
use serde::Serialize;
use serde_json::json;

use crate::about::choice::chosen;
use crate::about::event::referral_json;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;
use crate::terminal::words::{capital, lower};

/// Questions that somebody else decides
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap refer add forum --to staff --question \"may we co-host?\"\n  allymap refer list"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Hand an event to whoever decides it
    #[command(
        after_help = "Examples:\n  allymap refer add forum --to committee --question \"may we co-host?\"\n  allymap refer add lantern --to staff"
    )]
    Add(Add),
    /// Note what they answered, and who gave the answer
    #[command(
        after_help = "Examples:\n  allymap refer answer forum --to staff --answer agreed --by \"Casimir Holt\"\n  allymap refer answer forum --to staff --answer with-conditions --condition \"name nobody\" --by \"Casimir Holt\""
    )]
    Answer(Give),
    /// What waits for an answer, and what was answered
    #[command(after_help = "Examples:\n  allymap refer list\n  allymap refer list --all")]
    List {
        /// Answered ones too
        #[arg(long)]
        all: bool,
    },
}

#[derive(clap::Args)]
struct Add {
    /// Which event
    event: String,
    #[arg(long, help = "staff, committee or team; left out: whomever the answer names")]
    to: Option<String>,
    #[arg(long, value_name = "RULE", help = "Which rule asks for it, as R5")]
    about: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What is asked (- reads standard input)")]
    question: Option<String>,
    #[arg(long, value_name = "DAY", help = "Since when; left out: today")]
    on: Option<String>,
}

#[derive(clap::Args)]
struct Give {
    /// Which event
    event: String,
    #[arg(long, help = "Who answered: staff, committee or team")]
    to: Option<String>,
    #[arg(long, value_name = "RULE", help = "To which rule, as R5; left out: whatever was referred")]
    about: Option<String>,
    #[arg(long, help = "agreed, with-conditions or refused")]
    answer: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who gave the answer")]
    by: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What they make it depend on; may come several times")]
    condition: Vec<String>,
    #[arg(long, value_name = "WHY", help = "What they said (- reads standard input)")]
    because: Option<String>,
    #[arg(long, value_name = "DAY", help = "When; left out: today")]
    on: Option<String>,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::Answer(args) => answer(app, args),
        Verb::List { all } => list(app, if all { Which::All } else { Which::Waiting }),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let rule = args.about.as_deref().map(refer::rule).transpose()?;
    let to = match args.to {
        None => refer::whom(app.visit()?, event.id)?,
        Some(typed) => vec![chosen(app, Some(typed), "To whom?", "--to")?],
    };
    let to = if to.is_empty() { vec![chosen(app, None, "To whom?", "--to")?] } else { to };
    let question = match args.question {
        Some(question) => Some(typed::free_text(&app.output, &question)?),
        None => app.ask().optional("What do you ask them?")?,
    };
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let handed = refer::add(app.visit()?, event.id, &Handing { to, rule, question, on })?;
    for (to, since) in &handed.known {
        app.output.status(format_args!("{} has it since {since}.", capital(to.label())));
    }
    app.tell(&handed)
}

impl Answer for Handed {
    fn json(&self) -> impl Serialize {
        let to: Vec<&str> = self.to.iter().map(|(to, _)| to.slug()).collect();
        json!({ "event": self.event, "referred_to": to, "rule": self.rule, "question": self.question })
    }

    fn say(&self, out: &Output) {
        for (to, reached) in &self.to {
            let reached = reached.as_ref().map(|reached| format!(": {reached}")).unwrap_or_default();
            out.say(format_args!("Kept: {} is referred to {}{reached}.", self.event, to.label()));
        }
        out.status(format_args!(
            "A message with all that is known: {}",
            suggested::command("event assess", &self.event, "--unsure")
        ));
        say_who_sees(out, &self.seen_by);
    }
}

fn answer(app: &mut App<'_>, args: Give) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let rule = args.about.as_deref().map(refer::rule).transpose()?;
    let to: ReferTo = match (args.to, waiting(&event).as_slice()) {
        (None, [one]) => *one,
        (typed, _) => chosen(app, typed, "Who answered?", "--to")?,
    };
    let value = match args.answer {
        Some(typed) => value(Fact::Referral, &typed)?,
        None => {
            let values = Fact::Referral.values();
            let choices: Vec<String> =
                values.iter().map(|value| Fact::Referral.value_words(value).to_owned()).collect();
            app.ask().choose("What did they answer?", &choices)?.map(|at| values[at].to_owned())
        }
    };
    let value = value
        .ok_or_else(|| Failure::missing("What did they answer?", "--answer (agreed, with-conditions, refused)"))?;
    let by = match args.by {
        Some(by) => by,
        None => app.ask().required("Who gave the answer?", "--by WHO")?,
    };
    let because = args.because.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let on = args.on.map_or(Ok(When::on(app.today())), |typed| parse_when(&typed, app.today()))?;
    let given = Given { to, rule, value, by, conditions: args.condition, because, on };
    let answered = refer::answer(app.visit()?, event.id, &given)?;
    app.tell(&answered)
}

impl Answer for Answered {
    fn json(&self) -> impl Serialize {
        let waits: Vec<&str> = self.waits_for.iter().map(|to| to.label()).collect();
        json!({
            "event": self.event, "to": self.answer.to.slug(), "answer": self.answer.value, "rules": self.rules,
            "waits_for": waits, "label": self.outcome.label(),
        })
    }

    fn say(&self, out: &Output) {
        let Given { to, by, value, .. } = &self.answer;
        out.say(format_args!("Kept: {}, {by}: {}.", to.label(), Fact::Referral.value_words(value)));
        for to in &self.waits_for {
            out.say(format_args!("{} has still to answer.", capital(to.label())));
        }
        out.say(format_args!("{} is now: {}.", self.event, lower(&headline(&self.outcome))));
        say_who_sees(out, &self.seen_by);
    }
}

fn list(app: &mut App<'_>, which: Which) -> Result<(), Failure> {
    let list = refer::list(app.visit()?, which)?;
    app.tell(&list)
}

impl Answer for List {
    fn json(&self) -> impl Serialize {
        let json = |listed: &Listed| {
            let mut value = referral_json(&listed.referral);
            value["event"] = listed.event.clone().into();
            value
        };
        json!({ "referrals": self.referrals.iter().map(json).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let cells: Vec<Vec<String>> = self.referrals.iter().map(cells).collect();
        out.table(&["Event", "With", "Rule", "State", "By", "Asked"], &cells);
        if cells.is_empty() {
            out.status("Nothing waits for an answer.");
        }
    }
}

fn cells(listed: &Listed) -> Vec<String> {
    let referral = &listed.referral;
    let state = match &referral.answer {
        None => format!("waiting since {}", referral.since),
        Some(answer) => format!("{}, {}", Fact::Referral.value_words(answer), referral.since),
    };
    vec![
        listed.event.clone(),
        referral.to.label().to_owned(),
        referral.rule.clone().unwrap_or_default(),
        state,
        referral.answered_by.clone().unwrap_or_else(|| referral.by.clone()),
        referral.question.clone().unwrap_or_default(),
    ]
}
