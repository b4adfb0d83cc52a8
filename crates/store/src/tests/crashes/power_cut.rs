//! The power fails: what was acknowledged is on the disk.

use std::path::Path;

use crate::SledStore;

use crate::tests::crashes::shadow::{Luck, Shadow, copy};
use crate::tests::crashes::writer::{Task, Writer, check, noise, options};

fn shadow(folder: &Path) -> Option<Shadow> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/crashes/shadow.c");
    let shadow = Shadow::build(&source, folder);
    if shadow.is_none() {
        eprintln!("\n*** SKIPPED, NOT PASSED: the power-cut tests need a C compiler named cc. ***\n");
    }
    shadow
}

/// How often the power fails; `POWERCUT_RUNS` asks for more.
fn runs() -> u64 {
    std::env::var("POWERCUT_RUNS").map_or(40, |runs| runs.parse().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_fails() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shadow) = shadow(folder.path()) else { return };
    let disk = |percent: u64| folder.path().join(format!("disk-{percent}"));
    let unseen = folder.path().join("unseen");
    let (mut start, mut known) = (None, 0);
    for run in 0..runs() {
        // Every third store is new. The others go on from a disk that was cut before and, but for every second, not opened since.
        if run % 3 == 0 {
            (start, known) = (None, 0);
        }
        shadow.start_from(start.as_deref());
        let task = if run % 4 == 3 { Task::Sittings } else { Task::Write };
        // Nothing acknowledged: that falls into creating and opening.
        let acknowledgements = if run % 5 == 4 { 0 } else { 1 + run * 7 % 23 };
        let acknowledged = Writer::start(task, &shadow.root, |writer| shadow.load(writer))
            .kill_after(acknowledgements)
            .unwrap_or(known);
        let next = [0, 10, 50, 90, 100][run as usize * 3 % 5];
        for percent in [0, 10, 50, 90, 100] {
            let luck = Luck { pages_percent: percent, seed: run };
            shadow.cut(luck, &disk(percent));
            if percent == next {
                // Looking changes it.
                _ = std::fs::remove_dir_all(&unseen);
                copy(&disk(percent), &unseen);
            }
            let opened = SledStore::open(&disk(percent), options()).unwrap();
            assert_eq!(opened.recovered, None, "run {run}, {luck:?}");
            let found = check(&opened.store);
            assert!(
                acknowledged <= found,
                "run {run}, {luck:?}: {acknowledged} was acknowledged, {found} is the last that is there"
            );
            if percent == next {
                known = found;
                start = Some(if run % 2 == 0 { unseen.clone() } else { disk(percent) });
            }
        }
    }
}

/// The test of the test: without the store's rules the same disk loses data.
#[test]
fn the_flush_of_sled_alone_loses_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shadow) = shadow(folder.path()) else { return };
    let disk = folder.path().join("disk");
    let lost = (0..4).filter(|run| {
        shadow.start_from(None);
        let acknowledged =
            Writer::start(Task::Bare, &shadow.root, |writer| shadow.load(writer)).kill_after(30 + run * 10).unwrap();
        shadow.cut(Luck { pages_percent: 0, seed: *run }, &disk);
        let holds_all = || {
            let db = sled::Config::new().path(disk.join("db")).flush_every_ms(None).open().ok()?;
            (0..=acknowledged)
                .all(|number| db.get(number.to_be_bytes()) == Ok(Some(noise(number, 500).into())))
                .then_some(())
        };
        std::panic::catch_unwind(holds_all).ok().flatten().is_none()
    });
    assert!(lost.count() > 0, "a disk that loses nothing proves nothing");
}
