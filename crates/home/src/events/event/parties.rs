//! The major parties: one line for each, so that nobody looks preferred (guide, section 3).

use allymap_domain::date::When;
use allymap_domain::ids::EntryId;
use allymap_domain::kind::event;
use allymap_domain::weigh::answer::Origin;
use allymap_domain::weigh::place::Stating;
use allymap_domain::weigh::typed;
use allymap_domain::words::folded;
use allymap_policy::{About, Fact, Question};

use crate::events::ground::Ground;
use crate::trouble::{Events, Trouble};
use crate::visit::Visit;

#[derive(Clone, Debug)]
pub struct Parties {
    pub event: String,
    pub electorate: Option<String>,
    pub parties: Vec<Party>,
}

#[derive(Clone, Debug)]
pub struct Party {
    pub name: String,
    /// What anybody told of them; of several the strict one counts.
    pub told: Option<Told>,
}

#[derive(Clone, Debug)]
pub struct Told {
    /// The policy's word for it; none for what is not known.
    pub answer: Option<String>,
    pub on: Option<String>,
    pub origin: Origin,
}

/// Who was invited, and what they answered.
pub fn list(v: &mut Visit<'_>, event: EntryId) -> Result<Parties, Trouble> {
    let ground = Ground::of(v)?;
    let event = ground.event(event)?;
    let (weigher, authors) = (ground.weigher(), v.authors()?);
    let weighing = weigher.weigh(event);
    let told = |party: &str| {
        let standing = weighing.standing_about(&question(party)).into_iter();
        let mut told: Vec<Told> = standing
            .map(|(said, basis)| Told {
                answer: said.value.clone(),
                on: basis.on_typed.clone(),
                origin: Origin::of(basis, &|actor| authors.of(actor)),
            })
            .collect();
        told.sort_by_key(|told| Fact::Parties.values().iter().position(|one| Some(*one) == told.answer.as_deref()));
        told.pop()
    };
    let parties = weigher.parties(event).into_iter().map(|name| Party { told: told(&name), name }).collect();
    let electorate = event.value(&event::ELECTORATE).map(str::to_owned);
    Ok(Parties { event: event.name.clone(), electorate, parties })
}

/// What some of them answered.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Party and answer, as they were typed.
    pub given: Vec<(String, String)>,
    pub on: When,
    pub source: Option<String>,
}

/// What they mean, to be stated of the event: all of them, or none.
pub fn meant(v: &mut Visit<'_>, event: EntryId, answers: &Answers) -> Result<Vec<Stating>, Trouble> {
    let ground = Ground::of(v)?;
    let known = ground.weigher().parties(ground.event(event)?);
    let mut all = Vec::new();
    for (party, answer) in &answers.given {
        let named = known.iter().find(|known| folded(known) == folded(party));
        let no_party = || Events::NoParty { typed: party.clone(), known: known.clone() };
        let question = question(named.ok_or_else(no_party)?);
        typed::value(Fact::Parties, answer)?;
        all.push(Stating { source: answers.source.clone(), ..Stating::new(question, answer, answers.on.clone()) });
    }
    Ok(all)
}

fn question(party: &str) -> Question {
    Question::new(Fact::Parties, About::Party(party.to_owned()))
}
