//! Damaged files: no panic, nothing silently wrong, and what still reads is kept.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use allymap_store::{Batch, Error, Opened, Options, Report, SledStore, Store};

const ROWS: u64 = 5_000;

fn open(folder: &Path) -> Result<Opened, Error> {
    SledStore::open(folder, Options { cache_bytes: 16 << 20, wait: Duration::ZERO, program: "damage".into() })
}

/// Where a row of the example lies: spread over the whole space of keys, as records are.
fn key(number: u64) -> Vec<u8> {
    [b"r".to_vec(), number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().to_vec(), vec![0; 16]].concat()
}

fn value(number: u64, version: u8) -> Vec<u8> {
    let length = if number % 500 == 0 { 30_000 } else { 50 + number % 900 };
    let mut state = number << 8 | u64::from(version) | 1 << 40;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

/// A store of many rows that was opened, changed and closed some times.
fn example(folder: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut model = BTreeMap::new();
    for round in 0..4 {
        let mut store = open(folder).unwrap().store;
        let numbers: Vec<u64> = (0..ROWS).filter(|number| round == 0 || number % 7 == round).collect();
        for numbers in numbers.chunks(200) {
            let mut batch = Batch::default();
            for number in numbers {
                batch.put(key(*number), value(*number, round as u8));
                model.insert(key(*number), value(*number, round as u8));
            }
            store.write(&batch).unwrap();
        }
    }
    model
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

#[test]
fn explore() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let model = example(&original);
    for entry in fs::read_dir(original.join("db")).unwrap() {
        let entry = entry.unwrap();
        eprintln!("{:?} {}", entry.file_name(), entry.metadata().unwrap().len());
    }
    let length = fs::metadata(original.join("db/db")).unwrap().len();
    for kind in ["flip", "zero", "cut", "cutend", "snap", "snapcut", "nosnap", "conf", "nodb"] {
        let mut told: BTreeMap<String, u32> = BTreeMap::new();
        for n in 0..12_u64 {
            let target = folder.path().join(format!("{kind}{n}"));
            copy(&original, &target);
            let db = target.join("db/db");
            let spot = (n * 7919 * 7919 * 31 + 12345) % length;
            let snap = fs::read_dir(target.join("db")).unwrap().map(|e| e.unwrap().path()).find(|p| p.to_string_lossy().contains("snap")).unwrap();
            let mut bytes = fs::read(&db).unwrap();
            match kind {
                "flip" => { bytes[spot as usize] ^= 1 << (n % 8); fs::write(&db, bytes).unwrap(); }
                "zero" => { let s = (spot / 4096 * 4096) as usize; let e = (s + 4096).min(bytes.len()); bytes[s..e].fill(0); fs::write(&db, bytes).unwrap(); }
                "cut" => { bytes.truncate(spot as usize); fs::write(&db, bytes).unwrap(); }
                "cutend" => { bytes.truncate(bytes.len() - 1 - n as usize * 300); fs::write(&db, bytes).unwrap(); }
                "snap" => { let mut b = fs::read(&snap).unwrap(); let i = spot as usize % b.len(); b[i] ^= 4; fs::write(&snap, b).unwrap(); }
                "snapcut" => { let mut b = fs::read(&snap).unwrap(); let i = spot as usize % b.len(); b.truncate(i); fs::write(&snap, b).unwrap(); }
                "nosnap" => fs::remove_file(&snap).unwrap(),
                "conf" => fs::write(target.join("db/conf"), b"x").unwrap(),
                _ => fs::remove_file(&db).unwrap(),
            }
            let mut words = String::new();
            for round in 0..3 {
                let begun = std::time::Instant::now();
                match open(&target) {
                    Err(error) => { words += &format!("[{round} error {error:?}]"); break }
                    Ok(opened) => {
                        if let Some(r) = &opened.recovered { words += &format!("[{round} recovered {:?} {}]", r.kept, r.missing_writes); }
                        let (mut wrong, mut right) = (0, 0);
                        let report = opened.store.scan(b"", None, &mut |k, v| { if model.get(k).is_some_and(|x| x == v) { right += 1 } else { wrong += 1 } ControlFlow::Continue(()) });
                        words += &format!("[{round} {report:?} right {right} wrong {wrong}]");
                    }
                }
                if begun.elapsed().as_millis() > 1000 { words += &format!("SLOW {:?}", begun.elapsed()); }
            }
            *told.entry(words).or_default() += 1;
        }
        eprintln!("--- {kind}");
        for (w, c) in told { eprintln!("{c} x {w}"); }
    }
    let _ = Report::default();
}
