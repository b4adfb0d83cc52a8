//! Finding: names, fields, who belongs to what, notes, reasons and the log.

use std::collections::BTreeMap;

use allymap_domain::card::Card;
use allymap_domain::card::duplicates::identities;
use allymap_domain::card::find::short_ids;
use allymap_domain::card::search::search;
use allymap_domain::card::texts::{Passage, Spot, Texts};
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;
use allymap_domain::words::folded_words;

use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Found {
    /// In the order in which they are shown.
    pub hits: Vec<Hit>,
    pub today: Date,
}

/// An entry in which it was found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub card: Card,
    pub short: String,
    pub name: bool,
    pub field: bool,
    pub passages: Vec<Passage>,
}

/// Every word has to begin a word of what is found.
pub fn words(v: &mut Visit<'_>, words: &[String]) -> Result<Found, Trouble> {
    let wanted = folded_words(&words.join(" "));
    // Entries that are known to be the same are one hit, with what was written about each.
    let same = identities(&v.cards()?);
    let mut texts: BTreeMap<EntryId, Vec<Texts>> = BTreeMap::new();
    for (id, written) in v.texts()? {
        texts.entry(same.get(&id).copied().unwrap_or(id)).or_default().push(written);
    }
    let cards = v.cards_once()?;
    let short = short_ids(cards.iter().map(|card| card.id));
    let hits = search(&wanted, &cards, &texts).into_iter().map(|hit| Hit {
        card: hit.card.clone(),
        short: short[&hit.card.id].clone(),
        name: hit.name,
        field: hit.field,
        passages: hit.passages,
    });
    Ok(Found { hits: hits.collect(), today: v.today() })
}

impl Found {
    /// What was found in one kind of text, rights holders first.
    pub fn passages(&self, spot: Spot) -> Vec<(&Card, &Passage)> {
        let mut found: Vec<(&Card, &Passage)> = self
            .hits
            .iter()
            .flat_map(|hit| hit.passages.iter().map(move |passage| (&hit.card, passage)))
            .filter(|(_, passage)| passage.spot == spot)
            .collect();
        found.sort_by_key(|(card, _)| !card.rights_holders());
        found
    }
}
