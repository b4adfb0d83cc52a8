//! Links: who influences whom, and the routes from us to a decision maker.

use std::collections::BTreeSet;

use allymap_domain::advice::path::{self, Begin, First, Route, routes as routes_of};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::entry::link::{Direction, Link, Strength, Target};
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};

use crate::status::Who;
use crate::together::member::{self, WhoSees};
use crate::trouble::{Allies, Trouble};
use crate::visit::Visit;

/// One entry can move another.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub from: EntryId,
    pub to: EntryId,
    pub direction: Direction,
    pub strength: Strength,
    /// How we know.
    pub how: String,
    pub source: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Added {
    pub from: String,
    pub to: String,
    pub direction: Direction,
    pub strength: Strength,
    pub how: String,
    pub source: Option<String>,
    /// How many links it replaced.
    pub replaced: usize,
    pub seen_by: WhoSees,
}

#[derive(Clone, Debug)]
pub struct Removed {
    pub from: String,
    pub to: String,
    pub count: usize,
    pub seen_by: WhoSees,
}

#[derive(Clone, Debug)]
pub struct Links {
    /// The one entry that they are about.
    pub entry: Option<String>,
    pub lines: Vec<Line>,
}

/// Who moves whom. An entry that is not here has no name.
#[derive(Clone, Debug)]
pub struct Line {
    pub from: Option<String>,
    pub to: Option<String>,
    pub both_ways: bool,
    pub strength: Strength,
    pub how: Option<String>,
    pub source: Option<String>,
    pub by: String,
}

/// Which routes are looked for.
#[derive(Clone, Debug)]
pub struct Way {
    pub to: EntryId,
    /// Whoever is against it carries least.
    pub campaign: Option<RowId>,
    /// Only those that begin there.
    pub start: Option<Start>,
    pub limit: usize,
}

/// With whom a route begins: with whoever stands at a place of a campaign's spectrum, or with one entry.
#[derive(Clone, Debug)]
pub enum Start {
    Place(Place),
    Entry(Who),
}

/// What leads to an entry.
#[derive(Clone, Debug)]
pub struct Routes {
    pub to: String,
    /// Somebody of us is in touch with it, without any detour.
    pub known: bool,
    pub last_contact: Option<Date>,
    pub routes: Vec<Steps>,
    /// Who moves it and is known to nobody of us, strongest first.
    pub unknown: Vec<(String, Strength)>,
    pub start: Option<Start>,
    /// With how many a route may begin, and from how many one leads there.
    pub begin: usize,
    pub reach: usize,
    pub today: Date,
}

/// From somebody whom we know, hop by hop.
#[derive(Clone, Debug)]
pub struct Steps {
    pub hops: Vec<Hop>,
    /// The first of those that carry least.
    pub weakest: Hop,
    pub first: First,
    /// When we were last in touch with whom it begins with.
    pub last_contact: Option<Date>,
}

#[derive(Clone, Debug)]
pub struct Hop {
    pub from: String,
    pub to: String,
    pub strength: Strength,
    pub against: Option<Place>,
}

/// Whether a link between the two has to say where it is known from.
pub fn needs_source(v: &mut Visit<'_>, from: EntryId, to: EntryId) -> Result<bool, Trouble> {
    let (from, to) = two(v, from, to)?;
    Ok(influence(&to, Direction::Out, Strength::Weak, 0).needs_source([&from.kind, &to.kind]).is_err())
}

/// Notes it; said again, it replaces what stood.
pub fn add(v: &mut Visit<'_>, new: &NewLink) -> Result<Added, Trouble> {
    let (from, to) = two(v, new.from, new.to)?;
    let supersedes = v.entry(from.id)?.moving(to.id, Direction::In);
    let replaced = supersedes.len();
    let link = Link {
        how: Some(new.how.clone()),
        source: new.source.clone(),
        supersedes,
        ..influence(&to, new.direction, new.strength, v.now_ms())
    };
    link.needs_source([&from.kind, &to.kind])?;
    let row = v.fresh_row();
    v.edit_entry(from.id, |edit| Entry::link(edit, from.id, row, &link))??;
    v.commit()?;
    let NewLink { direction, strength, how, source, .. } = new.clone();
    let seen_by = member::who_sees(v)?;
    Ok(Added { from: from.heading.name, to: to.heading.name, direction, strength, how, source, replaced, seen_by })
}

/// It is not so, or no longer: whichever of the two says it.
pub fn remove(v: &mut Visit<'_>, from: EntryId, to: EntryId) -> Result<Removed, Trouble> {
    let (from, to) = (v.card(from)?, v.card(to)?);
    let mut count = 0;
    for (own, other, but) in [(&from, &to, Direction::In), (&to, &from, Direction::Out)] {
        let supersedes = v.entry(own.id)?.moving(other.id, but);
        if supersedes.is_empty() {
            continue;
        }
        count += supersedes.len();
        let link = influence(other, Direction::Out, Strength::Weak, v.now_ms());
        let (link, row) = (Link { supersedes, withdrawn: true, ..link }, v.fresh_row());
        v.edit_entry(own.id, |edit| Entry::link(edit, own.id, row, &link))??;
    }
    if count == 0 {
        return Err(Trouble::Allies(Allies::NoLink { from: from.heading.name, to: to.heading.name }));
    }
    v.commit()?;
    Ok(Removed { from: from.heading.name, to: to.heading.name, count, seen_by: member::who_sees(v)? })
}

/// Every link of the map, or those of one entry.
pub fn list(v: &mut Visit<'_>, who: Option<EntryId>) -> Result<Links, Trouble> {
    let entry = who.map(|who| v.card(who)).transpose()?.map(|card| card.heading.name);
    let cards = v.cards()?;
    let name = |id| cards.iter().find(|card| card.id == id).map(|card| card.name.clone());
    let about = |from: EntryId, to: EntryId| who.is_none_or(|who| from == who || to == who);
    let mut lines = Vec::new();
    // Only entries that hold such a link are opened.
    for from in cards.iter().filter(|from| from.links.iter().any(|link| about(from.id, link.to))) {
        for linked in v.entry(from.id)?.links {
            let Target::Influence { direction, strength } = linked.link.target else { continue };
            if !about(from.id, linked.link.to) {
                continue;
            }
            let (own, other) = (Some(from.name.clone()), name(linked.link.to));
            let (first, second) = if direction == Direction::In { (other, own) } else { (own, other) };
            lines.push(Line {
                from: first,
                to: second,
                both_ways: direction == Direction::Both,
                strength,
                how: linked.link.how,
                source: linked.link.source,
                by: linked.author.name,
            });
        }
    }
    Ok(Links { entry, lines })
}

/// How we get from people we know to somebody, the best way first.
pub fn routes(v: &mut Visit<'_>, way: &Way) -> Result<Routes, Trouble> {
    let target = v.card(way.to)?;
    let group = v.map()?.group;
    let cards = v.cards()?;
    let begin = match (&way.start, way.campaign) {
        (None, _) => None,
        (Some(Start::Entry(who)), _) => Some(Begin::Entry(who.id).entries(&cards)),
        (Some(Start::Place(place)), Some(campaign)) => Some(Begin::Place { place: *place, campaign }.entries(&cards)),
        // Nobody stands anywhere without a campaign.
        (Some(Start::Place(_)), None) => Some(BTreeSet::new()),
    };
    let Some(found) = routes_of(&cards, target.id, way.campaign, begin.as_ref(), way.limit) else {
        return Err(Trouble::Allies(Allies::NoTarget { name: target.heading.name }));
    };
    Ok(Routes {
        to: found.target.name.clone(),
        known: found.known,
        last_contact: found.target.contact.last,
        routes: found.routes.iter().map(|route| steps(route, &group)).collect(),
        unknown: found.unknown.iter().map(|(card, strength)| (card.name.clone(), *strength)).collect(),
        start: way.start.clone(),
        begin: found.begin,
        reach: found.reach,
        today: v.today(),
    })
}

fn steps(route: &Route<'_>, group: &str) -> Steps {
    Steps {
        hops: route.hops.iter().map(hop).collect(),
        weakest: hop(route.weakest()),
        first: route.first(group),
        last_contact: route.hops[0].from.contact.last,
    }
}

fn hop(hop: &path::Hop<'_>) -> Hop {
    Hop { from: hop.from.name.clone(), to: hop.to.name.clone(), strength: hop.strength, against: hop.against }
}

fn influence(to: &Card, direction: Direction, strength: Strength, now_ms: u64) -> Link {
    Link::influence(to.id, direction, strength, now_ms)
}

/// Two that are not one.
fn two(v: &mut Visit<'_>, from: EntryId, to: EntryId) -> Result<(Card, Card), Trouble> {
    if from == to {
        return Err(Trouble::Allies(Allies::MovesItself));
    }
    Ok((v.card(from)?, v.card(to)?))
}
