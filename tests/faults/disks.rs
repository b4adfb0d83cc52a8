//! Disks that are full, and disks that can only be read.

use std::collections::BTreeSet;

use allymap_store::{Batch, Options, SledStore, Store};
use allymap_tests::{RelayProcess, Shared, Volunteer};

use crate::fault::{SmallDisk, come_together, missing, names, unlike};

fn add(volunteer: &Volunteer, name: &str) -> allymap_tests::Answer {
    let notes = format!("notes={}", "They lend us the hall on Mondays. ".repeat(40));
    volunteer.run(&["partner", "add", name, "--kind", "organisation", "--set", &notes, "--no-input"])
}

#[test]
fn a_volunteers_full_disk_is_said_and_costs_nothing() {
    let Some(disk) = SmallDisk::of_megabytes(6) else { return };
    let mut shared = Shared::with_members(2);
    // Ben's home moves onto the small disk.
    let ben = Volunteer::new(disk.path().join("ben"));
    crate::shadow::copy(&shared.members[1].home, &ben.home);
    shared.members.truncate(1);
    let ana = &shared.members[0];
    assert_eq!(add(&ben, "Before").code, 0);
    let mut kept = BTreeSet::from(["Before".to_owned()]);
    disk.fill();
    let mut refused = None;
    for number in 0..2_000 {
        let name = format!("Group {number}");
        let answer = add(&ben, &name);
        if answer.code != 0 {
            refused = Some(answer);
            break;
        }
        kept.insert(name);
    }
    let refused = refused.expect("a full disk takes no two thousand groups");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("The disk is full.") && refused.stderr.contains("AM-FULL"), "{refused:?}");
    assert!(refused.stderr.contains("Make room"), "{refused:?}");
    // Nothing else breaks either: it works, or it says the same.
    assert_eq!(ana.run(&["partner", "add", "Of Ana", "--kind", "organisation", "--no-input"]).code, 0);
    ana.ok(&["sync"]);
    for arguments in [&["status"][..], &["partner", "list"], &["sync"], &["invite"], &["export"]] {
        let answer = ben.run(arguments);
        let said = answer.stderr.contains("AM-FULL") || answer.stderr.contains("the disk is full");
        let full = answer.code == 1 && said;
        assert!(answer.code == 0 || full, "{arguments:?}: {answer:?}");
    }
    disk.make_room();
    assert_eq!(missing(&kept, &names(&ben)), [""; 0]);
    assert_eq!(add(&ben, "After").code, 0);
    come_together(ana, &ben);
    kept.extend(["After".to_owned(), "Of Ana".to_owned()]);
    assert_eq!(missing(&kept, &names(ana)), [""; 0]);
}

#[test]
fn a_map_is_not_begun_by_halves_on_a_full_disk() {
    let Some(disk) = SmallDisk::of_megabytes(2) else { return };
    let ana = Volunteer::new(disk.path().join("ana"));
    let new = ["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"];
    disk.fill();
    let answer = ana.run(&new);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("he disk is full"), "{answer:?}");
    disk.make_room();
    ana.ok(&new);
    assert_eq!(ana.json(&["status"])["entries"], 0);
}

#[test]
fn a_relays_full_disk_is_said_and_everything_goes_out_once_there_is_room() {
    // The relay keeps some megabytes back for exactly this moment.
    let Some(disk) = SmallDisk::of_megabytes(64) else { return };
    let mut shared = Shared::with_members(3);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    shared.relay.kill();
    let folder = disk.path().join("relay");
    crate::shadow::copy(&shared.folder.path().join("relay"), &folder);
    let _relay = RelayProcess::start(&folder, Some(&listen));
    let [ana, ben, cara] = [&shared.members[0], &shared.members[1], &shared.members[2]];
    assert_eq!(add(ana, "Before").code, 0);
    ana.ok(&["sync"]);
    disk.fill();
    let mut kept = BTreeSet::from(["Before".to_owned()]);
    let mut told = kept.clone();
    let mut refused = None;
    for number in 0..200 {
        let mut lines = String::from("name,notes\n");
        for row in 0..60 {
            let name = unlike(number * 1_000 + row);
            // Notes that do not compress, so that the disk fills.
            let mut chance = crate::fault::Chance(number * 1_000 + row);
            let notes: String = (0..1_200).map(|_| char::from(b'a' + chance.below(26) as u8)).collect();
            lines.push_str(&format!("{name},{notes}\n"));
            kept.insert(name);
        }
        let path = shared.folder.path().join("many.csv");
        std::fs::write(&path, lines).unwrap();
        ana.ok(&["import", path.to_str().unwrap(), "--kind", "organisation", "--apply", "--no-input"]);
        let answer = ana.run(&["sync"]);
        if answer.code != 0 || answer.stderr.contains("does not take everything") {
            refused = Some(answer);
            break;
        }
        told = kept.clone();
    }
    let refused = refused.expect("a full disk takes no twelve thousand groups");
    assert_eq!(refused.code, 6, "{refused:?}");
    assert!(refused.stderr.contains("full"), "{refused:?}");
    assert!(refused.stderr.contains("kept here"), "{refused:?}");
    assert!(!refused.stdout.contains("Everything of yours is with the relay"), "{refused:?}");
    // What is there is still served.
    ben.ok(&["sync"]);
    assert_eq!(missing(&told, &names(ben)), [""; 0]);
    disk.make_room();
    // The relay looks for room by itself, every now and then.
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(120);
    loop {
        let answer = ana.run(&["sync"]);
        if answer.code == 0 {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "the relay never notices that there is room: {answer:?}");
    }
    cara.ok(&["sync"]);
    assert_eq!(missing(&kept, &names(cara)), [""; 0]);
    come_together(ana, ben);
}

#[test]
fn a_disk_that_can_only_be_read_is_called_so_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::of_megabytes(8) else { return };
    let shared = Shared::with_members(2);
    let ben = Volunteer::new(disk.path().join("ben"));
    crate::shadow::copy(&shared.members[1].home, &ben.home);
    assert_eq!(add(&ben, "Before").code, 0);
    disk.again_with("ro");
    let new = Volunteer::new(disk.path().join("new"));
    let begin = new.run(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"]);
    for answer in [add(&ben, "During"), ben.run(&["status"]), ben.run(&["sync"]), begin] {
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(answer.stderr.contains("can only be read"), "{answer:?}");
    }
    disk.again_with("rw");
    assert_eq!(names(&ben), BTreeSet::from(["Before".to_owned()]));
    come_together(&shared.members[0], &ben);
}

#[test]
fn a_home_that_is_mostly_empty_space_is_packed_by_the_next_command_that_writes() {
    let wren = allymap_tests::alone();
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let folder = wren.home.join("data/maps");
    let options = Options { cache_bytes: 16 << 20, wait: std::time::Duration::from_secs(2), program: "a test".into() };
    let mut store = SledStore::open(&folder, options).unwrap().store;
    // As years of changes leave it: written under keys that no map has, and most of it gone again.
    let key = |round: u8, row: u16| [&[0xff, round][..], &row.to_be_bytes()].concat();
    let mut chance = crate::fault::Chance(1);
    for round in 0..72 {
        let mut batch = Batch::default();
        for row in 0..256 {
            batch.put(key(round, row), (0..4_000).map(|_| chance.below(256) as u8).collect::<Vec<_>>());
        }
        store.write(&batch).unwrap();
    }
    for round in 0..72 {
        let mut batch = Batch::default();
        (16..256).for_each(|row| batch.delete(key(round, row)));
        store.write(&batch).unwrap();
    }
    drop(store);
    let bytes = || std::fs::metadata(folder.join("db/db")).unwrap().len();
    assert!(!wren.ok(&["status"]).stderr.contains("was packed"), "reading changes nothing");
    assert!(bytes() > 64 << 20, "{} bytes", bytes());
    let answer = wren.ok(&["partner", "add", "Second Choir", "--kind", "organisation"]);
    assert!(answer.stderr.contains("The folder of your maps was packed"), "{answer:?}");
    let answer = wren.ok(&["partner", "add", "Third Choir", "--kind", "organisation"]);
    assert!(!answer.stderr.contains("was packed"), "once is enough: {answer:?}");
    assert!(bytes() < 16 << 20, "{} bytes", bytes());
    assert_eq!(wren.json(&["status"])["entries"], 3);
}
