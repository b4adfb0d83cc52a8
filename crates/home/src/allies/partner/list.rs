//! The entries by name, or those of one place, holder, stage, in another order.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    cards: Arc<[Card]>,
    pub entries: Vec<Line>,
    /// How many there are of the kind.
    pub of: usize,
    /// What was asked for.
    pub filter: Filter,
    pub today: Date,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// Which of the cards.
    card: usize,
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
    let mut entries: Vec<usize> = (0..joined.len()).filter(|card| filter.only.is_about(&joined[*card])).collect();
    let of = entries.len();
    let place = |card: usize| places.get(&joined[card].id).copied();
    entries.retain(|card| filter.only.fits(&joined[*card], place(*card)));
    order::sort(&mut entries, |card| &joined[*card], filter.sort, &places, today);
    let line = |card| Line { card, short: short[&joined[card].id].clone(), place: place(card) };
    let entries = entries.into_iter().map(line).collect();
    Ok(Listed { entries, cards: joined, of, filter: filter.clone(), today })
}

impl Listed {
    /// What a line is about.
    pub fn card(&self, line: &Line) -> &Card {
        &self.cards[line.card]
    }
}
