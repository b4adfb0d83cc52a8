//! Two devices and a relay, nothing between them but frames: the shortest stories of the exchange.

use std::collections::{BTreeMap, VecDeque};

use allymap_document::{ActId, Value};
use allymap_relay::{ConnectionId, Identity, Relay, Settings};
use allymap_seal::{Body, DeviceKeys, DeviceSeed, Invitation, Label, Role, RootKeys, RootSeed, genesis};
use allymap_wire::{Code, DocumentId, Flags, Message, MessageKind, RelayKeyHash, SpaceId as Space};
use rand_core::TryRng;

use crate::tests::memory::{Chance, Disk, NOW, store};
use crate::*;

const HOST: &str = "relay.test:1";

struct Phone {
    replica: Replica,
    disk: Disk,
    seed: DeviceSeed,
    notices: Vec<Notice>,
    changed: Vec<DocumentId>,
}

struct World {
    relay: Relay,
    relay_disk: Disk,
    relay_name: RelayKeyHash,
    phones: Vec<Phone>,
    chance: Chance,
    space: Space,
    bytes: Vec<u8>,
    /// Phones leave the moment that all was said, as a command does: what is still on its way is lost.
    hasty: bool,
}

impl World {
    /// A map with `count` members, the first of whom founded it and let the others in by invitation.
    fn with_members(count: usize) -> World {
        let mut chance = Chance(7);
        let mut relay_disk = Disk::default();
        let identity = Identity::new(&mut |bytes: &mut [u8]| chance.try_fill_bytes(bytes).unwrap());
        identity.writes().into_iter().for_each(|write| write.carry_out(&mut relay_disk));
        let settings = Settings::default();
        let relay = Relay::open(settings, &relay_disk).unwrap();
        let relay_name = identity.relay.hash();

        let root = RootKeys::derive(&RootSeed::generate(&mut chance));
        let begin = genesis(&root, [9; 32], NOW.0);
        let space = Space::of(&begin.bytes);
        let seed = DeviceSeed::generate(&mut chance);
        let mut disk = Disk::default();
        let mut effects = Vec::new();
        let founding = Founding {
            root: &root,
            keys: DeviceKeys::derive(&seed, &space),
            genesis: begin,
            name: "Ana",
            group: "Moruya",
            salt: [1; 8],
        };
        let mut replica = Replica::found(NOW, SpaceNumber(1), founding, &disk, &mut chance, &mut effects).unwrap();
        store(&mut disk, &mut effects);
        replica.add_relay(relay_name, "ws://relay.test:1", Some(identity.token), &disk, &mut effects).unwrap();
        store(&mut disk, &mut effects);
        let founder = Phone { replica, disk, seed, notices: vec![], changed: vec![] };
        let mut world =
            World { relay, relay_disk, relay_name, phones: vec![founder], chance, space, bytes: vec![], hasty: false };
        world.exchange(&[0]);
        for number in 1..count {
            world.invite_another(&format!("Ben {number}"));
        }
        world
    }

    fn invite_another(&mut self, name: &str) {
        let mut effects = Vec::new();
        let ana = &mut self.phones[0];
        let invitation =
            ana.replica.invite(NOW, inviting(self.relay_name), &ana.disk, &mut self.chance, &mut effects).unwrap();
        store(&mut ana.disk, &mut effects);
        let line = invitation.to_line().unwrap();
        self.exchange(&[0]);

        let invitation = Invitation::from_line(&line).unwrap();
        let seed = DeviceSeed::generate(&mut self.chance);
        let keys = DeviceKeys::derive(&seed, &invitation.space);
        let mut joining =
            Joining::new(invitation.clone(), keys, HOST.into(), Label::new(name).unwrap(), Label::new("Bay").unwrap());
        let (offer, words) = self.ask_to_join(&mut joining);
        let Some(Body::Genesis { sign: root, .. }) = offer.genesis.decode().unwrap().body else { panic!("no genesis") };
        let mut disk = Disk::default();
        let keys = DeviceKeys::derive(&seed, &invitation.space);
        let mut replica =
            Replica::join(SpaceNumber(1), keys, offer.genesis, root, [2; 8], &disk, &mut effects).unwrap();
        store(&mut disk, &mut effects);
        replica.add_relay(self.relay_name, &invitation.url, None, &disk, &mut effects).unwrap();
        store(&mut disk, &mut effects);
        self.phones.push(Phone { replica, disk, seed, notices: vec![], changed: vec![] });

        self.exchange(&[0]);
        let ana = &mut self.phones[0];
        let asking = ana.replica.asking(&ana.disk).unwrap();
        assert_eq!(asking[0].words, words, "both sides read the same four words");
        ana.replica.approve(NOW, &asking[0], &ana.disk, &mut self.chance, &mut effects).unwrap();
        store(&mut ana.disk, &mut effects);
        let newcomer = self.phones.len() - 1;
        self.exchange(&[0]);
        self.exchange(&[newcomer]);
    }

    fn ask_to_join(&mut self, joining: &mut Joining) -> (Box<allymap_seal::Offer>, [&'static str; 4]) {
        let connection = ConnectionId(self.chance.try_next_u64().unwrap());
        let mut to_relay = VecDeque::from([connected(connection)]);
        while let Some(input) = to_relay.pop_front() {
            for (_, bytes) in self.relay_step(input) {
                for effect in joining.received(&bytes, &mut self.chance) {
                    match effect {
                        JoinEffect::Send(bytes) => {
                            to_relay.push_back(allymap_relay::Input::Received { connection, bytes });
                        }
                        JoinEffect::Asked { offer, words } => return (offer, words),
                        JoinEffect::Failed(failure) => panic!("{failure}"),
                    }
                }
            }
        }
        panic!("nobody answered")
    }

    fn relay_step(&mut self, input: allymap_relay::Input) -> Vec<(ConnectionId, Vec<u8>)> {
        let mut effects = Vec::new();
        let World { relay, relay_disk, chance, .. } = self;
        let fill = &mut |bytes: &mut [u8]| chance.try_fill_bytes(bytes).unwrap();
        relay.handle(NOW, input, relay_disk, fill, &mut effects).unwrap();
        let mut sends = Vec::new();
        for effect in effects {
            match effect {
                allymap_relay::Effect::Persist(writes) => {
                    writes.into_iter().for_each(|write| write.carry_out(relay_disk));
                }
                allymap_relay::Effect::Send { connection, bytes } => sends.push((connection, bytes.to_vec())),
                allymap_relay::Effect::Close { .. } => {}
            }
        }
        sends
    }

    /// These phones connect, say all they have to say, and leave. Whether each of them believes that all was said.
    fn exchange(&mut self, phones: &[usize]) -> bool {
        let mut lines: BTreeMap<u64, usize> = BTreeMap::new();
        let mut to_phone: VecDeque<(usize, Input)> = VecDeque::new();
        let mut to_relay: VecDeque<allymap_relay::Input> = VecDeque::new();
        for phone in phones {
            let connection = ConnectionId(self.chance.try_next_u64().unwrap());
            lines.insert(connection.0, *phone);
            to_phone.push_back((*phone, Input::Connected { relay: self.relay_name, host: HOST.into() }));
            to_relay.push_back(connected(connection));
        }
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 10_000, "they never come to rest");
            if let Some((phone, input)) = to_phone.pop_front() {
                for effect in self.phone_step(phone, input) {
                    match effect {
                        Effect::Send { bytes, .. } => {
                            self.bytes.extend_from_slice(&bytes);
                            let connection = *lines.iter().find(|(_, on)| **on == phone).unwrap().0;
                            to_relay.push_back(allymap_relay::Input::Received {
                                connection: ConnectionId(connection),
                                bytes,
                            });
                        }
                        Effect::Continue => to_phone.push_back((phone, Input::Continue)),
                        _ => {}
                    }
                }
                if self.hasty && self.all_was_said(phone) {
                    break;
                }
            } else if let Some(input) = to_relay.pop_front() {
                let mut served = Vec::new();
                for (connection, bytes) in self.relay_step(input) {
                    self.bytes.extend_from_slice(&bytes);
                    served.push(connection);
                    to_phone.push_back((lines[&connection.0], Input::Received { relay: self.relay_name, bytes }));
                }
                for connection in served {
                    to_relay.push_back(allymap_relay::Input::Drained { connection });
                }
            } else {
                break;
            }
        }
        let all_was_said = phones.iter().all(|phone| self.all_was_said(*phone));
        for (connection, phone) in lines {
            self.phone_step(phone, Input::Disconnected { relay: self.relay_name });
            self.relay_step(allymap_relay::Input::Disconnected { connection: ConnectionId(connection) });
        }
        all_was_said
    }

    fn all_was_said(&self, phone: usize) -> bool {
        self.phones[phone].replica.connections().get(&self.relay_name) == Some(&true)
    }

    fn phone_step(&mut self, phone: usize, input: Input) -> Vec<Effect> {
        let Phone { replica, disk, notices, changed, .. } = &mut self.phones[phone];
        let mut effects = Vec::new();
        replica.handle(NOW, input, disk, &mut self.chance, &mut effects).unwrap();
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                Effect::Persist(writes) => writes.into_iter().for_each(|write| write.apply(disk)),
                Effect::Tell(notice) => notices.push(notice),
                Effect::Changed(document) => changed.push(document),
                other => rest.push(other),
            }
        }
        rest
    }

    fn write(&mut self, phone: usize, document: u8, key: &str, text: &str) {
        let act = ActId(self.chance.try_next_u64().unwrap().to_le_bytes().repeat(2).try_into().unwrap());
        let Phone { replica, disk, .. } = &mut self.phones[phone];
        let mut effects = Vec::new();
        replica
            .edit(DocumentId([document; 16]), act, disk, &mut effects, |edit| edit.put(key, Value::Text(text.into())))
            .unwrap()
            .unwrap();
        store(disk, &mut effects);
    }

    fn texts(&self, phone: usize, document: u8, key: &str) -> Vec<String> {
        let Phone { replica, disk, .. } = &self.phones[phone];
        let Some(document) = replica.document(DocumentId([document; 16]), disk).unwrap() else { return vec![] };
        let mut texts: Vec<String> = document
            .values(key)
            .into_iter()
            .filter_map(|written| match written.value {
                Value::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        texts.sort();
        texts
    }

    /// The relay goes on from these rows, with these limits.
    fn restart_relay(&mut self, disk: Disk, settings: Settings) {
        self.relay_disk = disk;
        self.relay = Relay::open(settings, &self.relay_disk).unwrap();
    }

    fn access_list(&self) -> Vec<u8> {
        self.relay_disk[&[b"a", &self.space.0[..]].concat()].clone()
    }

    fn restart(&mut self, phone: usize) {
        let Phone { replica, disk, seed, .. } = &mut self.phones[phone];
        *replica = Replica::open(SpaceNumber(1), seed, disk).unwrap();
    }
}

fn connected(connection: ConnectionId) -> allymap_relay::Input {
    allymap_relay::Input::Connected { connection, host: HOST.into(), address: None }
}

fn inviting(relay: RelayKeyHash) -> Inviting {
    Inviting { relay, role: Role::Member, group: None, map_name: Label::new("Coast").unwrap() }
}

#[test]
fn an_input_too_many_changes_nothing_and_asks_for_nothing() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/phone", "0400 111 222");
    world.exchange(&[0]);
    world.exchange(&[1]);
    let relay = world.relay_name;
    let (disk, told) = (world.phones[1].disk.clone(), world.phones[1].notices.len());
    let late = Message::Bye { code: Code::Removed, retry_after_ms: 0 }.encode();
    for input in [Input::Continue, Input::Offer, Input::Disconnected { relay }, Input::Received { relay, bytes: late }]
    {
        assert!(world.phone_step(1, input).is_empty());
        assert_eq!(world.phones[1].notices.len(), told);
        assert_eq!(world.phones[1].disk, disk);
    }
    assert!(world.exchange(&[1]), "and the next connection is as any other");
}

#[test]
fn a_note_written_offline_reaches_the_other_phone() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/phone", "0400 111 222");
    world.exchange(&[0]);
    world.exchange(&[1]);
    assert_eq!(world.texts(1, 5, "f/phone"), ["0400 111 222"]);
    assert_eq!(world.phones[1].changed, [DocumentId([5; 16])]);
}

#[test]
fn two_who_changed_the_same_field_apart_both_see_both_values() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/phone", "old");
    world.exchange(&[0]);
    world.exchange(&[1]);
    world.write(0, 5, "f/phone", "from Ana");
    world.write(1, 5, "f/phone", "from Ben");
    world.exchange(&[0, 1]);
    world.exchange(&[0, 1]);
    assert_eq!(world.texts(0, 5, "f/phone"), ["from Ana", "from Ben"]);
    assert_eq!(world.texts(1, 5, "f/phone"), ["from Ana", "from Ben"]);
}

#[test]
fn while_both_are_connected_an_edit_is_pushed_on() {
    let mut world = World::with_members(3);
    for phone in 0..3 {
        world.write(phone, 10 + phone as u8, "f/name", "new");
    }
    world.exchange(&[0, 1, 2]);
    for phone in 0..3 {
        for document in 10..13 {
            assert_eq!(world.texts(phone, document, "f/name"), ["new"], "phone {phone}, document {document}");
        }
    }
}

#[test]
fn an_idle_reconnection_says_everything_in_one_breath_and_stores_nothing() {
    let mut world = World::with_members(2);
    world.exchange(&[0]);
    world.exchange(&[1]);
    let before = world.phones[1].disk.clone();
    world.bytes.clear();
    world.phones[1].notices.clear();
    world.exchange(&[1]);
    assert_eq!(world.phones[1].disk, before);
    assert_eq!(world.phones[1].notices, [Notice::CaughtUp { relay: world.relay_name }]);
    assert!(world.bytes.len() <= 400, "{} bytes both ways", world.bytes.len());
}

#[test]
fn a_newcomer_reads_all_that_was_written_before_she_came() {
    let mut world = World::with_members(2);
    for document in 20..60 {
        world.write(usize::from(document % 2), document, "f/name", &format!("entry {document}"));
    }
    world.exchange(&[0]);
    world.exchange(&[1]);
    world.invite_another("Cleo");
    for document in 20..60 {
        assert_eq!(world.texts(2, document, "f/name"), [format!("entry {document}")]);
    }
    assert_eq!(world.phones[2].replica.waiting(&world.phones[2].disk).unwrap(), []);
}

#[test]
fn long_texts_of_one_sitting_become_records_that_everybody_takes() {
    let mut world = World::with_members(2);
    let text = |number: usize| format!("{number} ").repeat(4_500);
    let act = |number: u8| ActId([number; 16]);
    let mut effects = Vec::new();
    let Phone { replica, disk, .. } = &mut world.phones[0];
    for number in 0..4_u8 {
        replica
            .edit(DocumentId([9; 16]), act(number), disk, &mut effects, |edit| match number {
                0 => edit.make_text("t/notes", &text(0)),
                _ => edit.update_text("t/notes", &text(usize::from(number))),
            })
            .unwrap()
            .unwrap();
        store(disk, &mut effects);
    }
    world.exchange(&[0]);
    world.exchange(&[1]);
    let Phone { replica, disk, notices, .. } = &world.phones[1];
    let received = replica.document(DocumentId([9; 16]), disk).unwrap().expect("it arrived");
    assert_eq!(received.text("t/notes"), Some(text(3)), "{notices:?}");
}

#[test]
fn a_phone_that_was_restarted_goes_on_where_it_was() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/name", "one");
    world.restart(0);
    world.exchange(&[0]);
    world.restart(1);
    world.exchange(&[1]);
    assert_eq!(world.texts(1, 5, "f/name"), ["one"]);
    let standing = world.phones[0].replica.standing(&world.phones[0].disk).unwrap();
    assert_eq!((standing.unsealed, standing.not_with[&world.relay_name]), (0, 0));
}

#[test]
fn a_relay_that_was_rolled_back_gets_again_what_it_lost() {
    let mut world = World::with_members(2);
    let backup = world.relay_disk.clone();
    world.write(0, 5, "f/name", "acknowledged");
    world.exchange(&[0]);
    world.restart_relay(backup, Settings::default());
    world.exchange(&[0]);
    world.exchange(&[1]);
    assert_eq!(world.texts(1, 5, "f/name"), ["acknowledged"]);
    assert!(world.phones[0].notices.iter().any(|notice| matches!(notice, Notice::RolledBack { .. })));
}

#[test]
fn all_was_said_only_when_the_relay_took_the_list_of_members_too() {
    let mut world = World::with_members(1);
    let founders_list = world.access_list();
    world.invite_another("Cleo");
    let with_cleo = world.access_list();
    // As at a second relay, where another member brought the records while the founder could not reach it.
    let mut disk = world.relay_disk.clone();
    disk.insert([b"a", &world.space.0[..]].concat(), founders_list.clone());
    world.restart_relay(disk, Settings::default());
    assert_ne!(world.access_list(), with_cleo);
    world.hasty = true;
    world.phones[0].notices.clear();
    world.exchange(&[0]);
    assert_eq!(world.access_list(), with_cleo, "the list went out before she left");
    assert_eq!(world.phones[0].notices, [Notice::CaughtUp { relay: world.relay_name }]);
}

#[test]
fn a_list_of_members_that_the_relay_refuses_is_said_once_and_not_called_caught_up() {
    let mut world = World::with_members(1);
    let disk = world.relay_disk.clone();
    world.restart_relay(disk, Settings { access_entries: 1, ..Settings::default() });
    world.hasty = true;
    world.invite_another("Cleo");
    let told = |world: &World, notice: &Notice| world.phones[0].notices.iter().filter(|one| *one == notice).count();
    let not_taken = Notice::NotTaken { relay: world.relay_name, code: Code::TooLarge };
    assert_eq!(told(&world, &not_taken), 1);
    world.phones[0].notices.clear();
    world.exchange(&[0]);
    assert_eq!(world.phones[0].notices, [not_taken]);
}

#[test]
fn an_outcome_about_the_members_that_nobody_asked_for_is_no_answer() {
    let mut world = World::with_members(1);
    let (relay, connection) = (world.relay_name, ConnectionId(77));
    let mut to_phone = VecDeque::from([Input::Connected { relay, host: HOST.into() }]);
    let mut to_relay = VecDeque::from([connected(connection)]);
    while !to_phone.is_empty() || !to_relay.is_empty() {
        if let Some(input) = to_phone.pop_front() {
            for effect in world.phone_step(0, input) {
                match effect {
                    Effect::Send { bytes, .. } => {
                        to_relay.push_back(allymap_relay::Input::Received { connection, bytes });
                    }
                    Effect::Continue => to_phone.push_back(Input::Continue),
                    _ => {}
                }
            }
        } else if let Some(input) = to_relay.pop_front() {
            let said = world.relay_step(input);
            to_phone.extend(said.into_iter().map(|(_, bytes)| Input::Received { relay, bytes }));
        }
    }
    assert!(world.all_was_said(0));
    world.phones[0].notices.clear();
    for code in [Code::Done, Code::Stale, Code::TooLarge] {
        let bytes = Message::Outcome { of: MessageKind::Access as u8, code, value: 50 }.encode();
        assert!(world.phone_step(0, Input::Received { relay, bytes }).is_empty(), "{code:?} makes her say something");
        assert_eq!(world.phones[0].notices, [], "{code:?}");
    }
}

#[test]
fn an_invitation_that_the_relay_has_no_room_for_is_offered_once_a_connection() {
    let mut world = World::with_members(1);
    let disk = world.relay_disk.clone();
    world.restart_relay(disk, Settings { mailboxes: 0, ..Settings::default() });
    let Phone { replica, disk, .. } = &mut world.phones[0];
    let mut effects = Vec::new();
    replica.invite(NOW, inviting(world.relay_name), disk, &mut world.chance, &mut effects).unwrap();
    store(disk, &mut effects);
    world.phones[0].notices.clear();
    world.exchange(&[0]);
    assert_eq!(world.phones[0].notices, [Notice::NotTaken { relay: world.relay_name, code: Code::Full }]);
    let disk = world.relay_disk.clone();
    world.restart_relay(disk, Settings::default());
    world.exchange(&[0]);
    let Phone { replica, disk, .. } = &world.phones[0];
    assert!(replica.invited(disk).unwrap()[0].placed, "the next connection finds room");
}

#[test]
fn who_may_not_open_a_mailbox_any_more_still_gets_to_the_end() {
    let mut world = World::with_members(1);
    let founders_list = world.access_list();
    let Phone { replica, disk, .. } = &mut world.phones[0];
    let mut effects = Vec::new();
    replica.invite(NOW, inviting(world.relay_name), disk, &mut world.chance, &mut effects).unwrap();
    store(disk, &mut effects);
    world.exchange(&[0]);
    // On the relay's list nobody is a convenor any more.
    let mut disk = world.relay_disk.clone();
    let mut list = founders_list;
    // Three bytes of a head, then entries of 36 bytes that end with what each may do.
    for flags in list.iter_mut().skip(3 + 35).step_by(36) {
        assert_eq!(*flags, Flags::CONVENE.0);
        *flags = Flags::WRITE.0;
    }
    disk.insert([b"a", &world.space.0[..]].concat(), list);
    world.restart_relay(disk, Settings::default());
    world.phones[0].notices.clear();
    assert!(world.exchange(&[0]), "she does not wait for an answer that was given");
    assert_eq!(world.phones[0].notices, [Notice::NotTaken { relay: world.relay_name, code: Code::NotAllowed }]);
}

#[test]
fn a_member_sees_how_many_devices_have_seen_an_edit() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/name", "seen?");
    world.exchange(&[0]);
    let record = world.phones[0].replica.newest_own_record(&world.phones[0].disk).unwrap().unwrap();
    let seen = |world: &World| {
        world.phones[0].replica.seen_by(&record, &world.relay_name, &world.phones[0].disk).unwrap().len()
    };
    assert_eq!(seen(&world), 0);
    world.write(1, 6, "f/name", "an answer");
    world.exchange(&[1]);
    world.exchange(&[0]);
    assert_eq!(seen(&world), 1);
}

#[test]
fn nothing_that_was_written_can_be_read_on_the_relay_or_on_the_line() {
    let mut world = World::with_members(2);
    world.write(0, 5, "f/name", "PLANTED-NAME");
    world.exchange(&[0]);
    world.exchange(&[1]);
    assert_eq!(world.texts(1, 5, "f/name"), ["PLANTED-NAME"]);
    let needle = b"PLANTED-NAME";
    assert!(!world.bytes.windows(needle.len()).any(|window| window == needle));
    for (key, value) in &world.relay_disk {
        assert!(!key.windows(needle.len()).chain(value.windows(needle.len())).any(|window| window == needle));
    }
    assert_eq!(world.space, world.phones[1].replica.space());
}
