//! What is stated of an event, question by question, and the answer.

use allymap_domain::card::Card;
use allymap_domain::ids::EntryId;
use allymap_domain::map::STRATEGY;
use allymap_domain::weigh::answer::{Decision, Origin, Referral};
use allymap_domain::weigh::place::{self, Lack, Stating};
use allymap_domain::weigh::sheet::Read;
use allymap_domain::weigh::walk::{self, Asked};
use allymap_domain::weigh::{Weighing, typed};
use allymap_policy::{Change, Outcome, Question};

use crate::authors::Authors;
use crate::events::event::Event;
use crate::events::ground::{Ground, pack};
use crate::tried::Tried;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// The answer to an event, and all that it rests on.
#[derive(Clone, Debug)]
pub struct Weighed {
    pub event: Event,
    pub outcome: Outcome,
    pub changes: Vec<Change>,
    pub differs: Vec<Differs>,
    /// What only a newer version knows.
    pub unread: usize,
    pub referrals: Vec<Referral>,
    pub decisions: Vec<Decision>,
    /// The map has a strategy.
    pub strategy: bool,
}

/// A question about which people said different things.
#[derive(Clone, Debug)]
pub struct Differs {
    pub question: Question,
    pub said: Vec<Said>,
}

#[derive(Clone, Debug)]
pub struct Said {
    pub value: Option<String>,
    pub mitigation: Option<String>,
    pub origin: Origin,
}

impl Weighed {
    pub(crate) fn of(ground: &Ground, event: &Card, weighing: &Weighing, authors: &Authors) -> Weighed {
        let resolve = |actor| authors.of(actor);
        let outcome = weighing.outcome(pack());
        let said = |question: &Question| {
            let standing = weighing.standing_about(question).into_iter();
            let said = standing.map(|(said, basis)| Said {
                value: said.value.clone(),
                mitigation: said.mitigation.clone(),
                origin: Origin::of(basis, &resolve),
            });
            Differs { question: question.clone(), said: said.collect() }
        };
        Weighed {
            event: Event::from(event),
            changes: weighing.what_would_change(pack()),
            differs: outcome.differs.iter().map(said).collect(),
            unread: weighing.unread,
            referrals: Referral::all(event, &resolve),
            decisions: Decision::all(event, pack(), &weighing.seen(), &resolve),
            strategy: ground.map.value(&STRATEGY).is_some(),
            outcome,
        }
    }
}

/// The answer so far.
pub fn weighed(v: &mut Visit<'_>, event: EntryId) -> Result<Weighed, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    Ok(Weighed::of(&ground, event, &ground.weigh(event), &v.authors()?))
}

/// What each fact and value means, as they were typed: all of them, or nothing.
pub fn meant(
    v: &mut Visit<'_>,
    event: EntryId,
    pairs: &[(String, String)],
    about: Option<&str>,
) -> Result<Vec<(Question, String)>, Trouble> {
    let ground = Ground::of(v)?;
    let weighing = ground.weigh(ground.event(event)?);
    Ok(typed::facts(&weighing, pack(), pairs, about)?)
}

/// What one of several statements lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Which of them.
    pub at: usize,
    pub lack: Lack,
}

/// Keeps each where it belongs: into the event, or into the entry that it is about.
pub fn state(v: &mut Visit<'_>, event: EntryId, all: &[Stating]) -> Result<Tried<(), Want>, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let (weighing, now_ms) = (ground.weigh(event), v.now_ms());
    let (mut puts, mut wants) = (Vec::new(), Vec::new());
    for (at, stating) in all.iter().enumerate() {
        let placed = place::state(stating, event, &weighing, now_ms)?;
        puts.extend(placed.puts);
        wants.extend(placed.lacks.into_iter().map(|lack| Want { at, lack }));
    }
    if !wants.is_empty() {
        return Ok(Tried::Wants(wants));
    }
    v.put(&puts)?;
    v.commit()?;
    Ok(Tried::Kept(()))
}

/// The next question that was not left for later; or the one that somebody goes back to.
pub fn next(
    v: &mut Visit<'_>,
    event: EntryId,
    left: &[Question],
    again: Option<&Question>,
) -> Result<Option<Asked>, Trouble> {
    let ground = Ground::of(v)?;
    let weighing = ground.weigh(ground.event(event)?);
    Ok(walk::next(&weighing, pack(), left, again))
}

/// A message that can be sent as it is, and the answer that it is about.
#[derive(Clone, Debug)]
pub struct Message {
    pub weighed: Weighed,
    pub lines: Vec<String>,
}

pub fn unsure(v: &mut Visit<'_>, event: EntryId) -> Result<Message, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let (authors, own) = (v.authors()?, v.map()?);
    let (weigher, resolve) = (ground.weigher(), |actor| authors.of(actor));
    let weighing = weigher.weigh(event);
    let weighed = Weighed::of(&ground, event, &weighing, &authors);
    let (outcome, map) = (&weighed.outcome, &ground.map);
    let read = Read { event, weigher: &weigher, weighing: &weighing, outcome, map, pack: pack(), resolve: &resolve };
    let lines = read.unsure(&own.person, &own.group);
    Ok(Message { weighed, lines })
}
