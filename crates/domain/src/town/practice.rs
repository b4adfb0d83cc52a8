//! What the map of the invented town says about the town itself, for practice.

use allymap_document::Edit;

use crate::date::rule::Rule;
use crate::date::{Date, When};
use crate::ids::RowId;
use crate::map::Map;
use crate::map::campaign::Campaign;
use crate::map::figure::Figure;
use crate::map::issue::Issue;
use crate::map::key_date::{DateSort, KeyDate, starter_dates};
use crate::map::origin::{Origin, SourceKind};
use crate::map::question::{Answer, Asked, Known};
use crate::rejection::Rejection;
use crate::town::Town;

/// Make the town's map document: its head, its campaigns, and enough of the rest that there is something to go on with.
/// `campaigns` are ids for the town's campaigns, one each.
pub fn town_map(
    edit: &mut Edit<'_>,
    town: &Town,
    campaigns: &[RowId],
    today: Date,
    fresh: &mut dyn FnMut() -> RowId,
) -> Result<(), Rejection> {
    Map::create(edit, &town.map)?;
    for (id, sentence) in campaigns.iter().zip(&town.campaigns) {
        Campaign::say(edit, *id, sentence)?;
    }
    for (field, value) in [
        ("region", "Ebble coast"),
        ("extent", "town"),
        ("boundary", "The weir, both ridges, the harbour wall"),
        ("strategy", "Meet every group once before winter; ask for nothing large before the forum."),
        ("vision", "A town where whoever arrives has a neighbour by the end of the week."),
        ("organising-team", "Perpetua Lindqvist-Amadi, 02 5550 1990 (invented)"),
        ("regional-staff", "Casimir Holt, visits every second month (invented)"),
    ] {
        Map::set(edit, field, value)?;
    }
    Map::add(edit, "knows-us", "bad-experiences")?;
    for party in ["Weir Alliance", "Fair Go for Thornwick", "Harbour Party"] {
        Map::add(edit, "major-parties", party)?;
    }
    let origin = |kind, source: &str, on: &str| Origin {
        kind: Some(kind),
        source: Some(source.to_owned()),
        on: Some(When { typed: on.to_owned(), date: None }),
    };
    for (what, value, on) in
        [("People", "9,040", "2021"), ("Born in another country", "11 %", "2021"), ("People", "8,710", "2016")]
    {
        let origin = origin(SourceKind::Census, "invented census, table 2", on);
        Map::put(edit, &fresh(), &Figure { what: what.into(), value: value.into(), origin })?;
    }
    for (name, weight, source) in
        [("Rents", 5, "The Ebble Courier"), ("The last bus", 4, "notice board"), ("Dust of the quarry", 3, "letters")]
    {
        let origin = Origin { on: Some(When::on(today)), ..origin(SourceKind::LocalMedia, source, "") };
        Map::put(edit, &fresh(), &Issue { name: name.into(), weight: Some(weight), note: None, origin })?;
    }
    for (name, rule, days, sort) in [
        ("Week of the river", Rule::Nth { nth: 1, weekday: 6, month: 7 }, 8, DateSort::Festival),
        ("Show Day", Rule::Nth { nth: -1, weekday: 4, month: 2 }, 1, DateSort::Holiday),
        ("Harbour blessing", Rule::Easter { days: 1 }, 1, DateSort::Community),
    ] {
        Map::put(edit, &fresh(), &KeyDate { days, sort: Some(sort), ..KeyDate::new(name, rule) })?;
    }
    for (id, date) in starter_dates().iter().filter(|(_, date)| date.name == "Human Rights Day") {
        Map::put(edit, id, date)?;
    }
    let here = |known, text: &str| Answer {
        known,
        text: Some(text.to_owned()),
        origin: Origin { kind: Some(SourceKind::People), source: None, on: Some(When::on(today)) },
    };
    for (asked, known, text) in [
        (Asked::Part("community", "extent"), Known::Answered, "From the weir to the harbour."),
        (
            Asked::Part("community", "your-people"),
            Known::Partly,
            "Two teachers, the choir, half of the language school.",
        ),
        (Asked::Part("knows-us", "bad-experiences"), Known::Answered, "A stall in 2017 that argued with everybody."),
        (Asked::Part("out-there", "gathering"), Known::Partly, "The market, the green, the library steps."),
        (Asked::Part("cares-about", "inspire"), Known::Partly, "Food, music, and seeing it done elsewhere."),
    ] {
        Map::put(edit, &asked, &here(known, text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use allymap_document::{ActId, ActorId, Document};

    use super::*;
    use crate::town::demo_town;

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
