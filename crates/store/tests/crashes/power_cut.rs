//! The power fails: what was acknowledged is on the disk.

use std::path::{Path, PathBuf};

use allymap_store::SledStore;

use crate::shadow::{Luck, Shadow, copy};
use crate::writer::{Task, Writer, check, noise, options};

fn shadow(folder: &Path) -> Option<Shadow> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crashes/shadow.c");
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
    let (looked_at, before) = (folder.path().join("looked at"), folder.path().join("before"));
    // What the disk held after the cut before, opened since or not.
    let mut there: Option<PathBuf> = None;
    for run in 0..runs() {
        if run % 8 == 0 {
            there = None;
        }
        shadow.start_from(there.as_deref());
        let task = if run % 4 == 3 { Task::Sittings } else { Task::Write };
        // Nothing acknowledged: that falls into creating and opening.
        let acknowledgements = if run % 5 == 4 { 0 } else { 1 + run * 7 % 23 };
        let known = there.is_some().then(|| look_at(&shadow.kept, &looked_at)).unwrap_or(0);
        let acknowledged = Writer::start(task, &shadow.root, |writer| shadow.load(writer)).kill_after(acknowledgements);
        let luck = Luck { pages_percent: [0, 10, 50, 90, 100][run as usize * 3 % 5], seed: run };
        shadow.cut(luck);
        let found = look_at(&shadow.kept, &looked_at);
        let acknowledged = acknowledged.unwrap_or(known);
        assert!(acknowledged <= found, "run {run}, {luck:?}: {acknowledged} was acknowledged, {found} is the last that is there");
        _ = std::fs::remove_dir_all(&before);
        copy(if run % 2 == 0 { &shadow.kept } else { &looked_at }, &before);
        there = Some(before.clone());
    }
}

/// Opens a copy, which changes it.
fn look_at(kept: &Path, copied: &Path) -> u64 {
    _ = std::fs::remove_dir_all(copied);
    copy(kept, copied);
    let opened = SledStore::open(copied, options()).unwrap();
    assert_eq!(opened.recovered, None);
    check(&opened.store)
}

/// The test of the test: without the store's rules the same disk loses data.
#[test]
fn the_flush_of_sled_alone_loses_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shadow) = shadow(folder.path()) else { return };
    let lost = (0..4).filter(|run| {
        shadow.start_from(None);
        let acknowledged = Writer::start(Task::Bare, &shadow.root, |writer| shadow.load(writer)).kill_after(30 + run * 10).unwrap();
        shadow.cut(Luck { pages_percent: 0, seed: *run });
        let holds_all = || {
            let db = sled::Config::new().path(shadow.kept.join("db")).flush_every_ms(None).open().ok()?;
            (0..=acknowledged).all(|number| db.get(number.to_be_bytes()) == Ok(Some(noise(number, 500).into()))).then_some(())
        };
        std::panic::catch_unwind(holds_all).ok().flatten().is_none()
    });
    assert!(lost.count() > 0, "a disk that loses nothing proves nothing");
}
