//! `allymap event add` and `edit`.

use allymap_domain::card::Card;
use allymap_domain::card::find::{Found, find, short_ids};
use allymap_domain::date::When;
use allymap_domain::date::typed::parse_coming_date;
use allymap_domain::entry::assertion::{Assertion, Claim};
use allymap_domain::entry::weighed::Weighed;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::kind::Kind;
use allymap_domain::kind::event;
use allymap_domain::kind::field::Field;
use allymap_domain::weigh::Weighing;
use allymap_domain::words::folded;
use allymap_policy::Fact;
use allymap_wire::DocumentId;

use super::super::weigh;
use crate::app::{App, now, today};
use crate::failure::{Exit, Failure};

#[derive(clap::Args)]
pub(super) struct Add {
    /// What it is called
    name: Option<String>,
    /// Add it even if an event on the map has this name
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    facts: Facts,
}

#[derive(clap::Args)]
pub(super) struct Edit {
    /// Which event
    event: String,
    #[command(flatten)]
    facts: Facts,
    #[arg(long, value_name = "FIELD=VALUE", help = "Take somebody or something out again: organisers=NAME")]
    drop: Vec<String>,
}

#[derive(clap::Args)]
struct Facts {
    #[arg(long, value_name = "DAY", help = "When: 21 mar, in 6 weeks")]
    on: Option<String>,
    #[arg(long, help = "Where: a place of the map, or words")]
    place: Option<String>,
    #[arg(long, help = "What it is about")]
    theme: Option<String>,
    #[arg(long, help = "What such an occasion is called, as film night; consent is given for it")]
    occasion: Option<String>,
    #[arg(
        long,
        visible_alias = "hosts",
        value_name = "WHO",
        value_delimiter = ',',
        help = "Who organises it: entries of the map, with commas between"
    )]
    organisers: Vec<String>,
    #[arg(long, value_name = "WHO", help = "Who leads it: us, them or together")]
    lead: Option<String>,
    #[arg(long, value_name = "WHO", value_delimiter = ',', help = "Whose rights it is about")]
    communities: Vec<String>,
    #[arg(long, value_name = "WHO", value_delimiter = ',', help = "Who of us speaks or stands there for us")]
    representatives: Vec<String>,
    #[arg(long, value_name = "WHO", value_delimiter = ',', help = "Who else speaks; a role after the name helps")]
    speakers: Vec<String>,
    #[arg(long, help = "In which electorate it is")]
    electorate: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What we were asked: ours, partner, support or attend")]
    requested: Option<String>,
    #[arg(long, value_name = "WHAT", help = "What we would give: people, a room, money")]
    we_give: Vec<String>,
    #[arg(long, value_name = "WHAT", help = "What else should be considered")]
    consider: Vec<String>,
    #[arg(long, help = "Which of our groups keeps it")]
    held_by: Option<String>,
    #[arg(long = "set", value_name = "FIELD=VALUE", help = "Any other field of an event")]
    set: Vec<String>,
}

impl Facts {
    /// Fields and values as they are kept: who is on the map stands there by id.
    fn given(&self, app: &mut App) -> Result<Vec<(String, String)>, Failure> {
        let mut given: Vec<(String, String)> = [
            ("theme", &self.theme),
            ("occasion", &self.occasion),
            ("lead", &self.lead),
            ("electorate", &self.electorate),
            ("held-by", &self.held_by),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect();
        if let Some(on) = &self.on {
            given.push(("on".to_owned(), parse_coming_date(on, today())?.to_string()));
        }
        if let Some(place) = &self.place {
            given.push(("place".to_owned(), meant(app, place, Some("place"))?));
        }
        for who in &self.organisers {
            given.push(("organisers".to_owned(), app.find(who)?.id.to_string()));
        }
        for (name, all) in [
            ("communities", &self.communities),
            ("representatives", &self.representatives),
            ("speakers", &self.speakers),
        ] {
            for who in all {
                given.push((name.to_owned(), meant(app, who, None)?));
            }
        }
        for (name, all) in [("we-give", &self.we_give), ("consider", &self.consider)] {
            given.extend(all.iter().map(|value| (name.to_owned(), value.clone())));
        }
        given.extend(crate::commands::pairs(&self.set, "notes=…")?);
        Ok(given)
    }

    fn requested(&self) -> Result<Option<String>, Failure> {
        self.requested.as_deref().map_or(Ok(None), |typed| weigh::value(Fact::Requested, typed))
    }
}

/// The id of the one who is meant; words for whoever is not on the map.
pub(super) fn meant(app: &mut App, said: &str, kind: Option<&str>) -> Result<String, Failure> {
    let rows: Vec<Card> = app.rows()?.iter().filter(|row| kind.is_none_or(|kind| row.kind == kind)).cloned().collect();
    match find(said, &rows) {
        Found::One(row) => Ok(row.id.to_string()),
        Found::Several(_) => app.find(said).map(|row| row.id.to_string()),
        Found::None { .. } => Ok(said.trim().to_owned()),
    }
}

pub(super) fn add(app: &mut App, args: Add) -> Result<(), Failure> {
    let name = crate::commands::given(args.name, || {
        app.ask().required("What is it called?", "NAME (allymap event add NAME)")
    })?;
    let (kind, _) = Kind::typed("event")?;
    let rows = app.rows()?;
    if !args.another
        && rows.iter().any(|row| row.kind == kind.name && folded(&row.name) == folded(&name) && !row.archived)
    {
        return Err(Failure::new(
            "AM-ALIKE",
            Exit::NeedsPerson,
            format!("{name} is on the map already. Nothing was added."),
        )
        .hint("Look at it with allymap event show, or add another one with --another."));
    }
    let mut new = NewEntry::new(kind, &name);
    new.fields.extend(args.facts.given(app)?);
    let requested = args.facts.requested()?;
    if app.can_ask() {
        ask(app, &mut new)?;
    }
    let (id, row) = (app.fresh_entry(), app.fresh_row());
    let statement = requested.map(|value| {
        let weighed = Weighed::new(Fact::Requested.name(), Some(&value));
        Assertion::new(Claim::Weighed(weighed), When::on(today()), now().0)
    });
    app.edit(DocumentId(id.0), |edit| {
        Entry::create(edit, &new)?;
        statement.iter().try_for_each(|statement| Entry::assert(edit, row, statement))
    })?;
    app.commit()?;
    let ground = weigh::Ground::of(app)?;
    let event = ground.row(id).ok_or_else(Failure::no_map)?.clone();
    let short = short_ids(ground.rows.iter().map(|row| row.id));
    let weigher = ground.weigher();
    let weighing = weigher.weigh(&event);
    let outcome = weighing.outcome(weigh::pack());
    if app.output.json {
        app.output.json(&serde_json::json!({ "added": super::list::json(&weigher, &event, &short[&id]) }));
        return Ok(());
    }
    app.output.say(format_args!("Added {}, {}  [{}]", event.name, weigh::when(&event), short[&id]));
    app.output.say(format_args!("So far: {}.", weigh::lower(outcome.label().words())));
    say_requests(app, &ground, &weighing);
    app.output.status(format_args!("Go on with: allymap event assess {}", crate::commands::quoted(&event.name)));
    crate::commands::partner::who_sees(app)
}

/// What was asked of us stands, whoever plans something (module, section 4a).
pub(super) fn say_requests(app: &App, ground: &weigh::Ground, weighing: &Weighing) {
    for subject in &weighing.subjects {
        let row = subject.entry.and_then(|id| ground.row(id));
        for told in row.map(Card::requests).unwrap_or_default() {
            let text = told.what.text.clone().unwrap_or_default();
            app.output.say(format_args!("Standing request of {}: {text}", subject.name));
        }
    }
}

fn ask(app: &mut App, new: &mut NewEntry) -> Result<(), Failure> {
    let lacks = |new: &NewEntry, field: &Field| new.value(field).is_none();
    if lacks(new, &event::ON) {
        let day = app.ask_until("When? (Enter: not known yet)", |_, typed| Ok(parse_coming_date(typed, today())?))?;
        new.fields.extend(day.map(|day| ("on".to_owned(), day.to_string())));
    }
    if lacks(new, &event::THEME) {
        new.fields.extend(app.ask().optional("What is it about?")?.map(|theme| ("theme".to_owned(), theme)));
    }
    while let Some(id) =
        app.ask_until("Who organises it? (one at a time, Enter: nobody else)", |app, typed| Ok(app.find(typed)?.id))?
    {
        new.fields.push(("organisers".to_owned(), id.to_string()));
    }
    if lacks(new, &event::LEAD) {
        let choices = ["us", "them", "both together"].map(str::to_owned);
        let words = ["us", "them", "together"];
        let picked = app.ask().choose("Who leads it?", &choices)?;
        new.fields.extend(picked.map(|at| ("lead".to_owned(), words[at].to_owned())));
    }
    if lacks(new, &event::COMMUNITIES) {
        let who = app.ask_until("Whose rights is it about? (Enter: nobody's in particular)", |app, typed| {
            meant(app, typed, None)
        })?;
        new.fields.extend(who.map(|who| ("communities".to_owned(), who)));
    }
    Ok(())
}

pub(super) fn edit(app: &mut App, args: Edit) -> Result<(), Failure> {
    let event = weigh::event(app, &args.event)?;
    let changes = args.facts.given(app)?;
    let mut drops = Vec::new();
    for (field, who) in crate::commands::pairs(&args.drop, "organisers=NAME")? {
        let members = event::KIND.field(&field).map_or(&[][..], |field| event.members(field)).to_vec();
        let folded_who = folded(&who);
        let ground = weigh::Ground::of(app)?;
        let weigher = ground.weigher();
        let found = members.iter().find(|value| folded(&weigher.meant(value).1).contains(&folded_who));
        let value = found.cloned().ok_or_else(|| {
            Failure::new(
                "AM-NOT-FOUND",
                Exit::WhichEntry,
                format!("{who} does not stand under {field} of {}.", event.name),
            )
            .hint("Nothing was changed. See: allymap event show")
        })?;
        drops.push((field, value));
    }
    let requested = args.facts.requested()?;
    if changes.is_empty() && drops.is_empty() && requested.is_none() {
        return Err(Failure::missing(
            "What is to change?",
            "--on, --organisers, --speakers, --set FIELD=VALUE and the like",
        ));
    }
    if !changes.is_empty() || !drops.is_empty() {
        app.edit(DocumentId(event.id.0), |edit| {
            changes.iter().try_for_each(|(name, value)| crate::commands::partner::set(edit, name, value))?;
            drops.iter().try_for_each(|(name, value)| Entry::take_out(edit, name, value))
        })?;
    }
    if let Some(requested) = &requested {
        let ground = weigh::Ground::of(app)?;
        let weighing = ground.weigh(&event);
        let question = weigh::question(&weighing, "requested", None)?;
        weigh::state(app, &event, &weighing, &question, requested, &weigh::Saying::default())?;
    }
    app.commit()?;
    let ground = weigh::Ground::of(app)?;
    let event = ground.row(event.id).cloned().unwrap_or(event);
    let weighing = ground.weigh(&event);
    let outcome = weighing.outcome(weigh::pack());
    let fields = changes.len() + drops.len() + usize::from(requested.is_some());
    if app.output.json {
        app.output.json(&serde_json::json!({ "changed": event.name, "fields": fields, "label": outcome.label() }));
        return Ok(());
    }
    app.output.say(format_args!("Kept: {}. So far: {}.", event.name, weigh::lower(outcome.label().words())));
    say_requests(app, &ground, &weighing);
    crate::commands::partner::who_sees(app)
}
