//! What one act did is taken back, and nothing else.

use allymap_document::ActorId;
use proptest::prelude::*;

use super::*;
use crate::card::Card;
use crate::date::{Date, When};
use crate::entry::NewEntry;
use crate::entry::fact::{Fact, FactKind};
use crate::entry::link::{Direction, Strength};
use crate::entry::log::{LOG_KINDS, LogLine};
use crate::entry::risk::RiskKind;
use crate::files::export::entry_line;
use crate::kind::Kind;
use crate::tests::desk::{Desk as Person, ENTRY};
use crate::tests::merging::{Step as Done, step, take};

const ID: EntryId = EntryId([7; 16]);

struct Desk {
    document: Document,
    acts: u8,
    rows: u8,
}

impl Desk {
    fn new() -> Desk {
        let mut desk = Desk { document: Document::new(ActorId([1; 16])), acts: 0, rows: 0 };
        let new = NewEntry::new(Kind::named("organisation").unwrap(), "Wharf Choir").with("phone", "02 5550 0001");
        desk.does(|edit, _| Entry::create(edit, &new));
        desk
    }

    fn does(&mut self, work: impl FnOnce(&mut Edit<'_>, &mut dyn FnMut() -> RowId) -> Result<(), Rejection>) -> ActId {
        self.acts += 1;
        let act = ActId([self.acts; 16]);
        let rows = &mut self.rows;
        let mut fresh = || {
            *rows += 1;
            RowId([*rows; 16])
        };
        self.document.edit(act, |edit| work(edit, &mut fresh)).unwrap().unwrap();
        act
    }

    fn undo(&mut self, act: ActId) -> ActId {
        let undo = Undo::of(act, &self.document, ID, 0).unwrap();
        assert!(undo.shown.iter().all(|shown| shown.since.is_none() && shown.stays.is_none()), "{undo:?}");
        self.does(|edit, fresh| undo.apply(edit, fresh))
    }

    fn shown(&self) -> String {
        shown(&self.document, ID)
    }
}

/// All that is shown, names of rows included, without what only ever grows; and the row that lists read.
fn shown(document: &Document, id: EntryId) -> String {
    let mut line: serde_json::Value = serde_json::from_slice(&entry_line(&entry(document, id))).unwrap();
    line["assertions"].take();
    line["links"].as_array_mut().unwrap().retain(|link| link["stands"] == true);
    let entry = entry(document, id);
    let mut row: Vec<String> = vec![line.to_string(), format!("{:?}", entry.facts)];
    row.extend(entry.positions.iter().map(|standing| format!("{:?} {:?}", standing.steps, standing.said)));
    let of = Card::of(document, id).unwrap();
    row.push(format!("{:?} {:?} {:?} {:?}", of.facts, of.positions, of.risks, of.links));
    row.push(format!("{:?} {:?} {:?} {:?}", of.oldest_fact, of.contact.last, of.contact.next_due, of.conflicts));
    row.join("\n")
}

fn on() -> When {
    When::on(Date::new(2026, 11, 23).unwrap())
}

fn risk(level: Level, supersedes: Vec<RowId>) -> Assertion {
    let claim = Claim::Risk(Risk { kind: RiskKind::Physical, level, mitigation: Mitigation::Unknown });
    Assertion { reason: Some("seen there".into()), supersedes, ..Assertion::new(claim, on(), 0) }
}

fn place(place: Place, supersedes: Vec<RowId>) -> Assertion {
    let claim = Claim::Position { campaign: RowId([9; 16]), place };
    Assertion { supersedes, ..Assertion::new(claim, on(), 0) }
}

fn stated(kind: &str, word: &str, supersedes: Vec<RowId>) -> Assertion {
    let claim = Claim::Fact(Fact::typed(FactKind::named(kind).unwrap(), word).unwrap());
    Assertion { source: Some("Rosa".into()), supersedes, ..Assertion::new(claim, on(), 0) }
}

type Work = Box<dyn FnOnce(&mut Edit<'_>, &mut dyn FnMut() -> RowId) -> Result<(), Rejection>>;

#[test]
fn undo_restores_all_that_is_shown_and_undo_of_undo_brings_it_back() {
    let first = RowId([101; 16]);
    let works: Vec<(&str, Work)> = vec![
        ("a field", Box::new(|edit, _| Entry::set(edit, "phone", "02 5550 0002"))),
        ("a new field", Box::new(|edit, _| Entry::set(edit, "website", "https://choir.example"))),
        ("an emptied field", Box::new(|edit, _| Entry::set(edit, "phone", ""))),
        ("a text", Box::new(|edit, _| Entry::set(edit, "notes", "They sing on Sundays."))),
        ("a set", Box::new(|edit, _| Entry::add(edit, "led-by", "elders"))),
        ("an archived entry", Box::new(|edit, _| Entry::archive(edit, true))),
        ("a settled risk", Box::new(move |edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![first])))),
        ("a risk beside another", Box::new(|edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![])))),
        (
            "a rating that is milder and still strict",
            Box::new(move |edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Medium, vec![first]))),
        ),
        ("a first stage", Box::new(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "partner", vec![])))),
        (
            "another health",
            Box::new(|edit, fresh| Entry::assert(edit, fresh(), &stated("health", "strained", vec![RowId([103; 16])]))),
        ),
        (
            "a check of their affiliation",
            Box::new(|edit, fresh| Entry::assert(edit, fresh(), &stated("affiliation-kind", "none", vec![]))),
        ),
        (
            "a position beside another",
            Box::new(|edit, fresh| Entry::assert(edit, fresh(), &place(Place::Neutral, vec![]))),
        ),
        (
            "a stronger link",
            Box::new(|edit, fresh| {
                let strong = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Strong, 0);
                Entry::link(edit, ID, fresh(), &Link { supersedes: vec![RowId([104; 16])], ..strong })
            }),
        ),
        (
            "a link taken away",
            Box::new(|edit, fresh| {
                let gone = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Weak, 0);
                let gone = Link { supersedes: vec![RowId([104; 16])], withdrawn: true, ..gone };
                Entry::link(edit, ID, fresh(), &gone)
            }),
        ),
        (
            "a move",
            Box::new(|edit, fresh| Entry::assert(edit, fresh(), &place(Place::Neutral, vec![RowId([102; 16])]))),
        ),
        ("a log line", Box::new(|edit, fresh| Entry::log(edit, fresh(), &LogLine::new(&LOG_KINDS[2], on(), "tea", 0)))),
        ("a link", Box::new(|edit, fresh| Entry::link(edit, ID, fresh(), &Link::same(EntryId([8; 16]), 0)))),
    ];
    for (name, work) in works {
        let mut desk = Desk::new();
        desk.does(|edit, _| {
            Entry::assert(edit, first, &risk(Level::High, vec![]))?;
            Entry::assert(edit, RowId([102; 16]), &place(Place::PassiveAlly, vec![]))?;
            Entry::assert(edit, RowId([103; 16]), &stated("health", "good", vec![]))?;
            let weak = Link::influence(EntryId([9; 16]), Direction::Out, Strength::Weak, 0);
            Entry::link(edit, ID, RowId([104; 16]), &weak)
        });
        let before = desk.shown();
        let act = desk.does(work);
        let after = desk.shown();
        assert_ne!(before, after, "{name}");
        let undone = desk.undo(act);
        assert_eq!(desk.shown(), before, "{name}");
        let again = desk.undo(undone);
        assert_eq!(desk.shown(), after, "{name}: undo of undo");
        desk.undo(again);
        assert_eq!(desk.shown(), before, "{name}: and once more");
    }
}

/// A.9: taking back never loosens.
#[test]
fn a_strict_rating_that_was_taken_back_counts_until_somebody_settles_it() {
    let mut desk = Desk::new();
    let (low, high) = (RowId([101; 16]), RowId([102; 16]));
    desk.does(|edit, _| Entry::assert(edit, low, &risk(Level::Low, vec![])));
    let act = desk.does(|edit, _| Entry::assert(edit, high, &risk(Level::High, vec![])));
    let after = desk.shown();
    let undo = Undo::of(act, &desk.document, ID, 0).unwrap();
    assert_eq!(undo.shown[0].stays, Some(STRICT));
    let undone = desk.does(|edit, fresh| undo.apply(edit, fresh));
    let standing = entry(&desk.document, ID).risk(RiskKind::Physical).unwrap().clone();
    assert_eq!((standing.counts, standing.differs, standing.open_again), (Level::High, true, true));
    assert_eq!(standing.taken_back.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [high]);
    let mut again = Desk { document: desk.document.clone(), acts: desk.acts, rows: desk.rows };
    again.undo(undone);
    assert_eq!(again.shown(), after);
    desk.does(|edit, fresh| Entry::assert(edit, fresh(), &risk(Level::Low, vec![low, high])));
    let standing = entry(&desk.document, ID).risk(RiskKind::Physical).unwrap().clone();
    assert_eq!((standing.counts, standing.differs, standing.open_again), (Level::Low, false, false));
    assert_eq!(standing.taken_back, []);
}

#[test]
fn what_somebody_replaced_since_is_not_taken_back() {
    let mut desk = Desk::new();
    let act = desk.does(|edit, _| Entry::assert(edit, RowId([101; 16]), &stated("stage", "partner", vec![])));
    let undone = desk.undo(act);
    desk.does(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "acquainted", vec![])));
    assert!(Undo::of(undone, &desk.document, ID, 0).unwrap().is_empty(), "somebody has gone on from there");
    let mut desk = Desk::new();
    let act = desk.does(|edit, _| Entry::assert(edit, RowId([101; 16]), &stated("stage", "partner", vec![])));
    desk.does(|edit, fresh| Entry::assert(edit, fresh(), &stated("stage", "ended", vec![RowId([101; 16])])));
    assert!(Undo::of(act, &desk.document, ID, 0).unwrap().is_empty());
}

#[test]
fn rows_that_take_each_other_back_in_a_circle_take_back_nothing() {
    let mut desk = Desk::new();
    let (line, one, two) = (RowId([50; 16]), RowId([51; 16]), RowId([52; 16]));
    desk.does(|edit, _| {
        Entry::log(edit, line, &LogLine::new(&LOG_KINDS[2], on(), "tea", 0))?;
        log::take_back(edit, one, two, 0)?;
        log::take_back(edit, two, one, 0)
    });
    assert_eq!(entry(&desk.document, ID).log.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_of_undo_restores_everything_that_is_shown(steps in prop::collection::vec(step(), 1..16)) {
        let [mut ana, ..] = Person::three_choirs();
        for (number, done) in (1..).zip(steps.iter().filter(|done| !matches!(done, Done::Learn(..)))) {
            let before = shown(&ana.document, ENTRY);
            // Ana does all of it, whoever was meant.
            let mut alone = [ana.clone(), ana.clone(), ana.clone()];
            take(done, number, &mut alone);
            ana = alone.into_iter().max_by_key(|person| person.document.operations()).unwrap();
            let after = shown(&ana.document, ENTRY);
            if before == after {
                continue;
            }
            let mut expected = [before, after];
            for round in 0..4u8 {
                let act = ana.document.changes().last().unwrap().act.unwrap();
                let undo = Undo::of(act, &ana.document, ENTRY, 0).unwrap();
                let stays = undo.shown.iter().any(|shown| shown.stays.is_some());
                let mut fresh = (0..).map(|at| RowId([number, round, at, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
                ana.edit(|edit| undo.apply(edit, &mut || fresh.next().unwrap())).unwrap();
                let (now, expected) = (shown(&ana.document, ENTRY), &mut expected[usize::from(round) % 2]);
                if stays {
                    // A strict rating counts on, and says that it was taken back.
                    let risk = ana.entry().risk(RiskKind::Legal).is_some_and(|risk| !risk.taken_back.is_empty());
                    let counts = risk || ana.entry().decisive.iter().any(|said| said.taken_back);
                    prop_assert!(counts, "{done:?}");
                    *expected = now.clone();
                }
                prop_assert!(now == *expected, "{done:?}, undo {round}:\n{now}\n{expected}");
            }
        }
    }
}

#[test]
fn a_new_entry_is_archived_and_comes_back() {
    let mut desk = Desk::new();
    let undone = desk.undo(ActId([1; 16]));
    assert!(entry(&desk.document, ID).archived.hides());
    desk.undo(undone);
    assert!(!entry(&desk.document, ID).archived.hides());
}

#[test]
fn what_somebody_else_wrote_since_is_named() {
    let mut desk = Desk::new();
    let act = desk.does(|edit, _| Entry::set(edit, "phone", "02 5550 0002"));
    desk.document.set_actor(ActorId([2; 16]));
    desk.does(|edit, _| Entry::set(edit, "phone", "02 5550 0003"));
    let undo = Undo::of(act, &desk.document, ID, 0).unwrap();
    let [shown] = undo.shown.as_slice() else { panic!("{undo:?}") };
    assert_eq!((shown.before.as_str(), shown.after.as_str()), ("02 5550 0001", "02 5550 0002"));
    assert_eq!(shown.since.as_deref(), Some("02 5550 0003"));
}

#[test]
fn nobody_takes_back_a_log_line_of_another_device() {
    let mut desk = Desk::new();
    let line = RowId([50; 16]);
    desk.does(|edit, _| Entry::log(edit, line, &LogLine::new(&LOG_KINDS[2], on(), "tea", 0)));
    desk.document.set_actor(ActorId([2; 16]));
    desk.does(|edit, fresh| log::take_back(edit, fresh(), line, 0));
    assert_eq!(entry(&desk.document, ID).log.len(), 1);
}
