//! What stands between us and one of them: stage and health as people stated them, what they answered and asked of us, give
//! and take.

use allymap_domain::advice::before::wants_research;
use allymap_domain::advice::due::next_check_in;
use allymap_domain::date::Date;
use allymap_domain::entry::Entry;
use allymap_domain::entry::fact::{FactKind, FactStanding};
use allymap_domain::entry::favour::GiveAndTake;

use crate::events::consent::{Given, given};
use crate::events::request::{Requested, requested};
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Relationship {
    /// They are rights holders, and the tie is strained.
    pub alarm: bool,
    /// Nobody has stated a stage: they are on the map and no more.
    pub only_mapped: bool,
    pub facts: Vec<FactStanding>,
    /// The partnership is formal, and nobody knows what they get.
    pub lacks_their_gain: bool,
    pub research: Option<Date>,
    /// Nobody has looked into them, which comes before any work together.
    pub wants_research: bool,
    pub consents: Vec<Given>,
    pub requests: Vec<Requested>,
    pub balance: GiveAndTake,
    pub next_check_in: Option<CheckIn>,
}

/// When somebody should next be in touch, asking for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckIn {
    pub on: Date,
    pub overdue: bool,
}

/// Of this entry alone: what else is known of them under another name stands there.
pub fn of(v: &mut Visit<'_>, entry: &Entry) -> Result<Relationship, Trouble> {
    let (card, map, today) = (v.card(entry.id)?, v.map_entry()?.unwrap_or_default(), v.today());
    Ok(Relationship {
        alarm: card.is_strained_with_rights_holders(),
        only_mapped: entry.kind.is_some_and(|kind| kind.has_stages()) && entry.fact(FactKind::Stage).is_none(),
        facts: entry.facts.clone(),
        lacks_their_gain: entry.lacks_their_gain(),
        research: card.contact.last_research,
        wants_research: wants_research(&card),
        consents: given(v, &card)?,
        requests: requested(&card),
        balance: card.give_and_take(today),
        next_check_in: next_check_in(&card, &map, today).map(|on| CheckIn { on, overdue: on < today }),
    })
}
