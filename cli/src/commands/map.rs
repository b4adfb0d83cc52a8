//! `allymap map …`: what community this is, what is known about it, and whom to turn to.

use allymap_domain::author::Author;
use allymap_domain::date::Date;
use allymap_domain::date::typed::parse_when;
use allymap_domain::ids::RowId;
use allymap_domain::kind::field::{Field, Holds, Merges};
use allymap_domain::map::figure::Figure;
use allymap_domain::map::issue::Issue;
use allymap_domain::map::item::Item;
use allymap_domain::map::origin::{Origin, SourceKind};
use allymap_domain::map::question::OwnQuestion;
use allymap_domain::map::section::OwnSection;
use allymap_domain::map::{MAP_FIELDS, Map, RHYTHM};
use allymap_domain::words::choice::Word;
use allymap_domain::words::{folded, folded_words};

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
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
        Verb::Figure(args) => figure(app, args),
        Verb::Issue(args) => issue(app, args),
        Verb::Question { words, sixth } => question(app, words, sixth),
        Verb::Section { title, text } => section(app, title, text.as_deref()),
        Verb::Drop { what } => drop_item(app, &what),
        Verb::List => list(app),
        Verb::Use { name } => change_map(app, name),
    }
}

/// The map's own document as it stands, or why it is not here.
pub(crate) fn needed(app: &mut App<'_>) -> Result<Map, Failure> {
    app.map_entry()?.ok_or_else(|| {
        Failure::new("AM-NOT-HERE", Exit::Failed, "What the map says about the community has not arrived here yet.")
            .hint("Fetch it with: allymap sync")
    })
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let mut changes: Vec<(String, String)> = Vec::new();
    let fields = [
        ("name", &args.name),
        ("community", &args.community),
        ("region", &args.region),
        ("extent", &args.extent),
        ("boundary", &args.boundary),
        ("strategy", &args.strategy),
        ("vision", &args.vision),
        ("organising-team", &args.organising_team),
        ("action-centre", &args.action_centre),
        ("regional-staff", &args.regional_staff),
        ("branch-committee", &args.branch_committee),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            changes.push((name.to_owned(), typed::free_text(&app.output, value)?));
        }
    }
    changes.extend(args.knows_us.iter().map(|how| ("knows-us".to_owned(), how.clone())));
    for pair in &args.set {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::usage(format!("\"{pair}\" is not FIELD=VALUE.")).hint("For example: --set weeks-a=4")
        })?;
        changes.push((name.to_owned(), value.to_owned()));
    }
    if changes.is_empty() && app.can_ask() {
        let map = needed(app)?;
        let community = app.ask().text("Who is this community: where does it start, where does it end?")?;
        changes.extend(community.map(|text| ("community".to_owned(), text)));
        for field in MAP_FIELDS.iter().filter(|field| !RHYTHM.iter().any(|(one, _)| one == field)) {
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
    }
    if changes.is_empty() {
        return Err(Failure::missing("What is to change?", "--community, --strategy, --set FIELD=VALUE and the like"));
    }
    let document = app.map_document()?;
    app.edit(document, |edit| {
        changes.iter().try_for_each(|(name, value)| match name.as_str() {
            "name" => Map::rename(edit, value),
            "community" => Map::describe(edit, value),
            name => match MAP_FIELDS.iter().find(|field| field.name == name).map(|field| field.merges) {
                Some(Merges::Set) => match value.strip_prefix('-') {
                    Some(gone) => Map::remove(edit, name, gone),
                    None => Map::add(edit, name, value),
                },
                _ => Map::set(edit, name, value),
            },
        })
    })?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": changes.iter().map(|(name, _)| name).collect::<Vec<_>>() }));
        return Ok(());
    }
    let names: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
    app.output.say(format_args!("Kept: {}.", names.join(", ")));
    if names.contains(&"knows-us") {
        for hint in needed(app)?.acquaintance_hints() {
            app.output.status(hint);
        }
    }
    super::partner::who_sees(app)
}

/// An answer that the field would take, as it was typed.
pub(crate) fn fitting(field: &Field, typed: &str) -> Result<String, Failure> {
    field.clean(typed)?;
    Ok(typed.to_owned())
}

fn figure(app: &mut App<'_>, args: FigureArgs) -> Result<(), Failure> {
    let figure = Figure { what: args.what, value: args.value, origin: args.origin.origin(app.today())? };
    // The same count on the same day is a correction; on another day it stands beside the older one.
    let known = needed(app)?
        .figures
        .into_iter()
        .find(|item| folded(&item.value.what) == folded(&figure.what) && item.value.origin.on == figure.origin.on);
    let id = known.map_or_else(|| app.fresh_row(), |item| item.key);
    let document = app.map_document()?;
    app.edit(document, |edit| Map::put(edit, &id, &figure))?;
    app.commit()?;
    kept(app, &format!("{}: {}", figure.what, figure.value), id)?;
    if figure.origin.source.is_none() && figure.origin.kind.is_none() {
        app.output.status("No source: add it with --source-kind census or --source WORDS.");
    }
    Ok(())
}

fn issue(app: &mut App<'_>, args: IssueArgs) -> Result<(), Failure> {
    let note = args.note.as_deref().map(|text| typed::free_text(&app.output, text)).transpose()?;
    let known = needed(app)?.issues.into_iter().find(|item| folded(&item.value.name) == folded(&args.name));
    let origin = args.origin.origin(app.today())?;
    let (id, issue) = match known {
        Some(Item { key, value, .. }) => {
            let said_source = origin.source.is_some() || origin.kind.is_some() || args.origin.on.is_some();
            let origin = if said_source { origin } else { value.origin };
            (key, Issue { weight: args.weight.or(value.weight), note: note.or(value.note), origin, ..value })
        }
        None => (app.fresh_row(), Issue { name: args.name, weight: args.weight, note, origin }),
    };
    let document = app.map_document()?;
    app.edit(document, |edit| Map::put(edit, &id, &issue))?;
    app.commit()?;
    kept(app, &format!("{}, {}", issue.name, issue.weight_words()), id)
}

fn question(app: &mut App<'_>, words: String, sixth: bool) -> Result<(), Failure> {
    let known = needed(app)?.own_questions.into_iter().find(|item| folded(&item.value.words) == folded(&words));
    let id = known.map_or_else(|| app.fresh_row(), |item| item.key);
    let question = OwnQuestion { words, sixth };
    let document = app.map_document()?;
    app.edit(document, |edit| Map::put(edit, &id, &question))?;
    app.commit()?;
    kept(app, &question.words, id)
}

fn section(app: &mut App<'_>, title: String, text: Option<&str>) -> Result<(), Failure> {
    let text = match text {
        Some(text) => Some(typed::free_text(&app.output, text)?),
        None => app.ask().text("What stands in it?")?,
    };
    let known = needed(app)?.own_sections.into_iter().find(|item| folded(&item.value.title) == folded(&title));
    let id = known.map_or_else(|| app.fresh_row(), |item| item.key);
    let section = OwnSection { title, text };
    let document = app.map_document()?;
    app.edit(document, |edit| Map::put(edit, &id, &section))?;
    app.commit()?;
    kept(app, &section.title, id)
}

fn drop_item(app: &mut App<'_>, what: &str) -> Result<(), Failure> {
    let map = needed(app)?;
    let item = |key: RowId, value: &str, by| Item { key, value: value.to_owned(), by, others: Vec::new() };
    let all: Vec<Item<RowId, String>> = map
        .figures
        .iter()
        .map(|one| item(one.key, &one.value.what, one.by))
        .chain(map.issues.iter().map(|one| item(one.key, &one.value.name, one.by)))
        .chain(map.own_questions.iter().map(|one| item(one.key, &one.value.words, one.by)))
        .chain(map.own_sections.iter().map(|one| item(one.key, &one.value.title, one.by)))
        .collect();
    let item = pick(&all, what, |name| name, "figure, issue, question or section", "allymap map show")?;
    let document = app.map_document()?;
    app.edit(document, |edit| Map::take_out(edit, item.key))?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "dropped": item.value }));
        return Ok(());
    }
    app.output.say(format_args!("{} is off the map. Its history stays.", item.value));
    Ok(())
}

fn kept(app: &mut App<'_>, what: &str, id: RowId) -> Result<(), Failure> {
    if app.output.json {
        app.output.json(&serde_json::json!({ "kept": what, "id": id.to_string() }));
        return Ok(());
    }
    app.output.say(format_args!("Kept: {what}"));
    super::partner::who_sees(app)
}

fn list(app: &mut App<'_>) -> Result<(), Failure> {
    let current = app.map()?.number;
    let maps = app.maps()?;
    if app.output.json {
        let maps: Vec<_> = maps
            .iter()
            .map(|map| serde_json::json!({ "name": map.name, "group": map.group, "practice": map.practice, "current": map.number == current }))
            .collect();
        app.output.json(&serde_json::json!({ "maps": maps }));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = maps
        .iter()
        .map(|map| {
            let mark = if map.number == current { "in use" } else { "" };
            let practice = if map.practice { "practice" } else { "" };
            vec![map.name.clone(), map.group.clone(), practice.to_owned(), mark.to_owned()]
        })
        .collect();
    app.output.table(&["Map", "Your group", "Sort", "State"], &rows);
    Ok(())
}

fn change_map(app: &mut App<'_>, name: String) -> Result<(), Failure> {
    app.turn_to(name);
    let map = app.map()?;
    app.put_map(map.clone())?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "map": map.name }));
        return Ok(());
    }
    app.output.say(format_args!("Commands are about {} from now on.", map.name));
    Ok(())
}

/// The one item that somebody means, by its name, words of it, or its letters.
pub(super) fn pick<'a, T>(
    items: &'a [Item<RowId, T>],
    said: &str,
    name: impl Fn(&T) -> &str,
    what: &str,
    add: &str,
) -> Result<&'a Item<RowId, T>, Failure> {
    let wanted = folded(said);
    let typed: String = said.chars().take(40).collect();
    let exact: Vec<_> =
        items.iter().filter(|item| item.key.to_string() == wanted || folded(name(&item.value)) == wanted).collect();
    let near: Vec<_> = items
        .iter()
        .filter(|item| {
            !wanted.is_empty()
                && folded(name(&item.value))
                    .split(' ')
                    .any(|word| wanted.starts_with(word) || word.starts_with(&wanted))
        })
        .filter(|item| {
            let own = folded_words(name(&item.value));
            folded_words(said).iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
        })
        .collect();
    match (exact.as_slice(), near.as_slice()) {
        ([one], _) | ([], [one]) => Ok(one),
        ([], []) => {
            Err(Failure::new("AM-NOT-FOUND", Exit::WhichEntry, format!("No {what} here is called \"{typed}\"."))
                .hint(format!("See: {add}")))
        }
        (several, near) => {
            let fitting = if several.is_empty() { near } else { several };
            let names: Vec<String> =
                fitting.iter().take(5).map(|item| format!("{} [{}]", name(&item.value), item.key)).collect();
            Err(Failure::new("AM-WHICH", Exit::WhichEntry, format!("Several fit \"{typed}\"."))
                .hint(format!("Say which by its letters: {}.", names.join(", "))))
        }
    }
}

/// `Ana, Harbour`
pub(super) fn by(author: &Author) -> String {
    if author.group.is_empty() { author.name.clone() } else { format!("{}, {}", author.name, author.group) }
}
