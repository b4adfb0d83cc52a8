//! A process that writes batches until it is killed, and what must be there afterwards.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::{Batch, Options, SledStore, Store};

/// What the writer is asked to do, by its environment.
const FOLDER: &str = "ALLYMAP_TEST_FOLDER";
const TASK: &str = "ALLYMAP_TEST_TASK";

const SLOTS: u64 = 60;
const LAST: &[u8] = b"last";

pub fn options() -> Options {
    Options { cache_bytes: 8 << 20, wait: Duration::from_secs(60), program: "writer".into() }
}

#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// Batch after batch, each acknowledged, for ever.
    Write,
    /// The same, but opening anew for each batch, as short processes do.
    Sittings,
    /// Rows straight into sled, acknowledged after its own flush.
    Bare,
    /// One row of its own, then the end.
    Once,
}

/// A running writer.
pub struct Writer {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Writer {
    pub fn start(task: Task, folder: &Path, prepare: impl FnOnce(&mut Command)) -> Writer {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "tests::crashes::writer::the_process_that_is_killed",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(FOLDER, folder).env(TASK, format!("{task:?}")).stdout(Stdio::piped()).stderr(Stdio::null());
        prepare(&mut command);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Writer { child, lines }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next acknowledged number; nothing when the process has ended.
    pub fn acknowledged(&mut self) -> Option<u64> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            // The first one follows on the test harness's own words.
            if let Some((_, number)) = line.split_once("kept ")
                && let Some(number) = number.strip_suffix('\n')
            {
                return Some(number.parse().unwrap());
            }
            line.clear();
        }
        None
    }

    /// Kills it after so many acknowledgements. Says the last number that was acknowledged at all.
    pub fn kill_after(mut self, count: u64) -> Option<u64> {
        let mut last = None;
        for _ in 0..count {
            last = self.acknowledged();
            assert!(last.is_some(), "the writer ended by itself");
        }
        self.child.kill().unwrap();
        while let Some(number) = self.acknowledged() {
            last = Some(number);
        }
        self.child.wait().unwrap();
        last
    }

    pub fn end(mut self) {
        while self.acknowledged().is_some() {}
        assert!(self.child.wait().unwrap().success());
    }
}

/// The process itself: not a test, but how a test binary starts itself.
#[test]
#[ignore = "is started by other tests"]
fn the_process_that_is_killed() {
    let (Some(folder), Ok(task)) = (std::env::var_os(FOLDER), std::env::var(TASK)) else { return };
    let folder = Path::new(&folder);
    let open = || SledStore::open(folder, options()).unwrap().store;
    match task.as_str() {
        "Write" => {
            let mut store = open();
            for number in next(&store).. {
                store.write(&batch(number)).unwrap();
                kept(number);
            }
        }
        "Sittings" => loop {
            let mut store = open();
            let number = next(&store);
            store.write(&batch(number)).unwrap();
            kept(number);
        },
        "Bare" => {
            let db = sled::Config::new().path(folder.join("db")).flush_every_ms(None).open().unwrap();
            for number in 0_u64.. {
                db.insert(number.to_be_bytes(), noise(number, 500)).unwrap();
                db.flush().unwrap();
                kept(number);
            }
        }
        "Once" => {
            let mut batch = Batch::default();
            batch.put(std::process::id().to_be_bytes(), "was here");
            open().write(&batch).unwrap();
        }
        task => panic!("no task {task}"),
    }
}

fn kept(number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "kept {number}").and_then(|()| out.flush()).unwrap();
}

fn next(store: &impl Store) -> u64 {
    store.get(LAST).unwrap().map_or(1, |last| u64::from_be_bytes(last.try_into().unwrap()) + 1)
}

/// The n-th batch: some slots get new values, short and long, one is emptied.
pub fn batch(number: u64) -> Batch {
    let mut batch = Batch::default();
    batch.put(LAST, number.to_be_bytes());
    for (slot, value) in changes(number) {
        match value {
            Some(length) => batch.put(slot_key(slot), noise(number ^ slot << 40, length)),
            None => batch.delete(slot_key(slot)),
        }
    }
    batch
}

fn changes(number: u64) -> impl Iterator<Item = (u64, Option<usize>)> {
    (0..5).map(move |change| {
        let slot = (number * 17 + change * 11) % SLOTS;
        let length = match (number + change) % 9 {
            0 => None,
            1 => Some(4_000 + number as usize * 37 % 20_000),
            _ => Some(number as usize * 53 % 1_500),
        };
        (slot, length)
    })
}

/// Checks that the folder holds exactly the first n batches, and says n.
pub fn check(store: &impl Store) -> u64 {
    let last = next(store) - 1;
    let mut expected = BTreeMap::new();
    for number in 1..=last {
        for (slot, value) in changes(number) {
            expected.insert(slot_key(slot), value.map(|length| (number ^ slot << 40, length)));
        }
    }
    let mut rows = 0;
    let report = store
        .scan(b"slot", None, &mut |key, value| {
            let (seed, length) = expected[key].expect("a deleted row came back");
            assert!(noise(seed, length) == value, "{key:?} is not what batch {last} and those before it left");
            rows += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(report.is_whole());
    assert_eq!(rows, expected.values().flatten().count(), "after batch {last}");
    last
}

fn slot_key(slot: u64) -> Vec<u8> {
    [&b"slot"[..], &slot.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()].concat()
}

pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 27
    };
    (0..length.div_ceil(8)).flat_map(|_| next().to_be_bytes()).take(length).collect()
}
