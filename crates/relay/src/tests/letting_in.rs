//! Who gets in, who is kept out, and who is put out.

use crate::{Input, Settings};
use allymap_wire::{
    Challenge, Code, Flags, HashPrefix, Head, LogId, Message, OperatorToken, PROTOCOL, SpaceId, access_digest,
    auth_transcript, op_transcript,
};

use crate::tests::world::{HOST, World, device, entry, genesis, record, records, sign, space};

#[test]
fn the_relay_speaks_first_and_says_what_it_accepts() {
    let mut world = World::new();
    let connection = world.connect();
    match world.heard(connection).as_slice() {
        [Message::Hello { oldest, newest, relay, limits, .. }] => {
            assert_eq!((*oldest, *newest, *relay), (PROTOCOL, PROTOCOL, world.relay_key()));
            assert_eq!(*limits, allymap_wire::Limits::default());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_that_are_no_message_end_the_connection_before_and_after_logging_in() {
    let mut deep = vec![0x81; 3_000];
    deep.push(0);
    let bad: Vec<Vec<u8>> = vec![
        vec![],
        vec![0xff],
        b"GET / HTTP/1.1".to_vec(),
        // An array of 2^32 - 1 elements, one of unknown length, a NaN, an unknown number, a negative one.
        vec![0x9a, 0xff, 0xff, 0xff, 0xff],
        vec![0x9f, 0x03, 0xff],
        vec![0x82, 0x05, 0xf9, 0x7e, 0x00],
        vec![0x82, 0x18, 0x63, 0x80],
        vec![0x82, 0x20, 0x80],
        // A Put of 2^32 - 1 records, and one of 2^63 bytes.
        vec![0x82, 0x05, 0x9a, 0xff, 0xff, 0xff, 0xff],
        vec![0x82, 0x05, 0x81, 0x5b, 0x80, 0, 0, 0, 0, 0, 0, 0],
        deep,
        // A good message with a byte too many.
        [Message::Put { entries: vec![] }.encode(), vec![0]].concat(),
    ];
    for bytes in bad {
        let mut world = World::founded();
        let stranger = world.connect();
        world.give(Input::Received { connection: stranger, bytes: bytes.clone() });
        assert_eq!(world.closed(stranger), Some(Code::Malformed), "{bytes:x?}");
        let member = world.log_in(2);
        world.give(Input::Received { connection: member, bytes: bytes.clone() });
        assert_eq!(world.closed(member), Some(Code::Malformed), "{bytes:x?}");
        assert_eq!(world.relay.connections(), 0);
    }
}

#[test]
fn nothing_can_be_said_before_logging_in_and_nobody_logs_in_twice() {
    let mut world = World::founded();
    let early = world.connect();
    world.say(early, &Message::Sync { since: Head::START, bytes: 1, highest: None });
    assert_eq!(world.closed(early), Some(Code::Malformed));

    let twice = world.log_in(2);
    let again = world.auth(twice, 2, space());
    world.say(twice, &again);
    assert_eq!(world.closed(twice), Some(Code::Malformed));

    let relays = world.log_in(2);
    world.say(relays, &Message::PutAck { results: vec![] });
    assert_eq!(world.closed(relays), Some(Code::Malformed));
}

#[test]
fn a_login_that_was_overheard_opens_nothing_else() {
    let mut world = World::founded();
    let overheard = world.connect();
    let auth = world.auth(overheard, 2, space());
    let other = world.connect();
    world.say(other, &auth);
    assert_eq!(world.closed(other), Some(Code::BadSignature), "another connection has another challenge");

    for (relay, host) in [(world.relay_key(), "other.example"), (allymap_wire::RelayKey([1; 32]), HOST)] {
        let connection = world.connect();
        let nonce = Challenge([9; 16]);
        let signed = auth_transcript(&relay, host, &world.challenge(connection), &nonce.0, &space());
        let auth =
            Message::Auth { version: PROTOCOL, space: space(), device: device(2), nonce, signature: sign(2, &signed) };
        world.say(connection, &auth);
        assert_eq!(world.closed(connection), Some(Code::BadSignature), "{host}");
    }
    world.say(overheard, &auth);
    assert_eq!(world.closed(overheard), None);
}

#[test]
fn a_version_that_is_not_spoken_is_named_as_the_reason() {
    let mut world = World::founded();
    let connection = world.connect();
    let Message::Auth { space, device, nonce, signature, .. } = world.auth(connection, 2, space()) else { panic!() };
    world.say(connection, &Message::Auth { version: PROTOCOL + 1, space, device, nonce, signature });
    assert_eq!(world.closed(connection), Some(Code::Version));
}

#[test]
fn an_unknown_space_and_one_that_does_not_know_the_device_answer_alike() {
    let mut world = World::founded();
    let member = world.log_in(2);
    world.put(member, vec![record(1)]);
    let asked = [
        Message::Sync { since: Head::START, bytes: 1_000, highest: None },
        Message::Ladder { log: LogId([0; 16]), pairs: vec![] },
        Message::Put { entries: vec![record(2), record(1)] },
        Message::Access { list: world.access_list(9, 2, vec![], vec![]) },
        Message::BoxTake { token: allymap_wire::BoxToken([1; 32]), slot: allymap_wire::Slot::Offer },
        Message::BoxTake { token: allymap_wire::BoxToken([1; 32]), slot: allymap_wire::Slot::Request },
        Message::BoxPut {
            token: allymap_wire::BoxToken([1; 32]),
            slot: allymap_wire::Slot::Offer,
            bytes: vec![1].into(),
        },
        Message::BoxPut {
            token: allymap_wire::BoxToken([1; 32]),
            slot: allymap_wire::Slot::Request,
            bytes: vec![1].into(),
        },
    ];
    let mut answers = Vec::new();
    for id in [space(), SpaceId([3; 32])] {
        let connection = world.log_in_to(9, id);
        for message in &asked {
            world.say(connection, message);
        }
        assert_eq!(world.closed(connection), None);
        answers.push(world.heard(connection).split_off(1));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        answers[0][0],
        Message::AuthOk {
            flags: Flags::NONE,
            access_version: 0,
            log: LogId([0; 16]),
            head: Head::START,
            access: HashPrefix([0; 16])
        }
    );
    assert_eq!(answers[0].len(), 1 + asked.len());
    assert_eq!(world.log().len(), 1);
}

#[test]
fn a_device_on_no_list_may_neither_chatter_nor_stay() {
    let mut world = World::founded();
    let chatter = world.log_in(9);
    let ask = Message::Sync { since: Head::START, bytes: 1, highest: None };
    for _ in 0..world.settings.unlisted_messages {
        world.say(chatter, &ask);
    }
    assert_eq!(world.closed(chatter), None);
    world.say(chatter, &ask);
    assert_eq!(world.closed(chatter), Some(Code::Rate));

    let silent = world.log_in(9);
    let member = world.log_in(2);
    world.now += world.settings.unlisted_ms;
    world.give(Input::Tick);
    assert_eq!(world.closed(silent), Some(Code::TimeOut));
    assert_eq!(world.closed(member), None, "a member may be silent: its driver pings it");
}

#[test]
fn who_does_not_log_in_is_sent_away_in_time_and_before_saying_much() {
    let mut world = World::new();
    let slow = world.connect();
    world.now += world.settings.unauthenticated_ms - 1;
    world.give(Input::Tick);
    assert_eq!(world.closed(slow), None);
    world.now += 1;
    world.give(Input::Tick);
    assert_eq!(world.closed(slow), Some(Code::TimeOut));

    let loud = world.connect();
    world.give(Input::Received { connection: loud, bytes: vec![0; 5_000] });
    assert_eq!(world.closed(loud), Some(Code::TooLarge));
}

#[test]
fn a_clock_set_back_by_years_keeps_no_silent_connection() {
    let mut world = World::new();
    let silent = world.connect();
    world.now -= 3 * 365 * 24 * 3_600_000;
    world.give(Input::Tick);
    assert_eq!(world.closed(silent), None);
    world.now += world.settings.unauthenticated_ms;
    world.give(Input::Tick);
    assert_eq!(world.closed(silent), Some(Code::TimeOut));
}

#[test]
fn one_address_gets_twenty_connections_a_minute_and_the_others_are_served() {
    let mut world = World::new();
    for _ in 0..20 {
        let connection = world.connect_from(Some(7));
        assert_eq!(world.closed(connection), None);
    }
    for _ in 0..500 {
        let connection = world.connect_from(Some(7));
        assert_eq!(world.closed(connection), Some(Code::TooMany));
    }
    let other = world.connect_from(Some(8));
    assert_eq!(world.closed(other), None);
    let here = world.connect_from(None);
    assert_eq!(world.closed(here), None);
    world.now += 60_000;
    let later = world.connect_from(Some(7));
    assert_eq!(world.closed(later), None);
}

#[test]
fn a_frame_over_the_limit_ends_the_connection() {
    let mut world = World::founded();
    let member = world.log_in(2);
    world.give(Input::Received { connection: member, bytes: vec![0; world.settings.frame_bytes + 1] });
    assert_eq!(world.closed(member), Some(Code::TooLarge));
}

#[test]
fn a_space_is_made_by_whoever_has_the_operators_leave_and_the_roots_signature() {
    let mut world = World::new();
    let good = sign(0, &op_transcript(&genesis()));
    let token = world.token();
    let create =
        |genesis: Vec<u8>, root, signature, token| Message::Create { genesis: genesis.into(), root, signature, token };
    let connection = world.log_in(1);
    for (message, code) in [
        (create(genesis(), device(0), good, OperatorToken([0; 16])), Code::Token),
        (create(b"another genesis".to_vec(), device(0), good, token), Code::Malformed),
        (create(genesis(), device(1), good, token), Code::Malformed),
        (create(genesis(), device(0), sign(1, &op_transcript(&genesis())), token), Code::BadSignature),
        (create(genesis(), device(0), sign(0, &genesis()), token), Code::BadSignature),
    ] {
        assert_eq!(world.outcome(connection, &message), code);
    }
    assert_eq!(world.disk.len(), 1, "a refusal leaves nothing behind");
    assert_eq!(world.create(connection), Code::Done);
    assert_eq!(world.create(connection), Code::Exists);
    assert_eq!(world.put(connection, vec![record(1)]).len(), 1);
    assert_eq!(world.log().len(), 1);

    let mut open = World::with(Settings { anybody_may_create: true, ..Settings::default() });
    let connection = open.log_in(1);
    let message = create(genesis(), device(0), good, OperatorToken([0; 16]));
    assert_eq!(open.outcome(connection, &message), Code::Done);
}

#[test]
fn whoever_waits_at_a_space_goes_on_when_it_is_made_and_lists_them() {
    let mut world = World::new();
    let [convenor, member] = [1, 2].map(|number| world.log_in(number));
    world.create(convenor);
    assert_eq!(
        world.set_access(convenor, 1, 1, vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE)], vec![]),
        Code::Done
    );
    world.sync(member, Head::START, None);
    world.put(convenor, vec![record(1)]);
    assert_eq!(records(&world.heard(member)), [record(1)]);
}

#[test]
fn a_login_tells_what_the_access_list_says() {
    let mut world = World::founded();
    let reader = world.log_in(4);
    let mut entries =
        vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE), entry(3, Flags::WRITE), entry(4, Flags::READ)];
    entries.sort();
    match world.heard(reader).as_slice() {
        [_, Message::AuthOk { flags, access_version, access, head, .. }] => {
            assert_eq!((*flags, *access_version, *head), (Flags::READ, 2, Head::START));
            assert_eq!(*access, access_digest(&entries, &[]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_removed_device_gets_not_one_record_more_and_no_way_back() {
    let mut world = World::founded();
    let [convenor, removed, left_out] = [1, 2, 3].map(|number| world.log_in(number));
    world.sync(removed, Head::START, None);
    world.sync(left_out, Head::START, None);
    let entries = vec![entry(1, Flags::CONVENE)];
    assert_eq!(world.set_access(convenor, 1, 2, entries.clone(), vec![device(2)]), Code::Done);
    assert_eq!(world.closed(removed), Some(Code::Removed));
    assert_eq!(world.closed(left_out), Some(Code::NotAllowed));
    // Records after its end would fail in the world itself.
    world.put(convenor, vec![record(1)]);

    let again = world.log_in(2);
    assert_eq!(world.closed(again), Some(Code::Removed));
    let stranger = world.log_in(3);
    assert_eq!(world.closed(stranger), None, "who was merely left out is a stranger like any other");
    world.restart();
    let again = world.log_in(2);
    assert_eq!(world.closed(again), Some(Code::Removed));
}

#[test]
fn a_stale_list_a_forged_list_and_a_list_that_brings_somebody_back_are_refused() {
    let mut world = World::founded();
    let convenor = world.log_in(1);
    let all = || vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE)];
    assert_eq!(world.set_access(convenor, 1, 2, vec![entry(1, Flags::CONVENE)], vec![device(2)]), Code::Done);
    let before = world.disk.clone();

    assert_eq!(world.set_access(convenor, 1, 2, all(), vec![]), Code::Stale);
    assert_eq!(world.set_access(convenor, 1, 3, all(), vec![]), Code::Removed, "sticky, also when the list forgets it");
    let mut jump = world.access_list(1, 3, vec![entry(1, Flags::CONVENE)], vec![]);
    jump.version = u64::MAX;
    assert_eq!(world.outcome(convenor, &Message::Access { list: jump }), Code::BadSignature);
    let mut forged = world.access_list(1, 3, vec![entry(1, Flags::CONVENE)], vec![]);
    forged.removed.push(device(3));
    assert_eq!(world.outcome(convenor, &Message::Access { list: forged }), Code::BadSignature);
    let by_member = world.access_list(3, 3, all(), vec![]);
    assert_eq!(world.outcome(convenor, &Message::Access { list: by_member }), Code::NotAllowed);
    assert_eq!(world.set_access(convenor, 1, 3, vec![entry(1, Flags::CONVENE); 2], vec![]), Code::Malformed);
    assert_eq!(world.set_access(convenor, 1, 3, vec![], vec![device(0)]), Code::NotAllowed, "the root is not removed");
    assert_eq!(world.disk, before);
}

#[test]
fn the_root_key_can_take_a_removal_back_and_a_member_cannot_set_the_list() {
    let mut world = World::founded();
    let convenor = world.log_in(1);
    world.set_access(convenor, 1, 2, vec![entry(1, Flags::CONVENE)], vec![device(2)]);
    let root = world.log_in(0);
    let entries = vec![entry(1, Flags::CONVENE), entry(2, Flags::WRITE)];
    assert_eq!(world.set_access(root, 0, 3, entries.clone(), vec![]), Code::Done);
    let back = world.log_in(2);
    assert_eq!(world.closed(back), None);
    assert_eq!(
        world.set_access(back, 1, 4, entries, vec![]),
        Code::NotAllowed,
        "even a convenor's list, from a member"
    );
}

#[test]
fn more_devices_than_a_list_may_hold_are_refused() {
    let mut world = World::founded_with(Settings { access_entries: 4, ..Settings::default() });
    let convenor = world.log_in(1);
    let entries = (1..=5).map(|number| entry(number, Flags::CONVENE)).collect();
    assert_eq!(world.set_access(convenor, 1, 2, entries, vec![]), Code::TooLarge);
}

#[test]
fn going_away_tells_everybody_when_to_come_back_and_not_all_at_once() {
    let mut world = World::founded();
    let connections: Vec<_> = (0..20).map(|_| world.log_in(2)).collect();
    world.give(Input::Drain);
    let mut pauses = std::collections::BTreeSet::new();
    for connection in connections {
        assert_eq!(world.closed(connection), Some(Code::Draining));
        match world.heard(connection).last() {
            Some(Message::Bye { code: Code::Draining, retry_after_ms }) => pauses.insert(*retry_after_ms),
            other => panic!("{other:?}"),
        };
    }
    assert!(pauses.len() > 10 && *pauses.last().unwrap() <= 31_000, "{pauses:?}");
    let late = world.connect();
    assert_eq!(world.closed(late), Some(Code::Draining));
}
