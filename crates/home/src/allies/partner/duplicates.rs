//! Entries that are likely the same, for a person to look at.

use allymap_domain::card::duplicates::{Likeness, likely_duplicates};
use allymap_domain::card::find::short_ids;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Duplicates {
    /// The surest first.
    pub pairs: Vec<Pair>,
}

#[derive(Clone, Debug)]
pub struct Pair {
    pub names: [String; 2],
    pub short: [String; 2],
    pub likeness: Likeness,
}

pub fn duplicates(v: &mut Visit<'_>) -> Result<Duplicates, Trouble> {
    let cards = v.cards()?;
    let short = short_ids(cards.iter().map(|card| card.id));
    let pairs = likely_duplicates(&cards).into_iter().map(|pair| Pair {
        names: [pair.first.name.clone(), pair.second.name.clone()],
        short: [short[&pair.first.id].clone(), short[&pair.second.id].clone()],
        likeness: pair.likeness,
    });
    Ok(Duplicates { pairs: pairs.collect() })
}
