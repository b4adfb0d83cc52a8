//! `allymap place …`: halls, parks and other spaces, and who can use them.

use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::kind::Kind;
use allymap_domain::kind::field;
use allymap_domain::kind::place;
use allymap_domain::kind::place::ACCESS;
use allymap_domain::kind::relationship;
use allymap_domain::words::folded;
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::typed;
use crate::terminal::words::count;

/// Halls, parks and other spaces
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap place add \"Weir Hall\" --type hall --step-free yes\n  allymap place list --with step-free"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Put a place on the map
    #[command(
        after_help = "Examples:\n  allymap place add \"Weir Hall\" --type hall --step-free yes\n  allymap place add \"Weir Park\" --type park --toilets \"yes: by the gate\""
    )]
    Add(Add),
    /// Name the places and who can use them
    #[command(after_help = "Examples:\n  allymap place list\n  allymap place list --with step-free")]
    List(List),
    /// Everything about a place, and what to find out
    #[command(
        after_help = "Examples:\n  allymap place show \"ropewalk hall\"\n  allymap place show \"harbour green\" --json"
    )]
    Show {
        /// Which place
        place: String,
    },
    /// Change what the map says about a place
    #[command(
        after_help = "Examples:\n  allymap place edit \"ropewalk hall\" --seats 90\n  allymap place edit \"harbour green\" --safe \"unknown: dark after nine\""
    )]
    Edit(Edit),
}

#[derive(clap::Args)]
struct Add {
    /// Its name
    name: Option<String>,
    /// Add it even if something on the map has this name
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    facts: Facts,
}

#[derive(clap::Args)]
struct Edit {
    /// Which place
    place: String,
    #[command(flatten)]
    facts: Facts,
}

#[derive(clap::Args)]
struct List {
    #[arg(long, value_name = "FACT", help = "Only places known to have it, as step-free", value_delimiter = ',')]
    with: Vec<String>,
}

/// Each fact is yes, no or unknown; after a colon comes what there is to say.
#[derive(clap::Args)]
struct Facts {
    #[arg(long = "type", value_name = "TYPE", help = "hall, park, garden, market, square, showground, other")]
    sort: Option<String>,
    #[arg(long, help = "How many people fit in")]
    seats: Option<String>,
    #[arg(long, help = "Where it is")]
    address: Option<String>,
    #[arg(long, value_name = "FACT", help = "yes, no or unknown, and a note: \"yes: ramp at the back\"")]
    step_free: Option<String>,
    #[arg(long, value_name = "FACT", help = "Toilets that everybody can use")]
    toilets: Option<String>,
    #[arg(long, value_name = "FACT", help = "A quiet room")]
    quiet_room: Option<String>,
    #[arg(long, value_name = "FACT", help = "Reached without a car")]
    transport: Option<String>,
    #[arg(long, value_name = "FACT", help = "Safe, and on the way home")]
    safe: Option<String>,
    #[arg(long, value_name = "FACT", help = "Right for the people who are to come, and who says so")]
    culturally_appropriate: Option<String>,
    #[arg(long = "set", value_name = "FIELD=VALUE", help = "Any other field of a place")]
    set: Vec<String>,
}

impl Facts {
    fn given(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut given: Vec<(String, String)> =
            [("type", &self.sort), ("seats", &self.seats), ("address", &self.address)]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
                .collect();
        let said = [
            &self.step_free,
            &self.toilets,
            &self.quiet_room,
            &self.transport,
            &self.safe,
            &self.culturally_appropriate,
        ];
        for (access, said) in ACCESS.iter().zip(said) {
            let Some(said) = said else { continue };
            let (value, note) = said.split_once(':').map_or((said.as_str(), None), |(value, note)| (value, Some(note)));
            given.push((access.field.to_owned(), value.trim().to_owned()));
            given.extend(note.map(|note| (access.note.to_owned(), note.trim().to_owned())));
        }
        given.extend(typed::pairs(&self.set, "phone=…")?);
        Ok(given)
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List(args) => list(app, &args),
        Verb::Show { place } => show(app, &place),
        Verb::Edit(args) => edit(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap place add NAME)"))?;
    let (kind, _) = Kind::typed("place")?;
    let mut new = NewEntry::new(kind, &name);
    new.fields.extend(args.facts.given()?);
    for access in ACCESS.iter().filter(|access| new.value(access.field).is_none()).collect::<Vec<_>>() {
        let question = kind.field(access.field).map_or(access.label, |field| field.question);
        if let Some(said) =
            app.ask().optional(&format!("{question} (yes, no; a note after a colon; Enter: not known)"))?
        {
            let (value, note) = said.split_once(':').map_or((said.as_str(), None), |(value, note)| (value, Some(note)));
            new.fields.push((access.field.to_owned(), value.trim().to_owned()));
            new.fields.extend(note.map(|note| (access.note.to_owned(), note.trim().to_owned())));
        }
    }
    let rows = app.cards()?;
    if !args.another && rows.iter().any(|row| row.kind == kind.name && folded(&row.name) == folded(&name)) {
        return Err(Failure::new(
            "AM-ALIKE",
            Exit::NeedsPerson,
            format!("{name} is on the map already. Nothing was added."),
        )
        .hint("Look at it with allymap place show, or add another one with --another."));
    }
    let id = app.fresh_entry();
    app.edit(DocumentId(id.0), |edit| Entry::create(edit, &new))?;
    app.commit()?;
    let (row, short) = (app.card(id)?, app.short_ids()?);
    if app.output.json {
        app.output.json(&serde_json::json!({ "added": json(&row, &short[&id]) }));
        return Ok(());
    }
    app.output.say(format_args!("Added {} · {}  [{}]", row.name, sort(&row), short[&id]));
    if let Some(open) = to_find_out(&row) {
        app.output.status(format_args!("Find out: {open}"));
    }
    super::partner::who_sees(app)
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let row = place(app, &args.place)?;
    let changes = args.facts.given()?;
    if changes.is_empty() {
        return Err(Failure::missing("What is to change?", "--step-free, --seats, --set FIELD=VALUE and the like"));
    }
    app.edit(DocumentId(row.id.0), |edit| {
        changes.iter().try_for_each(|(name, value)| super::partner::set(edit, name, value))
    })?;
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": row.name, "fields": changes.len() }));
        return Ok(());
    }
    let names: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
    app.output.say(format_args!("Kept: {} of {}.", names.join(", "), row.name));
    super::partner::who_sees(app)
}

fn list(app: &mut App<'_>, args: &List) -> Result<(), Failure> {
    for fact in &args.with {
        if !ACCESS.iter().any(|access| access.field == fact) {
            let known: Vec<&str> = ACCESS.iter().map(|access| access.field).collect();
            return Err(Failure::usage(format!("\"{fact}\" is no fact about a place."))
                .hint(format!("One of: {}.", known.join(", "))));
        }
    }
    let all = app.cards_once()?;
    let short = short_ids(all.iter().map(|row| row.id));
    let rows: Vec<&Card> = all
        .iter()
        .filter(|row| row.is(&place::KIND) && !row.archived)
        .filter(|row| args.with.iter().all(|fact| row.value(fact) == Some("yes")))
        .collect();
    if app.output.json {
        let places: Vec<_> = rows.iter().map(|row| json(row, &short[&row.id])).collect();
        app.output.json(&serde_json::json!({ "places": places }));
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.name.clone(),
                sort(row),
                row.value(&place::STEP_FREE).unwrap_or("unknown").to_owned(),
                row.value(&relationship::SEATS).unwrap_or_default().to_owned(),
                format!("{} of {}", known(row), ACCESS.len()),
                short[&row.id].clone(),
            ]
        })
        .collect();
    app.output.table(&["Place", "Type", "Step-free", "Seats", "Known", "Id"], &cells);
    app.output.status(count(rows.len(), "place", "places"));
    Ok(())
}

fn show(app: &mut App<'_>, said: &str) -> Result<(), Failure> {
    let row = place(app, said)?;
    let short = app.short_ids()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "place": json(&row, &short[&row.id]) }));
        return Ok(());
    }
    let out = app.output.clone();
    out.say(format_args!("{} · {}  [{}]", row.name, sort(&row), short[&row.id]));
    let kind = row.kind();
    for (name, label) in [("address", "Address"), ("seats", "Seats"), ("phone", "Phone"), ("held-by", "Held by")] {
        if let Some(value) = row.value(name) {
            out.note(label, value, 26);
        }
    }
    for access in ACCESS {
        let value = row.value(access.field).unwrap_or("unknown");
        let shown = kind.and_then(|kind| kind.field(access.field)).map_or(value.to_owned(), |field| field.shown(value));
        let note = row.value(access.note).map(|note| format!(": {note}")).unwrap_or_default();
        out.note(access.label, &format!("{shown}{note}"), 26);
    }
    if let Some(open) = to_find_out(&row) {
        out.note("Find out", &open, 26);
    }
    out.status("All of it, with notes and log: allymap partner show");
    Ok(())
}

/// The place that is meant; entries of other kinds are none.
fn place(app: &mut App<'_>, said: &str) -> Result<Card, Failure> {
    let row = app.find(said)?;
    if row.is(&place::KIND) {
        return Ok(row);
    }
    Err(Failure::usage(format!("{} is no place.", row.name)).hint("See it with: allymap partner show"))
}

fn sort(row: &Card) -> String {
    let field = row.kind().and_then(|kind| kind.field(field::TYPE.name));
    match (row.value(&field::TYPE), field) {
        (Some(value), Some(field)) => field.shown(value),
        _ => "place".to_owned(),
    }
}

fn known(row: &Card) -> usize {
    ACCESS.iter().filter(|access| row.value(access.field).is_some_and(|value| value != "unknown")).count()
}

/// What nobody knows about it yet.
fn to_find_out(row: &Card) -> Option<String> {
    let open: Vec<String> = ACCESS
        .iter()
        .filter(|access| row.value(access.field).is_none_or(|value| value == "unknown"))
        .map(|access| access.label.to_lowercase())
        .collect();
    (!open.is_empty()).then(|| open.join(", "))
}

fn json(row: &Card, short: &str) -> serde_json::Value {
    let access: serde_json::Map<String, serde_json::Value> = ACCESS
        .iter()
        .map(|access| {
            let known = row.value(access.field).unwrap_or("unknown");
            (access.field.to_owned(), serde_json::json!({ "known": known, "note": row.value(access.note) }))
        })
        .collect();
    serde_json::json!({
        "id": row.id.to_string(), "short_id": short, "name": row.name, "type": row.value(&field::TYPE),
        "seats": row.value(&relationship::SEATS), "address": row.value(&field::ADDRESS), "access": access,
    })
}
