//! Whom to talk with next on a campaign, and why.

use allymap_domain::advice::next::{Next, Reason, next};
use allymap_domain::date::Date;
use allymap_domain::entry::position::Place;

use crate::allies::campaign;
use crate::status::Who;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct NextList {
    pub campaign: String,
    pub closed: Option<Date>,
    /// The group of whoever asks: what it holds itself is no reason to ask somebody.
    pub own_group: String,
    /// The first first.
    pub people: Vec<Person>,
    /// How many are left out because nobody should engage with them.
    pub do_not_engage: usize,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub who: Who,
    pub short: String,
    pub place: Place,
    /// The first says where they stand.
    pub reasons: Vec<Reason>,
}

pub fn on(v: &mut Visit<'_>, said: Option<&str>) -> Result<NextList, Trouble> {
    let campaign = campaign::meant(v, said)?;
    let own_group = v.map()?.group;
    let (cards, short) = (v.cards()?, v.short_ids()?);
    let list = next(&cards, &campaign, v.today());
    let person = |next: Next<'_>| Person {
        short: short.get(&next.row.id).cloned().unwrap_or_default(),
        who: Who::from(next.row),
        place: next.place,
        reasons: next.reasons,
    };
    Ok(NextList {
        people: list.people.into_iter().map(person).collect(),
        do_not_engage: list.do_not_engage,
        closed: campaign.closed,
        campaign: campaign.sentence,
        own_group,
    })
}
