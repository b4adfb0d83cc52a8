//! Any order of meeting gives one map: the same export, to the byte.

use proptest::prelude::*;

use crate::card::Card;
use crate::date::When;
use crate::entry::assertion::{Assertion, Claim, Stated};
use crate::entry::fact::{Fact, FactKind};
use crate::entry::link::{Direction, Link, Strength};
use crate::entry::log::{LogKind, LogLine};
use crate::entry::position::Place;
use crate::entry::risk::{Level, Mitigation, Risk, RiskKind};
use crate::entry::weighed::Weighed;
use crate::entry::{Entry, NewEntry};
use crate::files::export::{digest, export_lines};
use crate::ids::{EntryId, RowId};
use crate::kind::field::{Field, Holds, Merges};
use crate::kind::{KINDS, Kind};
use crate::rejection::Rejection;
use crate::tests::desk::{Desk, ENTRY, NOW, row, today, who};

/// One thing that one of three people does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Set(usize, &'static Field, String),
    Add(usize, &'static Field, String),
    TakeOut(usize, &'static Field, String),
    Rate(usize, Level, bool),
    Place(usize, Place, bool),
    Log(usize, &'static str),
    State(usize, FactKind, &'static str, bool),
    /// A fact of the policy; an empty word takes back.
    Weigh(usize, &'static str, &'static str, bool),
    Link(usize, u8, bool),
    Archive(usize, bool),
    /// The first learns what the second wrote.
    Learn(usize, usize),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    step_of(Kind::named("organisation").expect("it is in the table"))
}

/// Any field of the kind, with values as it holds them.
fn field_step(kind: &'static Kind) -> impl Strategy<Value = Step> {
    let field = prop::sample::select(kind.fields.iter().collect::<Vec<_>>());
    let filled = field.prop_flat_map(|field| (Just(field), prop::sample::select(values(field))));
    (0..3usize, filled, any::<bool>()).prop_map(|(desk, (field, value), adds)| match (field.merges, adds) {
        (Merges::Set, true) => Step::Add(desk, field, value),
        (Merges::Set, false) => Step::TakeOut(desk, field, value),
        _ => Step::Set(desk, field, value),
    })
}

/// A few that it takes, so that people write the same and others.
fn values(field: &Field) -> Vec<String> {
    let typed: &[&str] = match field.holds {
        Holds::Choice(choices) => return choices.iter().take(4).map(|choice| choice.slug.to_owned()).collect(),
        Holds::Line => &["a", "b", "Harbour b"],
        Holds::Note => &["", "a", "a song", "a\nsong of two lines"],
        Holds::YesNo => &["", "yes", "no"],
        Holds::Count => &["", "4", "12", "unknown"],
        Holds::Phone => &["", "02 5550 1", "02 5550 2"],
        Holds::Email => &["", "choir@harbour.example", "sing@harbour.example"],
        Holds::Url => &["", "choir.example", "https://harbour.example"],
        Holds::Affiliation => &["chair, Shire Council", "chair, Shire Council (until 2024-09-14)", "party: First"],
        Holds::Entry => &["a", "Harbour Choir", "bcdfghjkmnpqrstvbcdfghjkmnpqrstv"],
        Holds::Day => &["", "2026-12-05", "2027-01-30"],
        Holds::Sourced => &["keeps promises (Bay Post, 4 Feb 2026)", "order (radio, 1 Mar 2025)"],
    };
    typed.iter().map(|value| (*value).to_owned()).collect()
}

fn step_of(kind: &'static Kind) -> impl Strategy<Value = Step> {
    let level =
        prop_oneof![Just(Level::Unknown), Just(Level::None), Just(Level::Low), Just(Level::Medium), Just(Level::High)];
    let place =
        prop_oneof![Just(Place::NotKnown), Just(Place::ActiveAlly), Just(Place::Neutral), Just(Place::ActiveOpponent)];
    let line = prop_oneof![Just("approach"), Just("call"), Just("gave")];
    let desk = 0..3usize;
    let fact = prop_oneof![
        Just((FactKind::Stage, "approached")),
        Just((FactKind::Stage, "ended")),
        Just((FactKind::Health, "good")),
        Just((FactKind::Health, "strained")),
        Just((FactKind::AffiliationKind, "none")),
        Just((FactKind::AffiliationKind, "party")),
    ];
    prop_oneof![
        2 => (desk.clone(), fact, any::<bool>())
            .prop_map(|(desk, (kind, word), settles)| Step::State(desk, kind, word, settles)),
        2 => (desk.clone(), prop::sample::select(WEIGHED.to_vec()), any::<bool>())
            .prop_map(|(desk, (fact, value), settles)| Step::Weigh(desk, fact, value, settles)),
        6 => field_step(kind),
        3 => (desk.clone(), level, any::<bool>()).prop_map(|(desk, level, settles)| Step::Rate(desk, level, settles)),
        2 => (desk.clone(), place, any::<bool>()).prop_map(|(desk, place, settles)| Step::Place(desk, place, settles)),
        2 => (desk.clone(), line).prop_map(|(desk, line)| Step::Log(desk, line)),
        1 => (desk.clone(), 1..4u8, any::<bool>()).prop_map(|(desk, to, takes_back)| Step::Link(desk, to, takes_back)),
        1 => (desk.clone(), any::<bool>()).prop_map(|(desk, archived)| Step::Archive(desk, archived)),
        2 => (desk.clone(), desk).prop_map(|(learner, teacher)| Step::Learn(learner, teacher)),
    ]
}

pub(crate) fn take(step: &Step, number: u8, desks: &mut [Desk; 3]) {
    let id = RowId([number; 16]);
    match step {
        Step::Set(desk, field, value) => desks[*desk].edit(|edit| Entry::set(edit, field.name, value)).unwrap(),
        Step::Add(desk, field, value) => desks[*desk].edit(|edit| Entry::add(edit, field.name, value)).unwrap(),
        Step::TakeOut(desk, field, value) => {
            desks[*desk].edit(|edit| Entry::take_out(edit, field.name, value)).unwrap();
        }
        Step::Rate(desk, level, settles) => {
            let entry = desks[*desk].entry();
            let seen =
                entry.risk(RiskKind::Legal).filter(|_| *settles).map_or(Vec::new(), |standing| ids(&standing.said));
            let risk = Risk { kind: RiskKind::Legal, level: *level, mitigation: Mitigation::Unknown };
            state(&mut desks[*desk], id, Claim::Risk(risk), seen);
        }
        Step::Place(desk, place, settles) => {
            let entry = desks[*desk].entry();
            let seen = entry.position(row(200)).filter(|_| *settles).map_or(Vec::new(), |standing| ids(&standing.said));
            state(&mut desks[*desk], id, Claim::Position { campaign: row(200), place: *place }, seen);
        }
        Step::State(desk, kind, word, settles) => {
            let entry = desks[*desk].entry();
            let seen = entry.fact(*kind).filter(|_| *settles).map_or(Vec::new(), |standing| ids(&standing.said));
            state(&mut desks[*desk], id, Claim::Fact(Fact::typed(*kind, word).unwrap()), seen);
        }
        Step::Weigh(desk, fact, value, settles) => {
            let entry = desks[*desk].entry();
            let of = |stated: &&Stated| matches!(&stated.assertion.claim, Claim::Weighed(known) if known.fact == *fact);
            let seen = entry.weighed.iter().filter(of).filter(|_| *settles).map(|stated| stated.id).collect();
            let value = Some(*value).filter(|value| !value.is_empty());
            state(&mut desks[*desk], id, Claim::Weighed(Weighed::new(fact, value)), seen);
        }
        Step::Log(desk, kind) => {
            let on = When::on(today().plus_days(i32::from(number % 5)).unwrap());
            let line = LogLine::new(LogKind::typed(kind).unwrap(), on, "met", NOW);
            desks[*desk].edit(|edit| Entry::log(edit, id, &line)).unwrap();
        }
        Step::Link(desk, to, takes_back) => {
            let to = EntryId([*to; 16]);
            let entry = desks[*desk].entry();
            let seen = entry
                .links
                .iter()
                .filter(|linked| linked.link.to == to && *takes_back)
                .map(|linked| linked.id)
                .collect();
            let source = Some("Rosa of theirs".to_owned());
            let link = Link { source, ..Link::influence(to, Direction::Out, Strength::Medium, NOW) };
            let link = Link { supersedes: seen, withdrawn: *takes_back, ..link };
            desks[*desk].edit(|edit| Entry::link(edit, ENTRY, id, &link)).unwrap();
        }
        Step::Archive(desk, archived) => desks[*desk].edit(|edit| Entry::archive(edit, *archived)).unwrap(),
        Step::Learn(learner, teacher) => {
            let teacher = desks[*teacher].clone();
            desks[*learner].learn(&[&teacher]);
        }
    }
}

/// Facts of an event and of an organiser, mild and strict, and one that nobody knows.
const WEIGHED: [(&str, &str); 9] = [
    ("message", "same"),
    ("message", "different"),
    ("target", "none"),
    ("target", "person-or-party"),
    ("consent", "declined"),
    ("corporate", "fine"),
    ("corporate", ""),
    ("requests", "no-branding"),
    ("weather", "fine"),
];

fn ids(said: &[crate::entry::assertion::Stated]) -> Vec<RowId> {
    said.iter().map(|stated| stated.id).collect()
}

fn state(desk: &mut Desk, id: RowId, claim: Claim, supersedes: Vec<RowId>) {
    let reason = Some("saw it".to_owned());
    let source = Some("Rosa of theirs".to_owned());
    let assertion = Assertion { reason, source, supersedes, ..Assertion::new(claim, When::on(today()), NOW) };
    desk.edit(|edit| -> Result<(), Rejection> { Entry::assert(edit, id, &assertion) }).unwrap();
}

fn export(desk: &Desk) -> Vec<u8> {
    export_lines([(ENTRY, &desk.document)], &who)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every field of every kind.
    #[test]
    fn any_order_of_meeting_gives_one_export(
        (kind, steps) in prop::sample::select(KINDS.to_vec())
            .prop_flat_map(|kind| (Just(kind), prop::collection::vec(step_of(kind), 1..40))),
    ) {
        let mut desks = Desk::three(&NewEntry::new(kind, "Harbour Choir"));
        for (number, step) in (1..).zip(&steps) {
            take(step, number, &mut desks);
        }
        let [ana, ben, cleo] = desks;
        let meet = |desk: &Desk, others: [&Desk; 2]| {
            let mut desk = desk.clone();
            desk.learn(&others);
            desk
        };
        let merged = [meet(&ana, [&ben, &cleo]), meet(&ben, [&cleo, &ana]), meet(&cleo, [&ana, &ben])];
        for desk in &merged {
            prop_assert_eq!(desk.document.heads(), merged[0].document.heads());
            prop_assert_eq!(String::from_utf8(export(desk)).unwrap(), String::from_utf8(export(&merged[0])).unwrap());
            prop_assert_eq!(Card::of(&desk.document, ENTRY).unwrap(), Card::of(&merged[0].document, ENTRY).unwrap());
        }
        // What is loaded from a save is the same as well.
        let loaded = allymap_document::Document::load(&merged[1].document.save(), merged[1].document.actor()).unwrap();
        let again = export_lines([(ENTRY, &loaded)], &who);
        prop_assert_eq!(digest(&again), digest(&export(&merged[0])));
    }

    #[test]
    fn a_merge_is_never_milder_than_what_either_side_still_held(
        apart in prop::collection::vec((0..2usize, 0..5u8, any::<bool>()), 1..12),
    ) {
        let levels = [Level::Unknown, Level::None, Level::Low, Level::Medium, Level::High];
        let mut desks = Desk::three_choirs();
        for (number, (desk, level, settles)) in (1..).zip(&apart) {
            take(&Step::Rate(*desk, levels[usize::from(*level)], *settles), number, &mut desks);
        }
        let counts = |desk: &Desk| desk.entry().risk(RiskKind::Legal).map_or(Level::Unknown, |standing| standing.counts);
        let [ana, ben, _] = desks;
        let mut merged = ana.clone();
        merged.learn(&[&ben]);
        // Neither saw the other, so neither could settle the other's rating.
        prop_assert_eq!(counts(&merged), counts(&ana).max(counts(&ben)));
    }
}
