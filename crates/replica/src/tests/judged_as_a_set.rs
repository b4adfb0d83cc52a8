//! Stories of documents that are judged as a set: whatever the order in which records come, the same ones count.

use allymap_document::{ActId, ActorId, ChangeHash, Document, OwnChange};
use allymap_seal::{
    Content, DeviceKeys, DeviceSeed, Draft as Unsigned, EpochKey, Role, RootKeys, RootSeed, Seen, SignedOp, Statement,
    genesis,
};
use allymap_wire::{DocumentId, Record, RecordId, SpaceId};

use crate::broken::Broken;
use crate::budget::Budget;
use crate::draft::Draft;
use crate::rows::{Fate, Refused, SpaceNumber};
use crate::tests::memory::{Chance, Disk, NOW, store};
use crate::turn::Turn;
use crate::{Effect, Founding, Input, Missing, Notice, Replica};

pub(crate) const NUMBER: SpaceNumber = SpaceNumber(1);
pub(crate) const MAP: DocumentId = DocumentId([7; 16]);

/// Ana's device, and two others whose records she will be given: Ben's, and one that turns hostile.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) disk: Disk,
    pub(crate) ana: [u8; 32],
    pub(crate) space: SpaceId,
    pub(crate) key: EpochKey,
    pub(crate) chance: Chance,
    /// Operations per device and document.
    pub(crate) budget: u64,
    pub(crate) broken: Option<Broken>,
    pub(crate) told: Vec<Notice>,
    /// What statements claim to have read from now on.
    pub(crate) seen: Option<Seen>,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let mut chance = Chance(3);
        let root = RootKeys::derive(&RootSeed::generate(&mut chance));
        let begin = genesis(&root, [9; 32], NOW.0);
        let space = SpaceId::of(&begin.bytes);
        let ana = [11; 32];
        let keys = DeviceKeys::derive(&DeviceSeed::from_bytes(ana), &space);
        let founding = Founding { root: &root, keys, genesis: begin, name: "Ana", group: "Bay", salt: [1; 8] };
        let (mut disk, mut effects) = (Disk::default(), Vec::new());
        let mut replica = Replica::found(NOW, NUMBER, founding, &disk, &mut chance, &mut effects).unwrap();
        store(&mut disk, &mut effects);
        let mut draft = Draft::new(&disk, NUMBER);
        let key = draft.epoch_keys().unwrap().remove(0);
        let ana_keys = DeviceKeys::derive(&DeviceSeed::from_bytes(ana), &space);
        for (number, name) in [(1, "Ben"), (2, "Eve")] {
            let keys = device(&space, number);
            let (public, kem) = (keys.public(), keys.kem_public());
            let op = replica.roster().grant(&ana_keys, public, kem, Role::Member, name, "Bay", NOW).unwrap();
            replica.add_own_op(op, &mut draft);
        }
        draft.persist(&mut effects);
        store(&mut disk, &mut effects);
        Desk { disk, ana, space, key, chance, budget: Budget::DEFAULT.0, broken: None, told: Vec::new(), seen: None }
    }

    pub(crate) fn open(&self) -> Replica {
        let mut replica = Replica::open(NUMBER, &DeviceSeed::from_bytes(self.ana), &self.disk).unwrap();
        replica.limit_operations(self.budget);
        if let Some(rule) = self.broken {
            replica.break_rule(rule);
        }
        replica
    }

    pub(crate) fn seal(&self, content: Content) -> Record {
        let mut chance = self.chance.clone();
        allymap_seal::seal(&self.space, &self.key, &content, &mut chance).unwrap()
    }

    /// A statement of one device over these changes, as a record.
    pub(crate) fn say(
        &self,
        by: u8,
        salt: u8,
        seq: u32,
        prev: &[[u8; 32]],
        changes: &[&OwnChange],
    ) -> (Record, [u8; 32]) {
        let keys = device(&self.space, by);
        let unsigned =
            Unsigned { doc: MAP, salt: [salt; 8], seq, prev: prev.to_vec(), roster: Vec::new(), seen: self.seen };
        let hashes: Vec<[u8; 32]> = changes.iter().map(|change| change.hash.0).collect();
        let statement = Statement::sign(&keys, &self.space, unsigned, &hashes);
        let bytes: Vec<Vec<u8>> = changes.iter().map(|change| change.bytes.clone()).collect();
        let body = allymap_seal::compress_body(&bytes).unwrap();
        let hash = statement.hash();
        (self.seal(Content::Changes { statement, body }), hash)
    }

    pub(crate) fn removal(&self, of: u8, cut: &[[u8; 32]]) -> Record {
        let keys = DeviceKeys::derive(&DeviceSeed::from_bytes(self.ana), &self.space);
        let removed = device(&self.space, of).public();
        let op: SignedOp = self.open().roster().revoke(&keys, removed, cut, "trust", NOW).unwrap();
        self.seal(Content::Op(op))
    }

    /// The records arrive in this order, each by itself, and are applied.
    pub(crate) fn take(&mut self, records: &[Record]) {
        let mut replica = self.open();
        self.take_with(&mut replica, records);
    }

    pub(crate) fn take_with(&mut self, replica: &mut Replica, records: &[Record]) {
        for record in records {
            let mut draft = Draft::new(&self.disk, NUMBER);
            replica.keep_own_record(&mut draft, record, Fate::Unapplied);
            replica.me.put(&mut draft);
            let mut effects = Vec::new();
            draft.persist(&mut effects);
            store(&mut self.disk, &mut effects);
            self.go_on(replica);
        }
    }

    pub(crate) fn go_on(&mut self, replica: &mut Replica) {
        loop {
            let mut effects = Vec::new();
            replica.handle(NOW, Input::Continue, &self.disk, &mut self.chance, &mut effects).unwrap();
            let more = effects.iter().any(|effect| matches!(effect, Effect::Continue));
            self.told.extend(effects.iter().filter_map(|effect| match effect {
                Effect::Tell(notice) => Some(notice.clone()),
                _ => None,
            }));
            store(&mut self.disk, &mut effects);
            if !more {
                return;
            }
        }
    }

    /// As after damage to the disk.
    pub(crate) fn mend(&mut self) {
        let mut replica = self.open();
        let mut effects = Vec::new();
        replica.mend(NOW, &self.disk, &mut self.chance, &mut effects).unwrap();
        store(&mut self.disk, &mut effects);
        self.go_on(&mut replica);
    }

    /// Damage takes rows, and the disk is mended.
    pub(crate) fn damage(&mut self, mut gone: impl FnMut(&[u8]) -> bool) {
        // What follows from records, and records. Operations and keys stay: no record here holds them.
        self.disk.retain(|key, _| !b"adfgrw".contains(&key[0]) || !gone(key));
        self.mend();
    }

    /// What is not here of these records comes back.
    pub(crate) fn take_missing(&mut self, records: &[Record]) {
        let known = kept_records(self);
        let missing: Vec<Record> = records.iter().filter(|record| !known.contains(&record.id())).cloned().collect();
        self.take(&missing);
    }

    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        self.open().document(MAP, &self.disk).unwrap().map(|document| document.heads()).unwrap_or_default()
    }

    pub(crate) fn fate(&self, record: &Record) -> Fate {
        self.open().fate(&record.id(), &self.disk).unwrap().unwrap()
    }
}

pub(crate) fn device(space: &SpaceId, number: u8) -> DeviceKeys {
    DeviceKeys::derive(&DeviceSeed::from_bytes([0x40 + number; 32]), space)
}

/// A device's own copy of the document, in which it writes.
pub(crate) fn copy_of(desk: &Desk, by: u8, salt: u8) -> Document {
    Document::new(ActorId(allymap_seal::actor(&device(&desk.space, by).public(), &[salt; 8])))
}

pub(crate) fn write(document: &mut Document, text: &str) -> OwnChange {
    let before = document.change_bytes_since(0).len() as u64;
    let act = ActId([text.len() as u8; 16]);
    document.edit(act, |edit| edit.append(&format!("l/{text}"), text.as_bytes().to_vec())).unwrap().unwrap();
    document.change_bytes_since(before).remove(0)
}

pub(crate) fn follow(document: &mut Document, by: &Document, change: &OwnChange) {
    *document = document.stage(by.actor(), std::slice::from_ref(&change.bytes)).unwrap().commit();
}

/// Every order of so many things.
pub(crate) fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for order in orders(count - 1) {
        for at in 0..=order.len() {
            let mut order = order.clone();
            order.insert(at, count - 1);
            all.push(order);
        }
    }
    all
}

pub(crate) fn in_order(records: &[Record], order: &[usize]) -> Vec<Record> {
    order.iter().map(|at| records[*at].clone()).collect()
}

/// A hostile member writes two changes under one number; Ben has built on each, before he could know.
struct Fork {
    desk: Desk,
    /// The common start, the branch that counts, what builds on it, the other branch, what builds on that.
    records: Vec<Record>,
    winner: Vec<ChangeHash>,
    losing: Document,
}

fn fork() -> Fork {
    let desk = Desk::new();
    let mut eve = copy_of(&desk, 2, 1);
    let start = write(&mut eve, "start");
    let mut twin = eve.clone();
    let (one, two) = (write(&mut eve, "one"), write(&mut twin, "two"));
    assert_eq!((one.seq, two.seq), (2, 2), "one number, two changes");
    let branch = |face: &Document, change: &OwnChange, salt: u8| {
        let mut ben = copy_of(&desk, 1, salt);
        follow(&mut ben, face, &start);
        follow(&mut ben, face, change);
        let built = write(&mut ben, &format!("ben {salt}"));
        (ben, built)
    };
    let ((on_one, built_on_one), (on_two, built_on_two)) = (branch(&eve, &one, 3), branch(&twin, &two, 4));
    let (beginning, said) = desk.say(2, 1, 0, &[], &[&start]);
    let (first, _) = desk.say(2, 1, 1, &[said], &[&one]);
    let (second, _) = desk.say(2, 1, 1, &[said], &[&two]);
    let (ben_first, _) = desk.say(1, 3, 0, &[], &[&built_on_one]);
    let (ben_second, _) = desk.say(1, 4, 0, &[], &[&built_on_two]);
    if one.hash < two.hash {
        let records = vec![beginning, first, ben_first, second, ben_second];
        Fork { desk, records, winner: on_one.heads(), losing: on_two }
    } else {
        let records = vec![beginning, second, ben_second, first, ben_first];
        Fork { desk, records, winner: on_two.heads(), losing: on_one }
    }
}

#[test]
fn of_two_changes_under_one_number_the_same_one_counts_in_every_order() {
    let Fork { desk, records, winner, .. } = fork();
    for order in orders(records.len()) {
        let mut desk = desk.clone();
        desk.take(&in_order(&records, &order));
        assert_eq!(desk.heads(), winner, "{order:?}");
        for (at, record) in records.iter().enumerate() {
            let fate = desk.fate(record);
            let fits = match at {
                0..=2 => matches!(fate, Fate::Changes { .. }),
                3 => matches!(fate, Fate::LeftOut { why: Some(Refused::Equivocation), .. }),
                _ => matches!(fate, Fate::Waiting(Missing::Change(_))),
            };
            assert!(fits, "record {at} in {order:?}: {fate:?}");
        }
    }
}

#[test]
fn what_this_device_built_on_the_branch_that_lost_is_kept_as_a_record_and_it_writes_on() {
    let Fork { mut desk, records, losing, .. } = fork();
    desk.take(&[records[0].clone(), records[3].clone(), records[4].clone()]);
    assert_eq!(desk.heads(), losing.heads());
    let edit = |desk: &mut Desk, text: &str| {
        let mut replica = desk.open();
        let mut effects = Vec::new();
        let key = format!("l/{text}");
        let done = replica.edit(MAP, ActId([5; 16]), &desk.disk, &mut effects, |edit| edit.append(&key, b"x".to_vec()));
        done.unwrap().unwrap();
        store(&mut desk.disk, &mut effects);
    };
    edit(&mut desk, "ana on the branch that will lose");
    let known: Vec<RecordId> = kept_records(&desk);
    desk.take(&[records[1].clone(), records[2].clone()]);
    let document = desk.open().document(MAP, &desk.disk).unwrap().unwrap();
    let shown: Vec<String> = document.appended("l/").into_iter().map(|row| row.id).collect();
    assert!(!shown.contains(&"ana on the branch that will lose".to_owned()));
    let mine: Vec<Fate> = kept_records(&desk)
        .into_iter()
        .filter(|id| !known.contains(id) && records.iter().all(|record| record.id() != *id))
        .map(|id| desk.open().fate(&id, &desk.disk).unwrap().unwrap())
        .collect();
    assert!(matches!(mine[..], [Fate::Waiting(Missing::Change(_))]), "kept, and named: {mine:?}");

    // What she writes now counts, also for others who have all of it.
    edit(&mut desk, "ana goes on");
    let mut replica = desk.open();
    let (mut effects, unsealed) = (Vec::new(), vec![MAP]);
    let mut turn = Turn::new(NOW, replica.me.draft(&desk.disk), &mut desk.chance);
    replica.seal_sittings(None, &unsealed, &mut turn).unwrap();
    turn.end(&mut effects);
    store(&mut desk.disk, &mut effects);
    let heads = desk.heads();
    let all: Vec<Record> = desk
        .disk
        .iter()
        .filter(|(key, _)| key.first() == Some(&b'r'))
        .map(|(_, bytes)| Record::new(bytes.clone()).unwrap())
        .filter(|record| matches!(desk.fate(record), Fate::Changes { .. } | Fate::Waiting(_) | Fate::LeftOut { .. }))
        .collect();
    let mut other = Desk::new();
    other.take(&all);
    assert_eq!(other.heads(), heads);
    assert_eq!(all.len(), 7);
}

fn kept_records(desk: &Desk) -> Vec<RecordId> {
    let records = desk.disk.keys().filter(|key| key.first() == Some(&b'r'));
    records.filter_map(|key| RecordId::from_slice(&key[3..])).collect()
}

#[test]
fn after_a_removal_what_others_built_on_and_what_the_cut_keeps_counts_in_every_order() {
    let desk = Desk::new();
    let mut eve = copy_of(&desk, 2, 1);
    let first = write(&mut eve, "built on");
    let mut ben = copy_of(&desk, 1, 1);
    follow(&mut ben, &eve, &first);
    let bens = write(&mut ben, "ben");
    let last = write(&mut eve, "last");
    // Another salt, another chain of changes: what the cut keeps.
    let mut other = copy_of(&desk, 2, 2);
    let (early, kept, late) = (write(&mut other, "early"), write(&mut other, "kept"), write(&mut other, "late"));
    let (a, said_a) = desk.say(2, 1, 0, &[], &[&first]);
    let (b, said_b) = desk.say(2, 2, 1, &[], &[&early]);
    let (c, said_c) = desk.say(2, 2, 2, &[said_b], &[&kept]);
    let (d, _) = desk.say(2, 2, 3, &[said_c], &[&late]);
    let (e, _) = desk.say(2, 1, 4, &[said_a], &[&last]);
    let (f, _) = desk.say(1, 1, 0, &[], &[&bens]);
    let nothing = desk.removal(2, &[]);
    let cut = desk.removal(2, &[said_c]);

    let mut expected = copy_of(&desk, 1, 9);
    follow(&mut expected, &eve, &first);
    let built_on = {
        let mut expected = expected.clone();
        follow(&mut expected, &ben, &bens);
        expected
    };
    let with_cut = {
        let mut expected = built_on.clone();
        follow(&mut expected, &other, &early);
        follow(&mut expected, &other, &kept);
        expected
    };
    for (removal, expected) in [(nothing, built_on), (cut, with_cut)] {
        let records = [a.clone(), b.clone(), c.clone(), d.clone(), e.clone(), f.clone(), removal];
        for order in orders(records.len()).into_iter().step_by(17) {
            let mut desk = desk.clone();
            desk.take(&in_order(&records, &order));
            assert_eq!(desk.heads(), expected.heads(), "{order:?}");
            let left_out =
                Fate::LeftOut { document: MAP, by: device(&desk.space, 2).public(), why: Some(Refused::Removed) };
            assert_eq!([desk.fate(&d), desk.fate(&e)], [left_out.clone(), left_out], "{order:?}");
        }
    }
}

#[test]
fn a_document_of_which_nothing_counts_any_more_is_gone() {
    let mut desk = Desk::new();
    let mut eve = copy_of(&desk, 2, 1);
    let only = write(&mut eve, "only");
    let (record, _) = desk.say(2, 1, 0, &[], &[&only]);
    desk.take(&[record]);
    assert_eq!(desk.heads(), eve.heads());
    let removal = desk.removal(2, &[]);
    desk.take(&[removal]);
    assert!(desk.open().document(MAP, &desk.disk).unwrap().is_none());
    assert!(desk.open().documents(&desk.disk).unwrap().is_empty());
}
