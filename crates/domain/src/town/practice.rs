//! What the map of the invented town says about the town itself, for practice.

use std::collections::BTreeMap;

use allymap_document::Edit;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::date::rule::Rule;
use crate::date::{Date, When};
use crate::ids::RowId;
use crate::kind::field::Merges;
use crate::map::figure::Figure;
use crate::map::issue::Issue;
use crate::map::key_date::{DateSort, KeyDate, starter_dates};
use crate::map::origin::{Origin, SourceKind};
use crate::map::question::{Answer, Asked, Known};
use crate::map::{MAP_FIELDS, Map, NewMap};
use crate::rejection::Rejection;
use crate::words::choice::Word;

/// The head of the town's map, and enough of the rest that there is something to go on with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownMap {
    pub name: String,
    community: String,
    fields: Vec<BTreeMap<String, String>>,
    figures: Vec<TownFigure>,
    issues: Vec<TownIssue>,
    dates: Vec<TownDate>,
    /// Which of the days that every map is offered it keeps.
    starters: Vec<String>,
    answers: Vec<TownAnswer>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownFigure {
    what: String,
    value: String,
    year: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownIssue {
    name: String,
    weight: u8,
    source: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownDate {
    name: String,
    /// As people say it.
    on: String,
    days: u16,
    #[serde(deserialize_with = "word")]
    sort: DateSort,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownAnswer {
    to: String,
    #[serde(deserialize_with = "word")]
    known: Known,
    text: String,
}

impl TownMap {
    pub fn head(&self) -> NewMap {
        NewMap { name: self.name.clone(), community: self.community.clone() }
    }

    /// What is known of the town, into a map that has begun.
    pub(crate) fn write(
        &self,
        edit: &mut Edit<'_>,
        today: Date,
        fresh: &mut dyn FnMut() -> RowId,
    ) -> Result<(), Rejection> {
        for (name, value) in self.fields.iter().flatten() {
            let is_set = MAP_FIELDS.iter().any(|field| field.name == name && field.merges == Merges::Set);
            if is_set { Map::add(edit, name, value)? } else { Map::set(edit, name, value)? }
        }
        let origin =
            |kind, source: &str, on: When| Origin { kind: Some(kind), source: Some(source.to_owned()), on: Some(on) };
        for TownFigure { what, value, year } in &self.figures {
            let year = When { typed: year.clone(), date: None };
            let origin = origin(SourceKind::Census, "invented census, table 2", year);
            Map::put(edit, &fresh(), &Figure { what: what.clone(), value: value.clone(), origin })?;
        }
        for TownIssue { name, weight, source } in &self.issues {
            let origin = origin(SourceKind::LocalMedia, source, When::on(today));
            Map::put(edit, &fresh(), &Issue { name: name.clone(), weight: Some(*weight), note: None, origin })?;
        }
        for TownDate { name, on, days, sort } in &self.dates {
            let rule = Rule::typed(on, today)?;
            Map::put(edit, &fresh(), &KeyDate { days: *days, sort: Some(*sort), ..KeyDate::new(name, rule) })?;
        }
        for (id, date) in starter_dates().iter().filter(|(_, date)| self.starters.contains(&date.name)) {
            Map::put(edit, id, date)?;
        }
        for TownAnswer { to, known, text } in &self.answers {
            let asked: Asked = to.parse().expect("the town answers questions that there are, and a test reads it");
            let origin = Origin { kind: Some(SourceKind::People), source: None, on: Some(When::on(today)) };
            Map::put(edit, &asked, &Answer { known: *known, text: Some(text.clone()), origin })?;
        }
        Ok(())
    }
}

/// One of a list of words, as the town is told.
pub(crate) fn word<'de, D: Deserializer<'de>, W: Word>(deserializer: D) -> Result<W, D::Error> {
    let typed = String::deserialize(deserializer)?;
    W::of(&typed).ok_or_else(|| D::Error::custom(format!("{typed} is none of its words")))
}

#[cfg(test)]
mod tests {
    use allymap_document::{ActId, ActorId, Document};

    use super::*;
    use crate::map::Map;
    use crate::town::{demo_town, town_map};

    #[test]
    fn the_town_s_map_has_something_of_everything_and_something_left_to_find_out() {
        let mut document = Document::new(ActorId([7; 16]));
        let mut count = 0u8;
        let mut fresh = || {
            count += 1;
            RowId([count; 16])
        };
        let today = Date::new(2026, 11, 23).unwrap();
        let campaigns = [RowId([101; 16]), RowId([102; 16])];
        document
            .edit(ActId([1; 16]), |edit| town_map(edit, &demo_town(), &campaigns, today, &mut fresh))
            .unwrap()
            .unwrap();
        let map = Map::read(&document);
        assert_eq!((map.campaigns.len(), map.figures.len(), map.issues.len(), map.dates.len()), (2, 3, 3, 4));
        assert_eq!(map.newer_facts, 0);
        let progress = map.progress();
        assert!(progress.partly > 0 && !progress.ready());
        assert!(map.referral_card().iter().any(|(_, reached)| reached.is_none()));
    }
}
