//! One sheet of paper with the guide's five headings.

use allymap_domain::ids::EntryId;
use allymap_domain::weigh::sheet::Read;
use allymap_doors::paper::event::event_sheet;
use allymap_doors::paper::report::Printed;

use crate::events::ground::{Ground, pack};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Made in one go; afterwards others may use the maps.
pub fn sheet(v: &mut Visit<'_>, event: EntryId) -> Result<Printed, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let authors = v.authors()?;
    let (weigher, resolve) = (ground.weigher(), |actor| authors.of(actor));
    let weighing = weigher.weigh(event);
    let outcome = weighing.outcome(pack());
    let read = Read {
        event,
        weigher: &weigher,
        weighing: &weighing,
        outcome: &outcome,
        map: &ground.map,
        pack: pack(),
        resolve: &resolve,
    };
    let printed = event_sheet(&read.sheet(ground.today));
    v.release();
    Ok(printed)
}
