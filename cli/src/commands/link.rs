//! `allymap link add|list|path|remove`: who influences whom, and the routes from us to a decision maker.

use std::collections::BTreeSet;

use allymap_domain::advice::path::{Route, routes, we_know};
use allymap_domain::advice::spectrum::Spectrum;
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::entry::link::{Direction, Link, Linked, Strength, Target};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};
use allymap_domain::kind::person;
use allymap_domain::words::folded;
use allymap_wire::DocumentId;

use crate::app::App;
use crate::terminal::failure::Failure;
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
            let (from, to) = (app.find(&from)?, app.find(&to)?);
            let strength = super::risk::chosen::<Strength>(app, Some(strength), "How strongly?", "--strength")?;
            let direction = if both { Direction::Both } else { Direction::Out };
            add(app, &from, &to, (direction, strength), how, source)
        }
        Verb::List { who } => list(app, who.as_deref()),
        Verb::Path { to, campaign, from, limit } => {
            path(app, &to, campaign.as_deref(), from.as_deref(), usize::from(limit))
        }
        Verb::Remove { from, to } => remove(app, &from, &to),
    }
}

fn add(
    app: &mut App<'_>,
    from: &Card,
    to: &Card,
    (direction, strength): (Direction, Strength),
    how: Option<String>,
    source: Option<String>,
) -> Result<(), Failure> {
    if from.id == to.id {
        return Err(Failure::usage("Nobody influences themselves. Nothing was changed."));
    }
    let how = match how {
        Some(how) => typed::free_text(&app.output, &how)?,
        None => app.ask().required("How do we know?", "--how HOW")?,
    };
    let source = match source {
        Some(source) => Some(source),
        None if [from, to].iter().any(|row| row.is(&person::KIND)) => {
            super::relation::source_about(app, if from.kind == "person" { from } else { to }, None)?
        }
        None => app.ask().optional("From where? A paper and its day, a register, who told us (Enter: nothing)")?,
    };
    let standing = between(app.entry(from.id)?.links, to.id, Direction::In);
    let link = Link {
        how: Some(how),
        source,
        supersedes: standing.iter().map(|linked| linked.id).collect(),
        ..Link::influence(to.id, direction, strength, app.now().0)
    };
    link.needs_source([&from.kind, &to.kind])?;
    let id = app.fresh_row();
    app.edit(DocumentId(from.id.0), |edit| Entry::link(edit, from.id, id, &link))?;
    app.commit()?;
    let arrow = if direction == Direction::Both { "↔" } else { "→" };
    if app.output.json {
        app.output.json(&serde_json::json!({
            "from": from.name, "to": to.name, "strength": strength.slug(), "direction": direction.slug(),
            "how": link.how, "source": link.source, "replaced": standing.len(),
        }));
        return Ok(());
    }
    app.output.say(format_args!("{} {arrow} {} ({})", from.name, to.name, strength.slug()));
    super::partner::who_sees(app)
}

/// What stands between the entry that holds these links and another, of any direction but one.
fn between(links: Vec<Linked>, other: EntryId, but: Direction) -> Vec<Linked> {
    let fits = |linked: &Linked| {
        linked.link.to == other && matches!(linked.link.target, Target::Influence { direction, .. } if direction != but)
    };
    links.into_iter().filter(fits).collect()
}

fn remove(app: &mut App<'_>, from: &str, to: &str) -> Result<(), Failure> {
    let (from, to) = (app.find(from)?, app.find(to)?);
    let mut gone = 0;
    for (own, other, but) in [(&from, &to, Direction::In), (&to, &from, Direction::Out)] {
        let standing = between(app.entry(own.id)?.links, other.id, but);
        if standing.is_empty() {
            continue;
        }
        gone += standing.len();
        let link = Link {
            supersedes: standing.iter().map(|linked| linked.id).collect(),
            withdrawn: true,
            ..Link::influence(other.id, Direction::Out, Strength::Weak, app.now().0)
        };
        let id = app.fresh_row();
        app.edit(DocumentId(own.id.0), |edit| Entry::link(edit, own.id, id, &link))?;
    }
    if gone == 0 {
        return Err(Failure::usage(format!("No link from {} to {} is noted.", from.name, to.name))
            .hint("Nothing was changed. See: allymap link list."));
    }
    app.commit()?;
    if app.output.json {
        app.output.json(&serde_json::json!({ "from": from.name, "to": to.name, "removed": gone }));
        return Ok(());
    }
    app.output.say(format_args!("No longer: {} → {}. It stays in the history.", from.name, to.name));
    super::partner::who_sees(app)
}

fn list(app: &mut App<'_>, who: Option<&str>) -> Result<(), Failure> {
    let row = who.map(|who| app.find(who)).transpose()?;
    let rows = app.cards()?;
    let name = |id| rows.iter().find(|row| row.id == id).map_or("an entry you cannot see", |row| row.name.as_str());
    let about = |from: &Card, to: EntryId| row.as_ref().is_none_or(|row| from.id == row.id || to == row.id);
    let mut lines = Vec::new();
    for from in rows.iter().filter(|from| from.links.iter().any(|link| about(from, link.to))) {
        for linked in app.entry(from.id)?.links {
            let Target::Influence { direction, strength } = linked.link.target else { continue };
            if !about(from, linked.link.to) {
                continue;
            }
            let (first, second) = match direction {
                Direction::In => (name(linked.link.to), from.name.as_str()),
                Direction::Out | Direction::Both => (from.name.as_str(), name(linked.link.to)),
            };
            lines.push((first.to_owned(), second.to_owned(), direction, strength, linked));
        }
    }
    if app.output.json {
        let links: Vec<_> = lines
            .iter()
            .map(|(from, to, direction, strength, linked)| {
                serde_json::json!({
                    "from": from, "to": to, "strength": strength.slug(),
                    "both_ways": *direction == Direction::Both,
                    "how": linked.link.how, "source": linked.link.source, "by": linked.author.name,
                })
            })
            .collect();
        app.output.json(&serde_json::json!({ "entry": row.map(|row| row.name), "links": links }));
        return Ok(());
    }
    for (from, to, direction, strength, linked) in &lines {
        let arrow = if *direction == Direction::Both { "↔" } else { "→" };
        let how = linked.link.how.as_ref().map(|how| format!(": {how}")).unwrap_or_default();
        let source = linked.link.source.as_ref().map(|source| format!(" [{source}]")).unwrap_or_default();
        app.output.say(format_args!("{from} {arrow} {to} ({}){how}{source}", strength.slug()));
    }
    app.output.status(count(lines.len(), "link", "links"));
    Ok(())
}

/// With whom a way begins.
enum Start {
    Place(Place),
    Entry(Box<Card>),
}

impl Start {
    /// Who that is; of a place, on this campaign.
    fn entries(&self, rows: &[Card], campaign: Option<RowId>) -> BTreeSet<EntryId> {
        match (self, campaign) {
            (Start::Entry(row), _) => BTreeSet::from([row.id]),
            (Start::Place(place), Some(campaign)) => {
                Spectrum::of(rows, campaign, None).at(*place).map(|placed| placed.row.id).collect()
            }
            (Start::Place(_), None) => BTreeSet::new(),
        }
    }

    /// As it follows "no route from".
    fn words(&self) -> String {
        match self {
            Start::Place(Place::NotKnown) => "anybody whose place we do not know".to_owned(),
            Start::Place(Place::Neutral) => "anybody who is neutral".to_owned(),
            Start::Place(place) => format!("any {}", place.label()),
            Start::Entry(row) => row.name.clone(),
        }
    }
}

fn path(app: &mut App<'_>, to: &str, campaign: Option<&str>, from: Option<&str>, limit: usize) -> Result<(), Failure> {
    let target = app.find(to)?;
    let start = match from {
        None => None,
        Some(from) => Some(match Place::typed(from) {
            Some(place) => Start::Place(place),
            None => Start::Entry(Box::new(app.find(from)?)),
        }),
    };
    // A place is one on a campaign, as for `move`.
    let campaign = match (campaign, &start) {
        (None, None | Some(Start::Entry(_))) => None,
        (said, _) => Some(super::campaign::meant(app, said)?),
    };
    let campaign = campaign.map(|campaign| campaign.id);
    let group = app.map()?.group;
    let rows = app.cards()?;
    let begin = start.as_ref().map(|start| start.entries(&rows, campaign));
    let Some(found) = routes(&rows, target.id, campaign, begin.as_ref(), limit) else {
        return Err(Failure::usage(format!("{} cannot be read here.", target.name)));
    };
    if app.output.json {
        let routes: Vec<_> = found.routes.iter().map(|route| route_json(route, &group, app.today())).collect();
        let unknown: Vec<_> = found
            .unknown
            .iter()
            .map(|(row, strength)| serde_json::json!({ "name": row.name, "strength": strength.slug() }))
            .collect();
        app.output.json(&serde_json::json!({
            "to": found.target.name, "known": found.known, "routes": routes, "not_known_to_us": unknown,
            "may_begin_with": found.begin, "have_a_route": found.reach,
        }));
        return Ok(());
    }
    if found.known {
        app.output.say(format_args!("{} is known to us: {}.", found.target.name, touch(found.target, app.today())));
    }
    for (number, route) in found.routes.iter().enumerate() {
        let mut line = format!("{}. {}", number + 1, route.hops[0].from.name);
        for hop in &route.hops {
            line.push_str(&format!(" → {}", hop.to.name));
        }
        let weakest = route.weakest();
        let why = match weakest.against {
            Some(place) => format!("{} is {}", weakest.from.name, against(place)),
            None => format!("{} → {} ({})", weakest.from.name, weakest.to.name, weakest.strength.slug()),
        };
        let out = app.output.clone();
        out.say(out.broken(3, &line));
        out.say(out.broken(5, &format!("   weakest: {why}")));
        out.say(out.broken(5, &format!("   next: {}", next_step(route, &group, app.today()))));
    }
    if found.routes.is_empty() {
        let besides = match &start {
            Some(start) => format!("no route from {} yet", start.words()),
            None if found.known => "no other route yet".to_owned(),
            None => "no route from anybody whom we know yet".to_owned(),
        };
        app.output.say(format_args!("{}: {besides}.", found.target.name));
        match found.unknown.first().filter(|_| start.is_none()) {
            Some((row, strength)) => app.output.say(format_args!(
                "Next: get to know {}, who moves {} ({}) and is known to nobody of us.",
                row.name,
                found.target.name,
                strength.slug()
            )),
            None if found.known || start.is_some() => {}
            None => app.output.say("Next: find out who moves them: allymap link add WHO WHOM"),
        }
    }
    if let Some(Start::Place(place)) = start {
        let whom = match (place, found.begin) {
            (Place::Neutral | Place::NotKnown, 1) => format!("entry that is {}", place.label()),
            (Place::Neutral | Place::NotKnown, _) => format!("entries that are {}", place.label()),
            (_, 1) => place.label().to_owned(),
            _ => plural(place),
        };
        let have = if found.begin == 1 { "has" } else { "have" };
        app.output.say(format_args!("{} of {} {whom} {have} a route.", found.reach, found.begin));
    }
    Ok(())
}

/// What to do first on a route, as one would say it at a meeting.
fn next_step(route: &Route<'_>, own_group: &str, today: Date) -> String {
    let hop = &route.hops[0];
    let wish = if route.hops.len() == 1 {
        format!("whether they would talk with {}", hop.to.name)
    } else {
        format!("for an introduction to {}", hop.to.name)
    };
    if !we_know(hop.from) {
        return format!("get to know {}, then ask {wish}", hop.from.name);
    }
    let ask = match hop.from.held_by().filter(|group| folded(group) != folded(own_group)) {
        Some(group) => format!("ask {group}, who hold the relationship, to ask {} {wish}", hop.from.name),
        None => format!("ask {} {wish}", hop.from.name),
    };
    format!("{ask} ({})", touch(hop.from, today))
}

fn touch(row: &Card, today: Date) -> String {
    match row.contact.last {
        Some(on) => format!("last contact {}", ago(on.days_until(today))),
        None => "no contact noted yet".to_owned(),
    }
}

/// `a passive opponent`, `an active opponent`.
fn against(place: Place) -> String {
    let article = if place == Place::ActiveOpponent { "an" } else { "a" };
    format!("{article} {}", place.label())
}

fn route_json(route: &Route<'_>, own_group: &str, today: Date) -> serde_json::Value {
    let hops: Vec<_> = route
        .hops
        .iter()
        .map(|hop| {
            serde_json::json!({
                "from": hop.from.name, "to": hop.to.name, "strength": hop.strength.slug(),
                "against": hop.against.map(Place::slug),
            })
        })
        .collect();
    let weakest = route.weakest();
    serde_json::json!({
        "hops": hops,
        "weakest": { "from": weakest.from.name, "to": weakest.to.name },
        "next": next_step(route, own_group, today),
    })
}
