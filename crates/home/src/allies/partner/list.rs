//! The entries by name, or those of one place, holder, stage, in another order.

use std::collections::BTreeMap;

use allymap_domain::advice::spectrum::Spectrum;
use allymap_domain::card::Card;
use allymap_domain::card::find::short_ids;
use allymap_domain::card::only::Only;
use allymap_domain::card::order::{self, By};
use allymap_domain::date::Date;
use allymap_domain::entry::position::Place;
use allymap_domain::ids::{EntryId, RowId};

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub only: Only,
    /// On which it is told where they stand.
    pub campaign: Option<RowId>,
    pub sort: Option<By>,
}

#[derive(Clone, Debug)]
pub struct Listed {
    pub entries: Vec<Line>,
    /// How many there are of the kind.
    pub of: usize,
    /// What was asked for.
    pub filter: Filter,
    pub today: Date,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub card: Card,
    pub short: String,
    /// Where they stand on the campaign that was asked for.
    pub place: Option<Place>,
}

pub fn list(v: &mut Visit<'_>, filter: &Filter) -> Result<Listed, Trouble> {
    let all = v.cards()?;
    let short = short_ids(all.iter().map(|card| card.id));
    let spectrum = filter.campaign.map(|campaign| Spectrum::of(&all, campaign, None));
    let places: BTreeMap<EntryId, Place> =
        spectrum.iter().flat_map(|spectrum| &spectrum.placed).map(|placed| (placed.row.id, placed.place)).collect();
    let (joined, today) = (v.joined()?, v.today());
    let mut cards: Vec<&Card> = joined.iter().filter(|card| filter.only.is_about(card)).collect();
    let of = cards.len();
    cards.retain(|card| filter.only.fits(card, places.get(&card.id).copied()));
    order::sort(&mut cards, filter.sort, &places, today);
    let line =
        |card: &Card| Line { card: card.clone(), short: short[&card.id].clone(), place: places.get(&card.id).copied() };
    Ok(Listed { entries: cards.into_iter().map(line).collect(), of, filter: filter.clone(), today })
}
