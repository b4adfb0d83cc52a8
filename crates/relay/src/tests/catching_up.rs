//! Cursors, pages, live pushes and ladders.

use crate::{Input, Settings};
use allymap_wire::{Code, HashPrefix, Head, LogId, Message, Record};

use crate::tests::world::{World, record, record_of, records, space, stored};

fn is_ladder_request(heard: &[Message]) -> bool {
    matches!(heard, [Message::Ladder { pairs, .. }] if pairs.is_empty())
}

#[test]
fn a_cursor_is_answered_with_what_comes_after_it_and_then_with_whatever_comes() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, (1..=5).map(record).collect());
    let heard = world.sync(reader, world.place(2), None);
    assert_eq!(records(&heard), [record(3), record(4), record(5)]);
    assert!(matches!(&heard[..], [Message::Records { first: 3, more: false, head, .. }] if *head == world.place(5)));
    world.put(writer, vec![record(6)]);
    let heard = world.heard(reader);
    assert!(matches!(&heard[..], [Message::Records { first: 6, head, .. }] if *head == world.place(6)));
}

#[test]
fn whoever_has_everything_hears_so_in_few_bytes() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, vec![record(1)]);
    let heard = world.sync(reader, world.place(1), Some(world.place(1)));
    assert!(matches!(&heard[..], [Message::Records { first: 2, entries, more: false, .. }] if entries.is_empty()));
    assert!(heard[0].encode().len() < 40);
}

#[test]
fn ones_own_upload_does_not_come_back_and_nothing_is_missed_between() {
    let mut world = World::founded();
    let [one, other] = [2, 3].map(|number| world.log_in(number));
    world.sync(one, Head::START, None);
    world.sync(other, Head::START, None);
    for number in 0..30 {
        let who = if number % 3 == 0 { one } else { other };
        world.put(who, vec![record(number), record(100 + number)]);
    }
    // The world itself checks that nothing is skipped and nothing comes twice.
    assert_eq!(records(&world.heard(one)).len(), 40);
    assert_eq!(records(&world.heard(other)).len(), 20);
}

#[test]
fn a_long_log_comes_in_pages_each_when_the_last_has_left_and_uploads_meanwhile_wait_for_their_turn() {
    let settings = Settings { page_bytes: 1_000, ..Settings::default() };
    let mut world = World::founded_with(settings);
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, (0..50).map(record).collect());
    world.drains = false;
    assert_eq!(records(&world.sync(reader, Head::START, None)).len(), 5);
    world.put(writer, vec![record(99)]);
    assert_eq!(world.heard(reader), [], "the page before it has not left yet");
    let mut count = 5;
    while count < 51 {
        world.give(Input::Drained { connection: reader });
        let heard = world.heard(reader);
        assert!(matches!(&heard[..], [Message::Records { more: false, .. }]));
        count += records(&heard).len();
    }
    world.give(Input::Drained { connection: reader });
    assert_eq!(world.heard(reader), []);
    world.put(writer, vec![record(100)]);
    assert_eq!(records(&world.heard(reader)), [record(100)]);
}

#[test]
fn a_budget_is_kept_and_is_at_least_one_record_and_at_most_the_relays_own() {
    let settings = Settings { page_bytes: 1_000, sync_bytes: 3_000, ..Settings::default() };
    let mut world = World::founded_with(settings);
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, (0..40).map(record).collect());
    for (bytes, expected) in [(0, 1), (1, 1), (400, 2), (2_000, 10), (u64::MAX, 15)] {
        world.heard(reader);
        world.say(reader, &Message::Sync { since: Head::START, bytes, highest: None });
        let heard = world.heard(reader);
        assert_eq!(records(&heard).len(), expected, "{bytes}");
        assert!(matches!(heard.last(), Some(Message::Records { more: true, .. })));
        world.put(writer, vec![record(1_000 + bytes % 997)]);
        assert_eq!(world.heard(reader), [], "it must ask again first");
    }
    let rest = world.sync(reader, world.place(35), None);
    assert_eq!(records(&rest).len() as u64, world.log().len() as u64 - 35);
}

#[test]
fn asking_ten_thousand_times_is_still_one_subscription() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    for _ in 0..10_000 {
        world.sync(reader, Head::START, None);
    }
    world.put(writer, vec![record(1)]);
    assert_eq!(records(&world.heard(reader)), [record(1)]);
}

#[test]
fn a_cursor_that_does_not_fit_is_answered_with_a_ladder_and_never_with_records() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, (0..5).map(record).collect());
    let wrong = HashPrefix([0xEE; 16]);
    let place = |position| Head { position, hash: wrong };
    for since in [place(0), place(3), place(5), place(6), place(u64::MAX)] {
        assert!(is_ladder_request(&world.sync(reader, since, None)), "{since:?}");
        world.put(writer, vec![record(since.position % 1_000 + 100)]);
        assert_eq!(world.heard(reader), [], "and it is not subscribed");
    }
    for highest in [place(4), Head { position: 4_000, ..world.place(5) }] {
        assert!(is_ladder_request(&world.sync(reader, world.place(3), Some(highest))), "{highest:?}");
    }
}

#[test]
fn a_ladder_is_answered_with_the_highest_place_that_fits() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.put(writer, (0..50).map(record).collect());
    let wrong = |position| Head { position, hash: HashPrefix([1; 16]) };
    let cases = [
        (vec![wrong(900), wrong(40), world.place(30), world.place(10)], world.place(30)),
        (vec![world.place(10), world.place(30)], world.place(30)),
        (vec![wrong(3)], Head::START),
        (vec![], Head::START),
    ];
    for (pairs, expected) in cases {
        world.heard(reader);
        world.say(reader, &Message::Ladder { log: LogId([5; 16]), pairs });
        match world.heard(reader).as_slice() {
            [Message::Ladder { pairs, .. }] => assert_eq!(*pairs, [expected]),
            other => panic!("{other:?}"),
        }
        let heard = world.sync(reader, expected, None);
        assert_eq!(records(&heard).len() as u64, 50 - expected.position);
    }
    let many = Message::Ladder { log: LogId([5; 16]), pairs: vec![wrong(1); 10_000] };
    world.say(reader, &many);
    assert_eq!(world.closed(reader), Some(Code::Malformed));
}

#[test]
fn a_relay_restored_from_a_backup_is_noticed_below_at_and_above_the_cursor() {
    let mut world = World::founded();
    let writer = world.log_in(2);
    world.put(writer, (0..4).map(record).collect());
    let backup = world.disk.clone();
    world.put(writer, (4..8).map(record).collect());
    let (cursor, highest) = (world.place(3), world.place(8));
    world.disk = backup;
    world.restart();

    let reader = world.log_in(4);
    assert!(is_ladder_request(&world.sync(reader, highest, None)));
    assert!(is_ladder_request(&world.sync(reader, cursor, Some(highest))));
    let writer = world.log_in(2);
    world.put(writer, (100..110).map(record).collect());
    assert!(is_ladder_request(&world.sync(reader, cursor, Some(highest))), "also when it has grown past it since");
    assert_eq!(records(&world.sync(reader, cursor, None)).len(), 11, "without it, nobody could tell");
}

#[test]
fn a_burst_makes_nobody_miss_anything_and_fills_nobodys_queue() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.sync(reader, Head::START, None);
    world.drains = false;
    for number in 0..500 {
        world.put(writer, vec![record(number)]);
    }
    let first = world.heard(reader);
    assert!(first.len() <= 20, "{} frames wait for it", first.len());
    world.drains = true;
    world.give(Input::Drained { connection: reader });
    let rest = world.heard(reader);
    assert_eq!(records(&first).len() + records(&rest).len(), 500);
    world.put(writer, vec![record(1_000)]);
    assert_eq!(records(&world.heard(reader)), [record(1_000)], "and then it is live again");
}

#[test]
fn big_records_wait_for_a_slow_reader_on_the_disk_and_not_in_memory() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    world.sync(reader, Head::START, None);
    world.drains = false;
    for number in 0..10 {
        let put: Vec<Record> = (0..3).map(|part| record_of(number * 10 + part, 250 << 10)).collect();
        assert_eq!(stored(&world.put(writer, put)), 3);
    }
    let waiting: usize = world.heard(reader).iter().map(|message| message.encode().len()).sum();
    assert!(waiting < 1 << 20, "{waiting} bytes wait for it");
    world.give(Input::SendQueueFull { connection: reader });
    assert_eq!(world.closed(reader), Some(Code::TooSlow));
    let back = world.log_in(4);
    world.drains = true;
    assert_eq!(records(&world.sync(back, Head::START, None)).len(), 30);
}

#[test]
fn two_spaces_know_nothing_of_each_other() {
    let mut world = World::founded();
    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    let elsewhere = world.log_in_to(4, allymap_wire::SpaceId([7; 32]));
    world.sync(reader, Head::START, None);
    world.put(writer, vec![record(1)]);
    assert_eq!(world.heard(elsewhere).len(), 2, "Hello and AuthOk");
    assert!(world.disk.keys().filter(|key| key.starts_with(b"l")).all(|key| key[1..33] == space().0));
}
