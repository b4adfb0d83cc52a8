//! Who waits for us. Read from the cards; what would help somebody to whom we owe stands in their entries.

use allymap_domain::advice::due::{self, DueKind, Help, helps};
use allymap_domain::card::Card;
use allymap_domain::date::Date;
use allymap_domain::weigh::Weigher;

use super::holder;
use crate::events::ground::{Ground, pack};
use crate::status::Who;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// How far ahead, and whose.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub within_days: i32,
    /// Only what this group of ours or somebody of it holds; see [`holder::meant`].
    pub held_by: Option<String>,
}

#[derive(Clone, Debug)]
pub struct DueList {
    pub today: Date,
    pub within_days: i32,
    pub due: Vec<Due>,
}

/// One thing that waits for somebody.
#[derive(Clone, Debug)]
pub struct Due {
    pub what: DueKind,
    pub who: Who,
    pub on: Option<Date>,
    pub days_late: Option<i32>,
    pub held_by: Option<String>,
    pub rights_holders: bool,
    /// Of an event: its day.
    pub event_on: Option<Date>,
    /// Of an event that nobody has decided: how much is still to be found out about it.
    pub open: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Offers {
    pub today: Date,
    pub offers: Vec<Offer>,
}

/// Somebody to whom we owe, and what they or we have said would help.
#[derive(Clone, Debug)]
pub struct Offer {
    pub due: Due,
    /// Of the favour that would put it right.
    pub size: u8,
    pub would_help: Vec<Help>,
}

pub fn within(v: &mut Visit<'_>, wanted: &Wanted) -> Result<DueList, Trouble> {
    let (map, cards, today) = (v.map_entry()?.unwrap_or_default(), v.joined()?, v.today());
    let cards = wanted.of(v, &cards)?;
    let due = due::due(cards, &map, today, wanted.within_days);
    // Only what is due of an event needs to know what is open about it.
    let assesses = due.iter().any(|due| due.what == DueKind::Assess);
    let ground = if assesses { Some(Ground::of(v)?) } else { None };
    let weigher = ground.as_ref().map(Ground::weigher);
    let open = |due: &due::Due<'_>| {
        weigher.as_ref().filter(|_| due.what == DueKind::Assess).map(|weigher| still_open(weigher, due.row))
    };
    let due = due.iter().map(|due| Due { open: open(due), ..Due::of(due, today) }).collect();
    Ok(DueList { today, within_days: wanted.within_days, due })
}

/// Whom we owe (module, section 7).
pub fn offers(v: &mut Visit<'_>, wanted: &Wanted) -> Result<Offers, Trouble> {
    let (map, cards, today) = (v.map_entry()?.unwrap_or_default(), v.joined()?, v.today());
    let cards = wanted.of(v, &cards)?;
    let mut offers = Vec::new();
    for due in due::due(cards, &map, today, wanted.within_days) {
        let DueKind::Owed(size) = due.what else { continue };
        let mut would_help = helps(&v.entry(due.row.id)?);
        for other in v.one_and_the_same(due.row.id)?.into_iter().filter(|other| *other != due.row.id) {
            would_help.extend(helps(&v.entry(other)?));
        }
        offers.push(Offer { due: Due::of(&due, today), size, would_help });
    }
    Ok(Offers { today, offers })
}

impl Wanted {
    fn of<'a>(&self, v: &mut Visit<'_>, cards: &'a [Card]) -> Result<Vec<&'a Card>, Trouble> {
        let holder = self.held_by.as_deref().map(|wanted| holder::meant(v, wanted)).transpose()?;
        Ok(cards.iter().filter(|card| holder.as_ref().is_none_or(|holder| holder.holds(card))).collect())
    }
}

impl Due {
    fn of(due: &due::Due<'_>, today: Date) -> Due {
        Due {
            what: due.what,
            who: Who::from(due.row),
            on: due.on,
            days_late: due.days_late(today),
            held_by: due.row.held_by().map(str::to_owned),
            rights_holders: due.row.rights_holders(),
            event_on: due.row.day(),
            open: None,
        }
    }
}

fn still_open(weigher: &Weigher<'_>, event: &Card) -> usize {
    let weighing = weigher.weigh(event);
    weighing.still_open(&weighing.outcome(pack()))
}
