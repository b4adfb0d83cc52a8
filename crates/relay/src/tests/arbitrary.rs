//! Whatever is sent in whatever order: no panic, a log that holds together, nobody skipped, memory that ends.

use crate::{ConnectionId, Input, Settings};
use allymap_wire::{AccessEntry, BoxToken, Flags, HashPrefix, Head, LogId, Message, Slot};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::tests::world::{World, device, record};

#[derive(Clone, Debug)]
enum Step {
    Connect,
    LogIn(u8),
    Say(u8, Said),
    Leave(u8),
    TooSlow(u8),
    Drained(u8),
    Pass(u32),
    Restart,
    DiskFull(bool),
}

#[derive(Clone, Debug)]
enum Said {
    Bytes(Vec<u8>),
    /// A good message with one byte changed.
    Flipped(Box<Said>, u16, u8),
    Sync {
        fits: bool,
        position: u8,
        bytes: u64,
        highest: Option<u8>,
    },
    Ladder(Vec<u8>),
    Put(Vec<u8>),
    Access {
        by: u8,
        base: u8,
        listed: Vec<(u8, u8)>,
        removed: Vec<u8>,
    },
    BoxPut(u8, bool, u8),
    BoxTake(u8, bool),
}

fn said() -> impl Strategy<Value = Said> {
    let leaf = prop_oneof![
        2 => vec(any::<u8>(), 0..60).prop_map(Said::Bytes),
        6 => (any::<bool>(), 0..30u8, any::<u64>(), proptest::option::of(0..30u8))
            .prop_map(|(fits, position, bytes, highest)| Said::Sync { fits, position, bytes, highest }),
        2 => vec(0..30u8, 0..8).prop_map(Said::Ladder),
        10 => vec(0..60u8, 0..6).prop_map(Said::Put),
        2 => (0..5u8, 1..5u8, vec((0..8u8, 0..8u8), 0..6), vec(0..8u8, 0..2))
            .prop_map(|(by, base, listed, removed)| Said::Access { by, base, listed, removed }),
        2 => (0..4u8, any::<bool>(), 0..3u8).prop_map(|(token, offer, length)| Said::BoxPut(token, offer, length)),
        2 => (0..4u8, any::<bool>()).prop_map(|(token, offer)| Said::BoxTake(token, offer)),
    ];
    (leaf, proptest::option::weighted(0.1, (any::<u16>(), 1..=255u8))).prop_map(|(said, flip)| match flip {
        Some((at, with)) => Said::Flipped(Box::new(said), at, with),
        None => said,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Connect),
        4 => (0..7u8).prop_map(Step::LogIn),
        30 => (any::<u8>(), said()).prop_map(|(who, said)| Step::Say(who, said)),
        1 => any::<u8>().prop_map(Step::Leave),
        1 => any::<u8>().prop_map(Step::TooSlow),
        6 => any::<u8>().prop_map(Step::Drained),
        1 => (0..100_000_000u32).prop_map(Step::Pass),
        1 => Just(Step::Restart),
        1 => any::<bool>().prop_map(Step::DiskFull),
    ]
}

impl Said {
    fn bytes(&self, world: &World) -> Vec<u8> {
        let place = |position: u8| {
            let most = world.log().len() as u64;
            world.place(u64::from(position).min(most))
        };
        let slot = |offer| if offer { Slot::Offer } else { Slot::Request };
        match self {
            Said::Bytes(bytes) => bytes.clone(),
            Said::Flipped(said, at, with) => {
                let mut bytes = said.bytes(world);
                if !bytes.is_empty() {
                    let at = usize::from(*at) % bytes.len();
                    bytes[at] ^= with;
                }
                bytes
            }
            Said::Sync { fits, position, bytes, highest } => {
                let since = if *fits {
                    place(*position)
                } else {
                    Head { position: (*position).into(), hash: HashPrefix([3; 16]) }
                };
                Message::Sync { since, bytes: *bytes, highest: highest.map(place) }.encode()
            }
            Said::Ladder(positions) => {
                Message::Ladder { log: LogId([0; 16]), pairs: positions.iter().map(|at| place(*at)).collect() }.encode()
            }
            Said::Put(numbers) => {
                Message::Put { entries: numbers.iter().map(|number| record((*number).into())).collect() }.encode()
            }
            Said::Access { by, base, listed, removed } => {
                let entries = listed
                    .iter()
                    .map(|(number, flags)| AccessEntry { device: device(*number), flags: Flags(*flags) })
                    .collect();
                let removed = removed.iter().map(|number| device(*number)).collect();
                Message::Access { list: world.access_list(*by, (*base).into(), entries, removed) }.encode()
            }
            Said::BoxPut(token, offer, length) => Message::BoxPut {
                token: BoxToken([*token; 32]),
                slot: slot(*offer),
                bytes: vec![1; usize::from(*length)].into(),
            }
            .encode(),
            Said::BoxTake(token, offer) => {
                Message::BoxTake { token: BoxToken([*token; 32]), slot: slot(*offer) }.encode()
            }
        }
    }
}

fn run(steps: &[Step]) {
    let settings = Settings { page_bytes: 450, sync_bytes: 1_500, device_records_per_day: 40, ..Settings::default() };
    let mut world = World::founded_with(settings);
    world.drains = false;
    for step in steps {
        let before = world.log();
        let pick = |world: &World, who: u8| -> Option<ConnectionId> {
            let open: Vec<_> = world
                .lines
                .iter()
                .filter(|(_, line)| line.closed.is_none())
                .map(|(connection, _)| *connection)
                .collect();
            (!open.is_empty()).then(|| open[usize::from(who) % open.len()])
        };
        match step {
            Step::Connect => {
                world.connect();
            }
            Step::LogIn(number) => {
                world.log_in(*number);
            }
            Step::Say(who, said) => {
                if let Some(connection) = pick(&world, *who) {
                    let bytes = said.bytes(&world);
                    match Message::decode(&bytes) {
                        Ok(message) => world.say(connection, &message),
                        Err(_) => world.give(Input::Received { connection, bytes }),
                    }
                }
            }
            Step::Leave(who) => {
                if let Some(connection) = pick(&world, *who) {
                    world.give(Input::Disconnected { connection });
                    world.lines.remove(&connection);
                }
            }
            Step::TooSlow(who) => {
                if let Some(connection) = pick(&world, *who) {
                    world.give(Input::SendQueueFull { connection });
                }
            }
            Step::Drained(who) => {
                if let Some(connection) = pick(&world, *who) {
                    world.give(Input::Drained { connection });
                }
            }
            Step::Pass(ms) => {
                world.now += u64::from(*ms);
                world.give(Input::Tick);
            }
            Step::Restart => world.restart(),
            Step::DiskFull(full) => world.give(Input::DiskFull(*full)),
        }
        let after = world.log();
        assert_eq!(after[..before.len()], before, "a log only grows");
    }
    // Whoever reads what it is sent ends with the whole log, or was told why not.
    world.give(Input::DiskFull(false));
    world.drains = true;
    let reader = world.log_in(0);
    let mut have = 0;
    while have < world.log().len() as u64 {
        let heard = world.sync(reader, world.place(have), None);
        let came = crate::tests::world::records(&heard).len() as u64;
        assert!(came > 0, "{heard:?}");
        have += came;
    }
    for connection in world.lines.keys().copied().collect::<Vec<_>>() {
        world.give(Input::Disconnected { connection });
    }
    assert_eq!(world.relay.connections(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_messages_leaves_a_log_that_holds_together(steps in vec(step(), 1..80)) {
        run(&steps);
    }
}
