//! `allymap link add|list|path|remove`: who influences whom, and the routes from us to a decision maker.

use allymap_domain::advice::path::First;
use allymap_domain::date::Date;
use allymap_domain::entry::link::{Direction, Strength};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::EntryId;
use allymap_home::relations::link::{self, Added, Line, Links, NewLink, Removed, Routes, Start, Steps, Way};
use allymap_home::status::Who;
use serde::Serialize;
use serde_json::{Value, json};

use crate::about::choice::chosen;
use crate::about::stated::SOURCE_QUESTION;
use crate::about::who::say_who_sees;
use crate::app::App;
use crate::terminal::answer::Answer;
use crate::terminal::failure::Failure;
use crate::terminal::output::Output;
use crate::terminal::typed;
use crate::terminal::words::{ago, count, plural};

/// Who influences whom
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  allymap link add quennell farthing --how \"same party\" --source \"Bay Post\"\n  allymap link list farthing\n  allymap link path council --for refugees"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// One entry can move another; said again, it replaces what you have seen
    #[command(
        after_help = "Examples:\n  allymap link add quennell farthing --how \"same party\" --source \"Bay Post\"\n  allymap link add bakery council --how \"coffee every Friday\" --source \"Bay Post\""
    )]
    Add {
        /// Who can move
        from: String,
        /// Whom
        to: String,
        #[arg(long, default_value = "medium", help = "How strongly: weak, medium or strong")]
        strength: String,
        #[arg(long, help = "Each can move the other")]
        both: bool,
        #[arg(
            long,
            value_name = "HOW",
            help = "How do we know? (this stays in your shell's history; - reads standard input)"
        )]
        how: Option<String>,
        #[arg(long, help = "From where this is known: a paper and its day, a register, who told us")]
        source: Option<String>,
    },
    /// Who can move an entry, and whom it can move
    #[command(after_help = "Examples:\n  allymap link list\n  allymap link list council")]
    List {
        /// Which entry; left out: every link of the map
        who: Option<String>,
    },
    /// How we get from people we know to a decision maker, the best way first
    #[command(
        after_help = "Examples:\n  allymap link path council\n  allymap link path council --for refugees\n  allymap link path council --from active-ally --for refugees"
    )]
    Path {
        /// The decision maker
        to: String,
        #[arg(long = "for", value_name = "CAMPAIGN", help = "Whoever is against this campaign carries least")]
        campaign: Option<String>,
        #[arg(
            long,
            value_name = "PLACE|WHO",
            help = "Only ways that begin there: with whoever stands at a place of the spectrum, or with one entry"
        )]
        from: Option<String>,
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20), help = "How many routes at most")]
        limit: u8,
    },
    /// A link is not so, or no longer
    #[command(
        after_help = "Examples:\n  allymap link remove choir farthing\n  allymap link remove \"welcome circle\" council"
    )]
    Remove {
        /// Who was said to move
        from: String,
        /// Whom
        to: String,
    },
}

impl Args {
    /// See [`crate::commands`]: what `--as-of` is for.
    pub(crate) fn looks_back(&self) -> bool {
        matches!(self.verb, Verb::List { .. } | Verb::Path { .. })
    }
}

pub(crate) fn run(app: &mut App<'_>, args: Args) -> Result<(), Failure> {
    match args.verb {
        Verb::Add { from, to, strength, both, how, source } => {
            let (from, to) = (app.find(&from)?.id, app.find(&to)?.id);
            let strength = chosen::<Strength>(app, Some(strength), "How strongly?", "--strength")?;
            let direction = if both { Direction::Both } else { Direction::Out };
            add(app, (from, to), (direction, strength), how, source)
        }
        Verb::List { who } => {
            let who = who.map(|who| app.find(&who)).transpose()?.map(|card| card.id);
            let links = link::list(app.visit()?, who)?;
            app.tell(&links)
        }
        Verb::Path { to, campaign, from, limit } => {
            let way = understood(app, &to, campaign.as_deref(), from.as_deref(), usize::from(limit))?;
            let routes = link::routes(app.visit()?, &way)?;
            app.tell(&routes)
        }
        Verb::Remove { from, to } => {
            let (from, to) = (app.find(&from)?.id, app.find(&to)?.id);
            let removed = link::remove(app.visit()?, from, to)?;
            app.tell(&removed)
        }
    }
}

fn add(
    app: &mut App<'_>,
    (from, to): (EntryId, EntryId),
    (direction, strength): (Direction, Strength),
    how: Option<String>,
    source: Option<String>,
) -> Result<(), Failure> {
    let needs_source = link::needs_source(app.visit()?, from, to)?;
    let how = match how {
        Some(how) => typed::free_text(&app.output, &how)?,
        None => app.ask().required("How do we know?", "--how HOW")?,
    };
    let source = match source {
        Some(source) => Some(source),
        // Without one the map refuses what is said about a person.
        None if needs_source && !app.can_ask() => None,
        None if needs_source => Some(app.ask().required(SOURCE_QUESTION, "--source FROM")?),
        None => app.ask().optional("From where? A paper and its day, a register, who told us (Enter: nothing)")?,
    };
    let added = link::add(app.visit()?, &NewLink { from, to, direction, strength, how, source })?;
    app.tell(&added)
}

fn understood(
    app: &mut App<'_>,
    to: &str,
    campaign: Option<&str>,
    from: Option<&str>,
    limit: usize,
) -> Result<Way, Failure> {
    let to = app.find(to)?.id;
    let start = match from {
        None => None,
        Some(from) => Some(match Place::typed(from) {
            Some(place) => Start::Place(place),
            None => Start::Entry(Who::from(&app.find(from)?)),
        }),
    };
    // A place is one on a campaign, as for `move`.
    let campaign = match (campaign, &start) {
        (None, None | Some(Start::Entry(_))) => None,
        (said, _) => Some(super::campaign::meant(app, said)?.id),
    };
    Ok(Way { to, campaign, start, limit })
}

fn arrow(both_ways: bool) -> &'static str {
    if both_ways { "↔" } else { "→" }
}

impl Answer for Added {
    fn json(&self) -> impl Serialize {
        json!({
            "from": self.from, "to": self.to, "strength": self.strength.slug(), "direction": self.direction.slug(),
            "how": self.how, "source": self.source, "replaced": self.replaced,
        })
    }

    fn say(&self, out: &Output) {
        let arrow = arrow(self.direction == Direction::Both);
        out.say(format_args!("{} {arrow} {} ({})", self.from, self.to, self.strength.slug()));
        say_who_sees(out, &self.seen_by);
    }
}

impl Answer for Removed {
    fn json(&self) -> impl Serialize {
        json!({ "from": self.from, "to": self.to, "removed": self.count })
    }

    fn say(&self, out: &Output) {
        out.say(format_args!("No longer: {} → {}. It stays in the history.", self.from, self.to));
        say_who_sees(out, &self.seen_by);
    }
}

impl Answer for Links {
    fn json(&self) -> impl Serialize {
        let link = |line: &Line| {
            json!({
                "from": seen(&line.from), "to": seen(&line.to), "strength": line.strength.slug(),
                "both_ways": line.both_ways,
                "how": line.how, "source": line.source, "by": line.by,
            })
        };
        json!({ "entry": self.entry, "links": self.lines.iter().map(link).collect::<Vec<_>>() })
    }

    fn say(&self, out: &Output) {
        for line in &self.lines {
            let (from, arrow, to) = (seen(&line.from), arrow(line.both_ways), seen(&line.to));
            let how = line.how.as_ref().map(|how| format!(": {how}")).unwrap_or_default();
            let source = line.source.as_ref().map(|source| format!(" [{source}]")).unwrap_or_default();
            out.say(format_args!("{from} {arrow} {to} ({}){how}{source}", line.strength.slug()));
        }
        out.status(count(self.lines.len(), "link", "links"));
    }
}

fn seen(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or("an entry you cannot see")
}

impl Answer for Routes {
    fn json(&self) -> impl Serialize {
        let unknown = |(name, strength): &(String, Strength)| json!({ "name": name, "strength": strength.slug() });
        json!({
            "to": self.to, "known": self.known,
            "routes": self.routes.iter().map(|route| route_json(route, self.today)).collect::<Vec<_>>(),
            "not_known_to_us": self.unknown.iter().map(unknown).collect::<Vec<_>>(),
            "may_begin_with": self.begin, "have_a_route": self.reach,
        })
    }

    fn say(&self, out: &Output) {
        if self.known {
            out.say(format_args!("{} is known to us: {}.", self.to, touch(self.last_contact, self.today)));
        }
        for (number, route) in self.routes.iter().enumerate() {
            say_route(out, number + 1, route, self.today);
        }
        if self.routes.is_empty() {
            say_no_route(out, self);
        }
        if let Some(Start::Place(place)) = self.start {
            let whom = match (place, self.begin) {
                (Place::Neutral | Place::NotKnown, 1) => format!("entry that is {}", place.label()),
                (Place::Neutral | Place::NotKnown, _) => format!("entries that are {}", place.label()),
                (_, 1) => place.label().to_owned(),
                _ => plural(place),
            };
            let have = if self.begin == 1 { "has" } else { "have" };
            out.say(format_args!("{} of {} {whom} {have} a route.", self.reach, self.begin));
        }
    }
}

fn say_route(out: &Output, number: usize, route: &Steps, today: Date) {
    let mut line = format!("{number}. {}", route.hops[0].from);
    for hop in &route.hops {
        line.push_str(&format!(" → {}", hop.to));
    }
    let weakest = &route.weakest;
    let why = match weakest.against {
        Some(place) => format!("{} is {}", weakest.from, against(place)),
        None => format!("{} → {} ({})", weakest.from, weakest.to, weakest.strength.slug()),
    };
    out.say(out.broken(3, &line));
    out.say(out.broken(5, &format!("   weakest: {why}")));
    out.say(out.broken(5, &format!("   next: {}", next_step(route, today))));
}

fn say_no_route(out: &Output, found: &Routes) {
    let besides = match &found.start {
        Some(start) => format!("no route from {} yet", begin_words(start)),
        None if found.known => "no other route yet".to_owned(),
        None => "no route from anybody whom we know yet".to_owned(),
    };
    out.say(format_args!("{}: {besides}.", found.to));
    match found.unknown.first().filter(|_| found.start.is_none()) {
        Some((name, strength)) => out.say(format_args!(
            "Next: get to know {name}, who moves {} ({}) and is known to nobody of us.",
            found.to,
            strength.slug()
        )),
        None if found.known || found.start.is_some() => {}
        None => out.say("Next: find out who moves them: allymap link add WHO WHOM"),
    }
}

/// As it follows "no route from".
fn begin_words(start: &Start) -> String {
    match start {
        Start::Place(Place::NotKnown) => "anybody whose place we do not know".to_owned(),
        Start::Place(Place::Neutral) => "anybody who is neutral".to_owned(),
        Start::Place(place) => format!("any {}", place.label()),
        Start::Entry(who) => who.name.clone(),
    }
}

/// What to do first on a route, as one would say it at a meeting.
fn next_step(route: &Steps, today: Date) -> String {
    let hop = &route.hops[0];
    let wish = if route.hops.len() == 1 {
        format!("whether they would talk with {}", hop.to)
    } else {
        format!("for an introduction to {}", hop.to)
    };
    let touch = touch(route.last_contact, today);
    match &route.first {
        First::GetToKnow => format!("get to know {}, then ask {wish}", hop.from),
        First::AskHolders(group) => {
            format!("ask {group}, who hold the relationship, to ask {} {wish} ({touch})", hop.from)
        }
        First::Ask => format!("ask {} {wish} ({touch})", hop.from),
    }
}

fn touch(last_contact: Option<Date>, today: Date) -> String {
    match last_contact {
        Some(on) => format!("last contact {}", ago(on.days_until(today))),
        None => "no contact noted yet".to_owned(),
    }
}

/// `a passive opponent`, `an active opponent`.
fn against(place: Place) -> String {
    let article = if place == Place::ActiveOpponent { "an" } else { "a" };
    format!("{article} {}", place.label())
}

fn route_json(route: &Steps, today: Date) -> Value {
    let hop = |hop: &link::Hop| {
        json!({
            "from": hop.from, "to": hop.to, "strength": hop.strength.slug(),
            "against": hop.against.map(Place::slug),
        })
    };
    json!({
        "hops": route.hops.iter().map(hop).collect::<Vec<_>>(),
        "weakest": { "from": route.weakest.from, "to": route.weakest.to },
        "next": next_step(route, today),
    })
}
