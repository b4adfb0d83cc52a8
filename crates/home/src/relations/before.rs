//! What is said before anything is done with somebody: who holds the relationship, what they answered and asked of us, what is
//! still missing. Nothing is stopped here: the acts themselves refuse.

use allymap_domain::advice::before::{Missing, missing};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::ids::EntryId;

use crate::events::consent::{Given, given};
use crate::events::request::{Requested, requested};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Before {
    pub held_by: Option<String>,
    /// When somebody last looked into them.
    pub research: Option<Date>,
    pub consents: Vec<Given>,
    pub requests: Vec<Requested>,
    pub missing: Vec<Missing>,
}

pub fn of(v: &mut Visit<'_>, id: EntryId) -> Result<Before, Trouble> {
    let card = v.joined_card(id)?;
    of_card(v, &card)
}

pub(crate) fn of_card(v: &mut Visit<'_>, card: &Card) -> Result<Before, Trouble> {
    Ok(Before {
        held_by: card.held_by().map(str::to_owned),
        research: card.contact.last_research,
        consents: given(v, card)?,
        requests: requested(card),
        missing: missing(card),
    })
}
