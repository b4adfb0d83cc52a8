//! Damaged files: no panic, nothing silently wrong, and what still reads is kept.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Batch, Damage, Error, Opened, Options, Report, SledStore, Store};

const ROWS: u64 = 2_000;
const ROUNDS: u64 = 3;

fn try_open(folder: &Path) -> Result<Opened, Error> {
    SledStore::open(folder, Options { cache_bytes: 16 << 20, wait: Duration::ZERO, program: "damage".into() })
}

fn open(folder: &Path) -> SledStore {
    let opened = try_open(folder).unwrap();
    assert_eq!(opened.recovered, None);
    opened.store
}

/// Repeats, and is different for every seed.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 27
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.div_ceil(8)).flat_map(|_| self.next().to_be_bytes()).take(length).collect()
    }
}

/// A closed store and every value that a row ever had, the last one last.
struct Example {
    _folder: tempfile::TempDir,
    path: PathBuf,
    rows: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
}

/// Many rows, spread over the space of keys as records are, opened, changed and closed some times.
fn example() -> Example {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut rows: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    let mut noise = Noise(1);
    for round in 0..ROUNDS {
        let mut store = open(&path);
        let numbers: Vec<u64> = (0..ROWS).filter(|number| round == 0 || number % 7 == round).collect();
        for numbers in numbers.chunks(100) {
            let mut batch = Batch::default();
            for number in numbers {
                let key = [&b"r"[..], &Noise(*number).next().to_be_bytes(), &[0; 16]].concat();
                let value = noise.bytes(if number % 300 == 0 { 30_000 } else { 50 + *number as usize % 900 });
                batch.put(key.clone(), value.clone());
                rows.entry(key).or_default().push(value);
            }
            store.write(&batch).unwrap();
        }
    }
    Example { _folder: folder, path, rows }
}

impl Example {
    /// Damages a copy, opens it twice and compares all that comes out of it. Says how many rows were lost or old, told or not told.
    fn survives(&self, damage: impl FnOnce(&Path)) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        copy(&self.path, &path);
        damage(&path);
        let first = try_open(&path).expect("damage is no reason not to open");
        let told =
            first.recovered.as_ref().is_some_and(|recovered| recovered.kept.ok == 0 || recovered.missing_writes > 0);
        let (report, missing) = self.compare(&first.store, told);
        if missing > 0 {
            let kept_less = first.recovered.is_some_and(|recovered| !recovered.kept.is_whole());
            assert!(told || kept_less || !report.is_whole(), "{missing} rows are missing and nobody was told");
        }
        let mut store = first.store;
        if !report.is_whole() {
            // Every leaf is concerned. Where one cannot be read, the batch must not be stopped in its middle.
            let mut batch = Batch::default();
            for key in self.rows.keys() {
                batch.put(key.clone(), "half");
            }
            match store.write(&batch) {
                Err(Error::Damaged { .. }) => {}
                done => {
                    done.unwrap();
                    assert_eq!(report.holes, 0);
                    return missing;
                }
            }
        }
        drop(store);
        let second = try_open(&path).unwrap();
        assert_eq!(
            second.recovered.is_some(),
            !report.is_whole(),
            "what was met the first time is repaired the second time"
        );
        let (report, missing_later) = self.compare(&second.store, told);
        assert!(report.is_whole());
        assert!(missing_later <= missing, "the repair lost {missing_later} rows, before it {missing} were missing");
        self.goes_on(second.store);
        missing
    }

    fn compare(&self, store: &SledStore, old_is_told: bool) -> (Report, usize) {
        let mut right = 0;
        let report = store
            .scan(b"", None, &mut |key, value| {
                let (last, earlier) = self.rows[key].split_last().unwrap();
                right += usize::from(last == value);
                assert!(
                    last == value || old_is_told && earlier.iter().any(|earlier| earlier == value),
                    "a row is silently wrong"
                );
                ControlFlow::Continue(())
            })
            .unwrap();
        for (key, values) in self.rows.iter().step_by(50) {
            match store.get(key) {
                Ok(Some(value)) => assert!(values.contains(&value)),
                Ok(None) | Err(Error::Damaged { .. }) => assert!(old_is_told || right < self.rows.len()),
                Err(error) => panic!("{error:?}"),
            }
        }
        (report, self.rows.len() - right)
    }

    fn goes_on(&self, mut store: SledStore) {
        let mut batch = Batch::default();
        for key in self.rows.keys() {
            batch.put(key.clone(), "again");
        }
        store.write(&batch).unwrap();
        assert_eq!(store.verify().unwrap(), Report { ok: ROWS, bad: 0, holes: 0 });
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn alter(file: PathBuf, alter: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(&file).unwrap();
    alter(&mut bytes);
    fs::write(file, bytes).unwrap();
}

fn snapshot(store: &Path) -> PathBuf {
    let names = fs::read_dir(store.join("db")).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).unwrap()
}

#[test]
fn flipped_zeroed_and_cut_logs_open_lose_little_and_say_so() {
    let example = example();
    let log = |copy: &Path| copy.join("db/db");
    let mut noise = Noise(2);
    let mut most = 0;
    for _ in 0..16 {
        most = most.max(example.survives(|copy| {
            alter(log(copy), |bytes| {
                let spot = noise.below(bytes.len());
                bytes[spot] ^= 1 << noise.below(8);
            });
        }));
    }
    for _ in 0..8 {
        example.survives(|copy| {
            alter(log(copy), |bytes| {
                let start = noise.below(bytes.len()) / 4096 * 4096;
                let end = bytes.len().min(start + 4096);
                bytes[start..end].fill(0);
            });
        });
    }
    for _ in 0..6 {
        example.survives(|copy| alter(log(copy), |bytes| bytes.truncate(bytes.len() - 1 - noise.below(5_000))));
    }
    for _ in 0..8 {
        example.survives(|copy| alter(log(copy), |bytes| bytes.truncate(noise.below(bytes.len()))));
    }
    // A flip in the log's end takes the last sittings with it, and elsewhere a leaf or two.
    assert!(most < ROWS as usize / 2, "one flipped bit cost {most} rows");
}

#[test]
fn damage_to_anything_but_the_log_costs_nothing() {
    let example = example();
    let mut noise = Noise(3);
    let lost = [
        example.survives(|copy| alter(snapshot(copy), |bytes| bytes[100] ^= 4)),
        example.survives(|copy| alter(snapshot(copy), |bytes| bytes.truncate(noise.below(bytes.len())))),
        example.survives(|copy| fs::remove_file(snapshot(copy)).unwrap()),
        example.survives(|copy| fs::write(copy.join("db/conf"), "x").unwrap()),
        example.survives(|copy| fs::remove_file(copy.join("confirmed")).unwrap()),
        example.survives(|copy| fs::write(copy.join("confirmed"), "nonsense").unwrap()),
        example.survives(|copy| fs::write(copy.join("damage-seen"), "").unwrap()),
    ];
    assert_eq!(lost, [0; 7]);
}

#[test]
fn what_is_gone_is_missed() {
    let example = example();
    let nothing_left: [fn(&Path); 3] = [
        |copy| fs::remove_file(copy.join("db/db")).unwrap(),
        |copy| fs::remove_dir_all(copy.join("db")).unwrap(),
        |copy| alter(copy.join("db/db"), Vec::clear),
    ];
    for damage in nothing_left {
        assert_eq!(example.survives(damage), ROWS as usize);
    }
}

#[test]
fn half_a_snapshot_does_not_lock_out_the_whole_store() {
    let example = example();
    let half = fs::read(snapshot(&example.path)).unwrap();
    fs::write(example.path.join("db/snap.00FFFFFFFFFFFFFF.generating"), &half[..half.len() / 2]).unwrap();
    // No repair: nothing is wrong with it.
    let store = open(&example.path);
    assert_eq!(example.compare(&store, false), (Report { ok: ROWS, bad: 0, holes: 0 }, 0));
}

#[test]
fn a_row_that_does_not_fit_is_never_handed_out_and_heals_when_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut batch = Batch::default();
    for key in ["a", "b", "c"] {
        batch.put(key, Noise(7).bytes(10_000));
    }
    open(folder.path()).write(&batch).unwrap();
    let alter = |place: &[u8]| {
        let db = reopened(&folder.path().join("db"));
        let mut stored = db.get(place).unwrap().unwrap().to_vec();
        *stored.last_mut().unwrap() ^= 1;
        db.insert(place, stored).unwrap();
    };
    alter(b"ra");
    alter(b"sb\0\x01\0\x02");
    let mut store = open(folder.path());
    for key in [b"a", b"b"] {
        assert!(matches!(store.get(key), Err(Error::Damaged { damage: Damage::Row })));
        assert!(matches!(store.last(key), Err(Error::Damaged { damage: Damage::Row })));
    }
    assert_eq!(store.get(b"c").unwrap().unwrap(), Noise(7).bytes(10_000));
    assert_eq!(store.verify().unwrap(), Report { ok: 1, bad: 2, holes: 0 });
    let mut batch = Batch::default();
    batch.put("a", "whole again");
    store.write(&batch).unwrap();
    drop(store);

    let opened = try_open(folder.path()).unwrap();
    let recovered = opened.recovered.clone().unwrap();
    assert_eq!(recovered.kept, Report { ok: 2, bad: 1, holes: 0 });
    assert!(recovered.set_aside.is_dir() && recovered.set_aside.starts_with(folder.path()));
    assert_eq!(opened.store.get(b"a").unwrap().unwrap(), b"whole again");
    assert_eq!(opened.store.get(b"b").unwrap(), None);
    drop(opened);
    open(folder.path());
    // The pieces of what was replaced went with it.
    assert_eq!(reopened(&folder.path().join("db")).scan_prefix("s").count(), 2);
}

#[test]
fn a_store_of_a_newer_format_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    reopened(&folder.path().join("db")).insert("m", &7_u32.to_be_bytes()).unwrap();
    for _ in 0..2 {
        assert!(matches!(try_open(folder.path()), Err(Error::NewerFormat { found: 7, known: 1 })));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(), 1);
}

/// The engine itself, once the threads of the handle before have let go of it.
fn reopened(db: &Path) -> sled::Db {
    loop {
        if let Ok(db) = sled::Config::new().path(db).flush_every_ms(None).open() {
            return db;
        }
    }
}

#[test]
fn a_crash_between_two_moves_of_the_folder_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut batch = Batch::default();
    batch.put("a", "1");
    open(path).write(&batch).unwrap();
    let holds_a = |moment: &str| assert!(open(path).get(b"a").unwrap().is_some(), "{moment}");

    fs::rename(path.join("db"), path.join("db.ready")).unwrap();
    copy(&path.join("db.ready"), &path.join("db.old"));
    holds_a("the old one was moved away, the new one not yet in its place");
    copy(&path.join("db"), &path.join("db.ready"));
    fs::create_dir_all(path.join("db.new/blobs")).unwrap();
    fs::create_dir_all(path.join("db.try")).unwrap();
    fs::write(path.join("import.new"), "half").unwrap();
    holds_a("a copy was ready, and not yet used");
    let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["LOCK", "confirmed", "db"]);
}

#[test]
fn what_is_not_a_folder_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(try_open(&file), Err(Error::NotAFolder(path)) if path == file));
    assert!(matches!(try_open(&file.join("below")), Err(Error::NotAFolder(_))));
    let link = folder.path().join("link");
    let target = folder.path().join("target");
    fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(matches!(try_open(&link), Err(Error::NotAFolder(path)) if path == link));
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
    drop(open(&folder.path().join("made/on/the/way")));
}
