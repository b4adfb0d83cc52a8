//! Stories of devices that write much into one document: nobody's words are pushed out, and the order of arrival decides nothing.

use allymap_document::{ActId, ChangeHash, Document, OwnChange};
use allymap_seal::{Content, DeviceKeys, DeviceSeed, Role, Roster};
use allymap_wire::Record;
use proptest::prelude::*;

use crate::broken::Broken;
use crate::rows::{Fate, Missing, Refused};
use crate::tests::judged_as_a_set::{Desk, MAP, copy_of, device, follow, in_order, orders};
use crate::tests::memory::{NOW, store};
use crate::{EditFailure, Notice};

const BEN: u8 = 1;
const EVE: u8 = 2;
/// Operations per device, where a story is to meet the end of them.
const BUDGET: u64 = 40;

/// One change that makes so many operations.
fn write_rows(document: &mut Document, name: &str, rows: u64) -> OwnChange {
    let before = document.change_bytes_since(0).len() as u64;
    document
        .edit(ActId([7; 16]), |edit| {
            (0..rows).try_for_each(|row| edit.append(&format!("l/{name}-{row}"), b"said".to_vec()))
        })
        .unwrap()
        .unwrap();
    document.change_bytes_since(before).remove(0)
}

/// Ana's own edit. Gives how many operations the document then holds.
fn edit(desk: &mut Desk, name: &str, rows: u64) -> Result<u64, EditFailure> {
    let mut replica = desk.open();
    let mut effects = Vec::new();
    let outcome = replica.edit(MAP, ActId([5; 16]), &desk.disk, &mut effects, |edit| {
        (0..rows).try_for_each(|row| edit.append(&format!("l/{name}-{row}"), b"x".to_vec()))
    });
    store(&mut desk.disk, &mut effects);
    outcome.map(|done| done.unwrap().1.operations())
}

fn small_desk() -> Desk {
    Desk { budget: BUDGET, ..Desk::new() }
}

/// Ben's and Eve's devices each write nearly as much as one device may, and both more than that together.
fn two_honest_writers(desk: &Desk) -> Vec<Record> {
    let mut records = Vec::new();
    for by in [BEN, EVE] {
        let mut document = copy_of(desk, by, 1);
        let mut said: Vec<[u8; 32]> = Vec::new();
        for seq in 0..3 {
            let change = write_rows(&mut document, &format!("{by}-{seq}"), BUDGET / 4);
            let (record, statement) = desk.say(by, 1, seq, &said, &[&change]);
            said = vec![statement];
            records.push(record);
        }
    }
    records
}

fn heads_in_every_order(desk: &Desk, records: &[Record]) -> Vec<Vec<ChangeHash>> {
    let mut all: Vec<Vec<ChangeHash>> = orders(records.len())
        .into_iter()
        .step_by(29)
        .map(|order| {
            let mut desk = desk.clone();
            desk.take(&in_order(records, &order));
            desk.heads()
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn two_who_wrote_much_apart_refuse_nothing_of_each_other_in_any_order() {
    let desk = small_desk();
    let records = two_honest_writers(&desk);
    let heads = heads_in_every_order(&desk, &records);
    assert_eq!(heads.iter().map(Vec::len).collect::<Vec<_>>(), [2], "one map, with both last words in it");
    let mut desk = desk;
    desk.take(&records);
    assert!(records.iter().all(|record| matches!(desk.fate(record), Fate::Changes { .. })));
}

#[test]
fn counted_together_and_in_order_of_arrival_they_would_never_agree() {
    let mut desk = small_desk();
    let records = two_honest_writers(&desk);
    desk.broken = Some(Broken::FirstOperationsCount);
    assert!(heads_in_every_order(&desk, &records).len() > 1);
}

#[test]
fn who_floods_takes_nothing_from_others_and_the_same_part_of_the_flood_counts_in_every_order() {
    let desk = small_desk();
    let mut records = Vec::new();
    let mut ben = copy_of(&desk, BEN, 1);
    let change = write_rows(&mut ben, "ben", 5);
    records.push(desk.say(BEN, 1, 0, &[], &[&change]).0);
    for salt in 1..=3 {
        let mut eve = copy_of(&desk, EVE, salt);
        for seq in 0..2 {
            let change = write_rows(&mut eve, &format!("flood {salt} {seq}"), 15);
            records.push(desk.say(EVE, salt, seq, &[], &[&change]).0);
        }
    }
    let heads = heads_in_every_order(&desk, &records);
    assert_eq!(heads.len(), 1, "one map");
    let mut desk = desk;
    desk.take(&records);
    let document = desk.open().document(MAP, &desk.disk).unwrap().unwrap();
    assert_eq!(document.operations(), 5 + 30, "Ben's, and as much of the flood as one device may write");
    let left_out =
        Fate::LeftOut { document: MAP, by: device(&desk.space, EVE).public(), why: Some(Refused::OverBudget) };
    assert_eq!(records[1..].iter().filter(|record| desk.fate(record) == left_out).count(), 4);
    assert!(matches!(desk.fate(&records[0]), Fate::Changes { .. }));
}

#[test]
fn what_somebody_built_on_counts_before_all_that_its_author_floods_afterwards() {
    let desk = small_desk();
    let mut eve = copy_of(&desk, EVE, 1);
    let first = write_rows(&mut eve, "first", 30);
    let mut ben = copy_of(&desk, BEN, 1);
    follow(&mut ben, &eve, &first);
    let bens = write_rows(&mut ben, "ben", 1);
    let mut records = vec![desk.say(EVE, 1, 0, &[], &[&first]).0, desk.say(BEN, 1, 0, &[], &[&bens]).0];
    for salt in 2..7 {
        // Among five hashes there is a smaller one.
        let mut eve = copy_of(&desk, EVE, salt);
        let change = write_rows(&mut eve, &format!("flood {salt}"), 30);
        records.push(desk.say(EVE, salt, salt.into(), &[], &[&change]).0);
    }
    assert_eq!(heads_in_every_order(&desk, &records), [ben.heads()]);
}

#[test]
fn what_others_built_on_a_flood_is_kept_and_waits() {
    let mut desk = small_desk();
    let mut eve = copy_of(&desk, EVE, 1);
    let (first, flood) = (write_rows(&mut eve, "first", 30), write_rows(&mut eve, "flood", 30));
    let mut ben = copy_of(&desk, BEN, 1);
    follow(&mut ben, &eve, &first);
    let bens = write_rows(&mut ben, "on what counts", 1);
    let mut carol = copy_of(&desk, BEN, 2);
    follow(&mut carol, &eve, &first);
    follow(&mut carol, &eve, &flood);
    let carols = write_rows(&mut carol, "on the flood", 1);
    let (a, _) = desk.say(EVE, 1, 0, &[], &[&first]);
    let (b, _) = desk.say(EVE, 1, 1, &[], &[&flood]);
    let (c, _) = desk.say(BEN, 1, 0, &[], &[&bens]);
    let (d, _) = desk.say(BEN, 2, 1, &[], &[&carols]);
    desk.take(&[b.clone(), d.clone(), c.clone(), a]);
    assert_eq!(desk.heads(), ben.heads());
    assert!(matches!(desk.fate(&b), Fate::LeftOut { why: Some(Refused::OverBudget), .. }));
    assert_eq!(desk.fate(&d), Fate::Waiting(Missing::Change(flood.hash.0)));
    assert!(matches!(desk.fate(&c), Fate::Changes { .. }));
}

#[test]
fn damage_that_takes_who_wrote_what_changes_nothing_of_what_counts() {
    let desk = small_desk();
    let flood: Vec<Record> = (1..=2)
        .map(|salt| {
            let change = write_rows(&mut copy_of(&desk, EVE, salt), &format!("flood {salt}"), 30);
            desk.say(EVE, salt, salt.into(), &[], &[&change]).0
        })
        .collect();
    for (first, second) in [(0, 1), (1, 0)] {
        let mut whole = desk.clone();
        whole.take(&flood);
        // The document still holds the change, and nothing says any more whose it is.
        for lost in [b"a".as_slice(), b"ar"] {
            let mut desk = desk.clone();
            desk.take(&flood[first..=first]);
            desk.damage(|key| lost.contains(&key[0]));
            desk.take(&flood[second..=second]);
            desk.take_missing(&flood);
            assert_eq!(desk.heads(), whole.heads(), "{lost:?}, {first} came first");
        }
    }
}

#[test]
fn damage_keeps_no_device_from_knowing_its_own_share() {
    let mut desk = Desk { budget: 1_000, ..Desk::new() };
    edit(&mut desk, "long", 400).unwrap();
    desk.damage(|key| key[0] == b'a');
    let refused = edit(&mut desk, "too long", 101).unwrap_err();
    assert!(matches!(refused, EditFailure::OwnShareIsFull { operations: 501, limit: 500 }), "{refused}");
}

#[test]
fn a_device_refuses_its_own_long_writing_at_half_and_small_edits_later() {
    let mut desk = Desk { budget: 2_000, ..Desk::new() };
    assert_eq!(edit(&mut desk, "long", 900).unwrap(), 900);
    let refused = edit(&mut desk, "too long", 101).unwrap_err();
    assert!(matches!(refused, EditFailure::OwnShareIsFull { operations: 1_001, limit: 1_000 }), "{refused}");
    let mut operations = 900;
    for number in 0..6 {
        operations = edit(&mut desk, &format!("small {number}"), 100).unwrap();
    }
    assert_eq!(operations, 1_500);
    let refused = edit(&mut desk, "last", 1).unwrap_err();
    assert!(matches!(refused, EditFailure::OwnShareIsFull { operations: 1_501, limit: 1_500 }), "{refused}");
    assert_eq!(desk.open().document(MAP, &desk.disk).unwrap().unwrap().operations(), 1_500, "nothing happened");
}

#[test]
fn what_others_wrote_keeps_a_device_from_long_writing_alone() {
    let mut desk = Desk { budget: 1_000, ..Desk::new() };
    let mut records = Vec::new();
    for (by, salt) in [(BEN, 1), (EVE, 1)] {
        let mut document = copy_of(&desk, by, salt);
        let change = write_rows(&mut document, "much", 950);
        records.push(desk.say(by, salt, 0, &[], &[&change]).0);
    }
    desk.take(&records);
    let refused = edit(&mut desk, "long", 101).unwrap_err();
    assert!(matches!(refused, EditFailure::DocumentIsFull { operations: 2_001, limit: 2_000 }), "{refused}");
    edit(&mut desk, "risk", 100).unwrap();
    edit(&mut desk, "another", 1).unwrap();
}

#[test]
fn operations_that_wait_for_ever_keep_no_other_operation_out() {
    let mut desk = Desk::new();
    let ana = DeviceKeys::derive(&DeviceSeed::from_bytes(desk.ana), &desk.space);
    let wren = device(&desk.space, 9);
    // All of them build on one that nobody will ever see.
    let mut elsewhere = desk.open().roster().clone();
    let grant = |roster: &Roster, newcomer: &DeviceKeys, name: &str| {
        roster.grant(&ana, newcomer.public(), newcomer.kem_public(), Role::Member, name, "Bay", NOW).unwrap()
    };
    elsewhere.insert(grant(&elsewhere, &wren, "Wren")).unwrap();
    let flood: Vec<Record> =
        (0..2_000).map(|number| desk.seal(Content::Op(grant(&elsewhere, &wren, &format!("Wren {number}"))))).collect();
    // Ana lets two in; the second grant comes first, and builds on the other.
    let mut roster = desk.open().roster().clone();
    let mut grants = Vec::new();
    for number in [3, 4] {
        let granted = grant(&roster, &device(&desk.space, number), "Finn");
        roster.insert(granted.clone()).unwrap();
        grants.push(desk.seal(Content::Op(granted)));
    }
    grants.reverse();
    // One handle on the replica, so that the roster is still as full as the flood left it.
    let mut replica = desk.open();
    desk.take_with(&mut replica, &flood);
    desk.take_with(&mut replica, &grants);
    for number in [3, 4] {
        assert!(replica.roster().member(&device(&desk.space, number).public()).is_some(), "{number} is a member");
    }
    assert!(grants.iter().all(|grant| desk.fate(grant) == Fate::Roster));
}

/// Who writes, how many rows, in which way, and whether after reading what there is.
type Choice = (u8, u8, u8, bool);

/// What a drawn history has made: the records, and which of Ben's followed nothing of Eve's.
struct Drawn {
    records: Vec<Record>,
    bens_alone: Vec<usize>,
}

/// Ben writes little and sometimes after reading others. Eve floods under three actors, forks, and signs what is not hers.
fn draw(desk: &Desk, choices: &[Choice]) -> Drawn {
    let writers = [(BEN, 1), (BEN, 2), (EVE, 1), (EVE, 2), (EVE, 3)];
    let mut documents: Vec<Document> = writers.iter().map(|(by, salt)| copy_of(desk, *by, *salt)).collect();
    let mut read_eve = [false; 5];
    let mut made: Vec<(usize, OwnChange)> = Vec::new();
    let mut drawn = Drawn { records: Vec::new(), bens_alone: Vec::new() };
    for (number, (writer, rows, how, reads)) in choices.iter().enumerate() {
        let writer = usize::from(*writer) % writers.len();
        let (by, salt) = writers[writer];
        if *reads {
            for (other, change) in &made {
                let actor = documents[*other].actor();
                if let Ok(staged) = documents[writer].stage(actor, std::slice::from_ref(&change.bytes)) {
                    documents[writer] = staged.commit();
                    read_eve[writer] |= writers[*other].0 == EVE || read_eve[*other];
                }
            }
        }
        let before = documents[writer].clone();
        let rows = if by == BEN { 1 + u64::from(rows % 3) } else { 3 + u64::from(rows % 25) };
        let mut changes = vec![write_rows(&mut documents[writer], &format!("{number}"), rows)];
        if how % 4 == 1 {
            changes.push(write_rows(&mut documents[writer], &format!("{number} more"), 2));
        }
        let signed: Vec<&OwnChange> = changes.iter().collect();
        let salt = if by == EVE && how % 7 == 6 { salt + 10 } else { salt };
        drawn.records.push(desk.say(by, salt, number as u32, &[], &signed).0);
        if by == BEN && !read_eve[writer] {
            drawn.bens_alone.push(number);
        }
        if by == EVE && how % 5 == 4 {
            // Her next change there takes the same number.
            documents[writer] = before;
        }
        made.extend(changes.into_iter().map(|change| (writer, change)));
    }
    drawn
}

fn next(seed: u64) -> u64 {
    seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

fn shuffled(records: &[Record], mut seed: u64) -> Vec<Record> {
    let mut records = records.to_vec();
    for at in (1..records.len()).rev() {
        seed = next(seed);
        records.swap(at, (seed >> 33) as usize % (at + 1));
    }
    records
}

/// Three take the same records in another order each, and the last one loses a part of its disk afterwards.
fn see_that_all_show_the_same(choices: &[Choice], seeds: [u64; 3], removed: bool) {
    let desk = small_desk();
    let mut drawn = draw(&desk, choices);
    if removed {
        drawn.records.push(desk.removal(EVE, &[]));
    }
    let mut shown = Vec::new();
    for (place, seed) in seeds.into_iter().enumerate() {
        let mut desk = desk.clone();
        desk.take(&shuffled(&drawn.records, seed));
        if place == 2 {
            let mut chance = seed;
            desk.damage(|_| {
                chance = next(chance);
                (chance >> 33).is_multiple_of(3)
            });
            desk.take_missing(&shuffled(&drawn.records, seed.rotate_left(32)));
        }
        let document = desk.open().document(MAP, &desk.disk).unwrap();
        let rows = document.map(|document| document.appended("l/").into_iter().map(|row| row.id).collect::<Vec<_>>());
        for bens in &drawn.bens_alone {
            assert!(matches!(desk.fate(&drawn.records[*bens]), Fate::Changes { .. }), "Ben's words count");
        }
        shown.push((desk.heads(), rows));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(shown[0], shown[2]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn three_who_hold_the_same_records_show_the_same_document(
        choices in proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), any::<bool>()), 4..16),
        seeds in any::<[u64; 3]>(),
        removed in any::<bool>(),
    ) {
        see_that_all_show_the_same(&choices, seeds, removed);
    }
}

#[test]
fn what_waited_for_a_change_is_not_woken_once_it_is_left_out() {
    let choices = [
        (24, 0, 104, false),
        (15, 0, 0, false),
        (24, 0, 7, false),
        (34, 166, 249, false),
        (17, 39, 0, false),
        (10, 0, 0, true),
        (25, 0, 0, false),
    ];
    see_that_all_show_the_same(&choices, [1_485_533_911_703_671_983, 0, 0], false);
}

#[test]
fn it_is_said_that_a_part_of_a_flood_does_not_count() {
    let mut desk = small_desk();
    let mut eve = copy_of(&desk, EVE, 1);
    let (first, flood) = (write_rows(&mut eve, "first", 30), write_rows(&mut eve, "flood", 30));
    let (a, _) = desk.say(EVE, 1, 0, &[], &[&first]);
    let (b, _) = desk.say(EVE, 1, 1, &[], &[&flood]);
    desk.take(&[a, b.clone()]);
    let told: Vec<&Notice> = desk.told.iter().collect();
    assert_eq!(told, [&Notice::Refused { record: b.id(), why: Refused::OverBudget }]);
}

/// What a removed member wrote took a place from what others had built on, and was never tried where its removal came first.
#[test]
fn what_is_left_out_with_a_removed_member_takes_no_place() {
    let choices = [
        (7, 50, 0, false),
        (10, 0, 0, false),
        (22, 65, 21, false),
        (40, 0, 0, true),
        (158, 16, 132, false),
        (25, 0, 0, true),
    ];
    let seeds = [14_079_298_949_112_932_699, 15_931_544_823_520_492_821, 3_731_211_795_636_796_632];
    see_that_all_show_the_same(&choices, seeds, true);
}
