//! The power fails under the real programs: what was acknowledged is there afterwards.
//!
//! The disk is the model of the store's own tests. In a strict run only what was synced is left; in the others every other
//! page came through besides, in any order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use allymap_tests::{RelayProcess, Shared, Volunteer};

use crate::fault::{Chance, come_together, digest, killed_after, missing, names, takes};
use crate::shadow::{Luck, Shadow};

/// How often the power fails, strictly and with luck; `POWERCUT_RUNS` asks for more.
fn runs() -> u64 {
    std::env::var_os("POWERCUT_RUNS").map_or(20, |runs| runs.to_string_lossy().parse().expect("a number"))
}

#[expect(clippy::print_stderr, reason = "a test that does not run must say so")]
fn shadow(folder: &Path) -> Option<Shadow> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/store/src/tests/crashes/shadow.c");
    let shadow = Shadow::build(&source, folder);
    if shadow.is_none() {
        eprintln!("\n*** SKIPPED, NOT PASSED: the power-cut tests need a C compiler named cc. ***\n");
    }
    shadow
}

/// Makes one folder what another is, keeping the folders themselves: on a real disk they are the same after the cut, and a
/// program may know its folder by that.
fn lay(from: &Path, over: &Path) {
    for entry in fs::read_dir(over).unwrap().map(Result::unwrap) {
        if !from.join(entry.file_name()).exists() {
            match entry.file_type().unwrap().is_dir() {
                true => fs::remove_dir_all(entry.path()).unwrap(),
                false => fs::remove_file(entry.path()).unwrap(),
            }
        }
    }
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = over.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            let _ = fs::create_dir(&to);
            lay(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// The power is back: the machine goes on with what its disk holds.
fn power_fails(shadow: &Shadow, luck: Luck, disk: &Path) {
    shadow.cut(luck, disk);
    lay(disk, &shadow.root);
    lay(disk, &shadow.kept);
}

fn luck(run: u64) -> Luck {
    Luck { pages_percent: if run.is_multiple_of(2) { 0 } else { 50 }, seed: run }
}

#[test]
fn what_a_volunteer_was_told_is_kept_is_there_after_the_power_failed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shadow) = shadow(folder.path()) else { return };
    let shared = Shared::with_members(2);
    let ana = &shared.members[0];
    // Ben's computer is the one without a battery.
    shadow.start_from(Some(&shared.members[1].home));
    let ben = Volunteer::new(shadow.root.clone());
    let command = |arguments: &[&str]| {
        let mut command = ben.command();
        shadow.load(&mut command);
        command.args(arguments);
        command
    };
    let ok = |arguments: &[&str]| {
        let output = command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let disk = folder.path().join("disk");
    let add = ["partner", "add", "First", "--kind", "organisation", "--no-input"];
    let usual = [takes(|| drop(ok(&add))), takes(|| drop(ok(&["sync"])))];
    let mut kept = BTreeSet::from(["First".to_owned()]);
    let mut chance = Chance(20_260_205);
    let mut died = 0;
    for run in 0..2 * runs() {
        for number in 0..chance.below(3) {
            let name = format!("Group {run} {number}");
            ok(&["partner", "add", &name, "--kind", "organisation", "--no-input"]);
            kept.insert(name);
        }
        let last = format!("Last {run}");
        let which = run as usize / 2 % 2;
        let add = ["partner", "add", &last, "--kind", "organisation", "--no-input"];
        let arguments = if which == 0 { &add[..] } else { &["sync"] };
        match killed_after(command(arguments), chance.moment(usual[which] * 5 / 4)) {
            Some(answer) => {
                assert_eq!(answer.code, 0, "{arguments:?}: {answer:?}");
                if which == 0 {
                    kept.insert(last);
                }
            }
            None => died += 1,
        }
        power_fails(&shadow, luck(run), &disk);
        let listed: serde_json::Value = serde_json::from_slice(&ok(&["partner", "list", "--json"])).unwrap();
        let there: BTreeSet<String> = listed["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(missing(&kept, &there), [""; 0], "run {run}, {:?}", luck(run));
        if run % 8 == 7 {
            ok(&["sync"]);
            ana.ok(&["sync"]);
        }
    }
    assert!(died as u64 >= runs() / 2, "only {died} commands were cut");
    come_together(ana, &ben);
    assert_eq!(missing(&kept, &names(ana)), [""; 0]);
}

#[test]
fn what_anybody_was_told_is_with_the_relay_is_there_after_its_power_failed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shadow) = shadow(folder.path()) else { return };
    let mut shared = Shared::with_members(3);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    shared.relay.kill();
    shadow.start_from(Some(&shared.folder.path().join("relay")));
    let start = || RelayProcess::start_with(&shadow.root, Some(&listen), |command| shadow.load(command));
    let disk = folder.path().join("disk");
    let mut relay = start();
    let [ana, ben, cara] = [&shared.members[0], &shared.members[1], &shared.members[2]];
    let usual = takes(|| drop(ana.ok(&["sync"])));
    let mut chance = Chance(20_260_206);
    let (mut kept, mut told) = ([BTreeSet::new(), BTreeSet::new()], BTreeSet::new());
    for run in 0..2 * runs() {
        for (member, kept) in kept.iter_mut().enumerate() {
            let name = format!("Group {run} {member}");
            [ana, ben][member].ok(&["partner", "add", &name, "--kind", "organisation", "--no-input"]);
            kept.insert(name);
        }
        // Ana is told before the cut, or not; Ben's exchange is what it falls into.
        if run % 3 != 2 {
            let answer = ana.ok(&["sync"]);
            assert!(!answer.stderr.contains("had lost"), "run {run}: {answer:?}");
            told.extend(kept[0].iter().cloned());
        }
        let mut command = ben.command();
        command.args(["sync"]);
        let moment = chance.moment(usual * 5 / 4);
        let answer = std::thread::scope(|scope| {
            let running = scope.spawn(|| killed_after(command, std::time::Duration::from_secs(60)));
            let relay = &mut relay;
            scope.spawn(move || {
                let (_alive, end) = std::sync::mpsc::channel::<()>();
                let _ = end.recv_timeout(moment);
                relay.kill();
            });
            running.join().unwrap().expect("it ends by itself")
        });
        assert!(matches!(answer.code, 0 | 6), "run {run}: {answer:?}");
        assert!(!answer.stderr.contains("had lost"), "run {run}: {answer:?}");
        if answer.code == 0 {
            told.extend(kept[1].iter().cloned());
        }
        power_fails(&shadow, luck(run), &disk);
        relay = start();
    }
    cara.ok(&["sync"]);
    assert_eq!(missing(&told, &names(cara)), [""; 0]);
    for member in [ana, ben] {
        let answer = member.ok(&["sync"]);
        assert!(!answer.stderr.contains("had lost"), "{answer:?}");
    }
    come_together(ana, ben);
    cara.ok(&["sync"]);
    assert_eq!(digest(cara), digest(ana));
    assert_eq!(missing(&(&kept[0] | &kept[1]), &names(cara)), [""; 0]);
}
