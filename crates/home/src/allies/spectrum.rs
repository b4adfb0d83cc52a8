//! The spectrum of allies: who stands where on a campaign, what moved since a day, and a step that somebody takes.

use allymap_domain::advice::spectrum::{Move, Movement, Score, Spectrum, Turn};
use allymap_domain::card::Card;
use allymap_domain::date::{Date, When};
use allymap_domain::entry::Entry;
use allymap_domain::entry::position::Place;
use allymap_domain::ids::RowId;
use allymap_domain::map::campaign::Campaign;
use allymap_doors::paper::picture::{self, Caption};

use crate::allies::campaign;
use crate::together::member::{self, WhoSees};
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Of which days.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// What moved from this day on.
    pub since: Option<Date>,
    /// As it was on the evening of this day.
    pub until: Option<Date>,
}

#[derive(Clone, Debug)]
pub struct Drawn {
    pub campaign: String,
    pub until: Option<Date>,
    /// Everybody who stands somewhere, in the order in which they are told.
    pub placed: Vec<Standing>,
    pub moved: Option<Moved>,
}

#[derive(Clone, Debug)]
pub struct Standing {
    pub name: String,
    pub place: Place,
    /// How friendly people said at most, where they differ.
    pub friendliest: Option<Place>,
}

#[derive(Clone, Debug)]
pub struct Moved {
    pub since: Date,
    pub score: Score,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub on: Option<Date>,
    pub from: Place,
    pub to: Place,
    pub turn: Turn,
    pub steps: u8,
    /// Why, as it was noted that day, each with who noted it.
    pub reason: Option<String>,
}

impl Drawn {
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Standing> {
        self.placed.iter().filter(move |standing| standing.place == place)
    }
}

pub fn of(v: &mut Visit<'_>, said: Option<&str>, span: Span) -> Result<Drawn, Trouble> {
    let campaign = campaign::meant(v, said)?;
    let cards = v.cards()?;
    let spectrum = Spectrum::of(&cards, campaign.id, span.until);
    let moved = match span.since {
        None => None,
        Some(since) => Some(moved(v, &campaign, since, spectrum.movement(campaign.id, since, span.until))?),
    };
    let standing = Place::FRIENDLIEST_FIRST.into_iter().flat_map(|place| spectrum.at(place)).map(|placed| Standing {
        name: placed.row.name.clone(),
        place: placed.place,
        friendliest: placed.differs().then_some(placed.friendliest),
    });
    Ok(Drawn { placed: standing.collect(), moved, until: span.until, campaign: campaign.sentence })
}

/// The half-pie as a picture (SVG). The line below its title is the face's.
pub fn half_pie(v: &mut Visit<'_>, said: Option<&str>, until: Option<Date>, line: String) -> Result<String, Trouble> {
    let campaign = campaign::meant(v, said)?;
    let (map, day) = (v.map()?.name, until.unwrap_or(v.today()));
    let cards = v.cards()?;
    let caption = Caption { title: campaign.sentence, line, foot: Caption::foot(&map, day) };
    Ok(picture::half_pie(&Spectrum::of(&cards, campaign.id, until), &caption))
}

fn moved(v: &mut Visit<'_>, campaign: &Campaign, since: Date, movement: Movement<'_>) -> Result<Moved, Trouble> {
    let mut steps = Vec::new();
    for step in &movement.moves {
        steps.push(Step {
            name: step.row.name.clone(),
            on: step.on,
            from: step.from,
            to: step.to,
            turn: step.turn(),
            steps: step.steps(),
            reason: reason(v, campaign.id, step)?,
        });
    }
    Ok(Moved { since, score: movement.score, steps })
}

fn reason(v: &mut Visit<'_>, campaign: RowId, step: &Move<'_>) -> Result<Option<String>, Trouble> {
    let mut reasons = Vec::new();
    for id in &step.same {
        reasons.extend(v.entry(*id)?.reasons_of_step(campaign, step.on));
    }
    Ok((!reasons.is_empty()).then(|| reasons.join("; ")))
}

/// Where somebody stands, for one campaign.
#[derive(Clone, Debug)]
pub struct Stand {
    pub who: Card,
    pub campaign: Campaign,
    pub place: Place,
    pub reason: Option<String>,
    pub source: Option<String>,
    pub said_by: Option<String>,
    pub on: When,
    /// Nobody of us should approach them: arguing may entrench (module, section 5).
    pub do_not_engage: bool,
}

#[derive(Clone, Debug)]
pub struct Stood {
    pub name: String,
    pub campaign: String,
    pub was: Place,
    pub place: Place,
    /// As it was typed.
    pub on: String,
    pub do_not_engage: bool,
    /// This statement said that nobody should engage.
    pub marked: bool,
    /// People had placed them differently; this settles it.
    pub settled: bool,
    pub seen_by: WhoSees,
}

pub fn stand(v: &mut Visit<'_>, stand: &Stand) -> Result<Stood, Trouble> {
    let entry = v.entry(stand.who.id)?;
    let before = entry.position(stand.campaign.id);
    let mut assertion = entry.placed(stand.campaign.id, stand.place, stand.on.clone(), v.now_ms());
    assertion.reason.clone_from(&stand.reason);
    assertion.source.clone_from(&stand.source);
    assertion.said_by.clone_from(&stand.said_by);
    let id = v.fresh_row();
    v.edit_entry(stand.who.id, |edit| {
        Entry::assert(edit, id, &assertion)?;
        if stand.do_not_engage { Entry::set(edit, "engage", "no") } else { Ok(()) }
    })??;
    v.commit()?;
    Ok(Stood {
        name: stand.who.name.clone(),
        campaign: stand.campaign.sentence.clone(),
        was: before.map_or(Place::NotKnown, |standing| standing.place),
        place: stand.place,
        on: assertion.observed.typed,
        do_not_engage: stand.do_not_engage || stand.who.do_not_engage,
        marked: stand.do_not_engage,
        settled: before.is_some_and(|standing| standing.differs),
        seen_by: member::who_sees(v)?,
    })
}
