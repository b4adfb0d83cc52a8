//! Several people edit apart and meet: any order of meeting gives one map.

use std::collections::BTreeMap;

use crate::{
    ActId, ActorId, Document, Edit, EditError, MAX_CHANGE_BYTES, MAX_OPERATIONS_PER_RECORD, Refusal, Value, WriteError,
    change_hashes, inspect, quiet_panics,
};
use proptest::prelude::*;

const ANA: ActorId = ActorId([0xaa; 16]);
const BEN: ActorId = ActorId([0xbb; 16]);
const CAROL: ActorId = ActorId([0xcc; 16]);

#[test]
fn two_people_write_into_one_text_and_both_are_read() {
    let mut ana = created();
    let mut ben = Document::load(&ana.save(), BEN).unwrap();
    write(&mut ana, 2, |edit| edit.update_text("t/note", "Dear all, they lend the hall."));
    write(&mut ben, 3, |edit| edit.update_text("t/note", "They lend the hall. 🙂 Ask Mira."));
    let ana = exchange(&ana, BEN, &ben);
    let ben = exchange(&ben, ANA, &ana);
    let merged = ana.text("t/note").unwrap();
    assert!(merged.starts_with("Dear all, ") && merged.ends_with("🙂 Ask Mira."), "{merged}");
    assert_same(&ana, &ben);
}

#[test]
fn two_values_written_apart_are_both_listed_and_settled_by_the_next() {
    let mut ana = created();
    let mut ben = Document::load(&ana.save(), BEN).unwrap();
    write(&mut ana, 2, |edit| edit.put("f/name", text("Hall")));
    write(&mut ben, 3, |edit| edit.put("f/name", text("Room")));
    let mut ana = exchange(&ana, BEN, &ben);
    let mut ben = exchange(&ben, ANA, &ana);
    let values = ana.values("f/name");
    assert_eq!(values, ben.values("f/name"));
    assert_eq!(values.len(), 2);
    assert_eq!(Some(&values[0].value), ana.value("f/name").as_ref());
    assert!(values.iter().any(|written| written.actor == BEN && written.value == text("Room")));
    assert!(values.iter().all(|written| ana.has(&written.change)));
    // Writing the winner again is a choice, not a repetition: it settles.
    let winner = values[0].value.clone();
    write(&mut ben, 4, |edit| edit.put("f/name", winner));
    ana = exchange(&ana, BEN, &ben);
    assert_eq!(ana.values("f/name").len(), 1);
    assert_same(&ana, &ben);
}

#[test]
fn a_tag_that_one_adds_while_another_removes_it_stays() {
    let mut ana = created();
    write(&mut ana, 2, |edit| edit.put("s/tags/1", Value::Bool(true)));
    let mut ben = Document::load(&ana.save(), BEN).unwrap();
    write(&mut ana, 3, |edit| edit.remove("s/tags/1"));
    write(&mut ben, 4, |edit| edit.put("s/tags/1", text("again")));
    let ana = exchange(&ana, BEN, &ben);
    assert_eq!(ana.value("s/tags/1"), Some(text("again")));
}

#[test]
fn an_edit_that_gives_up_leaves_no_trace() {
    let mut document = created();
    let before = document.save();
    let outcome = document.edit(ActId([2; 16]), |edit| {
        edit.put("f/name", text("half")).unwrap();
        edit.append("a/1", vec![1]).unwrap();
        Err::<(), _>("changed my mind")
    });
    assert_eq!(outcome, Ok(Err("changed my mind")));
    assert_eq!(document.save(), before);
    assert_eq!(document.actor(), ANA);
    // The number that was not used is used now.
    write(&mut document, 3, |edit| edit.put("f/name", text("whole")));
    assert_eq!(document.change_bytes_since(0).last().map(|change| change.seq), Some(2));
}

#[test]
fn an_edit_that_panics_leaves_no_trace() {
    quiet_panics();
    let mut document = created();
    let before = document.save();
    let outcome = document.edit(ActId([2; 16]), |edit| {
        edit.put("f/name", text("half")).unwrap();
        if edit.value("f/name").is_some() {
            panic!("expected by this test");
        }
        Ok::<(), WriteError>(())
    });
    assert_eq!(outcome, Err(EditError::Panicked));
    assert_eq!(document.save(), before);
    write(&mut document, 3, |edit| edit.put("f/name", text("whole")));
}

#[test]
fn writing_what_is_there_makes_no_change() {
    let mut document = created();
    let heads = document.heads();
    write(&mut document, 2, |edit| {
        edit.put("kind", text("organisation"))?;
        edit.update_text("t/note", "They lend the hall.")?;
        edit.remove("f/never")
    });
    assert_eq!(document.heads(), heads);
    assert_eq!(document.change_bytes_since(1), []);
}

#[test]
fn one_edit_is_one_change_and_carries_its_act_and_no_time() {
    let document = created();
    let [own] = &document.change_bytes_since(0)[..] else { panic!("one change") };
    let header = inspect(&own.bytes).unwrap();
    assert_eq!((header.act, header.seq, header.start_op), (Some(ActId([1; 16])), 1, 1));
    assert_eq!(header.hash, own.hash);
    assert_eq!(header.operations, own.operations);
    assert_eq!(header.operations, document.operations());
    assert_eq!(change_hashes(std::slice::from_ref(&own.bytes)), Ok(vec![own.hash]));
    assert_eq!(document.heads(), [own.hash]);
    let [change] = &document.changes()[..] else { panic!("one change") };
    assert_eq!(change.keys, ["a/0", "kind", "t/note"]);
    assert_eq!(automerge::Change::from_bytes(own.bytes.clone()).unwrap().timestamp(), 0);
}

#[test]
fn each_shape_is_written_with_its_own_verb_and_rows_once() {
    let mut document = created();
    let mut refused = |change: fn(&mut Edit<'_>) -> Result<(), WriteError>| {
        document.edit(ActId([2; 16]), change).unwrap().unwrap_err()
    };
    assert_eq!(refused(|edit| edit.put("a/0", Value::Int(1))), WriteError::Key);
    assert_eq!(refused(|edit| edit.put("t/note", text("flat"))), WriteError::Key);
    assert_eq!(refused(|edit| edit.put("elsewhere", text("x"))), WriteError::Key);
    assert_eq!(refused(|edit| edit.remove("a/0")), WriteError::Key);
    assert_eq!(refused(|edit| edit.append("f/name", vec![])), WriteError::Key);
    assert_eq!(refused(|edit| edit.append("a/0", vec![1])), WriteError::Taken);
    assert_eq!(refused(|edit| edit.make_text("t/more", "")), WriteError::LateText);
    assert_eq!(refused(|edit| edit.update_text("t/more", "x")), WriteError::NoText);
    let twice = Document::new(ANA)
        .edit(ActId([1; 16]), |edit| {
            edit.make_text("t/note", "")?;
            edit.make_text("t/note", "")
        })
        .unwrap();
    assert_eq!(twice, Err(WriteError::Taken));
}

#[test]
fn an_edit_that_no_other_device_would_take_is_refused_here() {
    let mut document = created();
    let long = "x".repeat(MAX_OPERATIONS_PER_RECORD as usize + 1);
    let outcome = document.edit(ActId([2; 16]), |edit| edit.update_text("t/note", &long));
    assert!(
        matches!(outcome, Err(EditError::TooManyOperations { limit: MAX_OPERATIONS_PER_RECORD, .. })),
        "{outcome:?}"
    );
    let outcome = document.edit(ActId([2; 16]), |edit| edit.append("a/1", vec![7; MAX_CHANGE_BYTES]));
    assert!(matches!(outcome, Err(EditError::TooLarge { .. })), "{outcome:?}");
    assert_eq!(document.change_bytes_since(1), []);
}

#[test]
fn rows_come_in_one_order_with_their_author_and_act() {
    let mut ana = created();
    write(&mut ana, 2, |edit| {
        edit.append("l/b", b"first".to_vec())?;
        edit.append("l/a", b"second".to_vec())
    });
    let mut ben = Document::load(&ana.save(), BEN).unwrap();
    write(&mut ben, 3, |edit| edit.append("l/0", b"third".to_vec()));
    let rows: Vec<_> =
        ben.appended("l/").into_iter().map(|row| (row.id, row.value, row.actor, row.act.map(|act| act.0[0]))).collect();
    assert_eq!(
        rows,
        [
            ("b".into(), b"first".to_vec(), ANA, Some(2)),
            ("a".into(), b"second".to_vec(), ANA, Some(2)),
            ("0".into(), b"third".to_vec(), BEN, Some(3)),
        ]
    );
    // Read before or after: the list that was kept up to date is the one read afresh.
    ana.appended("l/");
    let ana = exchange(&ana, BEN, &ben);
    assert_eq!(ana.appended("l/"), ben.appended("l/"));
}

#[test]
fn a_new_actor_writes_on_where_the_old_one_stopped() {
    let mut document = created();
    document.set_actor(CAROL);
    write(&mut document, 2, |edit| edit.put("f/name", text("Hall")));
    let own = document.change_bytes_since(0);
    assert_eq!(own.iter().map(|change| change.seq).collect::<Vec<_>>(), [1]);
    assert_eq!(inspect(&own[0].bytes).map(|header| header.actor), Ok(CAROL));
}

#[test]
fn a_long_sitting_is_staged_in_one_go() {
    let mut ana = created();
    let ben = Document::load(&ana.save(), BEN).unwrap();
    for number in 0..250 {
        write(&mut ana, 2, |edit| edit.put("f/count", Value::Int(number)));
    }
    let changes: Vec<Vec<u8>> = ana.change_bytes_since(1).into_iter().map(|change| change.bytes).collect();
    let ben = ben.stage(ANA, &changes).unwrap().commit();
    assert_eq!(ben.value("f/count"), Some(Value::Int(249)));
    assert_same(&ana, &ben);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_editing_and_meeting_gives_one_map(
        steps in prop::collection::vec(step(), 1..40),
        shuffle in any::<u64>(),
    ) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.everybody_meets(shuffle);
    }
}

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    Edit {
        who: usize,
        writes: Vec<Write>,
    },
    /// Seal what was written since the last time.
    Send {
        who: usize,
    },
    /// Take in the next so many records, in the order sent.
    Receive {
        who: usize,
        count: usize,
    },
    /// Leave and come back: save, load.
    Reopen {
        who: usize,
    },
}

#[derive(Clone, Debug)]
enum Write {
    Put(u8, i64),
    Name(u8, String),
    Remove(u8),
    Tag(u8),
    Untag(u8),
    Row,
    Words(u8, String),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3usize;
    prop_oneof![
        5 => (who.clone(), prop::collection::vec(write_step(), 0..5)).prop_map(|(who, writes)| Step::Edit { who, writes }),
        2 => who.clone().prop_map(|who| Step::Send { who }),
        3 => (who.clone(), 1..4usize).prop_map(|(who, count)| Step::Receive { who, count }),
        1 => who.prop_map(|who| Step::Reopen { who }),
    ]
}

fn write_step() -> impl Strategy<Value = Write> {
    prop_oneof![
        (0..3u8, any::<i64>()).prop_map(|(field, number)| Write::Put(field, number)),
        (0..3u8, "[a-zé🙂]{0,12}").prop_map(|(field, name)| Write::Name(field, name)),
        (0..3u8).prop_map(Write::Remove),
        (0..3u8).prop_map(Write::Tag),
        (0..3u8).prop_map(Write::Untag),
        Just(Write::Row),
        (0..2u8, "[ab é👩‍👧\n]{0,30}").prop_map(|(field, words)| Write::Words(field, words)),
    ]
}

/// Three devices and the records they sent.
struct World {
    devices: Vec<Device>,
    records: Vec<(ActorId, Vec<Vec<u8>>)>,
    rows: BTreeMap<String, Vec<u8>>,
    acts: u8,
}

struct Device {
    document: Document,
    sent_through: u64,
    received: usize,
    waiting: Vec<usize>,
}

impl World {
    fn new() -> World {
        let founder = created();
        let devices = [ANA, BEN, CAROL]
            .map(|actor| Device {
                document: Document::load(&founder.save(), actor).unwrap(),
                sent_through: 0,
                received: 0,
                waiting: Vec::new(),
            })
            .into_iter()
            .collect();
        let rows = BTreeMap::from([("0".to_owned(), b"seed".to_vec())]);
        let mut world = World { devices, records: Vec::new(), rows, acts: 0 };
        // Nobody can have seen what was never sent.
        world.send(0);
        world
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Edit { who, writes } => {
                self.acts = self.acts.wrapping_add(1);
                let act = ActId([self.acts; 16]);
                let rows = &mut self.rows;
                let made = self.devices[who].document.edit(act, |edit| {
                    for write in writes {
                        match write {
                            Write::Put(field, number) => edit.put(&format!("f/{field}"), Value::Int(number))?,
                            Write::Name(field, name) => edit.put(&format!("f/{field}"), Value::Text(name))?,
                            Write::Remove(field) => edit.remove(&format!("f/{field}"))?,
                            Write::Tag(tag) => edit.put(&format!("s/tags/{tag}"), Value::Bool(true))?,
                            Write::Untag(tag) => edit.remove(&format!("s/tags/{tag}"))?,
                            Write::Row => {
                                let id = format!("{:04}", rows.len());
                                edit.append(&format!("a/{id}"), id.as_bytes().to_vec())?;
                                rows.insert(id.clone(), id.into_bytes());
                            }
                            Write::Words(0, words) => {
                                edit.update_text("t/note", &words)?;
                                assert_eq!(edit.text("t/note"), Some(words));
                            }
                            Write::Words(_, words) => {
                                let longer = edit.text("t/note").unwrap_or_default() + &words;
                                edit.update_text("t/note", &longer)?;
                            }
                        }
                    }
                    Ok::<(), WriteError>(())
                });
                assert_eq!(made, Ok(Ok(())));
            }
            Step::Send { who } => self.send(who),
            Step::Receive { who, count } => {
                for _ in 0..count {
                    let device = &mut self.devices[who];
                    if device.received < self.records.len() {
                        device.waiting.push(device.received);
                        device.received += 1;
                    }
                }
                self.devices[who].try_waiting(&self.records);
            }
            Step::Reopen { who } => {
                let document = &mut self.devices[who].document;
                let heads = document.heads();
                *document = Document::load(&document.save(), document.actor()).unwrap();
                assert_eq!(document.heads(), heads);
            }
        }
    }

    fn send(&mut self, who: usize) {
        let device = &mut self.devices[who];
        let own = device.document.change_bytes_since(device.sent_through);
        for change in &own {
            // Our own reading of the columns agrees with Automerge's.
            let header = inspect(&change.bytes).unwrap();
            let read = automerge::Change::from_bytes(change.bytes.clone()).unwrap();
            assert_eq!((header.operations, header.start_op), (read.len() as u64, read.start_op().get()));
            let preds: usize = read.decode().operations.iter().map(|operation| operation.pred.len()).sum();
            assert_eq!((header.preds, header.hash.0), (preds as u64, read.hash().0));
        }
        if let Some(last) = own.last() {
            device.sent_through = last.seq;
            self.records.push((device.document.actor(), own.into_iter().map(|change| change.bytes).collect()));
        }
    }

    fn everybody_meets(mut self, shuffle: u64) {
        for who in 0..self.devices.len() {
            self.send(who);
        }
        // The first device takes the records in another order, and each record again; a newcomer has nothing at all.
        let mut order: Vec<usize> = (0..self.records.len()).collect();
        order.sort_by_key(|index| (*index as u64 + 1).wrapping_mul(shuffle | 1));
        self.devices.push(Device {
            document: Document::new(ActorId([0xdd; 16])),
            sent_through: 0,
            received: 0,
            waiting: Vec::new(),
        });
        for (who, device) in self.devices.iter_mut().enumerate() {
            device.waiting = if who % 2 == 0 { order.clone() } else { (0..self.records.len()).collect() };
            device.try_waiting(&self.records);
            assert_eq!(device.waiting, [], "everything that was waited for has come");
        }
        let first = &self.devices[0].document;
        for device in &self.devices {
            assert_same(first, &device.document);
            let rows: BTreeMap<String, Vec<u8>> =
                device.document.appended("a/").into_iter().map(|row| (row.id, row.value)).collect();
            assert_eq!(rows, self.rows, "no row is lost");
            assert_eq!(device.document.oddities(), []);
        }
    }
}

impl Device {
    fn try_waiting(&mut self, records: &[(ActorId, Vec<Vec<u8>>)]) {
        loop {
            let before = self.waiting.len();
            let document = &mut self.document;
            self.waiting.retain(|index| {
                let (signer, changes) = &records[*index];
                match document.stage(*signer, changes) {
                    Ok(staged) => {
                        *document = staged.commit();
                        false
                    }
                    Err(Refusal::MissingDependency(_)) => true,
                    Err(refusal) => panic!("an honest record was refused: {refusal}"),
                }
            });
            if self.waiting.len() == before {
                return;
            }
        }
    }
}

fn created() -> Document {
    let mut document = Document::new(ANA);
    write(&mut document, 1, |edit| {
        assert!(edit.creating());
        edit.put("kind", text("organisation"))?;
        edit.make_text("t/note", "They lend the hall.")?;
        edit.append("a/0", b"seed".to_vec())
    });
    document
}

fn write(document: &mut Document, act: u8, change: impl FnOnce(&mut Edit<'_>) -> Result<(), WriteError>) {
    document.edit(ActId([act; 16]), change).unwrap().unwrap();
}

/// One device takes in all that another wrote.
fn exchange(to: &Document, from: ActorId, sender: &Document) -> Document {
    let changes: Vec<Vec<u8>> = sender.change_bytes_since(0).into_iter().map(|change| change.bytes).collect();
    assert_eq!(sender.actor(), from);
    to.stage(from, &changes).unwrap().commit()
}

/// Everything that can be read is equal, also after saving and loading.
fn assert_same(one: &Document, two: &Document) {
    let again = Document::load(&two.save(), two.actor()).unwrap();
    for two in [two, &again] {
        assert_eq!(one.heads(), two.heads());
        assert_eq!(one.keys(), two.keys());
        for key in one.keys() {
            assert_eq!(one.values(&key), two.values(&key), "{key}");
            assert_eq!(one.text(&key), two.text(&key), "{key}");
        }
        assert_eq!(one.appended("a/"), two.appended("a/"));
        assert_eq!(one.changes(), two.changes());
        assert_eq!(one.oddities(), two.oddities());
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Records that share a call to the engine come out as if each had come alone: sound ones in any order, those that build on
    /// something that comes later or never, second branches, repetitions, and changes under another's name.
    #[test]
    fn many_records_at_once_come_out_as_one_by_one(seed in any::<u64>()) {
        let mut state = seed | 1;
        let mut chance = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as usize % below
        };
        let base = created();
        let mut authors: Vec<Document> = [ANA, BEN, CAROL].map(|actor| Document::load(&base.save(), actor).unwrap()).into();
        // The hostile one writes under one actor in two copies.
        authors.push(Document::load(&base.save(), CAROL).unwrap());
        let mut records: Vec<(ActorId, Vec<Vec<u8>>)> = Vec::new();
        for number in 0..40u8 {
            let author = chance(authors.len());
            if chance(3) == 0 {
                let other = authors[chance(3)].clone();
                let from = other.actor();
                let known: Vec<Vec<u8>> = other.change_bytes_since(0).into_iter().map(|change| change.bytes).collect();
                if let Ok(staged) = authors[author].stage(from, &known) {
                    authors[author] = staged.commit();
                }
            }
            let actor = authors[author].actor();
            let through = authors[author].change_bytes_since(0).len() as u64;
            for part in 0..=chance(3) {
                let key = format!("l/{number}-{part}-{author}");
                write(&mut authors[author], number, |edit| edit.append(&key, vec![number]));
            }
            let bytes: Vec<Vec<u8>> =
                authors[author].change_bytes_since(through).into_iter().map(|change| change.bytes).collect();
            let signer = if chance(12) == 0 { BEN } else { actor };
            records.push((signer, bytes));
            if chance(10) == 0 {
                records.push(records[chance(records.len())].clone());
            }
        }
        for at in (1..records.len()).rev() {
            if chance(4) == 0 {
                records.swap(at, chance(at + 1));
            }
        }
        let mut alone = base.clone();
        let mut expected = Vec::new();
        for (signer, changes) in &records {
            expected.push(match alone.stage(*signer, changes) {
                Ok(staged) => {
                    let fresh = !staged.already_known();
                    alone = staged.commit();
                    Ok(fresh)
                }
                Err(refusal) => Err(refusal),
            });
        }
        let given: Vec<(ActorId, &[Vec<u8>])> =
            records.iter().map(|(signer, changes)| (*signer, changes.as_slice())).collect();
        let (together, outcomes) = base.stage_all(&given, u64::MAX);
        prop_assert_eq!(outcomes, expected);
        assert_same(&together, &alone);
    }
}
