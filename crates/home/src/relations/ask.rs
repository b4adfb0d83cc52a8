//! What we ask of them, and what we asked within a year.

use allymap_domain::advice::before::{Doubt, LargeAsk, Plan, asked_with_this, doubts, has_been, large_ask};
use allymap_domain::advice::order::mutual_first;
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::favour::{GiveAndTake, Way, within_a_year};
use allymap_domain::entry::log::{LogKind, LogLine};
use allymap_domain::ids::EntryId;

use super::before::{self, Before};
use super::log;
use crate::together::member::{self, WhoSees};
use crate::tried::Tried;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Something that we ask of them.
#[derive(Clone, Debug)]
pub struct Ask {
    pub of: EntryId,
    pub what: String,
    /// From 1, a mention, to 5, money or a name.
    pub size: u8,
    /// Both sides gain by it.
    pub mutual: bool,
    /// Why it cannot wait until we know each other.
    pub urgent: Option<String>,
    pub on: When,
    pub follow_up: Option<Date>,
    pub anyway: Anyway,
}

/// Whether it goes on without what should come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anyway {
    No,
    Yes,
    /// With a reason it goes on also before anybody has looked into them.
    Because(String),
}

#[derive(Clone, Debug)]
pub enum Want {
    /// A word of warning before a large ask, or that it goes on without.
    HeadsUp(LargeAsk),
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub name: String,
    pub what: String,
    pub size: u8,
    pub mutual: bool,
    pub on: When,
    /// How often they were asked lately, with this ask.
    pub times_lately: usize,
    pub doubts: Vec<Doubt>,
    /// What stands between us, as it was before.
    pub balance: GiveAndTake,
    pub before: Before,
    pub seen_by: WhoSees,
}

/// What somebody of ours asked of somebody, as far as the day is known.
#[derive(Clone, Debug)]
pub struct PastAsk {
    pub on: Date,
    pub name: String,
    pub text: String,
    pub size: Option<u8>,
    pub mutual: bool,
    pub urgent: Option<String>,
    pub by: String,
}

impl Anyway {
    /// The reason, if one was given.
    pub fn why(&self) -> Option<&str> {
        match self {
            Anyway::No | Anyway::Yes => None,
            Anyway::Because(why) => Some(why),
        }
    }
}

pub fn record(v: &mut Visit<'_>, ask: &Ask) -> Result<Tried<Asked, Want>, Trouble> {
    let (card, kind, today) = (v.joined_card(ask.of)?, LogKind::typed(Way::Asked.slug())?, v.today());
    let all_the_same = Plan::Ask.may_begin(&card, ask.anyway.why())?;
    has_been(&ask.on, kind, today)?;
    if ask.anyway == Anyway::No
        && let Some(large) = large_ask(&card, ask.size, today)
    {
        return Ok(Tried::wants(Want::HeadsUp(large)));
    }
    let before = before::of_card(v, &card)?;
    let text = all_the_same.map_or_else(|| ask.what.clone(), |words| format!("{}\n{words}", ask.what));
    let line = LogLine {
        size: Some(ask.size),
        mutual: ask.mutual,
        urgent: ask.urgent.clone(),
        follow_up: ask.follow_up,
        ..LogLine::new(kind, ask.on.clone(), &text, v.now_ms())
    };
    log::keep(v, card.id, &line)?;
    v.commit()?;
    Ok(Tried::Kept(Asked {
        what: ask.what.clone(),
        size: ask.size,
        mutual: ask.mutual,
        on: line.on,
        times_lately: asked_with_this(&card, today),
        doubts: doubts(&card, ask.urgent.is_some(), today),
        balance: card.give_and_take(today),
        name: card.heading.name,
        before,
        seen_by: member::who_sees(v)?,
    }))
}

/// Of a year, what helps both sides first, then the latest. Only entries that were asked are opened.
pub fn list(v: &mut Visit<'_>) -> Result<Vec<PastAsk>, Trouble> {
    let (cards, today) = (v.cards()?, v.today());
    let recent = |card: &&Card| {
        !card.archived && card.favours.iter().any(|one| one.way == Way::Asked && within_a_year(one.on, today))
    };
    let mut asks = Vec::new();
    for card in cards.iter().filter(recent) {
        let Entry { log, .. } = v.entry(card.id)?;
        let asked = log.into_iter().filter(|logged| logged.line.kind == Way::Asked.slug());
        let dated = asked.filter_map(|logged| Some((logged.line.on.date?, card, logged)));
        asks.extend(dated.filter(|(on, ..)| within_a_year(*on, today)));
    }
    mutual_first(&mut asks);
    let past = asks.into_iter().map(|(on, card, logged)| PastAsk {
        on,
        name: card.name.clone(),
        text: logged.line.text,
        size: logged.line.size,
        mutual: logged.line.mutual,
        urgent: logged.line.urgent,
        by: logged.author.name,
    });
    Ok(past.collect())
}
