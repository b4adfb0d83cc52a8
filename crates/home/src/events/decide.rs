//! A person puts a decision on record, with the answer and what was known.

use allymap_domain::date::When;
use allymap_domain::entry::weighed::Chosen;
use allymap_domain::ids::EntryId;
use allymap_domain::weigh::decide::{Choosing, InTheWay};
use allymap_policy::Outcome;

use crate::events::ground::{Ground, pack, pack_name};
use crate::together::member::{self, WhoSees};
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

/// The answer that is decided on.
pub fn before(v: &mut Visit<'_>, event: EntryId) -> Result<Outcome, Trouble> {
    let ground = Ground::of(v)?;
    Ok(ground.weigh(ground.event(event)?).outcome(pack()))
}

/// Whether the answer lets this be recorded: said before somebody is asked why.
pub fn may(choosing: &Choosing, outcome: &Outcome) -> Result<(), Trouble> {
    match choosing.in_the_way(outcome) {
        None => Ok(()),
        Some(InTheWay::Stop) => Err(Events::Stop(Box::new(outcome.clone())).into()),
        Some(InTheWay::Open) => Err(Events::Open(Box::new(outcome.clone())).into()),
    }
}

/// A decision on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub event: String,
    pub choice: Chosen,
    pub outcome: Outcome,
    pub pack: String,
    pub seen_by: WhoSees,
}

pub fn record(v: &mut Visit<'_>, event: EntryId, choosing: &Choosing) -> Result<Recorded, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let weighing = ground.weigh(event);
    let outcome = weighing.outcome(pack());
    may(choosing, &outcome)?;
    let on = When::on(v.today());
    v.put(&[choosing.place(event, &weighing, &outcome, pack_name(), on, v.now_ms())])?;
    v.commit()?;
    let (event, choice) = (event.name.clone(), choosing.choice);
    Ok(Recorded { event, choice, outcome, pack: pack_name(), seen_by: member::who_sees(v)? })
}
