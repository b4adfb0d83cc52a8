//! The map itself: its head, its figures, issues, questions and sections, and whom to turn to.

use std::sync::Arc;

use allymap_domain::author::Author;
use allymap_domain::card::Card;
use allymap_domain::date::When;
use allymap_domain::ids::RowId;
use allymap_domain::map::Map;
use allymap_domain::map::figure::Figure;
use allymap_domain::map::issue::Issue;
use allymap_domain::map::item::{Alike, Item, Picked, pick};
use allymap_domain::map::origin::Origin;
use allymap_domain::map::question::{Answer, Asked, Known, OwnQuestion};
use allymap_domain::map::section::OwnSection;

use crate::authors::Authors;
use crate::community::date::{Time, YEAR, times};
use crate::together::member::{self, WhoSees};
use crate::trouble::{Community, Sort, Trouble};
use crate::visit::Visit;

/// The map with what stands in its sections.
#[derive(Clone, Debug)]
pub struct Shown {
    pub map: Map,
    /// Entries that are known to be the same count once; archived ones are left out.
    pub cards: Vec<Card>,
    /// What comes within a year.
    pub coming: Vec<Time>,
}

/// The questions with what was answered, and by whom.
#[derive(Clone, Debug)]
pub struct Questions {
    pub shown: Shown,
    pub questions: Vec<Question>,
}

/// A question as it stands.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its number in the template; none for one of the map's own that stands in nobody's place.
    pub number: Option<u8>,
    pub words: String,
    pub known: Known,
    /// The template asks it a second time under this number.
    pub asked_twice: bool,
    pub given: Vec<Given>,
    /// The parts that were answered, with their words.
    pub parts: Vec<(&'static str, Vec<Given>)>,
}

/// An answer that somebody gave.
#[derive(Clone, Debug)]
pub struct Given {
    pub answer: Answer,
    pub by: Author,
    /// Somebody else answered the same differently, without having seen this.
    pub apart: bool,
}

/// What was changed of the head.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The names of the fields, in the order in which they were given.
    pub fields: Vec<String>,
    /// What to keep in mind, when it was said how well the community knows us.
    pub hints: Vec<&'static str>,
    pub seen_by: WhoSees,
}

/// An item of a list as it is kept now.
#[derive(Clone, Debug)]
pub struct Kept<T> {
    pub id: RowId,
    pub item: T,
    pub seen_by: WhoSees,
}

/// An issue: new, or what is said of one that is there.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub name: String,
    pub weight: Option<u8>,
    pub note: Option<String>,
    pub origin: Option<Origin>,
}

/// What was taken off the map, by its name.
#[derive(Clone, Debug)]
pub struct Dropped {
    pub name: String,
}

/// Whom to turn to.
#[derive(Clone, Debug)]
pub struct Contacts {
    pub map: String,
    /// Labels, and how each is reached where somebody has said it.
    pub reached: Vec<(&'static str, Option<String>)>,
}

/// What the map says of its community.
pub fn read(v: &mut Visit<'_>) -> Result<Map, Trouble> {
    v.map_entry()?.ok_or(Trouble::Community(Community::NotHere))
}

pub fn show(v: &mut Visit<'_>) -> Result<Shown, Trouble> {
    let map = read(v)?;
    let cards: Arc<[Card]> = v.cards_once()?;
    let today = v.today();
    Ok(Shown {
        coming: times(&map, today, today.plus_days(YEAR).unwrap_or(today)),
        cards: cards.iter().filter(|card| !card.archived).cloned().collect(),
        map,
    })
}

pub fn questions(v: &mut Visit<'_>) -> Result<Questions, Trouble> {
    let shown = show(v)?;
    let authors = v.authors()?;
    let map = &shown.map;
    let of = |asked| map.answer(asked).map(|item| given(item, &authors)).unwrap_or_default();
    let questions = map
        .questions()
        .into_iter()
        .map(|standing| {
            let asked_twice = standing.number == Some(6) && standing.own.is_none();
            let whole = standing.own.map(Asked::Own);
            let whole =
                whole.or(standing.question.map(|question| Asked::Whole(question.slug))).filter(|_| !asked_twice);
            let template = standing.question.filter(|_| standing.own.is_none() && !asked_twice);
            let parts = template.map_or(&[][..], |question| question.parts).iter().filter_map(|part| {
                let answers = of(Asked::Part(template?.slug, part.slug));
                (!answers.is_empty()).then_some((part.words, answers))
            });
            Question {
                number: standing.number,
                words: standing.words.to_owned(),
                known: standing.known,
                asked_twice,
                given: whole.map(&of).unwrap_or_default(),
                parts: parts.collect(),
            }
        })
        .collect();
    Ok(Questions { questions, shown })
}

fn given(item: &Item<Asked, Answer>, authors: &Authors) -> Vec<Given> {
    let by = [item.by].into_iter().chain(item.others.iter().map(|(_, by)| *by));
    let apart = !item.others.is_empty();
    item.versions().zip(by).map(|(answer, by)| Given { answer: answer.clone(), by: authors.of(by), apart }).collect()
}

/// Changes fields of the head, each as it was typed.
pub fn change(v: &mut Visit<'_>, changes: &[(String, String)]) -> Result<Changed, Trouble> {
    let document = v.map_document()?;
    v.edit(document, |edit| changes.iter().try_for_each(|(name, typed)| Map::change(edit, name, typed)))??;
    v.commit()?;
    let fields: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
    let about_us = fields.iter().any(|name| name == "knows-us");
    let hints = if about_us { read(v)?.acquaintance_hints() } else { Vec::new() };
    Ok(Changed { fields, hints, seen_by: member::who_sees(v)? })
}

pub fn figure(v: &mut Visit<'_>, figure: Figure) -> Result<Kept<Figure>, Trouble> {
    keep(v, figure)
}

pub fn question(v: &mut Visit<'_>, question: OwnQuestion) -> Result<Kept<OwnQuestion>, Trouble> {
    keep(v, question)
}

pub fn section(v: &mut Visit<'_>, section: OwnSection) -> Result<Kept<OwnSection>, Trouble> {
    keep(v, section)
}

/// Of an issue that is there already, what is said now replaces what was said of it.
pub fn issue(v: &mut Visit<'_>, said: Said) -> Result<Kept<Issue>, Trouble> {
    let map = read(v)?;
    let Said { name, weight, note, origin } = said;
    let new = Issue { name, weight: None, note: None, origin: Origin::default() };
    let (id, issue) = match map.like(&new) {
        Some(item) => (item.key, item.value.clone().with(weight, note, origin)),
        None => {
            let today = Origin { on: Some(When::on(v.today())), ..Origin::default() };
            (v.fresh_row(), new.with(weight, note, Some(origin.unwrap_or(today))))
        }
    };
    put(v, id, issue)
}

/// Keeps an item, in place of what was kept of the same before.
fn keep<T: Alike>(v: &mut Visit<'_>, item: T) -> Result<Kept<T>, Trouble> {
    let known = read(v)?.like(&item).map(|known| known.key);
    let id = known.unwrap_or_else(|| v.fresh_row());
    put(v, id, item)
}

fn put<T: Alike>(v: &mut Visit<'_>, id: RowId, item: T) -> Result<Kept<T>, Trouble> {
    let document = v.map_document()?;
    v.edit(document, |edit| Map::put(edit, &id, &item))??;
    v.commit()?;
    Ok(Kept { id, item, seen_by: member::who_sees(v)? })
}

/// Takes a figure, an issue, a question or a section off the map, whichever is meant.
pub fn drop(v: &mut Visit<'_>, said: &str) -> Result<Dropped, Trouble> {
    fn named<T>(items: &[Item<RowId, T>], name: fn(&T) -> &String) -> Vec<Item<RowId, String>> {
        let named = |item: &Item<RowId, T>| Item {
            key: item.key,
            value: name(&item.value).clone(),
            by: item.by,
            others: Vec::new(),
        };
        items.iter().map(named).collect()
    }
    let map = read(v)?;
    let all = [
        named(&map.figures, |figure| &figure.what),
        named(&map.issues, |issue| &issue.name),
        named(&map.own_questions, |question| &question.words),
        named(&map.own_sections, |section| &section.title),
    ]
    .concat();
    let item = meant(&all, said, Sort::Item, |name| name)?;
    take_out(v, item.key)?;
    Ok(Dropped { name: item.value.clone() })
}

pub(crate) fn take_out(v: &mut Visit<'_>, id: RowId) -> Result<(), Trouble> {
    let document = v.map_document()?;
    v.edit(document, |edit| Map::take_out(edit, id))??;
    v.commit()
}

/// The one item that somebody means.
pub(crate) fn meant<'a, T>(
    items: &'a [Item<RowId, T>],
    said: &str,
    sort: Sort,
    name: fn(&T) -> &str,
) -> Result<&'a Item<RowId, T>, Trouble> {
    let said_so = said.to_owned();
    Err(match pick(items, said, name) {
        Picked::One(item) => return Ok(item),
        Picked::None => Community::NoSuch { sort, said: said_so },
        Picked::Several(several) => {
            let fitting = several.iter().map(|item| (name(&item.value).to_owned(), item.key)).collect();
            Community::Several { said: said_so, fitting }
        }
    }
    .into())
}

/// Whom to turn to; none before the map has arrived.
pub fn contacts(v: &mut Visit<'_>) -> Result<Option<Contacts>, Trouble> {
    let card = |map: &Map| -> Vec<_> {
        map.referral_card().into_iter().map(|(label, reached)| (label, reached.map(str::to_owned))).collect()
    };
    Ok(v.map_entry()?.map(|map| Contacts { map: map.name().to_owned(), reached: card(&map) }))
}
