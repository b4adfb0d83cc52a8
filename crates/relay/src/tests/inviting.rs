//! Mailboxes: an offer goes to one device, and that device alone may answer.

use crate::{Input, Settings};
use allymap_wire::{BoxToken, Code, Message, Slot};

use crate::tests::world::World;

const TOKEN: BoxToken = BoxToken([6; 32]);

fn put(token: BoxToken, slot: Slot, bytes: &[u8]) -> Message {
    Message::BoxPut { token, slot, bytes: bytes.to_vec().into() }
}

fn offer(bytes: &[u8]) -> Message {
    put(TOKEN, Slot::Offer, bytes)
}

fn take(world: &mut World, connection: crate::ConnectionId, slot: Slot) -> Result<Option<Vec<u8>>, Code> {
    world.heard(connection);
    world.say(connection, &Message::BoxTake { token: TOKEN, slot });
    match world.heard(connection).as_slice() {
        [Message::Box { slot: from, bytes }] if *from == slot => Ok(bytes.clone().map(Into::into)),
        [Message::Outcome { of: 12, code, .. }] => Err(*code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_newcomer_takes_the_offer_asks_and_the_convenor_reads_it_as_often_as_needed() {
    let mut world = World::founded();
    let [convenor, newcomer] = [1, 8].map(|number| world.log_in(number));
    assert_eq!(world.outcome(convenor, &offer(b"an offer")), Code::Done);
    assert_eq!(world.outcome(convenor, &offer(b"an offer")), Code::Done, "an answer that was lost may be asked again");
    assert_eq!(world.outcome(convenor, &offer(b"another")), Code::Exists);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Ok(Some(b"an offer".to_vec())));
    assert_eq!(world.outcome(newcomer, &put(TOKEN, Slot::Request, b"let me in")), Code::Done);
    world.restart();
    let [convenor, newcomer] = [1, 8].map(|number| world.log_in(number));
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Ok(Some(b"an offer".to_vec())));
    for _ in 0..2 {
        assert_eq!(take(&mut world, convenor, Slot::Request), Ok(Some(b"let me in".to_vec())));
    }
}

#[test]
fn nobody_else_gets_the_offer_or_answers_it() {
    let mut world = World::founded();
    let [convenor, first, second] = [1, 8, 9].map(|number| world.log_in(number));
    world.outcome(convenor, &offer(b"an offer"));
    assert_eq!(world.outcome(second, &put(TOKEN, Slot::Request, b"early")), Code::NotAllowed);
    assert!(take(&mut world, first, Slot::Offer).unwrap().is_some());
    assert_eq!(take(&mut world, second, Slot::Offer), Err(Code::Taken));
    assert_eq!(world.outcome(second, &put(TOKEN, Slot::Request, b"me too")), Code::Taken);
    assert_eq!(take(&mut world, second, Slot::Request), Err(Code::NotAllowed));
    assert_eq!(take(&mut world, first, Slot::Request), Err(Code::NotAllowed), "not even its own");
}

#[test]
fn only_convenors_invite_and_they_can_take_it_back() {
    let mut world = World::founded();
    let [convenor, member, newcomer] = [1, 2, 8].map(|number| world.log_in(number));
    assert_eq!(world.outcome(member, &offer(b"x")), Code::NotAllowed);
    assert_eq!(world.outcome(newcomer, &offer(b"x")), Code::NotAllowed);
    world.outcome(convenor, &offer(b"x"));
    assert_eq!(world.outcome(convenor, &offer(b"")), Code::Done);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Ok(None));
}

#[test]
fn a_letter_over_the_size_and_a_mailbox_over_the_number_are_refused() {
    let mut world = World::founded_with(Settings { mailboxes: 3, mailbox_bytes: 100, ..Settings::default() });
    let [convenor, newcomer] = [1, 8].map(|number| world.log_in(number));
    assert_eq!(world.outcome(convenor, &offer(&[1; 101])), Code::TooLarge);
    for number in 0..3 {
        assert_eq!(world.outcome(convenor, &put(BoxToken([number; 32]), Slot::Offer, b"x")), Code::Done);
    }
    assert_eq!(world.outcome(convenor, &offer(b"x")), Code::Full);
    world.now += world.settings.mailbox_ms;
    assert_eq!(world.outcome(convenor, &offer(b"x")), Code::Done, "those that are over make room");
    take(&mut world, newcomer, Slot::Offer).unwrap();
    assert_eq!(world.outcome(newcomer, &put(TOKEN, Slot::Request, &[1; 101])), Code::TooLarge);

    let beyond = put(TOKEN, Slot::Offer, &[1; (16 << 10) + 1]);
    world.say(convenor, &beyond);
    assert_eq!(world.closed(convenor), Some(Code::Malformed), "not a message at all, on any relay");
}

#[test]
fn an_invitation_ends_after_three_days_and_its_mailbox_after_seven() {
    let mut world = World::founded();
    let [convenor, quick] = [1, 8].map(|number| world.log_in(number));
    world.outcome(convenor, &offer(b"x"));
    world.now += world.settings.invitation_ms - 1;
    assert!(take(&mut world, quick, Slot::Offer).unwrap().is_some());
    world.now += 1;
    assert!(take(&mut world, quick, Slot::Offer).unwrap().is_some(), "whoever has taken it has it");
    world.now += world.settings.mailbox_ms;
    assert_eq!(take(&mut world, quick, Slot::Offer), Ok(None));
    assert_eq!(world.outcome(quick, &put(TOKEN, Slot::Request, b"late")), Code::Gone);

    world.outcome(convenor, &offer(b"y"));
    world.now += world.settings.invitation_ms;
    let late = world.log_in(9);
    assert_eq!(take(&mut world, late, Slot::Offer), Ok(None));
}

#[test]
fn what_is_over_is_cleared_away_though_nobody_asks() {
    let mut world = World::founded();
    let convenor = world.log_in(1);
    for number in 0..60 {
        assert_eq!(world.outcome(convenor, &put(BoxToken([number; 32]), Slot::Offer, b"x")), Code::Done);
    }
    let mailboxes = |world: &World| world.disk.keys().filter(|key| key.starts_with(b"b")).count();
    world.give(Input::Tick);
    assert_eq!(mailboxes(&world), 60);
    world.now += world.settings.mailbox_ms;
    for _ in 0..3 {
        world.give(Input::Tick);
    }
    assert_eq!(mailboxes(&world), 0);
}

#[test]
fn guessing_is_limited_over_all_and_counts_while_nobody_may_try() {
    let mut world = World::founded_with(Settings { guesses_a_minute: 30, ..Settings::default() });
    let convenor = world.log_in(1);
    assert_eq!(world.outcome(convenor, &offer(b"an offer")), Code::Done);
    // Each device may try sixteen times, so it takes several.
    let wrong = |number: u8| Message::BoxTake { token: BoxToken([number; 32]), slot: Slot::Offer };
    for guess in 0..30 {
        let guesser = world.log_in(10 + guess / 10);
        world.heard(guesser);
        world.say(guesser, &wrong(100 + guess));
        assert!(matches!(world.heard(guesser)[..], [Message::Box { bytes: None, .. }]));
    }
    let newcomer = world.log_in(8);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Err(Code::Rate), "right or wrong, nobody is told");
    // The convenor is known, and goes on.
    assert_eq!(world.outcome(convenor, &put(BoxToken([7; 32]), Slot::Offer, b"another")), Code::Done);
    // One who tries now and then does not keep the door shut for the others.
    world.now += 50_000;
    let newcomer = world.log_in(8);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Err(Code::Rate));
    world.now += 11_000;
    let newcomer = world.log_in(8);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Ok(Some(b"an offer".to_vec())));
    // Where as many go on trying as shut it, it stays shut for another minute.
    world.now += 61_000;
    for guess in 0..70 {
        let guesser = world.log_in(20 + guess / 10);
        world.say(guesser, &wrong(100 + guess));
    }
    world.now += 61_000;
    let newcomer = world.log_in(8);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Err(Code::Rate));
    world.now += 61_000;
    let newcomer = world.log_in(8);
    assert_eq!(take(&mut world, newcomer, Slot::Offer), Ok(Some(b"an offer".to_vec())));
}

#[test]
fn the_operators_token_is_guessed_under_the_same_limit() {
    let mut world = World::with(Settings { guesses_a_minute: 5, ..Settings::default() });
    let create = |token| Message::Create {
        genesis: crate::tests::world::genesis().into(),
        root: crate::tests::world::device(0),
        signature: crate::tests::world::sign(0, &allymap_wire::op_transcript(&crate::tests::world::genesis())),
        token,
    };
    let guesser = world.log_in(1);
    for number in 0..5 {
        assert_eq!(world.outcome(guesser, &create(allymap_wire::OperatorToken([number; 16]))), Code::Token);
    }
    assert_eq!(world.create(guesser), Code::Rate, "the right one neither");
    world.now += 61_000;
    let founder = world.log_in(1);
    assert_eq!(world.create(founder), Code::Done);
}
