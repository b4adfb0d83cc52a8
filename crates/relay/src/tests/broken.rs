//! Each rule that can be broken on purpose makes a difference that a test can see.

use crate::{Broken, Relay};
use allymap_wire::{Code, Flags, HashPrefix, Head, LogHash, Message, PutResult, Slot};

use crate::tests::world::{World, device, entry, record, records};

/// What a relay does in a small story that touches each rule; the name of each rule it is seen to break.
fn seen(broken: Option<Broken>) -> Vec<Broken> {
    let mut world = World::founded();
    if let Some(broken) = broken {
        world.relay = Relay::open_broken(world.settings.clone(), &world.disk, broken).unwrap();
    }
    let mut seen = Vec::new();

    let [writer, reader] = [2, 4].map(|number| world.log_in(number));
    let early = world.sync(reader, Head { position: 0, hash: HashPrefix([1; 16]) }, None);
    if !matches!(&early[..], [Message::Ladder { .. }]) {
        seen.push(Broken::NoHashAtTheCursor);
    }
    let beyond = Head { position: 9, hash: LogHash::START.prefix() };
    if !matches!(&world.sync(reader, Head::START, Some(beyond))[..], [Message::Ladder { .. }]) {
        seen.push(Broken::IgnoresHighest);
    }
    world.sync(reader, Head::START, None);
    for number in 0..2 {
        world.put(writer, vec![record(number)]);
    }
    world.heard(reader);
    world.put(writer, vec![record(3)]);
    if records(&world.heard(reader)).is_empty() {
        seen.push(Broken::PushSkipsABatch);
    }
    if !matches!(world.put(writer, vec![record(3)])[..], [PutResult::Duplicate { .. }]) {
        seen.push(Broken::StoresDuplicates);
    }

    let [convenor, first, second] = [1, 8, 9].map(|number| world.log_in(number));
    let token = allymap_wire::BoxToken([1; 32]);
    world.outcome(convenor, &Message::BoxPut { token, slot: Slot::Offer, bytes: vec![1].into() });
    for connection in [first, second] {
        world.heard(connection);
        world.say(connection, &Message::BoxTake { token, slot: Slot::Offer });
    }
    if matches!(world.heard(second)[..], [Message::Box { .. }]) {
        seen.push(Broken::OfferGivenTwice);
    }
    let done = world.set_access(convenor, 1, 2, vec![entry(1, Flags::CONVENE)], vec![device(2)]);
    assert_eq!(done, Code::Done);
    if world.closed(writer) != Some(Code::Removed) {
        seen.push(Broken::RemovedStayConnected);
    }
    seen
}

#[test]
fn a_relay_that_keeps_the_rules_is_seen_to_break_none() {
    assert_eq!(seen(None), []);
}

#[test]
fn each_broken_rule_is_seen_and_no_other() {
    for broken in Broken::ALL {
        assert_eq!(seen(Some(broken)), [broken]);
    }
}
