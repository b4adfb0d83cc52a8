//! The map's own document: what its members write apart comes together, and what cannot be read costs nothing else.

use proptest::prelude::*;

use super::*;
use crate::advice::todo::todo;
use crate::card::Card;
use crate::date::rule::Rule;
use crate::date::{Date, When};
use crate::entry::Entry;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::map;
use crate::map::head::asked_in_turn;
use crate::map::key_date::starter_dates;
use crate::map::origin::{Origin, SourceKind};
use crate::tests::desk::{Desk, ENTRY, NOW, row, today};
use crate::words::Untidy;

/// Three copies of one map.
fn three() -> [Desk; 3] {
    let mut ana = Desk::empty(0);
    let new = NewMap { name: "Thornwick".into(), community: "From the weir to the harbour".into() };
    ana.edit(|edit| Map::create(edit, &new)).unwrap();
    let copy = |actor| {
        let mut desk = Desk::empty(actor);
        desk.learn(&[&ana]);
        desk
    };
    let (ben, cleo) = (copy(1), copy(2));
    [ana, ben, cleo]
}

fn map(desk: &Desk) -> Map {
    Map::read(&desk.document)
}

fn answer(known: Known, text: &str) -> Answer {
    Answer { known, text: Some(text.into()), origin: Origin::default() }
}

fn issue(name: &str, weight: u8) -> Issue {
    Issue { name: name.into(), weight: Some(weight), note: None, origin: Origin::default() }
}

#[test]
fn s103_the_head_says_what_the_community_is_by_area_or_by_what_is_shared() {
    let [mut ana, mut ben, _] = three();
    ana.edit(|edit| Map::set(edit, "extent", "Town")).unwrap();
    ana.edit(|edit| Map::set(edit, "boundary", "the weir, the harbour wall, both ridges")).unwrap();
    ben.edit(|edit| Map::set(edit, "region", "Far coast")).unwrap();
    ana.learn(&[&ben]);
    let head = map(&ana);
    assert_eq!((head.value(&map::EXTENT), head.value(&map::REGION)), (Some("town"), Some("Far coast")));
    assert_eq!(head.community, "From the weir to the harbour");
    let geo = r#"{"type":"Polygon","coordinates":[[[150,-36],[151,-36],[151,-35],[150,-36]]]}"#;
    ana.edit(|edit| Map::set(edit, "boundary", geo)).unwrap();
    assert_eq!(map(&ana).value(&map::BOUNDARY), Some(geo));
    for (field, typed) in
        [("boundary", "{\"type\":\"Blob\"}"), ("boundary", "{oh"), ("extent", "galaxy"), ("moon", "full")]
    {
        assert!(ana.edit(|edit| Map::set(edit, field, typed)).is_err(), "{field} {typed}");
    }
    let long = "x".repeat(10_000);
    assert!(matches!(
        ana.edit(|edit| Map::set(edit, "strategy", &long)),
        Err(Rejection::Untidy(Untidy::TooLong { .. }))
    ));
}

#[test]
fn a_map_of_an_older_version_reads_and_takes_everything_new() {
    // What the first version wrote: these keys and no others.
    let mut old = Desk::empty(0);
    old.edit(|edit| -> Result<(), Rejection> {
        edit.put("kind", Value::Text("map".into()))?;
        edit.make_text("t/community", "ours")?;
        edit.put("f/name", Value::Text("Kill Town".into()))?;
        Ok(edit.put(&format!("s/campaigns/{}", row(1)), Value::Text("Welcome towns".into()))?)
    })
    .unwrap();
    let read = map(&old);
    assert_eq!((read.name(), read.newer_facts, read.campaigns.len()), ("Kill Town", 0, 1));
    assert_eq!(read.progress().unknown, 7);
    old.edit(|edit| Map::put(edit, &Asked::Whole("community"), &answer(Known::Partly, "the town"))).unwrap();
    old.edit(|edit| Map::set(edit, "strategy", "tea first")).unwrap();
    assert_eq!(map(&old).progress().partly, 1);
}

#[test]
fn what_a_newer_version_wrote_is_counted_and_never_written_away() {
    let [mut ana, ..] = three();
    let key = format!("s/issues/{}", row(9));
    // Version 9 of an issue, with a member that this version does not know.
    let newer = [0xa2, 0, 9, 1, 0xa3, 0, 0x65, b'R', b'e', b'n', b't', b's', 3, 0xa0, 24, 99, 0xf5];
    ana.edit(|edit| Ok(edit.put(&key, Value::Bytes(newer.to_vec()))?)).unwrap();
    ana.edit(|edit| Ok(edit.put("s/songs/1", Value::Text("la".into()))?)).unwrap();
    ana.edit(|edit| Ok(edit.put("s/answers/community.moon", Value::Bytes(vec![0xa0]))?)).unwrap();
    let read = map(&ana);
    assert_eq!(read.issues[0].value.name, "Rents", "shown as far as it is readable");
    assert_eq!(read.newer_facts, 3);
    assert_eq!(ana.edit(|edit| Map::put(edit, &row(9), &issue("Rents", 2))), Err(Rejection::NewerItem));
    assert_eq!(ana.edit(|edit| Map::take_out(edit, row(9))), Err(Rejection::NewerItem));
}

#[test]
fn s105_s106_parts_are_answered_one_by_one_and_make_up_their_question() {
    let [mut ana, ..] = three();
    let question = Question::typed("8").unwrap();
    let say = |desk: &mut Desk, part: &'static str, known| {
        desk.edit(|edit| Map::put(edit, &Asked::Part("influencers", part), &answer(known, "so"))).unwrap();
    };
    assert_eq!(map(&ana).known_of(question), Known::Unknown);
    say(&mut ana, "who", Known::Answered);
    assert_eq!(map(&ana).known_of(question), Known::Partly);
    say(&mut ana, "associations", Known::Answered);
    say(&mut ana, "pressure", Known::Answered);
    assert_eq!(map(&ana).known_of(question), Known::Answered);
    let empty = Answer { known: Known::Answered, text: None, origin: Origin::default() };
    assert!(ana.edit(|edit| Map::put(edit, &Asked::Whole("community"), &empty)).is_err());
    let looked = Answer { known: Known::Unknown, ..empty };
    ana.edit(|edit| Map::put(edit, &Asked::Whole("community"), &looked)).unwrap();
}

#[test]
fn s105_answers_given_apart_both_stand_and_the_one_that_claims_less_counts() {
    let [mut ana, mut ben, mut cleo] = three();
    let asked = Asked::Part("knows-us", "bad-experiences");
    ana.edit(|edit| Map::put(edit, &asked, &answer(Known::Answered, "none"))).unwrap();
    ben.edit(|edit| Map::put(edit, &asked, &answer(Known::Partly, "a petition, 2019"))).unwrap();
    cleo.learn(&[&ana, &ben]);
    let read = map(&cleo);
    let texts: Vec<&str> = read.answer(asked).unwrap().versions().filter_map(|answer| answer.text.as_deref()).collect();
    assert!(texts.contains(&"none") && texts.contains(&"a petition, 2019"), "{texts:?}");
    assert_eq!(read.known(asked), Known::Partly);
    assert_eq!(todo(&read, &[], today(), 18).apart, ["knows-us.bad-experiences"]);
    cleo.edit(|edit| Map::put(edit, &asked, &answer(Known::Answered, "one petition, in 2019"))).unwrap();
    ana.learn(&[&ben, &cleo]);
    assert!(map(&ana).answer(asked).unwrap().others.is_empty(), "whoever saw both settles it");
}

#[test]
fn s116_a_question_of_ones_own_counts_and_may_stand_for_number_six() {
    let [mut ana, ..] = three();
    let own = OwnQuestion { words: "Who speaks for the caravan park?".into(), sixth: true };
    ana.edit(|edit| Map::put(edit, &row(1), &own)).unwrap();
    let read = map(&ana);
    let numbers: Vec<Option<u8>> = read.questions().iter().map(|standing| standing.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8].map(Some));
    assert_eq!(read.questions()[5].words, "Who speaks for the caravan park?");
    assert_eq!(read.progress().of(), 8);
    ana.edit(|edit| Map::take_out(edit, row(1))).unwrap();
    assert_eq!(map(&ana).questions()[5].words, map(&ana).questions()[4].words, "number 6 is number 5 again");
    assert_eq!(map(&ana).progress().of(), 7);
}

#[test]
fn s122_a_map_is_ready_when_every_question_is_at_least_partly_answered() {
    let [mut ana, ..] = three();
    for question in QUESTIONS {
        assert!(!map(&ana).progress().ready());
        let asked = Asked::Whole(question.slug);
        ana.edit(|edit| Map::put(edit, &asked, &answer(Known::Partly, "something"))).unwrap();
    }
    assert!(map(&ana).progress().ready());
    let own = OwnQuestion { words: "And the caravan park?".into(), sixth: false };
    ana.edit(|edit| Map::put(edit, &row(1), &own)).unwrap();
    assert_eq!(map(&ana).progress().missing, ["And the caravan park?"]);
}

#[test]
fn s123_how_the_community_knows_us_gives_a_hint_for_each_answer() {
    let [mut ana, mut ben, _] = three();
    for slug in ["from-scratch", "bad", "expectations", "knowledge"] {
        ana.edit(|edit| Map::add(edit, "knows-us", slug)).unwrap();
    }
    assert_eq!(map(&ana).acquaintance_hints().len(), 4);
    ben.learn(&[&ana]);
    ben.edit(|edit| Map::remove(edit, "knows-us", "from-scratch")).unwrap();
    assert_eq!(map(&ben).acquaintance_hints().len(), 3);
    assert!(ana.edit(|edit| Map::add(edit, "knows-us", "adores-us")).is_err());
    assert!(ana.edit(|edit| Map::set(edit, "knows-us", "bad")).is_err());
}

#[test]
fn s110_starter_dates_taken_up_apart_are_there_once() {
    let [mut ana, mut ben, mut cleo] = three();
    for desk in [&mut ana, &mut ben] {
        desk.edit(|edit| starter_dates().iter().try_for_each(|(id, date)| Map::put(edit, id, date))).unwrap();
    }
    cleo.learn(&[&ana, &ben]);
    let read = map(&cleo);
    assert_eq!(read.dates.len(), starter_dates().len());
    assert!(read.dates.iter().all(|item| item.others.is_empty()), "the same said twice is one");
}

#[test]
fn s109_s111_what_several_add_apart_is_all_there_and_a_change_brings_back_what_was_taken_out() {
    let [mut ana, mut ben, mut cleo] = three();
    let figure = Figure {
        what: "People".into(),
        value: "about 9,000".into(),
        origin: Origin {
            kind: Some(SourceKind::Census),
            source: Some("table 1".into()),
            on: Some(When { typed: "2021".into(), date: None }),
        },
    };
    ana.edit(|edit| Map::put(edit, &row(1), &figure)).unwrap();
    ana.edit(|edit| Map::put(edit, &row(2), &issue("Rents", 3))).unwrap();
    ben.edit(|edit| Map::put(edit, &row(3), &issue("The last bus", 5))).unwrap();
    cleo.learn(&[&ana, &ben]);
    ben.learn(&[&ana]);
    let names: Vec<String> = map(&cleo).issues.iter().map(|item| item.value.name.clone()).collect();
    assert_eq!(names, ["The last bus", "Rents"], "the heaviest first");
    assert_eq!(map(&cleo).figures[0].value, figure);
    ben.edit(|edit| Map::take_out(edit, row(2))).unwrap();
    cleo.edit(|edit| Map::put(edit, &row(2), &issue("Rents", 4))).unwrap();
    ben.learn(&[&cleo]);
    assert_eq!(map(&ben).issues.len(), 2, "the change wins over taking out");
    assert!(ana.edit(|edit| Map::put(edit, &row(4), &issue("Noise", 6))).is_err());
    assert!(ana.edit(|edit| Map::put(edit, &row(4), &issue(" ", 1))).is_err());
}

#[test]
fn s119_facts_older_than_the_maps_limit_are_listed_and_a_newer_figure_makes_the_older_one_quiet() {
    let [mut ana, ..] = three();
    let people = |typed: &str| Figure {
        what: "People".into(),
        value: "many".into(),
        origin: Origin { on: Some(When { typed: typed.into(), date: None }), ..Origin::default() },
    };
    ana.edit(|edit| Map::put(edit, &row(1), &people("2016"))).unwrap();
    let old = |desk: &Desk| todo(&map(desk), &[], today(), map(desk).facts_age_months()).old_facts;
    assert_eq!(old(&ana), [("People".to_owned(), When { typed: "2016".into(), date: None })]);
    ana.edit(|edit| Map::put(edit, &row(2), &people("2026"))).unwrap();
    assert_eq!(old(&ana), []);
    ana.edit(|edit| Map::put(edit, &row(2), &people("2024"))).unwrap();
    assert_eq!(old(&ana).len(), 1);
    ana.edit(|edit| Map::set(edit, "facts-age", "36")).unwrap();
    assert_eq!(old(&ana), []);
    for typed in ["0", "-1", "often", "521", "99999999999999999999"] {
        assert!(ana.edit(|edit| Map::set(edit, "facts-age", typed)).is_err(), "{typed}");
    }
}

#[test]
fn s119_an_entry_whose_oldest_standing_fact_is_old_is_listed_until_somebody_looks_again() {
    let [mut ana, ..] = Desk::three_choirs();
    let rate = |on: Date, settles: Vec<RowId>| Assertion {
        reason: Some("asked around".into()),
        supersedes: settles,
        ..Assertion::new(
            Claim::Risk(Risk { kind: RiskKind::Legal, level: Level::Low, mitigation: Mitigation::NoneNeeded }),
            When::on(on),
            NOW,
        )
    };
    let (old, new) = (Date::new(2025, 5, 22).unwrap(), Date::new(2025, 5, 24).unwrap());
    let listed = |desk: &Desk| {
        let rows = [Card::of(&desk.document, ENTRY).unwrap()];
        todo(&Map::default(), &rows, today(), 18).entries.iter().any(|open| open.slug == "old")
    };
    ana.edit(|edit| Entry::assert(edit, row(1), &rate(old, vec![]))).unwrap();
    assert!(listed(&ana), "eighteen months and a day");
    ana.edit(|edit| Entry::assert(edit, row(2), &rate(new, vec![row(1)]))).unwrap();
    assert!(!listed(&ana));
}

#[test]
fn s53_rights_holders_are_looked_after_more_often_than_similar_organisations() {
    let [mut ana, ..] = three();
    let weeks = |desk: &Desk, category| map(desk).check_in_weeks(Some(category));
    assert_eq!([weeks(&ana, "a"), weeks(&ana, "b"), weeks(&ana, "c")], [6, 16, 8]);
    ana.edit(|edit| Map::set(edit, "weeks-b", "20")).unwrap();
    assert_eq!(weeks(&ana, "b"), 20);
    // Whatever another program wrote there.
    ana.edit(|edit| Ok(edit.put("f/weeks-b", Value::Text("soon".into()))?)).unwrap();
    assert_eq!(weeks(&ana, "b"), 16);
}

#[test]
fn what_others_wrote_is_shown_without_what_steers_a_terminal() {
    let [mut ana, ..] = three();
    let hostile = item_bytes(&Issue {
        name: format!("Re\u{202e}nts\u{1b}[2J{}", "x".repeat(10_000)),
        weight: Some(200),
        note: Some("a\u{0}b".into()),
        origin: Origin::default(),
    });
    let key = format!("s/issues/{}", row(1));
    ana.edit(|edit| Ok(edit.put(&key, Value::Bytes(hostile.clone()))?)).unwrap();
    let read = map(&ana);
    let shown = &read.issues[0].value;
    assert!(shown.name.starts_with("Rents\u{fffd}[2J") && shown.name.chars().count() < 3_000);
    assert_eq!((shown.weight, shown.note.as_deref()), (None, Some("a\u{fffd}b")));
}

/// As a program writes it that cleans nothing.
fn item_bytes(issue: &Issue) -> Vec<u8> {
    [vec![0xa2, 0, 1, 1], minicbor::to_vec(issue).unwrap()].concat()
}

proptest! {
    #[test]
    fn any_bytes_under_any_key_leave_the_map_readable(
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
        key in "s/(answers|figures|issues|dates|questions|sections|knows-us|campaigns)/[a-z.]{1,8}|f/(strategy|weeks-a)",
    ) {
        let [mut ana, ..] = three();
        ana.edit(|edit| Map::put(edit, &row(1), &KeyDate::new("Fair", Rule::Easter { days: 1 }))).unwrap();
        ana.edit(|edit| Ok(edit.put(&key, Value::Bytes(bytes.clone()))?)).unwrap();
        let read = map(&ana);
        prop_assert!(read.newer_facts >= 1);
        prop_assert_eq!(read.dates.len(), 1);
    }

    #[test]
    fn edits_of_the_map_come_together_the_same_in_any_order(
        edits in proptest::collection::vec((0usize..3, 0u8..4, 0u8..3, 1u8..6), 1..12),
        order in Just([0usize, 1, 2]).prop_shuffle(),
    ) {
        let mut desks = three();
        for (who, what, which, weight) in edits {
            let desk = &mut desks[who];
            let name = format!("issue {weight}");
            desk.edit(|edit| match what {
                0 => Map::put(edit, &row(which), &issue(&name, weight)),
                1 => Map::take_out(edit, row(which)),
                2 => Map::set(edit, "strategy", &name),
                _ => Map::put(edit, &Asked::Whole("out-there"), &answer(Known::Partly, &name)),
            }).unwrap();
        }
        let [ana, ben, cleo] = &desks;
        let mut one = ana.clone();
        one.learn(&[ben, cleo]);
        let all = [ana, ben, cleo];
        let mut other = all[order[0]].clone();
        other.learn(&[all[order[1]], all[order[2]]]);
        prop_assert_eq!(map(&one), map(&other));
    }
}

#[test]
fn the_head_is_changed_as_it_was_typed_and_a_minus_takes_a_member_out() {
    let [mut ana, ..] = three();
    let mut change = |name: &str, typed: &str| ana.edit(|edit| Map::change(edit, name, typed));
    change("name", "Thornwick Weir").unwrap();
    change("region", "Ebble coast").unwrap();
    change("knows-us", "expectations").unwrap();
    change("knows-us", "from-scratch").unwrap();
    change("knows-us", "-expectations").unwrap();
    assert!(matches!(change("moon", "full"), Err(Rejection::NoSuchField { .. })));
    let map = Map::read(&ana.document);
    assert_eq!(
        (map.name(), map.value(&REGION), map.value(&KNOWS_US)),
        ("Thornwick Weir", Some("Ebble coast"), Some("from-scratch"))
    );
    assert_eq!(map.fields.iter().find(|value| value.field.name == "knows-us").unwrap().values.len(), 1);
}

#[test]
fn a_newcomer_is_asked_for_words_and_never_for_numbers() {
    let asked: Vec<&str> = asked_in_turn().map(|field| field.name).collect();
    assert!(asked.contains(&"region") && asked.contains(&"major-parties"));
    assert_eq!(asked.len(), MAP_FIELDS.len() - RHYTHM.len());
}
