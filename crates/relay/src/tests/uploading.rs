//! What becomes of a Put.

use crate::{Input, Relay, Settings};
use allymap_wire::{Code, Flags, Head, LogId, Message, PutResult, Record};

use crate::tests::world::{World, entry, record, record_of, records, space, stored, write};

const DAY_MS: u64 = 24 * 3_600_000;

fn codes(results: &[PutResult]) -> Vec<Option<Code>> {
    results
        .iter()
        .map(|result| match result {
            PutResult::Refused { code } => Some(*code),
            _ => None,
        })
        .collect()
}

#[test]
fn what_is_acknowledged_is_on_the_disk_with_its_place() {
    let mut world = World::founded();
    let member = world.log_in(2);
    let results = world.put(member, vec![record(1), record(2)]);
    assert_eq!(world.log(), [record(1).id(), record(2).id()]);
    let expected: Vec<_> = (1..=2).map(|position| PutResult::Stored { at: world.place(position) }).collect();
    assert_eq!(results, expected);
}

#[test]
fn the_same_record_again_is_a_duplicate_with_the_same_place_also_inside_one_put_and_after_a_restart() {
    let mut world = World::founded();
    let member = world.log_in(2);
    let results = world.put(member, vec![record(1), record(1), record(2)]);
    assert_eq!(results[1], PutResult::Duplicate { at: world.place(1) });
    assert_eq!(results[2], PutResult::Stored { at: world.place(2) });
    world.restart();
    let other = world.log_in(3);
    assert_eq!(world.put(other, vec![record(2)]), [PutResult::Duplicate { at: world.place(2) }]);
    assert_eq!(world.log().len(), 2);
}

#[test]
fn a_reader_may_not_write_and_stays_connected() {
    let mut world = World::founded();
    let reader = world.log_in(4);
    assert_eq!(codes(&world.put(reader, vec![record(1), record(2)])), [Some(Code::NotAllowed); 2]);
    assert_eq!(world.closed(reader), None);
    assert!(world.log().is_empty());
}

#[test]
fn a_place_of_a_deleted_record_cannot_be_uploaded() {
    let mut world = World::founded();
    let member = world.log_in(2);
    let gone = Record::new([&[4][..], &record(1).id().0].concat()).unwrap();
    assert_eq!(codes(&world.put(member, vec![gone, record(1)])), [Some(Code::NotAllowed), None]);
    assert_eq!(world.log(), [record(1).id()]);
}

#[test]
fn each_record_over_the_rate_is_refused_the_rest_is_stored_and_the_next_day_brings_more() {
    let mut world = World::founded_with(Settings { device_records_per_day: 100, ..Settings::default() });
    let member = world.log_in(2);
    let all: Vec<_> = (0..1_000).map(record).collect();
    let results = world.put(member, all.clone());
    assert_eq!(stored(&results), 100);
    assert!(codes(&results[100..]).iter().all(|code| *code == Some(Code::Rate)));
    assert_eq!(world.closed(member), None);
    let other = world.log_in(3);
    assert_eq!(stored(&world.put(other, vec![record(5_000)])), 1, "the others are not held back");

    world.restart();
    let member = world.log_in(2);
    assert_eq!(stored(&world.put(member, all[100..101].to_vec())), 0, "a restart does not forget the rate");
    world.now += DAY_MS;
    assert_eq!(stored(&world.put(member, all)), 100);
}

#[test]
fn a_clock_that_was_ahead_for_a_while_does_not_hold_anybody_back_until_it_is_there_again() {
    let mut world = World::founded_with(Settings { device_records_per_day: 10, ..Settings::default() });
    world.now += 3_000 * DAY_MS;
    let member = world.log_in(2);
    let all: Vec<_> = (0..20).map(record).collect();
    assert_eq!(stored(&world.put(member, all.clone())), 10);
    world.now -= 2_999 * DAY_MS;
    assert_eq!(stored(&world.put(member, all[10..].to_vec())), 0, "it brings nothing back either");
    world.now += DAY_MS;
    assert_eq!(stored(&world.put(member, all[10..].to_vec())), 10);
}

#[test]
fn what_was_there_already_does_not_count() {
    let mut world = World::founded_with(Settings { device_records_per_day: 10, ..Settings::default() });
    let member = world.log_in(2);
    let all: Vec<_> = (0..10).map(record).collect();
    for _ in 0..20 {
        assert!(codes(&world.put(member, all.clone())).iter().all(Option::is_none));
    }
}

#[test]
fn the_last_tenth_of_a_space_is_for_convenors() {
    let mut world = World::founded_with(Settings { space_bytes: 10_000, ..Settings::default() });
    let [convenor, member] = [1, 2].map(|number| world.log_in(number));
    let all: Vec<_> = (0..10).map(|number| record_of(number, 1_000)).collect();
    let results = world.put(member, all.clone());
    assert_eq!(stored(&results), 9);
    assert_eq!(codes(&results)[9], Some(Code::Full));
    assert_eq!(stored(&world.put(convenor, all[9..].to_vec())), 1);
    assert_eq!(codes(&world.put(convenor, vec![record(77)])), [Some(Code::Full)]);
}

#[test]
fn a_record_over_the_announced_size_is_refused_and_the_others_are_kept() {
    let mut world = World::founded_with(Settings { record_bytes: 500, ..Settings::default() });
    let member = world.log_in(2);
    let results = world.put(member, vec![record_of(1, 501), record_of(2, 500)]);
    assert_eq!(codes(&results), [Some(Code::TooLarge), None]);
}

#[test]
fn a_full_disk_refuses_uploads_goes_on_serving_and_recovers() {
    let mut world = World::founded();
    let [member, other] = [2, 3].map(|number| world.log_in(number));
    world.put(member, vec![record(1)]);
    world.give(Input::DiskFull(true));
    assert_eq!(codes(&world.put(member, vec![record(2), record(1)])), [Some(Code::Full), None]);
    assert_eq!(records(&world.sync(other, Head::START, None)), [record(1)]);
    let convenor = world.log_in(1);
    assert_eq!(
        world.set_access(convenor, 1, 2, vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE)], vec![]),
        Code::Done
    );
    world.give(Input::DiskFull(false));
    assert_eq!(stored(&world.put(member, vec![record(2)])), 1);
}

#[test]
fn a_month_later_nothing_tells_who_uploaded_what() {
    let mut world = World::founded();
    let [one, other] = [2, 3].map(|number| world.log_in(number));
    let tag = |world: &World, position: usize| {
        let rows: Vec<_> = world.disk.iter().filter(|(key, _)| key.starts_with(b"l")).collect();
        rows[position - 1].1[32..36].to_vec()
    };
    world.put(one, vec![record(1)]);
    world.put(other, vec![record(2)]);
    world.put(one, vec![record(3)]);
    assert_eq!(tag(&world, 1), tag(&world, 3));
    assert_ne!(tag(&world, 1), tag(&world, 2));
    let salt = world.disk[&b"u"[..]].clone();
    world.now += 30 * DAY_MS;
    world.put(one, vec![record(4)]);
    assert_ne!(tag(&world, 1), tag(&world, 4));
    assert_ne!(world.disk[&b"u"[..]], salt, "the old salt is gone");
}

#[test]
fn a_damaged_row_costs_one_answer_and_nobody_elses_connection() {
    let mut world = World::founded();
    let [member, other] = [2, 3].map(|number| world.log_in(number));
    world.put(member, (1..=3).map(record).collect());
    let second = world.disk.keys().filter(|key| key.starts_with(b"l")).nth(1).unwrap().clone();
    world.disk.remove(&second);
    assert_eq!(codes(&world.put(member, vec![record(2), record(4)])), [Some(Code::Storage), None]);
    assert_eq!(records(&world.sync(other, Head::START, None)), [record(1)], "what stands before it is still sent");
    assert_eq!(world.closed(other), Some(Code::Storage));
    assert_eq!(world.closed(member), None);
}

#[test]
fn a_log_with_a_hole_is_closed_up_and_devices_bring_what_is_missing() {
    let mut world = World::founded();
    let member = world.log_in(2);
    world.put(member, (0..200).map(record).collect());
    let (before, behind) = (world.place(50), world.place(150));
    for lost in [100, 101, 160] {
        world.disk.remove(&[b"l", &space().0[..], &u64::to_be_bytes(lost)].concat());
    }
    let marks = Relay::begin_mending(&world.disk).unwrap();
    write(&mut world.disk, marks);
    let mut steps = 0;
    while let Some(writes) = Relay::mend(&world.disk, &mut |bytes| bytes.fill(0x11)).unwrap() {
        write(&mut world.disk, writes);
        steps += 1;
    }
    assert!(steps > 3, "a long log is mended in steps that fit in memory");
    world.restart();

    let member = world.log_in(2);
    assert!(matches!(
        world.heard(member)[..],
        [_, Message::AuthOk { head, log, .. }] if head.position == 197 && log == LogId([0x11; 16])
    ));
    assert!(matches!(world.sync(member, behind, None)[..], [Message::Ladder { .. }]));
    assert_eq!(records(&world.sync(member, before, None)).len(), 147);
    let results = world.put(member, (0..200).map(record).collect());
    assert_eq!(stored(&results), 3);
    assert_eq!(world.log().len(), 200);
}

#[test]
fn a_space_that_lost_its_access_list_is_unknown_until_it_is_made_again() {
    let mut world = World::founded();
    let member = world.log_in(2);
    world.put(member, vec![record(1), record(2)]);
    world.disk.remove(&[b"a", &space().0[..]].concat());
    let marks = Relay::begin_mending(&world.disk).unwrap();
    write(&mut world.disk, marks);
    while let Some(writes) = Relay::mend(&world.disk, &mut |bytes| bytes.fill(0x11)).unwrap() {
        write(&mut world.disk, writes);
    }
    world.restart();
    let convenor = world.log_in(1);
    assert_eq!(world.create(convenor), Code::Done);
    assert_eq!(stored(&world.put(convenor, vec![record(2), record(1)])), 2);
    assert_eq!(world.log(), [record(2).id(), record(1).id()]);
}
