//! Disk space: what a full disk refuses, and what long use costs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Batch, Error, SledStore, Store};

use crate::tests::crashes::writer::{noise, options};

fn open(folder: &Path) -> SledStore {
    let opened = SledStore::open(folder, options()).unwrap();
    assert_eq!(opened.recovered, None);
    opened.store
}

/// A small file system that is gone with the test.
struct Mount {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Mount {
    fn of_megabytes(megabytes: u64) -> Option<Mount> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(&path);
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Some(Mount { path, _folder: folder });
        }
        eprintln!(
            "\n*** SKIPPED, NOT PASSED: the tests of full and read-only disks need leave to mount a tmpfs. ***\n"
        );
        None
    }

    fn again_with(&self, option: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(&self.path).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn numbered(number: u64, rows: u64, length: usize) -> Batch {
    let mut batch = Batch::default();
    for row in 0..rows {
        batch.put([number.to_be_bytes(), row.to_be_bytes()].concat(), noise(number << 20 | row, length));
    }
    batch
}

/// How many rows of a batch are there; each must be whole.
fn rows_of(store: &SledStore, number: u64, rows: u64, length: usize) -> u64 {
    let there = |row: &u64| match store.get(&[number.to_be_bytes(), row.to_be_bytes()].concat()).unwrap() {
        Some(value) => {
            assert_eq!(value, noise(number << 20 | row, length));
            true
        }
        None => false,
    };
    (0..rows).filter(there).count() as u64
}

#[test]
fn a_full_disk_refuses_clearly_loses_nothing_and_works_again_when_there_is_room() {
    let Some(mount) = Mount::of_megabytes(12) else { return };
    let (folder, ballast) = (mount.path.join("store"), mount.path.join("ballast"));
    for (round, (rows, length)) in [(1, 100), (40, 3_000), (400, 2_000), (3, 300_000)].into_iter().enumerate() {
        let base = round as u64 * 1_000_000;
        fs::write(&ballast, vec![1; 5 << 20]).unwrap();
        let mut store = open(&folder);
        let mut number = base;
        let error = loop {
            match store.write(&numbered(number, rows, length)) {
                Ok(()) => number += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Full), "{error:?}");
        assert!(matches!(store.write(&numbered(number, 1, 1)), Err(Error::Dead)));
        assert!(matches!(store.get(b""), Err(Error::Dead)));
        assert!(matches!(store.verify(), Err(Error::Dead)));
        drop(store);
        for name in ["store", "another"] {
            match SledStore::open(&mount.path.join(name), options()) {
                Ok(opened) => assert_eq!(opened.recovered, None),
                Err(error) => assert!(matches!(error, Error::Full), "{error:?}"),
            }
        }
        fs::remove_file(&ballast).unwrap();
        let mut store = open(&folder);
        for number in base..number {
            assert_eq!(rows_of(&store, number, rows, length), rows, "batch {number} was acknowledged");
        }
        let refused = rows_of(&store, number, rows, length);
        assert!(refused == 0 || refused == rows, "{refused} of {rows} rows of the refused batch are there");
        assert!(store.verify().unwrap().is_whole());
        store.write(&numbered(number + 1, 1, 10)).unwrap();
        drop(store);
        _ = fs::remove_dir_all(&folder);
    }
}

#[test]
fn an_import_that_finds_no_room_leaves_the_store_as_it_was() {
    let Some(mount) = Mount::of_megabytes(8) else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    let mut large = open(elsewhere.path());
    for number in 0..10 {
        large.write(&numbered(number, 100, 2_000)).unwrap();
    }
    let mut stream = Vec::new();
    large.export(&mut stream).unwrap();
    fs::write(mount.path.join("ballast"), vec![1; 5 << 20]).unwrap();
    let mut store = open(&mount.path.join("store"));
    store.write(&numbered(77, 1, 10)).unwrap();
    assert!(matches!(store.import(&mut &stream[..]), Err(Error::Full)));
    drop(store);
    fs::remove_file(mount.path.join("ballast")).unwrap();
    assert_eq!(rows_of(&open(&mount.path.join("store")), 77, 1, 10), 1);
}

#[test]
fn a_disk_that_can_only_be_read_is_called_so() {
    let Some(mount) = Mount::of_megabytes(8) else { return };
    let folder = mount.path.join("store");
    open(&folder).write(&numbered(1, 1, 10)).unwrap();
    mount.again_with("ro");
    for folder in [&folder, &mount.path.join("new")] {
        let error = SledStore::open(folder, options()).unwrap_err();
        assert!(
            matches!(&error, Error::Io(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem),
            "{error:?}"
        );
    }
    mount.again_with("rw");
    assert_eq!(rows_of(&open(&folder), 1, 1, 10), 1);
}

#[test]
fn documents_that_are_written_again_and_again_leak_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for round in 0..100 {
        let mut batch = Batch::default();
        for document in 0..10_u64 {
            batch.put(document.to_be_bytes(), noise(round << 8 | document, 30_000 + round as usize * 10));
        }
        store.write(&batch).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path().join("db/blobs")).unwrap().count(), 0);
    let bytes = store.size().unwrap();
    assert!(bytes < 12 << 20, "{bytes} bytes for 300 KB that live");
    assert_eq!(store.maintain().unwrap().after, bytes, "there is nothing to gain yet");
}

#[test]
fn a_store_that_is_mostly_empty_space_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for number in 0..72 {
        store.write(&numbered(number, 256, 4_000)).unwrap();
    }
    for number in 2..72 {
        let mut batch = Batch::default();
        numbered(number, 256, 0).iter().for_each(|(key, _)| batch.delete(key));
        store.write(&batch).unwrap();
    }
    let done = store.maintain().unwrap();
    assert!(done.before > 64 << 20 && done.after < 8 << 20, "{done:?}");
    store.write(&numbered(99, 3, 10)).unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(
        [0, 1, 2, 99].map(|number| rows_of(&store, number, 256, if number == 99 { 10 } else { 4_000 })),
        [256, 256, 0, 3]
    );
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 3, "LOCK, confirmed, db and nothing else");
}
