//! Whom a decision maker hears, and who is missing.

use std::collections::BTreeMap;

use allymap_domain::advice::voices::{Voice, by_category, voices};
use allymap_domain::card::Card;
use allymap_domain::ids::EntryId;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Voices {
    pub name: String,
    /// All that we know of.
    pub heard: usize,
    /// Of those, how many are of each category, or of none that is known.
    pub categories: BTreeMap<String, usize>,
    pub sorts: Vec<Sort>,
}

/// One sort of people, by their names.
#[derive(Clone, Debug)]
pub struct Sort {
    pub slug: &'static str,
    pub label: &'static str,
    pub heard: Vec<String>,
    pub on_the_map: Vec<String>,
    pub missing: bool,
}

pub fn of(v: &mut Visit<'_>, id: EntryId) -> Result<Voices, Trouble> {
    let (card, cards) = (v.card(id)?, v.cards()?);
    let voices = voices(&cards, id);
    Ok(Voices {
        name: card.heading.name,
        heard: voices.iter().map(|voice| voice.heard.len()).sum(),
        categories: by_category(&voices).into_iter().map(|(category, count)| (category.to_owned(), count)).collect(),
        sorts: voices.iter().map(Sort::from).collect(),
    })
}

impl From<&Voice<'_>> for Sort {
    fn from(voice: &Voice<'_>) -> Sort {
        let names = |cards: &[&Card]| cards.iter().map(|card| card.name.clone()).collect();
        Sort {
            slug: voice.slug,
            label: voice.label,
            heard: names(&voice.heard),
            on_the_map: names(&voice.others),
            missing: voice.is_missing(),
        }
    }
}
