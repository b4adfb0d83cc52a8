//! Cases put by hand: who wrote which change, on what, and where that device stands.

use super::*;

const ANA: DeviceKey = DeviceKey([1; 32]);
const BEN: DeviceKey = DeviceKey([2; 32]);
const EVE: DeviceKey = DeviceKey([3; 32]);

/// A change that makes ten operations. Its name is a byte; so is its statement's.
fn change(name: u8, by: DeviceKey, seq: u64, deps: &[u8]) -> ChunkHeader {
    ChunkHeader {
        hash: hash(name),
        actor: ActorId([by.0[0]; 16]),
        seq,
        start_op: 1,
        deps: deps.iter().map(|dep| hash(*dep)).collect(),
        operations: 10,
        preds: 0,
        act: None,
    }
}

fn hash(name: u8) -> ChangeHash {
    ChangeHash([name; 32])
}

/// A record with one change.
fn record(name: u8, by: DeviceKey, seq: u64, deps: &[u8]) -> Candidate {
    let row = FateRow { order: u64::from(name), fate: Fate::Unapplied };
    Candidate::new(RecordId([name; 32]), row, by, [name; 32], vec![change(name, by, seq, deps)]).unwrap()
}

fn refused(candidate: Candidate) -> Candidate {
    let row = FateRow { fate: Fate::Refused(Refused::CounterJump), ..candidate.row };
    Candidate { row, unsound: true, ..candidate }
}

/// What becomes of these records, by their names, when they are given in this order and in the other.
fn judged(
    mut candidates: Vec<Candidate>,
    removed: &[(DeviceKey, Vec<Vec<[u8; 32]>>)],
    budget: u64,
) -> BTreeMap<u8, Option<Refused>> {
    let mut standings = BTreeMap::from([ANA, BEN, EVE].map(|device| (device, Standing::Member)));
    standings.extend(removed.iter().map(|(device, cuts)| (*device, Standing::Removed { cuts: cuts.clone() })));
    // Every device's statements follow each other in the order of their numbers.
    let mut chains = Chains::new();
    for one in &candidates {
        let before = candidates.iter().filter(|other| other.by == one.by && other.changes[0].seq < one.changes[0].seq);
        chains.insert(one.statement, before.map(|other| other.statement).collect());
    }
    let grounds = Grounds { standings: &standings, chains: &chains, budget };
    let judge = |candidates: &[Candidate]| -> BTreeMap<u8, Option<Refused>> {
        candidates.iter().map(|candidate| candidate.id.0[0]).zip(verdicts(candidates, &grounds)).collect()
    };
    let one_way = judge(&candidates);
    candidates.reverse();
    assert_eq!(judge(&candidates), one_way, "the order decides nothing");
    one_way
}

#[test]
fn of_two_changes_under_one_number_the_smaller_hash_counts_and_what_builds_on_the_other_waits() {
    let told = judged(
        vec![record(1, EVE, 1, &[]), record(3, EVE, 2, &[1]), record(2, EVE, 2, &[1]), record(4, BEN, 1, &[3])],
        &[],
        1_000,
    );
    assert_eq!(told, BTreeMap::from([(1, None), (2, None), (3, Some(Refused::Equivocation)), (4, None)]));
}

#[test]
fn what_is_unsound_is_no_rival() {
    let told = judged(vec![refused(record(2, EVE, 1, &[])), record(3, EVE, 1, &[])], &[], 1_000);
    assert_eq!(told[&3], None);
}

#[test]
fn of_a_removed_member_counts_what_lies_before_every_cut() {
    let cuts = vec![vec![[2; 32]], vec![[3; 32]]];
    let records = vec![record(1, EVE, 1, &[]), record(2, EVE, 2, &[1]), record(3, EVE, 3, &[2])];
    let told = judged(records, &[(EVE, cuts)], 1_000);
    assert_eq!(told, BTreeMap::from([(1, None), (2, None), (3, Some(Refused::Removed))]));
}

#[test]
fn what_somebody_who_stays_has_built_on_counts_whatever_the_cut_says() {
    let records =
        vec![record(1, EVE, 1, &[]), record(2, EVE, 2, &[1]), record(3, EVE, 3, &[2]), record(4, BEN, 1, &[2])];
    let told = judged(records, &[(EVE, vec![vec![]])], 1_000);
    assert_eq!(told, BTreeMap::from([(1, None), (2, None), (3, Some(Refused::Removed)), (4, None)]));
}

#[test]
fn a_device_that_is_a_reader_or_unknown_counts_for_nothing() {
    let candidates = [record(1, EVE, 1, &[]), record(2, BEN, 1, &[])];
    let standings = BTreeMap::from([(EVE, Standing::Reader)]);
    let grounds = Grounds { standings: &standings, chains: &Chains::new(), budget: 1_000 };
    assert_eq!(verdicts(&candidates, &grounds), [Some(Refused::Removed); 2]);
}

#[test]
fn a_flood_counts_as_far_as_one_device_may_write_and_takes_nothing_from_others() {
    let flood = (1..=4).map(|seq| record(seq, EVE, u64::from(seq), &if seq == 1 { vec![] } else { vec![seq - 1] }));
    let told = judged(flood.chain([record(9, BEN, 1, &[])]).collect(), &[], 25);
    let over = Some(Refused::OverBudget);
    assert_eq!(told, BTreeMap::from([(1, None), (2, None), (3, over), (4, over), (9, None)]));
}

#[test]
fn a_flood_cannot_pull_away_what_others_stand_on() {
    // Eve's own order would put the last one first; what Ben has built on goes before it.
    let records = vec![record(8, EVE, 1, &[]), record(1, EVE, 2, &[]), record(2, EVE, 3, &[]), record(9, BEN, 1, &[8])];
    let told = judged(records, &[], 25);
    assert_eq!(told, BTreeMap::from([(8, None), (9, None), (1, None), (2, Some(Refused::OverBudget))]));
}

#[test]
fn what_builds_on_something_that_is_not_here_waits_and_is_not_counted() {
    let told = judged(vec![record(2, BEN, 2, &[1]), record(3, BEN, 2, &[])], &[], 1_000);
    assert_eq!(told, BTreeMap::from([(2, None), (3, None)]));
}
