//! Give and take within a year: with one of them, and with everybody.

use allymap_domain::advice::order::owed_first;
use allymap_domain::card::Card;
use allymap_domain::entry::favour::{GiveAndTake, Standing};
use allymap_domain::ids::EntryId;

use crate::status::Who;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Balanced {
    pub who: Who,
    pub balance: GiveAndTake,
}

pub fn of(v: &mut Visit<'_>, id: EntryId) -> Result<Balanced, Trouble> {
    let card = v.joined_card(id)?;
    Ok(Balanced { who: Who::from(&card), balance: card.give_and_take(v.today()) })
}

/// Everybody with whom something went back or forth.
pub fn all(v: &mut Visit<'_>) -> Result<Vec<Balanced>, Trouble> {
    let (cards, today) = (v.joined()?, v.today());
    let balances = cards.iter().filter(|card| !card.archived).map(|card| (card, card.give_and_take(today)));
    let mut balances: Vec<(&Card, GiveAndTake)> =
        balances.filter(|(_, balance)| balance.standing != Standing::Nothing).collect();
    owed_first(&mut balances);
    Ok(balances.into_iter().map(|(card, balance)| Balanced { who: Who::from(card), balance }).collect())
}
