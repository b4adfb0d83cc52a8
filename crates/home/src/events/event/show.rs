//! What is known of an event, who said so, and the answer so far.

use allymap_domain::card::Card;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::kind::field::Field;
use allymap_domain::weigh::answer::Origin;
use allymap_domain::weigh::sheet::headings;
use allymap_domain::weigh::{Weigher, Weighing};
use allymap_policy::{Question, Statement};

use crate::authors::Authors;
use crate::events::assess::Weighed;
use crate::events::event::list::short;
use crate::events::event::{StandingRequest, requests};
use crate::events::ground::Ground;
use crate::trouble::Trouble;
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Shown {
    pub weighed: Weighed,
    pub details: Details,
    /// What its fields say, in words.
    pub headings: Vec<(&'static str, String)>,
    pub requests: Vec<StandingRequest>,
    /// Every statement, also those that were replaced.
    pub facts: Vec<Known>,
}

/// Its fields, with the names of whoever stands in them.
#[derive(Clone, Debug)]
pub struct Details {
    pub short: String,
    pub place: Option<String>,
    pub theme: Option<String>,
    pub occasion: Option<String>,
    pub lead: Option<String>,
    pub electorate: Option<String>,
    pub held_by: Option<String>,
    pub organisers: Vec<String>,
    pub communities: Vec<String>,
    pub representatives: Vec<String>,
    pub speakers: Vec<String>,
    pub we_give: Vec<String>,
    pub consider: Vec<String>,
    pub archived: bool,
}

/// A statement, and where it is from.
#[derive(Clone, Debug)]
pub struct Known {
    pub question: Question,
    pub value: Option<String>,
    pub mitigation: Option<String>,
    /// What it was before it grew old.
    pub was: Option<String>,
    pub conditions: Vec<String>,
    pub text: Option<String>,
    pub origin: Origin,
    /// In whose entry it stands.
    pub entry: Option<String>,
    /// Nobody replaced it.
    pub stands: bool,
}

pub fn show(v: &mut Visit<'_>, event: EntryId) -> Result<Shown, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let (weigher, authors) = (ground.weigher(), v.authors()?);
    let weighing = weigher.weigh(event);
    Ok(Shown {
        weighed: Weighed::of(&ground, event, &weighing, &authors),
        details: details(&weigher, event, short(&ground)[&event.id].clone()),
        headings: headings(&weigher, event),
        requests: requests(&ground, &weighing),
        facts: facts(&ground, &weighing, &authors),
    })
}

fn facts(ground: &Ground, weighing: &Weighing, authors: &Authors) -> Vec<Known> {
    let standing: Vec<&str> = weighing.standing().into_iter().map(|(said, _)| said.id.as_str()).collect();
    let known = |said: &Statement| {
        let basis = weighing.origins.get(&said.id)?;
        Some(Known {
            question: Question::new(said.fact, said.about.clone()),
            value: said.value.clone(),
            mitigation: said.mitigation.clone(),
            was: said.was.clone(),
            conditions: said.conditions.clone(),
            text: said.text.clone(),
            origin: Origin::of(basis, &|actor| authors.of(actor)),
            entry: ground.card(basis.entry).map(|card| card.name.clone()),
            stands: standing.contains(&said.id.as_str()),
        })
    };
    weighing.case.statements.iter().filter_map(known).collect()
}

fn details(weigher: &Weigher<'_>, event: &Card, short: String) -> Details {
    let value = |field: &Field| event.value(field).map(str::to_owned);
    let names = |field: &Field| weigher.names(event, field);
    Details {
        short,
        place: event.value(&event::PLACE).map(|value| weigher.meant(value).1),
        theme: value(&event::THEME),
        occasion: value(&event::OCCASION),
        lead: value(&event::LEAD),
        electorate: value(&event::ELECTORATE),
        held_by: event.held_by().map(str::to_owned),
        organisers: names(&event::ORGANISERS),
        communities: names(&event::COMMUNITIES),
        representatives: names(&event::REPRESENTATIVES),
        speakers: names(&event::SPEAKERS),
        we_give: event.members(&event::WE_GIVE).to_vec(),
        consider: event.members(&event::CONSIDER).to_vec(),
        archived: event.archived,
    }
}
