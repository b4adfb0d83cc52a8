//! `allymap event add` and `edit`.

use allymap_domain::date::typed::parse_coming_date;
use allymap_domain::weigh::answer::when;
use allymap_domain::weigh::typed::value;
use allymap_home::events::event::add::{self, Added, Alike, Changed, Changes, NewEvent};
use allymap_home::events::event::meant;
use allymap_policy::Fact;
use serde::Serialize;
use serde_json::json;

use super::list;
use crate::about::event::say_requests;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::suggested;
use crate::terminal::typed;
use crate::terminal::words::lower;

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
    fn given(&self, app: &mut App<'_>) -> Result<Vec<(String, String)>, Failure> {
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
            given.push(("on".to_owned(), parse_coming_date(on, app.today())?.to_string()));
        }
        if let Some(said) = &self.place {
            given.push(("place".to_owned(), add::place(app.visit()?, said)?));
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
                given.push((name.to_owned(), add::somebody(app.visit()?, who)?));
            }
        }
        for (name, all) in [("we-give", &self.we_give), ("consider", &self.consider)] {
            given.extend(all.iter().map(|value| (name.to_owned(), value.clone())));
        }
        given.extend(typed::pairs(&self.set, "notes=…")?);
        Ok(given)
    }

    fn requested(&self) -> Result<Option<String>, Failure> {
        Ok(self.requested.as_deref().map_or(Ok(None), |typed| value(Fact::Requested, typed))?)
    }
}

pub(super) fn add(app: &mut App<'_>, args: Add) -> Result<(), Failure> {
    let name = typed::given(args.name, || app.ask().required("What is it called?", "NAME (allymap event add NAME)"))?;
    let alike = if args.another { Alike::IsAnother } else { Alike::IsAsked };
    add::may(app.visit()?, &name, alike)?;
    let fields = args.facts.given(app)?;
    let requested = args.facts.requested()?;
    let mut new = NewEvent { name, alike, fields, requested };
    if app.can_ask() {
        ask(app, &mut new)?;
    }
    let added = add::add(app.visit()?, &new)?;
    app.tell(&added)
}

impl Answer for Added {
    fn json(&self) -> impl Serialize {
        json!({ "added": list::json(&self.event) })
    }

    fn say(&self, out: &Output) {
        let event = &self.event.event;
        out.say(format_args!("Added {}, {}  [{}]", event.name, when(event.day), self.event.short));
        out.say(format_args!("So far: {}.", lower(self.event.outcome.label().words())));
        say_requests(out, &self.requests);
        out.status(format_args!("Go on with: {}", suggested::command("event assess", &event.name, "")));
        say_who_sees(out, &self.seen_by);
    }
}

fn ask(app: &mut App<'_>, new: &mut NewEvent) -> Result<(), Failure> {
    let lacks = |new: &NewEvent, field: &str| !new.fields.iter().any(|(name, _)| name == field);
    if lacks(new, "on") {
        let day =
            app.ask_until("When? (Enter: not known yet)", |app, typed| Ok(parse_coming_date(typed, app.today())?))?;
        new.fields.extend(day.map(|day| ("on".to_owned(), day.to_string())));
    }
    if lacks(new, "theme") {
        new.fields.extend(app.ask().optional("What is it about?")?.map(|theme| ("theme".to_owned(), theme)));
    }
    while let Some(id) =
        app.ask_until("Who organises it? (one at a time, Enter: nobody else)", |app, typed| Ok(app.find(typed)?.id))?
    {
        new.fields.push(("organisers".to_owned(), id.to_string()));
    }
    if lacks(new, "lead") {
        let choices = ["us", "them", "both together"].map(str::to_owned);
        let words = ["us", "them", "together"];
        let picked = app.ask().choose("Who leads it?", &choices)?;
        new.fields.extend(picked.map(|at| ("lead".to_owned(), words[at].to_owned())));
    }
    if lacks(new, "communities") {
        let who = app.ask_until("Whose rights is it about? (Enter: nobody's in particular)", |app, typed| {
            Ok(add::somebody(app.visit()?, typed)?)
        })?;
        new.fields.extend(who.map(|who| ("communities".to_owned(), who)));
    }
    Ok(())
}

pub(super) fn edit(app: &mut App<'_>, args: Edit) -> Result<(), Failure> {
    let event = meant(app.visit()?, &args.event)?;
    let mut changes = Changes { fields: args.facts.given(app)?, ..Changes::default() };
    for (field, who) in typed::pairs(&args.drop, "organisers=NAME")? {
        let value = add::member(app.visit()?, &event, &field, &who)?;
        changes.drops.push((field, value));
    }
    changes.requested = args.facts.requested()?;
    if changes.count() == 0 {
        return Err(Failure::missing(
            "What is to change?",
            "--on, --organisers, --speakers, --set FIELD=VALUE and the like",
        ));
    }
    let changed = add::change(app.visit()?, event.id, &changes)?;
    app.tell(&changed)
}

impl Answer for Changed {
    fn json(&self) -> impl Serialize {
        json!({ "changed": self.event, "fields": self.fields, "label": self.outcome.label() })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("Kept: {}. So far: {}.", self.event, lower(self.outcome.label().words())));
        say_requests(out, &self.requests);
        say_who_sees(out, &self.seen_by);
    }
}
