//! `allymap place …`: halls, parks and other spaces, and who can use them.

use allymap_domain::card::Card;
use allymap_domain::entry::NewEntry;
use allymap_domain::kind::field;
use allymap_domain::kind::place::ACCESS;
use allymap_domain::kind::relationship;
use allymap_domain::kind::{self, Kind};
use allymap_home::community::place::{self, Added, Changed, New, Place};
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
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
            given.extend(access.said(said).into_iter().map(|(field, value)| (field.name.to_owned(), value)));
        }
        given.extend(typed::pairs(&self.set, "phone=…")?);
        Ok(given)
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add(args) => add(app, args),
        Verb::List(args) => list(app, &args),
        Verb::Show { place } => {
            let place = place::show(app.visit()?, &place)?;
            app.tell(&place)
        }
        Verb::Edit(args) => edit(app, args),
    }
}

fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("Name", "NAME (allymap place add NAME)"))?;
    let (kind, _) = Kind::typed("place")?;
    let mut new = NewEntry::new(kind, &name);
    new.fields.extend(args.facts.given()?);
    for access in ACCESS.iter().filter(|access| new.value(access.field).is_none()).collect::<Vec<_>>() {
        let question = kind.field(access.field.name).map_or(access.label, |field| field.question);
        let question = format!("{question} (yes, no; a note after a colon; Enter: not known)");
        let said = app.ask().optional(&question)?.map(|said| access.said(&said)).unwrap_or_default();
        new.fields.extend(said.into_iter().map(|(field, value)| (field.name.to_owned(), value)));
    }
    let added = place::add(app.visit()?, &New { place: new, another: args.another })?;
    app.tell(&added)
}

fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let place = place::find(app.visit()?, &args.place)?;
    let changes = args.facts.given()?;
    if changes.is_empty() {
        return Err(Failure::missing("What is to change?", "--step-free, --seats, --set FIELD=VALUE and the like"));
    }
    let changed = place::change(app.visit()?, &place, &changes)?;
    app.tell(&changed)
}

fn list(app: &mut App<'_>, args: &List) -> Result<(), Failure> {
    for fact in &args.with {
        if !ACCESS.iter().any(|access| access.field.name == fact) {
            let known: Vec<&str> = ACCESS.iter().map(|access| access.field.name).collect();
            return Err(Failure::usage(format!("\"{fact}\" is no fact about a place."))
                .hint(format!("One of: {}.", known.join(", "))));
        }
    }
    let places = Places(place::list(app.visit()?, &args.with)?);
    app.tell(&places)
}

impl Answer for Added {
    fn json(&self) -> impl Serialize {
        json!({ "added": json(&self.place) })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Added {}", title(&self.place)));
        if let Some(open) = to_find_out(&self.place) {
            out.status(format_args!("Find out: {open}"));
        }
        say_who_sees(out, &self.seen_by);
    }
}

impl Answer for Changed {
    fn json(&self) -> impl Serialize {
        json!({ "changed": self.name, "fields": self.fields.len() })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {} of {}.", self.fields.join(", "), self.name));
        say_who_sees(out, &self.seen_by);
    }
}

struct Places(Vec<Place>);

impl Answer for Places {
    fn json(&self) -> impl Serialize {
        json!({ "places": self.0.iter().map(json).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        let cells = |Place { card, short, known, .. }: &Place| {
            vec![
                card.name.clone(),
                sort(card),
                card.value(&kind::place::STEP_FREE).unwrap_or("unknown").to_owned(),
                card.value(&relationship::SEATS).unwrap_or_default().to_owned(),
                format!("{known} of {}", ACCESS.len()),
                short.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = self.0.iter().map(cells).collect();
        out.table(&["Place", "Type", "Step-free", "Seats", "Known", "Id"], &rows);
        out.status(count(rows.len(), "place", "places"));
    }
}

impl Answer for Place {
    fn json(&self) -> impl Serialize {
        json!({ "place": json(self) })
    }

    fn say(&self, out: &Output) {
        out.say(title(self));
        let card = &self.card;
        let contact = [
            (&field::ADDRESS, "Address"),
            (&kind::place::SEATS, "Seats"),
            (&field::PHONE, "Phone"),
            (&field::HELD_BY, "Held by"),
        ];
        for (field, label) in contact {
            if let Some(value) = card.value(field) {
                out.note(label, value, COLUMN);
            }
        }
        for access in ACCESS {
            let value = card.value(access.field).unwrap_or("unknown");
            let field = card.kind().and_then(|kind| kind.field(access.field.name));
            let shown = field.map_or(value.to_owned(), |field| field.shown(value));
            let note = card.value(access.note).map(|note| format!(": {note}")).unwrap_or_default();
            out.note(access.label, &format!("{shown}{note}"), COLUMN);
        }
        if let Some(open) = to_find_out(self) {
            out.note("Find out", &open, COLUMN);
        }
        out.status("All of it, with notes and log: allymap partner show");
    }
}

/// Where the text beside a label begins.
const COLUMN: usize = 26;

/// `Weir Hall · hall  [kd]`
fn title(Place { card, short, .. }: &Place) -> String {
    format!("{} · {}  [{short}]", card.name, sort(card))
}

fn sort(card: &Card) -> String {
    let field = card.kind().and_then(|kind| kind.field(field::TYPE.name));
    match (card.value(&field::TYPE), field) {
        (Some(value), Some(field)) => field.shown(value),
        _ => "place".to_owned(),
    }
}

fn to_find_out(place: &Place) -> Option<String> {
    let open: Vec<String> = place.to_find_out.iter().map(|access| access.label.to_lowercase()).collect();
    (!open.is_empty()).then(|| open.join(", "))
}

fn json(Place { card, short, .. }: &Place) -> Value {
    let access: serde_json::Map<String, Value> = ACCESS
        .iter()
        .map(|access| {
            let known = card.value(access.field).unwrap_or("unknown");
            (access.field.name.to_owned(), json!({ "known": known, "note": card.value(access.note) }))
        })
        .collect();
    json!({
        "id": card.id.to_string(), "short_id": short, "name": card.name, "type": card.value(&field::TYPE),
        "seats": card.value(&relationship::SEATS), "address": card.value(&field::ADDRESS), "access": access,
    })
}
