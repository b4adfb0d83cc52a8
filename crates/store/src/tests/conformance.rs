//! Both stores behave alike, whatever is asked of them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use crate::{Batch, Error, MAX_KEY_BYTES, MAX_VALUE_BYTES, MemoryStore, Options, Report, SledStore, Store};
use proptest::prelude::*;

fn open(folder: &Path) -> SledStore {
    let options = Options { cache_bytes: 16 << 20, wait: Duration::from_secs(10), program: "conformance".into() };
    let opened = SledStore::open(folder, options).unwrap();
    assert_eq!(opened.recovered, None);
    opened.store
}

/// Runs a story over an empty store of each kind.
fn in_both(mut story: impl FnMut(&mut dyn Store)) {
    story(&mut MemoryStore::default());
    let folder = tempfile::tempdir().unwrap();
    story(&mut open(folder.path()));
}

fn put(store: &mut dyn Store, rows: &[(&[u8], &[u8])]) {
    let mut batch = Batch::default();
    for (key, value) in rows {
        batch.put(*key, *value);
    }
    store.write(&batch).unwrap();
}

fn keys(store: &dyn Store, prefix: &[u8], from: Option<&[u8]>) -> Vec<Vec<u8>> {
    let (mut keys, mut scanned) = (Vec::new(), Vec::new());
    store
        .scan_keys(prefix, from, &mut |key| {
            keys.push(key.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    store
        .scan(prefix, from, &mut |key, _| {
            scanned.push(key.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(keys, scanned);
    keys
}

fn everything(store: &dyn Store) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut rows = BTreeMap::new();
    let report = store
        .scan(b"", None, &mut |key, value| {
            rows.insert(key.to_vec(), value.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(report, Report { ok: rows.len() as u64, bad: 0, holes: 0 });
    rows
}

fn bytes(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|n| (n as u8).wrapping_mul(31).wrapping_add((n / 4096) as u8) ^ seed).collect()
}

#[test]
fn what_was_put_is_there_and_what_was_deleted_is_not() {
    in_both(|store| {
        assert_eq!(store.get(b"a").unwrap(), None);
        put(store, &[(b"a", b"1"), (b"b", b"")]);
        put(store, &[(b"a", b"2")]);
        assert_eq!(store.get(b"a").unwrap().unwrap(), b"2");
        assert_eq!(store.get(b"b").unwrap().unwrap(), b"");
        let mut batch = Batch::default();
        batch.delete("a");
        batch.delete("never there");
        batch.put("c", "3");
        store.write(&batch).unwrap();
        store.write(&Batch::default()).unwrap();
        assert_eq!(everything(store), BTreeMap::from([(b"b".to_vec(), vec![]), (b"c".to_vec(), b"3".to_vec())]));
    });
}

/// Beginnings of each other, the numbers 0 and 255, and what the engine's own rows look like.
const TRICKY: [&[u8]; 16] = [
    b"",
    b"\0",
    b"\0\0",
    b"\0\0\0\x01",
    b"\0\x01",
    b"a",
    b"a\0",
    b"a\0\0",
    b"a\0\x01",
    b"a\0\x01\0\x01",
    b"ab",
    b"b",
    b"m",
    b"r",
    b"s\0",
    b"\xff\xff",
];

#[test]
fn keys_that_begin_alike_are_kept_apart_and_in_order() {
    for length in [3, 10_000] {
        in_both(|store| {
            for (number, key) in TRICKY.iter().enumerate().rev() {
                put(store, &[(key, &bytes(length, number as u8))]);
            }
            let mut expected = TRICKY.map(<[u8]>::to_vec).to_vec();
            expected.sort();
            assert_eq!(keys(store, b"", None), expected);
            for (number, key) in TRICKY.iter().enumerate() {
                assert_eq!(store.get(key).unwrap().unwrap(), bytes(length, number as u8));
            }
            for (number, key) in TRICKY.iter().enumerate().step_by(2) {
                let mut batch = Batch::default();
                batch.delete(*key);
                store.write(&batch).unwrap();
                assert_eq!(store.get(key).unwrap(), None);
                assert_eq!(store.get(TRICKY[number + 1]).unwrap().unwrap(), bytes(length, number as u8 + 1));
            }
        });
    }
}

#[test]
fn a_scan_stays_under_its_prefix_starts_where_told_and_stops_when_told() {
    in_both(|store| {
        for key in TRICKY {
            put(store, &[(key, b"value")]);
        }
        assert_eq!(keys(store, b"a\0", None), [&b"a\0"[..], b"a\0\0", b"a\0\x01", b"a\0\x01\0\x01"]);
        assert_eq!(keys(store, b"a\0", Some(b"a\0\x01")), [&b"a\0\x01"[..], b"a\0\x01\0\x01"]);
        assert_eq!(keys(store, b"a\0", Some(b"a\0\0\0")), [&b"a\0\x01"[..], b"a\0\x01\0\x01"]);
        assert_eq!(keys(store, b"ab", Some(b"")), [b"ab"]);
        assert_eq!(keys(store, b"ab", Some(b"b")), [[0; 0]; 0]);
        assert_eq!(keys(store, b"\xff", None), [b"\xff\xff"]);
        assert_eq!(keys(store, b"\xff\xff\xff", None), [[0; 0]; 0]);
        let mut seen = 0;
        let report = store
            .scan(b"a", None, &mut |_, _| {
                seen += 1;
                if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert_eq!((seen, report), (2, Report { ok: 2, bad: 0, holes: 0 }));
    });
}

#[test]
fn the_last_row_under_a_prefix_is_the_one_with_the_greatest_key() {
    in_both(|store| {
        assert_eq!(store.last(b"").unwrap(), None);
        for key in TRICKY {
            put(store, &[(key, &bytes(9_000, 7))]);
        }
        let last = |prefix: &[u8]| {
            store.last(prefix).unwrap().map(|(key, value)| {
                assert_eq!(value, bytes(9_000, 7));
                key
            })
        };
        assert_eq!(last(b"").unwrap(), b"\xff\xff");
        assert_eq!(last(b"\xff").unwrap(), b"\xff\xff");
        assert_eq!(last(b"a").unwrap(), b"ab");
        assert_eq!(last(b"a\0").unwrap(), b"a\0\x01\0\x01");
        assert_eq!(last(b"\0\0").unwrap(), b"\0\0\0\x01");
        assert_eq!(last(b"t"), None);
    });
}

#[test]
fn values_of_every_size_replace_each_other_without_a_trace() {
    let sizes = [0, 1, 4_085, 4_086, 4_087, 4_090, 4_096, 4_097, 8_182, 8_183, 30_000, 65_536, 300_000, 1 << 20];
    in_both(|store| {
        for (step, size) in sizes.iter().chain(sizes.iter().rev()).chain([&300_000, &0]).enumerate() {
            let value = bytes(*size, step as u8);
            put(store, &[(b"key", &value), (b"key2", &value)]);
            assert_eq!(store.get(b"key").unwrap().unwrap(), value, "{size} bytes");
            assert_eq!(everything(store).len(), 2);
        }
    });
}

#[test]
fn what_is_too_large_is_refused_and_nothing_of_its_batch_is_written() {
    in_both(|store| {
        for (key, value) in [(vec![1; MAX_KEY_BYTES + 1], vec![]), (b"b".to_vec(), vec![0; MAX_VALUE_BYTES + 1])] {
            let mut batch = Batch::default();
            batch.put("a", "1");
            batch.put(key, value);
            assert!(matches!(store.write(&batch), Err(Error::TooLarge { .. })));
        }
        assert_eq!(store.get(b"a").unwrap(), None);
        put(store, &[(&[1; MAX_KEY_BYTES], b"fits")]);
        assert_eq!(store.get(&[1; MAX_KEY_BYTES]).unwrap().unwrap(), b"fits");
    });
}

#[test]
fn an_export_taken_in_again_is_the_same_store_in_either_engine() {
    let mut streams = Vec::new();
    in_both(|store| {
        for (number, key) in TRICKY.iter().enumerate() {
            put(store, &[(key, &bytes(number * 1_000, number as u8))]);
        }
        let mut stream = Vec::new();
        assert_eq!(store.export(&mut stream).unwrap(), Report { ok: 16, bad: 0, holes: 0 });
        in_both(|second| {
            put(second, &[(b"other", b"stays"), (b"a", b"is replaced")]);
            assert_eq!(second.import(&mut &stream[..]).unwrap(), Report { ok: 16, bad: 0, holes: 0 });
            let mut expected = everything(store);
            expected.insert(b"other".to_vec(), b"stays".to_vec());
            assert_eq!(everything(second), expected);
        });
    });
    in_both(|store| {
        put(store, &[(b"a", b"1")]);
        let mut stream = Vec::new();
        store.export(&mut stream).unwrap();
        streams.push(stream);
    });
    assert_eq!(streams[0], streams[1]);
}

#[test]
fn an_altered_or_cut_export_changes_nothing() {
    let mut original = MemoryStore::default();
    put(&mut original, &[(b"a", &bytes(30, 1)), (b"b", &bytes(20, 2))]);
    let mut stream = Vec::new();
    original.export(&mut stream).unwrap();
    in_both(|store| {
        put(store, &[(b"a", b"before")]);
        let refused = |store: &mut dyn Store, stream: &[u8]| {
            let error = store.import(&mut &stream[..]).unwrap_err();
            assert!(matches!(error, Error::Altered | Error::NewerFormat { .. }), "{error:?}");
            assert_eq!(everything(store), BTreeMap::from([(b"a".to_vec(), b"before".to_vec())]));
        };
        for length in 0..stream.len() {
            refused(store, &stream[..length]);
        }
        for bit in 0..stream.len() * 8 {
            let mut altered = stream.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            refused(store, &altered);
        }
        refused(store, &[&stream[..], b"x"].concat());
        assert_eq!(store.import(&mut &stream[..]).unwrap().ok, 2);
    });
}

/// Fails after some bytes, in either direction.
struct Broken(usize);

impl std::io::Write for Broken {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn a_stick_that_fails_during_an_export_leaves_the_store_as_it_was() {
    in_both(|store| {
        put(store, &[(b"a", &bytes(30_000, 1)), (b"b", &bytes(30_000, 2))]);
        for room in [0, 5, 100, 40_000] {
            assert!(matches!(store.export(&mut Broken(room)), Err(Error::Stream(_))));
        }
        assert!(matches!(store.import(&mut Broken(0)), Err(Error::Stream(_))));
        put(store, &[(b"c", b"goes on")]);
        assert_eq!(everything(store).len(), 3);
    });
}

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<(Vec<u8>, Option<usize>)>),
    Get(Vec<u8>),
    Scan(Vec<u8>, Option<Vec<u8>>),
    Last(Vec<u8>),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || proptest::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(b'a'), Just(b'r'), Just(255)], 0..5);
    let size = || prop_oneof![3 => 0..100_usize, 1 => 4_080..4_100_usize, 1 => 0..20_000_usize];
    prop_oneof![
        6 => proptest::collection::vec((key(), proptest::option::weighted(0.7, size())), 1..6).prop_map(Step::Write),
        3 => key().prop_map(Step::Get),
        2 => (key(), proptest::option::of(key())).prop_map(|(prefix, from)| Step::Scan(prefix, from)),
        2 => key().prop_map(Step::Last),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_do_what_a_sorted_map_does(steps in proptest::collection::vec(step(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut sled = open(folder.path());
        let mut memory = MemoryStore::default();
        let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Write(changes) => {
                    let mut batch = Batch::default();
                    for (key, size) in changes {
                        match size {
                            Some(size) => {
                                let value = bytes(size, number as u8);
                                batch.put(key.clone(), value.clone());
                                model.insert(key, value);
                            }
                            None => {
                                batch.delete(key.clone());
                                model.remove(&key);
                            }
                        }
                    }
                    sled.write(&batch).unwrap();
                    memory.write(&batch).unwrap();
                }
                Step::Get(key) => {
                    prop_assert_eq!(sled.get(&key).unwrap(), model.get(&key).cloned());
                    prop_assert_eq!(memory.get(&key).unwrap(), model.get(&key).cloned());
                }
                Step::Scan(prefix, from) => {
                    let from = from.as_deref();
                    let expected: Vec<_> =
                        model.keys().filter(|key| key.starts_with(&prefix) && from.is_none_or(|from| from <= key)).cloned().collect();
                    prop_assert_eq!(keys(&sled, &prefix, from), expected.clone());
                    prop_assert_eq!(keys(&memory, &prefix, from), expected);
                }
                Step::Last(prefix) => {
                    let expected = model.iter().rfind(|(key, _)| key.starts_with(&prefix));
                    let expected = expected.map(|(key, value)| (key.clone(), value.clone()));
                    prop_assert_eq!(sled.last(&prefix).unwrap(), expected.clone());
                    prop_assert_eq!(memory.last(&prefix).unwrap(), expected);
                }
                Step::Reopen => {
                    drop(sled);
                    sled = open(folder.path());
                    memory.reopen();
                }
            }
        }
        prop_assert_eq!(everything(&sled), model.clone());
        prop_assert_eq!(everything(&memory), model);
    }
}
