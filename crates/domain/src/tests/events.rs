//! Stories and laws of events that several people weigh: what flows in, what ages, and that merging loosens nothing.

use allymap_policy::{Outcome, Pack};
use proptest::prelude::*;

use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::fact::{Fact, FactKind};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::entry::weighed::Weighed;
use crate::entry::{Entry, NewEntry};
use crate::files::export::export_lines;
use crate::ids::{EntryId, RowId};
use crate::kind::Kind;
use crate::map::Map;
use crate::tests::desk::{Desk, ENTRY, NOW, row, today};
use crate::weigh::{Weigher, Weighing};

const CHOIR: EntryId = EntryId([0xc0; 16]);

fn event() -> NewEntry {
    NewEntry::new(Kind::named("event").unwrap(), "Walk").with("organisers", &CHOIR.to_string())
}

fn choir() -> Desk {
    let [desk, ..] = Desk::three(&NewEntry::new(Kind::named("organisation").unwrap(), "Harbour Choir"));
    desk
}

fn state(desk: &mut Desk, id: u8, claim: Claim, on: Date, settles: &[u8]) {
    let assertion = Assertion {
        reason: Some("saw it".into()),
        source: Some("their pages".into()),
        said_by: Some("Rosa".into()),
        supersedes: settles.iter().copied().map(row).collect(),
        ..Assertion::new(claim, When::on(on), NOW)
    };
    desk.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
}

fn weighed(fact: &str, value: &str) -> Claim {
    Claim::Weighed(Weighed::new(fact, Some(value).filter(|value| !value.is_empty())))
}

/// The event's desk and the choir's, weighed together.
fn weigh<T>(event: &Desk, choir: &Desk, read: impl FnOnce(&Weighing) -> T) -> T {
    let rows = [Card::of(&event.document, ENTRY).unwrap(), Card::of(&choir.document, CHOIR).unwrap()];
    // A row survives being stored.
    let rows = rows.map(|row| Card::from_bytes(&row.to_bytes()).unwrap());
    let map = Map::default();
    let weigher = Weigher::new(&rows, &map, Pack::shipped(), today());
    read(&weigher.weigh(&rows[0]))
}

fn outcome(event: &Desk, choir: &Desk) -> Outcome {
    weigh(event, choir, |weighing| weighing.outcome(Pack::shipped()))
}

fn asks(outcome: &Outcome, question: &str) -> bool {
    outcome.open.iter().any(|open| open.to_string() == question)
}

#[test]
fn what_the_map_knows_of_an_organiser_flows_into_the_event() {
    let [event, ..] = Desk::three(&event());
    let mut choir = choir();
    let before = outcome(&event, &choir);
    for question in ["category.Harbour Choir", "research.Harbour Choir", "affiliation.Harbour Choir"] {
        assert!(asks(&before, question), "{question}");
    }
    choir.edit(|edit| Entry::set(edit, "category", "b")).unwrap();
    let line = LogLine::new(LogKind::typed("research").unwrap(), When::on(today()), "their pages", NOW);
    choir.edit(|edit| Entry::log(edit, row(1), &line)).unwrap();
    let kind = |word| Claim::Fact(Fact::typed(FactKind::AffiliationKind, word).unwrap());
    state(&mut choir, 2, kind("party"), today(), &[]);
    let after = outcome(&event, &choir);
    for question in ["category.Harbour Choir", "research.Harbour Choir", "affiliation.Harbour Choir"] {
        assert!(!asks(&after, question), "{question}");
    }
    assert_eq!(after.label().words(), "Do not take part");
    let from = weigh(&event, &choir, |weighing| {
        weighing.origins.values().filter_map(|basis| basis.follows_from.clone()).collect::<Vec<_>>()
    });
    assert!(from.iter().any(|from| from == "its log"), "{from:?}");
    choir.edit(|edit| Entry::add(edit, "irreconcilable", "the rights of others")).unwrap();
    state(&mut choir, 3, kind("none"), today(), &[2]);
    assert_eq!(outcome(&event, &choir).label().words(), "Reconsider", "S59: it works against others");
}

/// A.9, age
#[test]
fn a_mild_value_grows_old_and_a_strict_one_never_does() {
    let [mut event, ..] = Desk::three(&event());
    let choir = choir();
    let long_ago = today().plus_days(-700).unwrap();
    state(&mut event, 1, weighed("message", "same"), long_ago, &[]);
    state(&mut event, 2, weighed("target", "person-or-party"), long_ago, &[]);
    let low = Risk { kind: RiskKind::Legal, level: Level::Low, mitigation: Mitigation::NoneNeeded };
    state(&mut event, 3, Claim::Risk(low), long_ago, &[]);
    let told = outcome(&event, &choir);
    assert!(asks(&told, "message") && asks(&told, "risk.legal") && !asks(&told, "target"));
    assert_eq!(told.label().words(), "Reconsider");
    let note = told.notes.values().find(|note| note.contains("low")).unwrap();
    assert_eq!(note, "was low in December 2024");
}

#[test]
fn what_was_taken_back_is_as_never_said_unless_it_was_strict() {
    let [mut event, ..] = Desk::three(&event());
    let choir = choir();
    let take_back = |event: &mut Desk, id: u8, of: u8, fact: &str| {
        let claim = Claim::Weighed(Weighed::new(fact, None));
        let taking = Assertion::taking_back(claim, vec![row(of)], When::on(today()), NOW);
        event.edit(|edit| Entry::assert(edit, row(id), &taking)).unwrap();
    };
    state(&mut event, 1, weighed("message", "same"), today(), &[]);
    take_back(&mut event, 2, 1, "message");
    assert!(asks(&outcome(&event, &choir), "message"));
    state(&mut event, 3, weighed("target", "policy"), today(), &[]);
    state(&mut event, 4, weighed("target", "person-or-party"), today(), &[3]);
    take_back(&mut event, 5, 4, "target");
    let told = outcome(&event, &choir);
    assert_eq!(told.label().words(), "Reconsider");
    assert!(asks(&told, "target"), "and the question is open again");
    state(&mut event, 6, weighed("target", "policy"), today(), &[3, 4]);
    assert!(!asks(&outcome(&event, &choir), "target"));
    // A milder one that replaced a strict one: taken back, the strict one stands again.
    state(&mut event, 7, weighed("message", "different"), today(), &[]);
    state(&mut event, 8, weighed("message", "same"), today(), &[7]);
    take_back(&mut event, 9, 8, "message");
    assert_eq!(outcome(&event, &choir).role.name(), "issue-only");
}

#[test]
fn what_only_a_newer_version_says_is_counted_and_never_a_go() {
    let [mut event, ..] = Desk::three(&event());
    let choir = choir();
    state(&mut event, 1, weighed("weather", "fine"), today(), &[]);
    state(&mut event, 2, weighed("message", "louder"), today(), &[]);
    assert_eq!(weigh(&event, &choir, |weighing| weighing.unread), 2);
}

/// S24
#[test]
fn the_list_of_major_parties_opens_nothing_of_what_is_over() {
    let mut map = Desk::empty(0);
    map.edit(|edit| {
        Map::create(edit, &crate::map::NewMap { name: "Town".into(), community: String::new() })?;
        ["A", "B", "Upper: C"].iter().try_for_each(|party| Map::add(edit, "major-parties", party))
    })
    .unwrap();
    let map = Map::read(&map.document);
    let parties = |on: &str| {
        let [mut event, ..] = Desk::three(&event().with("on", on).with("electorate", "upper"));
        let answer = Claim::Weighed(Weighed::new("parties", Some("attending")).about("A"));
        state(&mut event, 1, answer, today(), &[]);
        let rows = [Card::of(&event.document, ENTRY).unwrap()];
        Weigher::new(&rows, &map, Pack::shipped(), today()).parties(&rows[0])
    };
    assert_eq!(parties("2027-05-01"), ["A", "B", "C"]);
    assert_eq!(parties("2026-05-01"), ["A"]);
}

/// Facts of an event, mild and strict.
const FACTS: [(&str, &str); 10] = [
    ("message", "same"),
    ("message", "different"),
    ("target", "none"),
    ("target", "person-or-party"),
    ("endorses", "no"),
    ("endorses", "yes"),
    ("formal", "yes"),
    ("faith_host", "one"),
    ("brand_wish", "not-wanted"),
    ("rights_holders", "led"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each settles only what they said themselves, so nothing of the other's is released.
    #[test]
    fn merging_never_loosens_an_answer(
        said in prop::collection::vec((0..2usize, prop::sample::select(FACTS.to_vec()), 0..5u8, any::<bool>()), 1..14),
    ) {
        let mut desks = Desk::three(&event());
        let choir = choir();
        let mut own: [Vec<(u8, &str)>; 2] = Default::default();
        for (id, (desk, (fact, value), level, settles)) in (1..).zip(&said) {
            let settled = |fact: &str, own: &[(u8, &str)]| -> Vec<u8> {
                own.iter().filter(|(_, known)| *settles && *known == fact).map(|(id, _)| *id).collect()
            };
            if *level < 3 {
                state(&mut desks[*desk], id, weighed(fact, value), today(), &settled(fact, &own[*desk]));
                own[*desk].push((id, fact));
            } else {
                let level = if *level == 3 { Level::Low } else { Level::High };
                let risk = Risk { kind: RiskKind::Physical, level, mitigation: Mitigation::Cannot };
                state(&mut desks[*desk], id, Claim::Risk(risk), today(), &settled("risk", &own[*desk]));
                own[*desk].push((id, "risk"));
            }
        }
        let [ana, ben, _] = desks;
        let (mut one, mut two) = (ana.clone(), ben.clone());
        one.learn(&[&ben]);
        two.learn(&[&ana]);
        let [a, b, merged, other] = [&ana, &ben, &one, &two].map(|desk| outcome(desk, &choir));
        prop_assert_eq!(&merged, &other);
        prop_assert!(merged.verdict >= a.verdict.max(b.verdict), "{said:?}");
        prop_assert!(merged.role >= a.role.max(b.role), "{said:?}");
        prop_assert!(merged.branding >= a.branding.max(b.branding), "{said:?}");
    }
}

#[test]
fn an_event_comes_back_from_json_lines_with_every_statement() {
    let [mut event, ..] = Desk::three(&event().with("on", "2027-05-01").with("lead", "them"));
    let consent = Weighed {
        occasion: Some("film night".into()),
        occasion_event: Some(ENTRY),
        conditions: vec!["no photographs".into()],
        saw: vec![RowId([3; 16])],
        ..Weighed::new("consent", Some("conditional"))
    };
    state(&mut event, 1, Claim::Weighed(consent.clone()), today(), &[]);
    let told = event.entry();
    assert!(matches!(&told.weighed[0].assertion.claim, Claim::Weighed(read) if *read == consent));
    let nobody = |_| crate::author::Author { name: String::new(), group: String::new(), device: String::new() };
    let line = export_lines([(ENTRY, &event.document)], &nobody);
    let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(value["assertions"][0]["occasion"], "film night");
    assert_eq!(value["assertions"][0]["conditions"][0], "no photographs");
    assert_eq!(value["fields"]["on"]["value"], "2027-05-01");
}
