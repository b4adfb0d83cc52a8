//! What is still to be found out. Not knowing is fine.

use allymap_domain::advice::sections::held;
use allymap_domain::advice::todo::{Todo, todo};
use allymap_domain::ids::RowId;
use allymap_domain::kind::place;
use allymap_domain::map::Progress;
use allymap_domain::map::question::{Asked, Known, Part};
use allymap_domain::map::section::SECTIONS;

use crate::community::map::read;
use crate::trouble::Trouble;
use crate::visit::Visit;

/// Everything that is open on the map.
#[derive(Clone, Debug)]
pub struct Open {
    pub todo: Todo,
    /// What to begin with.
    pub next: Option<Next>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A place is to be looked at, by its name.
    Place(String),
    Partner(String),
}

/// The questions and how they stand.
#[derive(Clone, Debug)]
pub struct Questions {
    pub questions: Vec<Question>,
    pub progress: Progress,
    /// What to keep in mind, for each way in which the community knows us.
    pub hints: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub number: Option<u8>,
    /// The template's short name of it.
    pub slug: Option<&'static str>,
    /// Of a question of the map's own.
    pub own: Option<RowId>,
    pub words: String,
    pub known: Known,
    /// The template asks it a second time under this number.
    pub asked_twice: bool,
    pub parts: Vec<PartOf>,
}

#[derive(Clone, Debug)]
pub struct PartOf {
    pub part: &'static Part,
    pub known: Known,
    /// How much stands in the section of the map that answers it.
    pub on_the_map: usize,
}

pub fn open(v: &mut Visit<'_>) -> Result<Open, Trouble> {
    let map = read(v)?;
    let cards = v.cards_once()?;
    let settings = v.home().settings().unwrap_or_default();
    let months = settings.number("facts-age", Some(&map)).map_or(map.facts_age_months(), |(months, _)| months);
    let todo = todo(&map, &cards, v.today(), months);
    let first = todo.entries.first().and_then(|open| open.entries.first());
    let next = first.map(|(card, _)| {
        let named = if card.is(&place::KIND) { Next::Place } else { Next::Partner };
        named(card.name.clone())
    });
    Ok(Open { next, todo })
}

pub fn questions(v: &mut Visit<'_>) -> Result<Questions, Trouble> {
    let map = read(v)?;
    let cards = v.cards_once()?;
    let on_the_map = |slug: &str| {
        let section = SECTIONS.iter().find(|section| section.slug == slug);
        section.map_or(0, |section| held(section, &map, &cards))
    };
    let questions = map.questions().into_iter().map(|standing| Question {
        number: standing.number,
        slug: standing.question.map(|question| question.slug),
        own: standing.own,
        words: standing.words.to_owned(),
        known: standing.known,
        asked_twice: standing.number == Some(6) && standing.own.is_none(),
        parts: standing
            .question
            .into_iter()
            .flat_map(|question| question.parts.iter().map(move |part| (question, part)))
            .map(|(question, part)| PartOf {
                part,
                known: map.known(Asked::Part(question.slug, part.slug)),
                on_the_map: part.section.map_or(0, on_the_map),
            })
            .collect(),
    });
    Ok(Questions { questions: questions.collect(), progress: map.progress(), hints: map.acquaintance_hints() })
}
