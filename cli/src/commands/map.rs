//! `allymap map …`: what community this is, what is known about it, and whom to turn to.

use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_when;
use allymap_domain::kind::field::{Field, Holds};
use allymap_domain::map::figure::Figure;
use allymap_domain::map::head::asked_in_turn;
use allymap_domain::map::issue::Issue;
use allymap_domain::map::origin::{Origin, SourceKind};
use allymap_domain::map::question::OwnQuestion;
use allymap_domain::map::section::OwnSection;
use allymap_domain::words::choice::Word;
use allymap_home::community::map::{self, Changed, Dropped, Kept};
use allymap_home::maps::listed::{self, Listed};
use serde::Serialize;
use serde_json::json;

use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;

mod answer;
mod show;

/// The community itself: its questions, figures and issues
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap map show\n  allymap map answer knows-us --text \"Nobody here has met us.\"\n  allymap map issue Rents --weight 4 --source \"Harbour Post\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// What is known of the community, in the seven sections
    Show(show::Args),
    /// Say what the community is, the plan for it, and whom to turn to
    #[command(
        after_help = "Examples:\n  allymap map edit --region \"Ebble coast\"\n  allymap map edit --knows-us expectations --set weeks-a=4"
    )]
    Edit(Edit),
    /// Answer a question about the community, or a part of one
    Answer(answer::Args),
    /// Keep a figure about the people who live here
    #[command(
        after_help = "Examples:\n  allymap map figure \"People under 25\" 2100 --source \"census, table 4\"\n  allymap map figure People 9100 --source-kind census --on 2026"
    )]
    Figure(FigureArgs),
    /// Keep an issue that people care about
    #[command(
        after_help = "Examples:\n  allymap map issue Rents --weight 4\n  allymap map issue \"Shade at the stops\" --source \"Harbour Post\""
    )]
    Issue(IssueArgs),
    /// Ask a question of your own
    #[command(
        after_help = "Examples:\n  allymap map question \"Who feeds people here?\"\n  allymap map question \"Who is missing?\" --sixth"
    )]
    Question {
        /// Its words
        words: String,
        /// Put it in the place of number 6, which repeats number 5
        #[arg(long)]
        sixth: bool,
    },
    /// Keep a section of your own
    #[command(
        after_help = "Examples:\n  allymap map section Stories\n  allymap map section Stories --text \"The flood of 1974\""
    )]
    Section {
        /// Its title
        title: String,
        /// What stands in it (- reads standard input)
        #[arg(long)]
        text: Option<String>,
    },
    /// Take a figure, an issue, a question or a section off the map
    #[command(after_help = "Examples:\n  allymap map drop rents\n  allymap map drop \"the last bus\"")]
    Drop {
        /// Its name, or its letters from --json
        what: String,
    },
    /// The maps on this computer
    #[command(after_help = "Examples:\n  allymap map list\n  allymap map list --json")]
    List,
    /// Work on another map of this computer from now on
    #[command(after_help = "Examples:\n  allymap map use thornwick\n  allymap map use \"kill town\"")]
    Use {
        /// Which map
        name: String,
    },
}

#[derive(clap::Args)]
struct Edit {
    #[arg(long, help = "The map's name")]
    name: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Who this is: where it starts and ends (- reads standard input)")]
    community: Option<String>,
    #[arg(long, help = "In which region it is")]
    region: Option<String>,
    #[arg(long, value_name = "KIND", help = "suburb, electorate, town, city, area, characteristic, interest, belief")]
    extent: Option<String>,
    #[arg(long, value_name = "TEXT", help = "Its border in words or as GeoJSON (- reads standard input)")]
    boundary: Option<String>,
    #[arg(
        long,
        value_name = "HOW",
        help = "from-scratch, bad-experiences, expectations, knowledge; -HOW takes it out",
        allow_hyphen_values = true
    )]
    knows_us: Vec<String>,
    #[arg(long, value_name = "TEXT", help = "The plan for this community and no other (- reads standard input)")]
    strategy: Option<String>,
    #[arg(long, value_name = "TEXT", help = "The change that we and our partners want to see")]
    vision: Option<String>,
    #[arg(long, value_name = "WHO", help = "How the community organising team is reached")]
    organising_team: Option<String>,
    #[arg(long, value_name = "WHO", help = "How the local action centre is reached")]
    action_centre: Option<String>,
    #[arg(long, value_name = "WHO", help = "Who the regional staff are")]
    regional_staff: Option<String>,
    #[arg(long, value_name = "WHO", help = "How the Branch Committee is reached")]
    branch_committee: Option<String>,
    #[arg(long = "set", value_name = "FIELD=VALUE", help = "Any field, as weeks-a=4; an empty value empties it")]
    set: Vec<String>,
}

#[derive(clap::Args)]
struct FigureArgs {
    /// What is counted, as "People under 25"
    what: String,
    /// The figure, as its source has it
    value: String,
    #[command(flatten)]
    origin: OriginArgs,
}

#[derive(clap::Args)]
struct IssueArgs {
    /// Its name; of one that is there already this changes the rest
    name: String,
    #[arg(long, value_name = "1-5", help = "How much people care: 1 a few, 5 everybody")]
    weight: Option<u8>,
    #[arg(long, help = "What there is to say (- reads standard input)")]
    note: Option<String>,
    #[command(flatten)]
    origin: OriginArgs,
}

/// Where a fact comes from.
#[derive(clap::Args)]
pub(super) struct OriginArgs {
    #[arg(long, value_name = "WORDS", help = "Which newspaper, table, person")]
    source: Option<String>,
    #[arg(long, value_name = "KIND", help = "directory, local-media, council, census, people, seen")]
    source_kind: Option<String>,
    #[arg(long, value_name = "WHEN", help = "When it was so: a date, a year, \"last march\"; today if not said")]
    on: Option<String>,
}

impl OriginArgs {
    fn is_empty(&self) -> bool {
        self.source.is_none() && self.source_kind.is_none() && self.on.is_none()
    }

    /// What was given; the day is today unless said.
    pub(super) fn origin(&self, today: Date) -> Result<Origin, Failure> {
        let kind = match &self.source_kind {
            Some(typed) => Some(SourceKind::begun(typed).ok_or_else(|| {
                let words: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.slug()).collect();
                let typed: String = typed.chars().take(40).collect();
                Failure::usage(format!("\"{typed}\" is no kind of source."))
                    .hint(format!("One of: {}.", words.join(", ")))
            })?),
            None => None,
        };
        let on = parse_when(self.on.as_deref().unwrap_or("today"), today)?;
        Ok(Origin { kind, source: self.source.clone(), on: Some(on) })
    }
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::Show(_))
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Show(args) => show::run(app, &args),
        Verb::Edit(args) => edit(app, args),
        Verb::Answer(args) => answer::run(app, args),
        Verb::Figure(args) => {
            let figure = Figure { what: args.what, value: args.value, origin: args.origin.origin(app.today())? };
            let kept = map::figure(app.visit()?, figure)?;
            app.tell(&kept)?;
            if !kept.item.origin.is_sourced() {
                app.output.status("No source: add it with --source-kind census or --source WORDS.");
            }
            Ok(())
        }
        Verb::Issue(args) => issue(app, args),
        Verb::Question { words, sixth } => {
            let kept = map::question(app.visit()?, OwnQuestion { words, sixth })?;
            app.tell(&kept)
        }
        Verb::Section { title, text } => {
            let text = match text {
                Some(text) => Some(typed::free_text(&app.output, &text)?),
                None => app.ask().text("What stands in it?")?,
            };
            let kept = map::section(app.visit()?, OwnSection { title, text })?;
            app.tell(&kept)
        }
        Verb::Drop { what } => {
            let dropped = map::drop(app.visit()?, &what)?;
            app.tell(&dropped)
        }
        Verb::List => {
            let maps = Maps(listed::list(app.visit()?)?);
            app.tell(&maps)
        }
        Verb::Use { name } => {
            let chosen = Chosen(listed::choose(app.visit()?, name)?);
            app.tell(&chosen)
        }
    }
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let mut changes = args.given(&app.output)?;
    if changes.is_empty() && app.can_ask() {
        changes = asked(app)?;
    }
    if changes.is_empty() {
        return Err(Failure::missing("What is to change?", "--community, --strategy, --set FIELD=VALUE and the like"));
    }
    let changed = map::change(app.visit()?, &changes)?;
    app.tell(&changed)
}

impl Edit {
    fn given(&self, out: &Output) -> Result<Vec<(String, String)>, Failure> {
        let mut changes: Vec<(String, String)> = Vec::new();
        let fields = [
            ("name", &self.name),
            ("community", &self.community),
            ("region", &self.region),
            ("extent", &self.extent),
            ("boundary", &self.boundary),
            ("strategy", &self.strategy),
            ("vision", &self.vision),
            ("organising-team", &self.organising_team),
            ("action-centre", &self.action_centre),
            ("regional-staff", &self.regional_staff),
            ("branch-committee", &self.branch_committee),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                changes.push((name.to_owned(), typed::free_text(out, value)?));
            }
        }
        changes.extend(self.knows_us.iter().map(|how| ("knows-us".to_owned(), how.clone())));
        for pair in &self.set {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                Failure::usage(format!("\"{pair}\" is not FIELD=VALUE.")).hint("For example: --set weeks-a=4")
            })?;
            changes.push((name.to_owned(), value.to_owned()));
        }
        Ok(changes)
    }
}

/// Asks for one field after the other; Enter leaves it as it is.
fn asked(app: &mut App<'_>) -> Result<Vec<(String, String)>, Failure> {
    let map = map::read(app.visit()?)?;
    let mut changes = Vec::new();
    let community = app.ask().text("Who is this community: where does it start, where does it end?")?;
    changes.extend(community.map(|text| ("community".to_owned(), text)));
    for field in asked_in_turn() {
        let choices = match field.holds {
            Holds::Choice(choices) => {
                format!(" ({})", choices.iter().map(|choice| choice.slug).collect::<Vec<_>>().join(", "))
            }
            _ => String::new(),
        };
        let now = map.value(field).map(|value| format!(" [{}]", field.shown(value))).unwrap_or_default();
        let question = format!("{}{choices}{now}", field.question);
        let answer = app.ask_until(&question, |_, typed| fitting(field, typed))?;
        changes.extend(answer.map(|answer| (field.name.to_owned(), answer)));
    }
    Ok(changes)
}

/// An answer that the field would take, as it was typed.
pub(crate) fn fitting(field: &Field, typed: &str) -> Result<String, Failure> {
    field.clean(typed)?;
    Ok(typed.to_owned())
}

fn issue(app: &mut App<'_>, args: IssueArgs) -> Result<(), Failure> {
    let note = args.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let origin = match args.origin.is_empty() {
        true => None,
        false => Some(args.origin.origin(app.today())?),
    };
    let kept = map::issue(app.visit()?, map::Said { name: args.name, weight: args.weight, note, origin })?;
    app.tell(&kept)
}

impl Answer for Changed {
    fn json(&self) -> impl Serialize {
        json!({ "changed": self.fields })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {}.", self.fields.join(", ")));
        for hint in &self.hints {
            out.status(hint);
        }
        say_who_sees(out, &self.seen_by);
    }
}

/// An item of the map's lists in one line.
trait InALine {
    fn line(&self) -> String;
}

impl<T: InALine> Answer for Kept<T> {
    fn json(&self) -> impl Serialize {
        json!({ "kept": self.item.line(), "id": self.id.to_string() })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {}", self.item.line()));
        say_who_sees(out, &self.seen_by);
    }
}

impl InALine for Figure {
    fn line(&self) -> String {
        format!("{}: {}", self.what, self.value)
    }
}

impl InALine for Issue {
    fn line(&self) -> String {
        format!("{}, {}", self.name, self.weight_words())
    }
}

impl InALine for OwnQuestion {
    fn line(&self) -> String {
        self.words.clone()
    }
}

impl InALine for OwnSection {
    fn line(&self) -> String {
        self.title.clone()
    }
}

impl Answer for Dropped {
    fn json(&self) -> impl Serialize {
        json!({ "dropped": self.name })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("{} is off the map. Its history stays.", self.name));
    }
}

struct Maps(Vec<Listed>);

impl Answer for Maps {
    fn json(&self) -> impl Serialize {
        let map = |map: &Listed| json!({ "name": map.name, "group": map.group, "practice": map.practice, "current": map.current });
        json!({ "maps": self.0.iter().map(map).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let row = |map: &Listed| {
            let practice = if map.practice { "practice" } else { "" };
            let mark = if map.current { "in use" } else { "" };
            vec![map.name.clone(), map.group.clone(), practice.to_owned(), mark.to_owned()]
        };
        out.table(&["Map", "Your group", "Sort", "State"], &self.0.iter().map(row).collect::<Vec<_>>());
    }
}

/// The name of the map that commands are about from now on.
struct Chosen(String);

impl Answer for Chosen {
    fn json(&self) -> impl Serialize {
        json!({ "map": self.0 })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Commands are about {} from now on.", self.0));
    }
}
