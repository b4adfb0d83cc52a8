//! Stories of relationships that several people keep together: stages, health, calls, and what is due.

use crate::advice::due::{DueKind, check_in_on, due, next_check_in};
use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim};
use crate::entry::fact::{Fact, FactKind};
use crate::entry::link::{Direction, Link, Strength, Target};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::position::Place;
use crate::entry::risk::Level;
use crate::entry::{Entry, NewEntry};
use crate::ids::EntryId;
use crate::kind::Kind;
use crate::map::Map;
use crate::rejection::Rejection;
use crate::tests::desk::{Desk, ENTRY, NOW, row, today};

fn state(desk: &mut Desk, id: u8, kind: FactKind, word: &str, replaces: &[u8]) {
    let claim = Claim::Fact(Fact::typed(kind, word).unwrap());
    let supersedes = replaces.iter().copied().map(row).collect();
    let assertion = Assertion {
        source: Some("Rosa of theirs".into()),
        supersedes,
        ..Assertion::new(claim, When::on(today()), NOW)
    };
    desk.edit(|edit| Entry::assert(edit, row(id), &assertion)).unwrap();
}

fn counts(desk: &Desk, kind: FactKind) -> (&'static str, bool) {
    let entry = desk.entry();
    let standing = entry.fact(kind).unwrap();
    (standing.counts.slug(), standing.differs)
}

fn log(desk: &mut Desk, id: u8, kind: &str, days_ago: i32, change: impl FnOnce(&mut LogLine)) {
    let on = When::on(today().plus_days(-days_ago).unwrap());
    let mut line = LogLine::new(LogKind::typed(kind).unwrap(), on, "", NOW);
    change(&mut line);
    desk.edit(|edit| Entry::log(edit, row(id), &line)).unwrap();
}

fn own_row(desk: &Desk) -> Card {
    Card::of(&desk.document, ENTRY).unwrap()
}

fn choir_of(category: &str) -> NewEntry {
    NewEntry::new(Kind::named("organisation").unwrap(), "Harbour Choir").with("category", category)
}

#[test]
fn of_two_stages_written_apart_the_earlier_counts_and_the_end_beats_all() {
    let [mut ana, mut ben, mut cleo] = Desk::three_choirs();
    state(&mut ana, 1, FactKind::Stage, "partner", &[]);
    state(&mut ben, 2, FactKind::Stage, "acquainted", &[]);
    ana.learn(&[&ben]);
    assert_eq!(counts(&ana, FactKind::Stage), ("acquainted", true));
    state(&mut cleo, 3, FactKind::Stage, "ended", &[]);
    ana.learn(&[&cleo]);
    assert_eq!(counts(&ana, FactKind::Stage), ("ended", true));
    // Somebody who saw all three settles it; going back is allowed.
    let low_level = Fact::typed(FactKind::Stage, "low-level").unwrap();
    let settled = ana.entry().stating(low_level, When::on(today()), NOW);
    ana.edit(|edit| Entry::assert(edit, row(4), &settled)).unwrap();
    assert_eq!(counts(&ana, FactKind::Stage), ("low-level", false));
    assert_eq!(own_row(&ana).stage().slug(), "low-level");
}

#[test]
fn a_formal_partnership_is_incomplete_until_it_is_known_what_they_get() {
    let [mut ana, ..] = Desk::three(&choir_of("b").with("agreement", "formal"));
    assert!(ana.entry().lacks_their_gain());
    ana.edit(|edit| Entry::set(edit, "they-get", "our hall")).unwrap();
    assert!(!ana.entry().lacks_their_gain());
}

#[test]
fn strained_beats_unclear_beats_good_and_unknown_affiliation_beats_nothing() {
    let [mut ana, mut ben, mut cleo] = Desk::three_choirs();
    state(&mut ana, 1, FactKind::Health, "good", &[]);
    state(&mut ben, 2, FactKind::Health, "unclear", &[]);
    state(&mut ben, 3, FactKind::AffiliationKind, "unknown", &[]);
    state(&mut cleo, 4, FactKind::AffiliationKind, "none", &[]);
    ana.learn(&[&ben]);
    assert_eq!(counts(&ana, FactKind::Health), ("unclear", true));
    ana.learn(&[&cleo]);
    assert_eq!(counts(&ana, FactKind::AffiliationKind), ("none", false));
    state(&mut cleo, 5, FactKind::Health, "strained", &[]);
    ana.learn(&[&cleo]);
    assert_eq!(counts(&ana, FactKind::Health), ("strained", true));
}

/// SEC26
#[test]
fn what_can_hurt_somebody_is_refused_without_its_source() {
    let [mut ana, ..] = Desk::three_choirs();
    let strained = Claim::Fact(Fact::typed(FactKind::Health, "strained").unwrap());
    let bare = Assertion::new(strained, When::on(today()), NOW);
    assert_eq!(ana.edit(|edit| Entry::assert(edit, row(1), &bare)), Err(Rejection::Unsourced { about: "health" }));
    let line = LogLine::new(LogKind::typed("statement").unwrap(), When::on(today()), "they said so", NOW);
    let refused = ana.edit(|edit| Entry::log(edit, row(1), &line));
    assert_eq!(refused, Err(Rejection::Unsourced { about: "a statement" }));
    let [mut person, ..] = Desk::three(&NewEntry::new(Kind::named("person").unwrap(), "Bertil Quennell"));
    let place = Claim::Position { campaign: row(9), place: Place::ActiveOpponent };
    let bare = Assertion::new(place, When::on(today()), NOW);
    let refused = person.edit(|edit| Entry::assert(edit, row(1), &bare));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "what is said about a person needs its source: who said so, or where it was read"
    );
    let because = Assertion { reason: Some("a hunch".into()), ..bare.clone() };
    let refused = person.edit(|edit| Entry::assert(edit, row(1), &because));
    assert_eq!(refused, Err(Rejection::Unsourced { about: "a person" }), "a reason is no source");
    let said = Assertion { source: Some("the Courier, 4 March".into()), ..bare };
    person.edit(|edit| Entry::assert(edit, row(1), &said)).unwrap();
}

#[test]
fn sec26_a_risk_and_a_link_of_a_person_need_their_source() {
    let [mut person, ..] = Desk::three(&NewEntry::new(Kind::named("person").unwrap(), "Bertil Quennell"));
    let unsourced = Err(Rejection::Unsourced { about: "a person" });
    assert_eq!(person.rate(1, Level::Low, &[], Some("he drinks")), unsourced);
    person.rate(2, Level::Unknown, &[], None).unwrap();
    let link = Link::influence(EntryId([7; 16]), Direction::Out, Strength::Weak, NOW);
    assert_eq!(person.edit(|edit| Entry::link(edit, ENTRY, row(3), &link)), unsourced);
    assert_eq!(link.needs_source(["organisation", "person"]), unsourced, "nor is one to a person");
    assert_eq!(link.needs_source(["organisation", "segment"]), Ok(()));
    let link = Link { source: Some("council minutes".into()), ..link };
    person.edit(|edit| Entry::link(edit, ENTRY, row(3), &link)).unwrap();
    let gone = Link { source: None, withdrawn: true, supersedes: vec![row(3)], ..link };
    person.edit(|edit| Entry::link(edit, ENTRY, row(4), &gone)).unwrap();
    let same = Link::same(EntryId([7; 16]), NOW);
    person.edit(|edit| Entry::link(edit, ENTRY, row(5), &same)).unwrap();
}

#[test]
fn s45_an_organisation_of_rights_holders_counts_as_theirs_whatever_its_category() {
    let new = choir_of("c").with("type", "rights-holders");
    let [mut ana, ..] = Desk::three(&new);
    state(&mut ana, 1, FactKind::Health, "strained", &[]);
    let own = own_row(&ana);
    assert!(own.rights_holders());
    assert_eq!(due([&own], &Map::default(), today(), 7)[0].what, DueKind::Strained);
}

#[test]
fn s76_a_partner_whom_nobody_ever_contacted_has_a_check_in_today() {
    let [mut ana, ..] = Desk::three(&choir_of("b"));
    assert_eq!(next_check_in(&own_row(&ana), &Map::default(), today()), None, "on the map and no more");
    state(&mut ana, 1, FactKind::Stage, "partner", &[]);
    let own = own_row(&ana);
    assert_eq!(next_check_in(&own, &Map::default(), today()), Some(today()));
    assert_eq!(due([&own], &Map::default(), today(), 0)[0].what, DueKind::CheckIn);
    log(&mut ana, 2, "call", 1, |_| {});
    assert_eq!(next_check_in(&own_row(&ana), &Map::default(), today()), today().plus_days(16 * 7 - 1));
}

/// S54
#[test]
fn a_branch_is_linked_to_its_parent_and_the_link_moves_no_influence() {
    let parent = EntryId([7; 16]);
    let [mut ana, ..] = Desk::three_choirs();
    ana.edit(|edit| Entry::link(edit, ENTRY, row(1), &Link::branch_of(parent, NOW))).unwrap();
    let entry = ana.entry();
    assert_eq!((entry.links[0].link.target, entry.links[0].link.to), (Target::BranchOf, parent));
    assert_eq!(entry.newer_facts, 0);
    assert!(own_row(&ana).links.is_empty());
}

/// S53, S76, S2
#[test]
fn check_ins_follow_the_category_and_any_contact_sets_them_anew() {
    for (category, weeks) in [("a", 6), ("c", 8), ("b", 16), ("d", 12), ("unknown", 8)] {
        let [mut ana, ..] = Desk::three(&choir_of(category));
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), None, "nobody has ever been in touch");
        log(&mut ana, 1, "meeting", 30, |_| {});
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), today().plus_days(weeks * 7 - 30), "{category}");
        log(&mut ana, 2, "message", 1, |_| {});
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), today().plus_days(weeks * 7 - 1));
        ana.edit(|edit| Entry::set(edit, "check-in-weeks", "3")).unwrap();
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), today().plus_days(20));
        state(&mut ana, 3, FactKind::Stage, "resting", &[]);
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), today().plus_days(20), "resting is not ended");
        state(&mut ana, 4, FactKind::Stage, "ended", &[3]);
        assert_eq!(check_in_on(&own_row(&ana), &Map::default()), None);
    }
}

/// S50, S51, S88, S134
#[test]
fn what_is_due_names_rights_holders_first_at_the_same_day() {
    let row_of = |id: u8, new: &NewEntry, fill: &dyn Fn(&mut Desk)| {
        let [mut ana, ..] = Desk::three(new);
        fill(&mut ana);
        Card::of(&ana.document, EntryId([id; 16])).unwrap()
    };
    let met = |desk: &mut Desk| {
        log(desk, 1, "meeting", 10, |line| line.follow_up = today().plus_days(-2));
    };
    let rows = [
        row_of(1, &choir_of("b"), &met),
        row_of(2, &choir_of("a"), &met),
        row_of(3, &choir_of("a"), &|desk| state(desk, 1, FactKind::Health, "strained", &[])),
        row_of(4, &choir_of("c"), &|desk| {
            log(desk, 1, "solidarity", 20, |line| line.follow_up = today().plus_days(-1))
        }),
        row_of(5, &choir_of("a"), &|desk| log(desk, 1, "solidarity", 5, |_| {})),
        row_of(6, &choir_of("b"), &|desk| log(desk, 1, "got", 5, |line| line.size = Some(3))),
        row_of(7, &choir_of("b"), &|desk| log(desk, 1, "call", 300, |_| {})),
        row_of(8, &choir_of("b"), &|desk| state(desk, 1, FactKind::Health, "strained", &[])),
    ];
    let told: Vec<(u8, DueKind)> =
        due(&rows, &Map::default(), today(), 7).iter().map(|due| (due.row.id.0[0], due.what)).collect();
    assert_eq!(
        told,
        [
            (5, DueKind::UnansweredCall),
            (4, DueKind::UnansweredCall),
            (3, DueKind::Strained),
            (7, DueKind::LosingTouch),
            (2, DueKind::FollowUp),
            (1, DueKind::FollowUp),
            (6, DueKind::Owed(3)),
        ]
    );
}

/// S88
#[test]
fn a_call_for_solidarity_is_settled_by_an_answer_and_by_nothing_else() {
    let [mut ana, ..] = Desk::three_choirs();
    log(&mut ana, 1, "solidarity", 5, |line| line.follow_up = today().plus_days(2));
    log(&mut ana, 2, "call", 1, |_| {});
    assert_eq!(own_row(&ana).contact.open_calls, [today().plus_days(2).unwrap()]);
    assert_eq!(own_row(&ana).contact.next_due, None, "it is told once");
    log(&mut ana, 3, "answered", 0, |_| {});
    assert_eq!(own_row(&ana).contact.open_calls, []);
}

/// S119
#[test]
fn a_fact_grows_old_when_the_map_says_so() {
    let [mut ana, ..] = Desk::three_choirs();
    let claim = Claim::Fact(Fact::typed(FactKind::AffiliationKind, "none").unwrap());
    let long_ago = When::on(today().plus_days(-560).unwrap());
    let assertion = Assertion { source: Some("their website".into()), ..Assertion::new(claim, long_ago, NOW) };
    ana.edit(|edit| Entry::assert(edit, row(1), &assertion)).unwrap();
    let own = own_row(&ana);
    assert_eq!(
        due([&own], &Map::default(), today(), 7).iter().map(|due| due.what).collect::<Vec<_>>(),
        [DueKind::OldFact]
    );
    assert_eq!(due([&own], &Map::default(), today().plus_days(-20).unwrap(), 7), []);
}
