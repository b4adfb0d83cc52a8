//! `allymap campaign …`: what people are for or against, whom it addresses, what opponents say and what we answer.

use allymap_domain::card::Card;
use allymap_domain::entry::position::Place;
use allymap_domain::map::campaign::Campaign;
use allymap_home::allies::campaign::{self, Begun, Changes, Listed, Shown, Target};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;
use crate::terminal::words::{count, plural};

/// Campaigns: one sentence, whom it addresses, arguments
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap campaign add \"The last bus runs again\" --target council\n  allymap campaign edit refugees --argument \"There are no houses\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Begin a campaign with the sentence that people are for or against
    #[command(
        after_help = "Examples:\n  allymap campaign add \"The last bus runs again\"\n  allymap campaign add \"Shade at every stop\" --target council"
    )]
    Add {
        /// One sentence, so that everybody means the same
        sentence: Option<String>,
        #[arg(long, value_name = "WHO", help = "The decision maker whom it addresses, an entry of the map")]
        target: Option<String>,
    },
    /// Name the campaigns
    #[command(after_help = "Examples:\n  allymap campaign list\n  allymap campaign list --json")]
    List,
    /// Everything about one campaign
    #[command(after_help = "Examples:\n  allymap campaign show refugees\n  allymap campaign show \"step-free\"")]
    Show {
        /// Which campaign, by words of its sentence; left out: the only one that is open
        campaign: Option<String>,
    },
    /// Change a campaign; note what opponents say and what we answer
    #[command(
        after_help = "Examples:\n  allymap campaign edit refugees --argument \"There are no houses\"\n  allymap campaign edit step-free --target council"
    )]
    Edit(Edit),
    /// The campaign is over; every relationship goes on
    #[command(
        after_help = "Examples:\n  allymap campaign close step-free --outcome \"two ramps built\"\n  allymap campaign close refugees"
    )]
    Close {
        /// Which campaign
        campaign: String,
        #[arg(long, value_name = "WHAT", help = "What came of it")]
        outcome: Option<String>,
    },
}

#[derive(clap::Args)]
struct Edit {
    /// Which campaign
    campaign: String,
    #[arg(long, help = "Another sentence")]
    sentence: Option<String>,
    #[arg(long, value_name = "WHO", help = "The decision maker whom it addresses")]
    target: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What opponents say (- reads standard input)")]
    argument: Option<String>,
    #[arg(long, value_name = "WORDS", help = "What we answer (- reads standard input)")]
    answer: Option<String>,
    #[arg(long, value_name = "LETTERS", help = "Which argument is meant: its letters in campaign show")]
    to: Option<String>,
    #[arg(long, value_name = "LETTERS", conflicts_with_all = ["argument", "answer", "to"], help = "Take an argument away")]
    drop: Option<String>,
    #[arg(long, help = "A closed campaign goes on")]
    reopen: bool,
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List | Verb::Show { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { sentence, target } => add(app, sentence, target),
        Verb::List => list(app),
        Verb::Show { campaign } => show(app, campaign.as_deref()),
        Verb::Edit(args) => edit(app, args),
        Verb::Close { campaign, outcome } => close(app, &campaign, outcome),
    }
}

fn add(app: &mut App<'_>, sentence: Option<String>, target: Option<String>) -> Result<(), Failure> {
    let sentence =
        typed::given(sentence, || app.ask().required("In one sentence: what are people for or against?", "SENTENCE"))?;
    let target: Option<Card> = match target {
        Some(target) => Some(app.find(&target)?),
        None => {
            app.ask_until("Who can decide it? (an entry of the map; Enter: not known yet)", |app, who| app.find(who))?
        }
    };
    let begun = campaign::add(app.visit()?, &sentence, target.map(|card| card.id))?;
    app.tell(&New(begun))
}

fn list(app: &mut App<'_>) -> Result<(), Failure> {
    let listed = campaign::list(app.visit()?)?;
    app.tell(&listed)
}

fn show(app: &mut App<'_>, said: Option<&str>) -> Result<(), Failure> {
    let shown = campaign::show(app.visit()?, said)?;
    app.tell(&shown)
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let campaign = campaign::meant(app.visit()?, Some(&args.campaign))?;
    let target = args.target.map(|target| app.find(&target)).transpose()?;
    let argument = args.argument.map(|words| typed::free_text(&app.output, &words)).transpose()?;
    let answer = args.answer.map(|words| typed::free_text(&app.output, &words)).transpose()?;
    let named = |letters: Option<String>| {
        letters.map(|letters| campaign::argument(&campaign, &letters)).transpose().map_err(Failure::from)
    };
    let (to, drop) = (named(args.to)?, named(args.drop)?);
    if answer.is_some() && argument.is_none() && to.is_none() {
        return Err(Failure::missing("Which argument does it answer?", "--to LETTERS (see: allymap campaign show)"));
    }
    let nothing = args.sentence.is_none() && target.is_none() && argument.is_none() && answer.is_none();
    if nothing && drop.is_none() && !args.reopen {
        return Err(Failure::missing(
            "What is to change?",
            "--sentence, --target, --argument, --answer, --drop or --reopen",
        ));
    }
    let target = target.map(|card| card.id);
    let changes = Changes { sentence: args.sentence, target, argument, answer, to, drop, reopen: args.reopen };
    let changed = campaign::change(app.visit()?, campaign.id, &changes)?;
    app.tell(&changed)
}

fn close(app: &mut App<'_>, said: &str, outcome: Option<String>) -> Result<(), Failure> {
    let campaign = campaign::closing(app.visit()?, said)?;
    let outcome = match outcome {
        Some(outcome) => Some(typed::free_text(&app.output, &outcome)?),
        None => app.ask().optional("What came of it?")?,
    };
    let closed = campaign::close(app.visit()?, campaign.id, outcome.as_deref().unwrap_or_default())?;
    app.tell(&Closed(closed))
}

/// The campaign that is meant; with nothing said, the only one that is open.
pub(crate) fn meant(app: &mut App<'_>, said: Option<&str>) -> Result<Campaign, Failure> {
    Ok(campaign::meant(app.visit()?, said)?)
}

/// What stands about every campaign of this map.
pub(crate) fn all(app: &mut App<'_>) -> Result<Vec<Campaign>, Failure> {
    Ok(campaign::all(app.visit()?)?)
}

impl Answer for Listed {
    fn json(&self) -> impl Serialize {
        let campaigns = self.campaigns.iter().map(|(campaign, target)| as_json(campaign, target.as_ref()));
        json!({ "campaigns": campaigns.collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let cells: Vec<Vec<String>> = self
            .campaigns
            .iter()
            .map(|(campaign, target)| {
                let state = campaign.closed.map_or("open".to_owned(), |on| format!("closed {}", on.spelled()));
                let target = target.as_ref().map_or("not known yet", name);
                vec![campaign.sentence.clone(), target.to_owned(), state]
            })
            .collect();
        out.table(&["Sentence", "Addresses", "State"], &cells);
        out.status(count(self.campaigns.len(), "campaign", "campaigns"));
    }
}

impl Answer for Shown {
    fn json(&self) -> impl Serialize {
        let mut value = as_json(&self.campaign, self.target.as_ref());
        value["allies"] = json!({
            "all": self.allies.all, "started_own_actions": self.allies.own_actions,
            "shared_vision": self.allies.visions,
        });
        json!({ "campaign": value })
    }

    fn say(&self, out: &Output) {
        let campaign = &self.campaign;
        out.say(&campaign.sentence);
        for other in &campaign.others {
            out.line("or", COLUMN, format_args!("{other} (written apart)"));
        }
        out.line("Addresses", COLUMN, self.target.as_ref().map_or("not known yet (--target WHO)", name));
        if campaign.targets.len() > 1 {
            out.line("", COLUMN, "people named another one apart from this");
        }
        if let Some(on) = campaign.closed {
            let outcome = campaign.outcome.as_ref().map(|outcome| format!(": {outcome}")).unwrap_or_default();
            out.line("Closed", COLUMN, format_args!("{}{outcome}", on.spelled()));
        }
        out.note("Where they stand", &standing(self), COLUMN);
        if self.allies.all > 0 {
            let (allies, acting) = (count(self.allies.all, "ally", "allies"), self.allies.own_actions);
            out.line("Initiative", COLUMN, format_args!("{acting} of {allies} started an action of their own"));
            let visions = self.allies.visions;
            let how = "(partner edit --set vision=…)";
            out.line("Shared vision", COLUMN, format_args!("noted for {visions} of {allies} {how}"));
        }
        for argument in &campaign.arguments {
            let letters = campaign.letters(argument);
            out.note("They say", &format!("{}  [{letters}]", argument.said.join(" / ")), COLUMN);
            match argument.answers.as_slice() {
                [] => out.line("We answer", COLUMN, format_args!("nothing yet (--to {letters} --answer WORDS)")),
                answers => out.note("We answer", &answers.join(" / "), COLUMN),
            }
        }
        if campaign.arguments.is_empty() {
            out.line("They say", COLUMN, "not noted yet (campaign edit --argument WORDS)");
        }
    }
}

/// One that was begun just now.
struct New(Begun);

impl Answer for New {
    fn json(&self) -> impl Serialize {
        self.0.shown.json()
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("A campaign: {}", self.0.shown.campaign.sentence));
        say_who_sees(out, &self.0.seen_by);
        out.status("Next: allymap move WHO WHERE says where somebody stands on it.");
    }
}

/// One that was changed.
impl Answer for Begun {
    fn json(&self) -> impl Serialize {
        self.shown.json()
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {}", self.shown.campaign.sentence));
        say_who_sees(out, &self.seen_by);
    }
}

/// One that is over.
struct Closed(Shown);

impl Answer for Closed {
    fn json(&self) -> impl Serialize {
        self.0.json()
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Closed: {}", self.0.campaign.sentence));
        out.status("Every relationship goes on: stages, check-ins and what is due are as they were.");
    }
}

fn standing(shown: &Shown) -> String {
    let places = Place::FRIENDLIEST_FIRST.into_iter().filter(|place| *place != Place::NotKnown);
    let counts: Vec<String> = places
        .filter_map(|place| Some((*shown.standing.get(&place)?, place)))
        .map(|(number, place)| count(number, place.label(), &plural(place)))
        .collect();
    if counts.is_empty() { "nobody placed yet".to_owned() } else { counts.join(", ") }
}

fn name(target: &Target) -> &str {
    target.name.as_deref().unwrap_or("an entry that has not arrived here")
}

fn as_json(campaign: &Campaign, target: Option<&Target>) -> Value {
    json!({
        "id": campaign.id.to_string(),
        "sentence": campaign.sentence,
        "written_apart": campaign.others,
        "target": target.map(name),
        "target_id": target.map(|target| target.id.to_string()),
        "closed": campaign.closed.map(|on| on.to_string()),
        "outcome": campaign.outcome,
        "arguments": campaign.arguments.iter().map(|argument| json!({
            "id": argument.id.to_string(),
            "short_id": campaign.letters(argument),
            "said": argument.said,
            "answers": argument.answers,
        })).collect::<Vec<_>>(),
    })
}

/// Where the text begins.
const COLUMN: usize = 18;
