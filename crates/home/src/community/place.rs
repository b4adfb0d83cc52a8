//! Halls, parks and other spaces, and who can use them.

use allymap_domain::advice::access;
use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::entry::{Entry, NewEntry};
use allymap_domain::ids::EntryId;
use allymap_domain::kind;
use allymap_domain::kind::place;
use allymap_domain::kind::place::Access;
use allymap_domain::words::folded;

use crate::together::member::{self, WhoSees};
use crate::trouble::{Community, Trouble};
use crate::visit::Visit;

/// A place to be added.
#[derive(Clone, Debug)]
pub struct New {
    pub place: NewEntry,
    /// Another of the same name is meant.
    pub another: bool,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub card: Card,
    /// The letters that tell it from all others.
    pub short: String,
    /// How much of who can use it is known.
    pub known: usize,
    pub to_find_out: Vec<&'static Access>,
}

#[derive(Clone, Debug)]
pub struct Added {
    pub place: Place,
    pub seen_by: WhoSees,
}

#[derive(Clone, Debug)]
pub struct Changed {
    pub name: String,
    /// The names of the fields, in the order in which they were given.
    pub fields: Vec<String>,
    pub seen_by: WhoSees,
}

pub fn add(v: &mut Visit<'_>, new: &New) -> Result<Added, Trouble> {
    let New { place, another } = new;
    let same = |card: &Card| card.kind == place.kind.name && folded(&card.name) == folded(place.name());
    if !another && v.cards()?.iter().any(same) {
        return Err(Community::PlaceIsThere { name: place.name().to_owned() }.into());
    }
    let id = v.fresh_entry();
    v.edit_entry(id, |edit| Entry::create(edit, place))??;
    v.commit()?;
    Ok(Added { place: shown(v, id)?, seen_by: member::who_sees(v)? })
}

/// Which place is meant; entries of other kinds are none.
pub fn find(v: &mut Visit<'_>, said: &str) -> Result<Card, Trouble> {
    let card = v.find(said)?;
    if is_place(&card) { Ok(card) } else { Err(Community::NoPlace { name: card.heading.name }.into()) }
}

/// Changes fields of a place, each as it was typed.
pub fn change(v: &mut Visit<'_>, place: &Card, changes: &[(String, String)]) -> Result<Changed, Trouble> {
    v.edit_entry(place.id, |edit| changes.iter().try_for_each(|(name, typed)| Entry::change(edit, name, typed)))??;
    v.commit()?;
    let fields = changes.iter().map(|(name, _)| name.clone()).collect();
    Ok(Changed { name: place.name.clone(), fields, seen_by: member::who_sees(v)? })
}

/// The places that are known to have all of these.
pub fn list(v: &mut Visit<'_>, with: &[String]) -> Result<Vec<Place>, Trouble> {
    let cards = v.cards_once()?;
    let short = short_ids(cards.iter().map(|card| card.id));
    let has_all = |card: &&Card| {
        with.iter().all(|fact| kind::place::KIND.field(fact).and_then(|field| card.value(field)) == Some("yes"))
    };
    let places = cards.iter().filter(|card| is_place(card) && !card.archived).filter(has_all);
    Ok(places.map(|card| place(card.clone(), short[&card.id].clone())).collect())
}

pub fn show(v: &mut Visit<'_>, said: &str) -> Result<Place, Trouble> {
    let card = find(v, said)?;
    let short = v.short_ids()?[&card.id].clone();
    Ok(place(card, short))
}

fn shown(v: &mut Visit<'_>, id: EntryId) -> Result<Place, Trouble> {
    let (card, short) = (v.card(id)?, v.short_ids()?[&id].clone());
    Ok(place(card, short))
}

fn is_place(card: &Card) -> bool {
    card.is(&place::KIND)
}

fn place(card: Card, short: String) -> Place {
    Place { known: access::known(&card), to_find_out: access::to_find_out(&card), card, short }
}
