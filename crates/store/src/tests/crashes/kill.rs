//! Processes die and meet.

use std::time::Duration;

use crate::{Error, Options, SledStore, Store};

use crate::tests::crashes::writer::{Task, Writer, check, options};

#[test]
fn nothing_acknowledged_is_lost_when_the_writer_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = 0;
    for kill in 0..30 {
        let task = if kill % 4 == 3 { Task::Sittings } else { Task::Write };
        let acknowledgements = if kill % 8 == 7 { 0 } else { 1 + kill * 7 % 29 };
        let acknowledged = Writer::start(task, folder.path(), |_| {}).kill_after(acknowledgements).unwrap_or(known);
        let opened = SledStore::open(folder.path(), options()).unwrap();
        assert_eq!(opened.recovered, None);
        known = check(&opened.store);
        assert!(
            acknowledged <= known,
            "kill {kill}: {acknowledged} was acknowledged, {known} is the last that is there"
        );
    }
    assert!(known > 100);
}

#[test]
fn whoever_comes_second_is_told_who_is_there_and_the_dead_hold_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Writer::start(Task::Write, folder.path(), |_| {});
    first.acknowledged().unwrap();
    let impatient = || SledStore::open(folder.path(), Options { wait: Duration::from_millis(20), ..options() });
    let Err(Error::Busy { holder }) = impatient() else { panic!("two owners") };
    assert_eq!(holder.unwrap(), format!("writer, process {}", first.id()));
    first.kill_after(0);
    assert!(check(&impatient().unwrap().store) > 0);
}

#[test]
fn eight_processes_at_once_all_get_their_turn() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Writer> = (0..8).map(|_| Writer::start(Task::Once, folder.path(), |_| {})).collect();
    all.into_iter().for_each(Writer::end);
    assert_eq!(SledStore::open(folder.path(), options()).unwrap().store.verify().unwrap().ok, 8);
}

#[test]
fn one_process_opens_and_closes_two_hundred_times() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=200 {
        let opened = SledStore::open(folder.path(), options()).unwrap();
        assert_eq!(opened.recovered, None);
        let mut store = opened.store;
        if number % 10 == 0 {
            store.write(&crate::tests::crashes::writer::batch(number / 10)).unwrap();
        }
    }
    assert_eq!(check(&SledStore::open(folder.path(), options()).unwrap().store), 20);
}
