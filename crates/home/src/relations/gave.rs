//! Favours, both ways, as they are noted.

use allymap_domain::advice::before::has_been;
use allymap_domain::date::When;
use allymap_domain::entry::favour::{Favour, GiveAndTake, Way};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::ids::EntryId;

use super::log;
use crate::together::member::{self, WhoSees};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Something that one side did for the other.
#[derive(Clone, Debug)]
pub struct NewFavour {
    pub of: EntryId,
    pub way: Way,
    pub what: String,
    /// From 1, a mention, to 5, money or a name.
    pub size: u8,
    pub on: When,
    pub with: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Recorded {
    pub name: String,
    pub way: Way,
    pub what: String,
    pub size: u8,
    pub on: When,
    /// With this favour in it.
    pub balance: GiveAndTake,
    pub seen_by: WhoSees,
}

pub fn record(v: &mut Visit<'_>, favour: &NewFavour) -> Result<Recorded, Trouble> {
    let NewFavour { of, way, what, size, on, with } = favour;
    let (mut card, kind, today) = (v.joined_card(*of)?, LogKind::typed(way.slug())?, v.today());
    has_been(on, kind, today)?;
    let line = LogLine { size: Some(*size), with: with.clone(), ..LogLine::new(kind, on.clone(), what, v.now_ms()) };
    log::keep(v, card.id, &line)?;
    v.commit()?;
    card.favours.extend(on.date.map(|on| Favour { on, way: *way, size: *size, mutual: false }));
    Ok(Recorded {
        way: *way,
        what: what.clone(),
        size: *size,
        on: line.on,
        balance: card.give_and_take(today),
        name: card.heading.name,
        seen_by: member::who_sees(v)?,
    })
}
