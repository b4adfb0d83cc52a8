//! Facts about a relationship (its stage, its health, their affiliation) stated in place of what was stated before.

use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::entry::Entry;
use allymap_domain::entry::assertion::Assertion;
use allymap_domain::entry::fact::{Fact, Stage};
use allymap_domain::ids::EntryId;

use crate::trouble::Trouble;
use crate::visit::Visit;

/// A fact that counts now, and what counted until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub from: Option<Fact>,
    pub to: Fact,
}

/// States a fact in place of everything that was stated before; nothing is durable yet.
pub(crate) fn state(
    v: &mut Visit<'_>,
    id: EntryId,
    fact: Fact,
    change: impl FnOnce(Assertion) -> Assertion,
) -> Result<Moved, Trouble> {
    let entry = v.entry(id)?;
    let from = entry.fact(fact.kind()).map(|standing| standing.counts);
    let new = entry.stating(fact, When::on(v.today()), v.now_ms());
    let (row, assertion) = (v.fresh_row(), change(new));
    v.edit_entry(id, |edit| Entry::assert(edit, row, &assertion))??;
    Ok(Moved { from, to: fact })
}

/// Moves the stage on, if it is an earlier one.
pub(crate) fn reach(v: &mut Visit<'_>, card: &Card, stage: Stage, why: &str) -> Result<Option<Moved>, Trouble> {
    if !card.stage().is_before(stage) {
        return Ok(None);
    }
    let to = Fact::Stage(stage);
    state(v, card.id, to, |assertion| Assertion { reason: Some(why.to_owned()), ..assertion })?;
    Ok(Some(Moved { from: Some(Fact::Stage(card.stage())), to }))
}
