//! What a hostile member can send: altered, forged, exploding and misleading changes. None may hurt the document.

use crate::{
    ActId, ActorId, Document, MAX_COUNTER, MAX_OPERATIONS_PER_RECORD, OddityKind, Refusal, Value, WriteError,
    change_hashes, inspect, quiet_panics,
};
use automerge::legacy::{ElementId, Key, ObjectId, OpId, OpType};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ObjType, ROOT, ReadDoc};
use sha2::{Digest, Sha256};

const ANA: ActorId = ActorId([0xaa; 16]);
const BEN: ActorId = ActorId([0xbb; 16]);
const EVE: ActorId = ActorId([0xee; 16]);

#[test]
fn thousands_of_altered_changes_leave_a_document_that_reads_edits_saves_and_loads() {
    quiet_panics();
    let (document, coming) = a_map_and_what_ben_wrote();
    let mut chance = Chance(20_260_131);
    let mut accepted = 0;
    for round in 0..6_000 {
        let mut chunks = coming.clone();
        let at = chance.below(chunks.len());
        alter(&mut chunks[at], &mut chance);
        // A forger signs with whatever actor the altered bytes name.
        let signer = inspect(&chunks[at]).map_or(BEN, |header| header.actor);
        let given = if chance.below(2) == 0 { &chunks[..=at] } else { &chunks[at..=at] };
        match document.stage(signer, given) {
            Err(_) => {}
            Ok(staged) => {
                accepted += 1;
                still_works(staged.commit(), round);
            }
        }
    }
    // Text and keys can be altered into other text and keys: the battery reaches past the door.
    assert!(accepted > 100, "{accepted}");
    still_works(document, usize::MAX);
}

#[test]
fn thousands_of_changes_with_another_meaning_leave_a_document_that_works() {
    quiet_panics();
    let (document, coming) = a_map_and_what_ben_wrote();
    let mut chance = Chance(71);
    let mut accepted = 0;
    for round in 0..3_000 {
        let at = chance.below(coming.len());
        let mut change = automerge::Change::from_bytes(coming[at].clone()).unwrap().decode();
        for _ in 0..=chance.below(3) {
            twist(&mut change, &mut chance);
        }
        let mut chunks = coming[..at].to_vec();
        chunks.push(automerge::Change::from(change).raw_bytes().to_vec());
        if let Ok(staged) = document.stage(BEN, &chunks) {
            accepted += 1;
            still_works(staged.commit(), round);
        }
    }
    assert!(accepted > 300, "{accepted}");
}

#[test]
fn what_a_change_refers_to_must_be_what_its_author_had_seen() {
    let (document, coming) = a_map_and_what_ben_wrote();
    let both = document.stage(BEN, &coming).unwrap().commit();
    let replaced = foreign(&both, EVE, |write| write.put(ROOT, "f/count", 3).unwrap());
    let mut forged = automerge::Change::from_bytes(replaced).unwrap().decode();
    // She replaces Ben's value but claims to have read only what Ana wrote.
    forged.deps = document.heads().into_iter().map(|hash| automerge::ChangeHash(hash.0)).collect();
    forged.start_op = (document.operations() + 1).try_into().unwrap();
    let forged = automerge::Change::from(forged).raw_bytes().to_vec();
    // Without Ben's changes there is nothing to refer to; with them the answer must be the same, or two maps would come of it.
    for document in [document, both] {
        let refusal = document.stage(EVE, std::slice::from_ref(&forged)).unwrap_err();
        assert!(matches!(refusal, Refusal::Inconsistent | Refusal::Malformed), "{refusal:?}");
    }
}

#[test]
fn a_hundred_bytes_that_stand_for_a_million_operations_are_refused_before_they_are_read() {
    let bomb = bomb(1_500_000);
    assert!(bomb.len() < 130, "{}", bomb.len());
    let refusal = Refusal::TooManyOperations { operations: 1_500_000, limit: MAX_OPERATIONS_PER_RECORD };
    assert_eq!(inspect(&bomb), Err(refusal.clone()));
    assert_eq!(Document::new(ANA).stage(EVE, &[bomb]).err(), Some(refusal));
}

#[test]
fn many_changes_that_are_small_alone_count_together() {
    let chunk = bomb(15_000);
    assert_eq!(inspect(&chunk).map(|header| header.operations), Ok(15_000));
    let other = resealed(&chunk, |body| *body.last_mut().unwrap() ^= 1);
    let refusal = Document::new(ANA).stage(EVE, &[chunk, other]).unwrap_err();
    assert_eq!(refusal, Refusal::TooManyOperations { operations: 30_000, limit: MAX_OPERATIONS_PER_RECORD });
}

#[test]
fn predecessors_count_as_operations_do() {
    // One deletion that claims to replace two million values.
    let columns = [
        (0x15, vec![0x7f, 3, b'f', b'/', b'a']),
        (0x34, vec![1]),
        (0x42, vec![0x7f, 3]),
        (0x56, vec![0x7f, 0]),
        (0x70, [vec![0x7f], unsigned(2_000_000)].concat()),
        (0x71, [signed(2_000_000), vec![0]].concat()),
        (0x73, [signed(2_000_000), vec![0]].concat()),
    ];
    let refusal = inspect(&change(EVE, 1, 1, &columns)).unwrap_err();
    assert_eq!(refusal, Refusal::TooManyOperations { operations: 2_000_000, limit: MAX_OPERATIONS_PER_RECORD });
}

#[test]
fn a_counter_that_jumps_is_refused() {
    let (document, coming) = a_map_and_what_ben_wrote();
    let header = inspect(&coming[0]).unwrap();
    for jump in [1, 1_000_000] {
        let jumped =
            raw_change(&document, EVE, |forged| forged.start_op = (header.start_op + jump).try_into().unwrap());
        let expected = Refusal::CounterJump { start_op: header.start_op + jump, expected: Some(header.start_op) };
        assert_eq!(document.stage(EVE, &[jumped]).err(), Some(expected));
    }
    let last = raw_change(&document, EVE, |forged| forged.start_op = MAX_COUNTER.try_into().unwrap());
    assert_eq!(inspect(&last), Err(Refusal::CounterJump { start_op: MAX_COUNTER, expected: None }));
}

#[test]
fn a_change_in_another_name_is_refused() {
    let (document, coming) = a_map_and_what_ben_wrote();
    assert_eq!(document.stage(EVE, &coming).err(), Some(Refusal::ForeignActor { actor: BEN }));
}

#[test]
fn two_changes_with_one_number_are_told_apart_and_the_second_is_refused() {
    let (document, coming) = a_map_and_what_ben_wrote();
    let first = raw_change(&document, EVE, |forged| forged.message = Some("one".into()));
    let second = raw_change(&document, EVE, |forged| forged.message = Some("two".into()));
    let [known, refused] = change_hashes(&[first.clone(), second.clone()]).unwrap()[..] else { panic!() };

    let with_first = document.stage(EVE, std::slice::from_ref(&first)).unwrap().commit();
    let expected = Refusal::DuplicateSequence { seq: 1, known, refused };
    assert_eq!(with_first.stage(EVE, std::slice::from_ref(&second)).err(), Some(expected));
    assert!(matches!(document.stage(EVE, &[first, second]).err(), Some(Refusal::DuplicateSequence { seq: 1, .. })));
    // Ben's work goes on.
    assert!(with_first.stage(BEN, &coming).is_ok());
}

#[test]
fn a_number_that_is_skipped_or_does_not_follow_the_own_previous_change_is_refused() {
    let (document, _) = a_map_and_what_ben_wrote();
    let skipped = raw_change(&document, EVE, |forged| forged.seq = 3);
    assert_eq!(document.stage(EVE, &[skipped]).err(), Some(Refusal::SequenceGap { seq: 3, expected: 1 }));

    let first = raw_change(&document, EVE, |_| {});
    let second = raw_change(&document, EVE, |forged| forged.seq = 2);
    let with_first = document.stage(EVE, &[first]).unwrap().commit();
    // Number two ignores number one.
    assert_eq!(with_first.stage(EVE, &[second]).err(), Some(Refusal::SequenceGap { seq: 2, expected: 1 }));
}

#[test]
fn compressed_changes_and_whole_documents_are_no_changes() {
    let mut raw = Automerge::new().with_actor(EVE.into());
    raw.transact::<_, _, automerge::AutomergeError>(|write| write.put(ROOT, "f/note", "long ".repeat(400))).unwrap();
    let mut change = raw.get_last_local_change().unwrap();
    let compressed = change.bytes().into_owned();
    assert_eq!(inspect(&compressed), Err(Refusal::Compressed));
    assert_eq!(change_hashes(&[compressed]), Err(Refusal::Compressed));
    assert_eq!(inspect(&raw.save_nocompress()), Err(Refusal::Malformed));
}

#[test]
fn what_a_change_waits_for_is_named_and_nothing_is_applied() {
    let (document, coming) = a_map_and_what_ben_wrote();
    let hashes = change_hashes(&coming).unwrap();
    assert_eq!(document.stage(BEN, &coming[1..]).err(), Some(Refusal::MissingDependency(vec![hashes[0]])));
    let all = document.stage(BEN, &coming).unwrap();
    assert_eq!(all.hashes(), hashes);
    assert!(!all.already_known());
    let all = all.commit();
    assert!(hashes.iter().all(|hash| all.has(hash) && !document.has(hash)));
    assert!(all.stage(BEN, &coming).unwrap().already_known());
}

#[test]
fn a_row_that_is_overwritten_or_deleted_still_counts_and_it_shows() {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| {
        edit.put("kind", Value::Text("organisation".into()))?;
        edit.append("a/risk", b"high".to_vec())?;
        edit.append("l/met", b"at the hall".to_vec())
    });
    let before = (document.appended("a/"), document.appended("l/"));
    let chunk = foreign(&document, EVE, |write| {
        write.put(ROOT, "a/risk", b"low".to_vec()).unwrap();
        write.delete(ROOT, "l/met").unwrap();
    });
    for document in [&document, &Document::load(&document.save(), ANA).unwrap()] {
        let after = document.stage(EVE, std::slice::from_ref(&chunk)).unwrap().commit();
        assert_eq!((after.appended("a/"), after.appended("l/")), before);
        let odd: Vec<_> = after.oddities().into_iter().map(|odd| (odd.kind, odd.key, odd.actor)).collect();
        assert_eq!(
            odd,
            [(OddityKind::RowOverwritten, "a/risk".to_owned(), EVE), (OddityKind::RowDeleted, "l/met".to_owned(), EVE)]
        );
    }
}

#[test]
fn a_row_that_two_people_wrote_at_one_id_counts_twice() {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| edit.put("kind", Value::Text("person".into())));
    let chunk = foreign(&document, EVE, |write| write.put(ROOT, "a/0", b"theirs".to_vec()).unwrap());
    write(&mut document, 2, |edit| edit.append("a/0", b"ours".to_vec()));
    let both = document.stage(EVE, &[chunk]).unwrap().commit();
    let mut rows: Vec<_> = both.appended("a/").into_iter().map(|row| (row.actor, row.value)).collect();
    rows.sort();
    assert_eq!(rows, [(ANA, b"ours".to_vec()), (EVE, b"theirs".to_vec())]);
    assert_eq!(both.oddities(), []);
}

#[test]
fn nested_objects_are_shown_as_odd_and_listing_stays_quick() {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| edit.put("f/name", Value::Text("Hall".into())));
    let chunk = foreign(&document, EVE, |write| {
        let mut inner = write.put_object(ROOT, "f/name", ObjType::Map).unwrap();
        for _ in 0..5_000 {
            inner = write.put_object(&inner, "f/name", ObjType::Map).unwrap();
        }
        write.put_object(ROOT, "a/deep", ObjType::List).unwrap();
        write.put(ROOT, "a/number", 7).unwrap();
        write.put_object(ROOT, "t/late", ObjType::Text).unwrap();
    });
    let deep = document.stage(EVE, &[chunk]).unwrap().commit();
    assert_eq!(deep.value("f/name"), Some(Value::Unknown));
    assert_eq!(deep.keys(), ["a/deep", "a/number", "f/name", "t/late"]);
    assert_eq!(deep.appended("a/"), []);
    let odd = deep.oddities();
    for (kind, key) in [
        (OddityKind::NestedObject, "f/name"),
        (OddityKind::NestedObject, "a/deep"),
        (OddityKind::RowNotBytes, "a/number"),
        (OddityKind::LateText, "t/late"),
    ] {
        assert!(odd.iter().any(|odd| odd.kind == kind && odd.key == key), "{kind:?} {key}");
    }
    assert!(odd.len() < 10, "one line a key and change, not one a level: {}", odd.len());
    still_works(deep, 0);
}

#[test]
fn what_a_newer_version_wrote_is_kept_shown_and_never_rewritten() {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| edit.put("f/name", Value::Text("Hall".into())));
    let chunk = foreign(&document, EVE, |write| {
        write.put(ROOT, "f/seats", 12.5).unwrap();
        write.put(ROOT, "f/since", automerge::ScalarValue::Timestamp(0)).unwrap();
        write.put(ROOT, "q/new", "hello").unwrap();
    });
    let mut newer = document.stage(EVE, &[chunk]).unwrap().commit();
    assert_eq!(newer.value("f/seats"), Some(Value::Unknown));
    assert_eq!(newer.value("f/since"), Some(Value::Unknown));
    let odd: Vec<_> = newer.oddities().into_iter().map(|odd| (odd.kind, odd.key)).collect();
    assert_eq!(
        odd,
        [
            (OddityKind::UnknownKey, "q/new".to_owned()),
            (OddityKind::UnknownValue, "f/seats".to_owned()),
            (OddityKind::UnknownValue, "f/since".to_owned())
        ]
    );
    let heads = newer.heads();
    let refused = newer.edit(ActId([9; 16]), |edit| edit.put("f/seats", Value::Unknown)).unwrap();
    assert_eq!(refused, Err(WriteError::UnknownValue));
    let refused = newer.edit(ActId([9; 16]), |edit| edit.put("q/new", Value::Int(1))).unwrap();
    assert_eq!(refused, Err(WriteError::Key));
    assert_eq!(newer.heads(), heads);
}

#[test]
fn a_second_beginning_is_shown_on_every_device_alike() {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| edit.put("kind", Value::Text("person".into())));
    let own = document.change_bytes_since(0).remove(0).bytes;
    let other = foreign(&Document::new(EVE), EVE, |write| {
        write.put(ROOT, "kind", "place").unwrap();
    });
    let one = document.stage(EVE, std::slice::from_ref(&other)).unwrap().commit();
    let two = Document::new(BEN).stage(EVE, &[other]).unwrap().commit().stage(ANA, &[own]).unwrap().commit();
    assert_eq!(one.heads(), two.heads());
    assert_eq!(one.oddities(), two.oddities());
    assert!(matches!(one.oddities()[..], [ref odd] if odd.kind == OddityKind::SecondBeginning));
    assert_eq!(one.values("kind").len(), 2);
}

#[test]
fn a_damaged_save_is_an_error_or_still_reads() {
    quiet_panics();
    let (document, _) = a_map_and_what_ben_wrote();
    let saved = document.save();
    for at in 0..saved.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut damaged = saved.clone();
            damaged[at] ^= mask;
            if let Ok(read) = Document::load(&damaged, ANA) {
                assert_eq!(read.heads(), document.heads(), "byte {at}");
            }
        }
        assert!(Document::load(&saved[..at], ANA).is_err(), "cut at {at}");
    }
    // The same damage underneath the compression, where only Automerge's own checks stand.
    let plain = zstd::bulk::decompress(&saved, 1 << 20).unwrap();
    for at in 0..plain.len() {
        let mut damaged = plain.clone();
        damaged[at] ^= 0x11;
        repair(&mut damaged);
        if let Ok(read) = Document::load(&zstd::bulk::compress(&damaged, 3).unwrap(), ANA) {
            let _ = (read.keys(), read.heads());
        }
    }
    assert!(Document::load(&[], ANA).is_err());
    assert!(Document::load(b"not a document at all", ANA).is_err());
}

/// A map by Ana, and three changes that Ben made to it and she has not seen.
fn a_map_and_what_ben_wrote() -> (Document, Vec<Vec<u8>>) {
    let mut ana = Document::new(ANA);
    write(&mut ana, 1, |edit| {
        edit.put("kind", Value::Text("organisation".into()))?;
        edit.put("f/name", Value::Text("Reading room".into()))?;
        edit.make_text("t/note", "They lend the hall.")?;
        edit.append("a/00", vec![1, 2, 3])
    });
    write(&mut ana, 2, |edit| edit.put("s/tags/1", Value::Bool(true)));
    let mut ben = Document::load(&ana.save(), BEN).unwrap();
    write(&mut ben, 3, |edit| {
        edit.put("f/name", Value::Text("Reading Room e.V.".into()))?;
        edit.update_text("t/note", "They lend us the hall on Mondays.")?;
        edit.append("a/01", vec![4, 5, 6])
    });
    write(&mut ben, 4, |edit| {
        edit.remove("s/tags/1")?;
        edit.put("f/count", Value::Int(-70_000))
    });
    write(&mut ben, 5, |edit| {
        edit.update_text("t/note", "They lend us the big hall.")?;
        edit.append("x/07", vec![7; 40])
    });
    let coming = ben.change_bytes_since(0).into_iter().map(|change| change.bytes).collect();
    (ana, coming)
}

fn write(document: &mut Document, act: u8, change: impl FnOnce(&mut crate::Edit<'_>) -> Result<(), WriteError>) {
    document.edit(ActId([act; 16]), change).unwrap().unwrap();
}

/// A change made with Automerge itself, by somebody whose program keeps none of our rules.
fn foreign(
    document: &Document,
    actor: ActorId,
    change: impl FnOnce(&mut automerge::transaction::Transaction<'_>),
) -> Vec<u8> {
    let plain = zstd::bulk::decompress(&document.save(), 1 << 24).unwrap();
    let mut raw = Automerge::load(&plain).unwrap().with_actor(actor.into());
    let mut transaction = raw.transaction();
    change(&mut transaction);
    transaction.commit_with(CommitOptions::default().with_time(1_700_000_000));
    raw.get_last_local_change().unwrap().raw_bytes().to_vec()
}

/// A plain change, forged in its fields.
fn raw_change(document: &Document, actor: ActorId, forge: impl FnOnce(&mut automerge::ExpandedChange)) -> Vec<u8> {
    let honest = foreign(document, actor, |write| write.put(ROOT, "f/name", "Eve's").unwrap());
    let mut forged = automerge::Change::from_bytes(honest).unwrap().decode();
    forge(&mut forged);
    automerge::Change::from(forged).raw_bytes().to_vec()
}

/// Everything that an honest device does with a document.
fn still_works(mut document: Document, round: usize) {
    let read = |document: &Document| {
        let keys = document.keys();
        let values: Vec<_> = keys.iter().map(|key| (document.values(key), document.text(key))).collect();
        (document.heads(), keys, values, document.appended("a/"), document.changes(), document.oddities())
    };
    let before = read(&document);
    let loaded =
        Document::load(&document.save(), ANA).unwrap_or_else(|_| panic!("round {round}: saved but not loaded"));
    assert_eq!(read(&loaded), before, "round {round}");
    let edited = document.edit(ActId([0x77; 16]), |edit| {
        edit.put("f/name", Value::Text("After the storm".into()))?;
        edit.put("f/count", Value::Int(1))?;
        edit.put("s/tags/2", Value::Bool(true))?;
        edit.remove("s/tags/1")?;
        if edit.text("t/note").is_some() {
            edit.update_text("t/note", "They still lend the hall.")?;
        }
        edit.append("l/after", vec![1])
    });
    assert_eq!(edited, Ok(Ok(())), "round {round}");
    assert_eq!(document.value("f/count"), Some(Value::Int(1)), "round {round}");
    let loaded =
        Document::load(&document.save(), ANA).unwrap_or_else(|_| panic!("round {round}: edited but not loaded"));
    assert_eq!(read(&loaded), read(&document), "round {round}");
    let own = document.change_bytes_since(0);
    assert!(own.iter().all(|change| change_hashes(std::slice::from_ref(&change.bytes)) == Ok(vec![change.hash])));
}

/// Change one to three bytes behind the checksum, mostly in the columns at the end, and make the checksum right again.
fn alter(chunk: &mut Vec<u8>, chance: &mut Chance) {
    *chunk = resealed(chunk, |body| {
        for _ in 0..=chance.below(3) {
            let at = chance.below(body.len());
            match chance.below(8) {
                0 => body[at] = body[at].wrapping_add(1),
                1 => body[at] = body[at].wrapping_sub(1),
                2 => body[at] = 0,
                3 => body[at] ^= 1 << chance.below(8),
                4 => body.insert(at, chance.below(256) as u8),
                5 => drop(body.remove(at)),
                6 => body[at] = 0x7f,
                _ => body[at] = chance.below(256) as u8,
            }
        }
    });
}

/// Change what one operation says, keeping the form of a change.
fn twist(change: &mut automerge::ExpandedChange, chance: &mut Chance) {
    let Some(at) = (!change.operations.is_empty()).then(|| chance.below(change.operations.len())) else { return };
    let latest = change.start_op.get() as usize + 3;
    let any = |chance: &mut Chance| {
        let actor = if chance.below(9) == 0 { EVE } else { [ANA, BEN][chance.below(2)] };
        OpId(1 + chance.below(latest) as u64, actor.into())
    };
    let operation = &mut change.operations[at];
    match chance.below(9) {
        0 => operation.pred = (0..chance.below(3)).map(|_| any(chance)).collect(),
        1 if chance.below(4) == 0 => operation.obj = ObjectId::Root,
        1 => operation.obj = ObjectId::Id(any(chance)),
        2 => {
            operation.key = match chance.below(4) {
                0 => Key::Map("f/name".into()),
                1 => Key::Seq(ElementId::Head),
                _ => Key::Seq(ElementId::Id(any(chance))),
            }
        }
        3 => operation.insert ^= true,
        4 => {
            operation.action = match chance.below(7) {
                0 => OpType::Make(ObjType::Map),
                1 => OpType::Make(ObjType::List),
                2 => OpType::Make(ObjType::Text),
                3 => OpType::Delete,
                4 => OpType::Increment(5),
                5 => OpType::Put(automerge::ScalarValue::counter(4)),
                _ => OpType::MarkEnd(true),
            }
        }
        5 => {
            let text = ["", "ab", "👩‍👧", "e\u{301}\u{301}", "\u{fffc}"][chance.below(5)];
            operation.action = OpType::Put(text.into());
        }
        6 => {
            let again = operation.clone();
            change.operations.push(again);
        }
        7 => drop(change.operations.remove(at)),
        _ => {
            let other = chance.below(change.operations.len());
            change.operations.swap(at, other);
        }
    }
}

/// A change whose key column repeats one deletion of one key so many times.
fn bomb(operations: i64) -> Vec<u8> {
    let run = signed(operations);
    let columns = [
        (0x15, [run.clone(), vec![3, b'f', b'/', b'a']].concat()),
        (0x34, unsigned(operations as u64)),
        (0x42, [run.clone(), vec![1]].concat()),
        (0x56, [run.clone(), vec![2]].concat()),
        (0x70, [run, vec![0]].concat()),
    ];
    change(EVE, 1, 1, &columns)
}

/// A change chunk built by hand.
fn change(actor: ActorId, seq: u64, start_op: u64, columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0, 16];
    body.extend(actor.0);
    body.extend(unsigned(seq));
    body.extend(unsigned(start_op));
    body.extend([0, 0, 0]); // time, message, other actors
    body.extend(unsigned(columns.len() as u64));
    for (spec, bytes) in columns {
        body.extend(unsigned(*spec));
        body.extend(unsigned(bytes.len() as u64));
    }
    for (_, bytes) in columns {
        body.extend(bytes);
    }
    seal(&body)
}

fn resealed(chunk: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let length = chunk[9..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let mut body = chunk[9 + length..].to_vec();
    change(&mut body);
    seal(&body)
}

fn seal(body: &[u8]) -> Vec<u8> {
    let mut rest = vec![1];
    rest.extend(unsigned(body.len() as u64));
    rest.extend(body);
    let hash = Sha256::digest(&rest);
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &rest].concat()
}

/// Make the checksum of a chunk of any type right again.
fn repair(chunk: &mut [u8]) {
    let hash = Sha256::digest(&chunk[8..]);
    chunk[4..8].copy_from_slice(&hash[..4]);
}

fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = number as u8 & 0x7f;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// A small generator, so that a failing round can be run again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }
}

#[test]
fn the_hand_built_change_is_one_that_automerge_reads() {
    let chunk = bomb(2);
    let mut raw = Automerge::new();
    raw.apply_changes([automerge::Change::from_bytes(chunk.clone()).unwrap()]).unwrap();
    assert_eq!(raw.get_heads(), [automerge::ChangeHash(change_hashes(&[chunk]).unwrap()[0].0)]);
    assert_eq!(raw.get(ROOT, "f/a").unwrap().map(|(value, _)| value.as_scalar().cloned()), Some(Some(true.into())));
}
