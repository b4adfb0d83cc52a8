//! A volunteer's program is killed at any moment, again and again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use allymap_tests::{Answer, Shared, Volunteer};

use crate::fault::{Chance, come_together, killed_after, missing, names, takes, unlike};

const KILLS: u64 = 50;
const ROWS: u64 = 40;

/// A table of new groups, and their names.
fn table(folder: &std::path::Path, round: u64) -> (PathBuf, BTreeSet<String>) {
    let names: BTreeSet<String> = (0..ROWS).map(|row| unlike(round * 1_000 + row)).collect();
    let path = folder.join(format!("table-{round}.csv"));
    let lines: Vec<String> = names.iter().cloned().collect();
    std::fs::write(&path, format!("name\n{}\n", lines.join("\n"))).unwrap();
    (path, names)
}

fn add(name: &str) -> Vec<&str> {
    vec!["partner", "add", name, "--kind", "organisation", "--no-input"]
}

fn import(path: &std::path::Path) -> Vec<&str> {
    vec!["import", path.to_str().unwrap(), "--kind", "organisation", "--apply", "--no-input"]
}

#[test]
fn fifty_kills_cost_nothing_that_was_kept_and_no_half_of_anything_is_there() {
    let shared = Shared::with_members(2);
    let folder = shared.folder.path();
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let (path, mut kept_by_ana) = table(folder, 1_000);
    // How long each takes when nobody kills it.
    let usual = [
        takes(|| drop(ana.ok(&add("First")))),
        takes(|| drop(ana.ok(&["sync"]))),
        takes(|| drop(ana.ok(&import(&path)))),
    ];
    kept_by_ana.insert("First".to_owned());
    let mut kept = [kept_by_ana, BTreeSet::new()];
    let mut chance = Chance(20_260_201);
    let mut died = 0;
    for kill in 0..KILLS {
        let who = (kill / 3 % 2) as usize;
        let victim = [ana, ben][who];
        let name = format!("Killed {kill}");
        let (path, imported) = table(folder, kill);
        let (arguments, comes) = match kill % 3 {
            0 => (add(&name), BTreeSet::from([name.clone()])),
            1 => {
                let before = format!("Before {kill}");
                victim.ok(&add(&before));
                kept[who].insert(before);
                (vec!["sync"], BTreeSet::new())
            }
            _ => (import(&path), imported),
        };
        let mut command = victim.command();
        command.args(&arguments);
        let answer = killed_after(command, chance.moment(usual[kill as usize % 3] * 5 / 4));
        let mut there = BTreeSet::new();
        let opened = takes(|| there = names(victim));
        assert!(opened < Duration::from_secs(2), "after kill {kill} it took {opened:?} to open the map");
        match answer {
            Some(answer) => {
                assert_eq!(answer.code, 0, "{arguments:?}: {answer:?}");
                kept[who].extend(comes);
            }
            None => {
                died += 1;
                // Nobody was told that it is kept. All of it is there, or nothing.
                let found = comes.intersection(&there).count();
                assert!(found == 0 || found == comes.len(), "kill {kill}: {found} of {} are there", comes.len());
                if found > 0 {
                    kept[who].extend(comes);
                }
            }
        }
        assert_eq!(missing(&kept[who], &there), [""; 0], "kill {kill} of {arguments:?}");
    }
    assert!(died >= 15, "only {died} of {KILLS} died on the way: the test proves little");
    come_together(ana, ben);
    for volunteer in [ana, ben] {
        assert_eq!(missing(&(&kept[0] | &kept[1]), &names(volunteer)), [""; 0]);
    }
}

#[test]
fn eight_commands_at_once_are_all_carried_out() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let start = |volunteer: &Volunteer, arguments: &[&str]| {
        volunteer.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let groups: Vec<String> = (0..6).map(|number| format!("At once {number}")).collect();
    let mut running: Vec<_> = groups.iter().map(|name| start(ana, &add(name))).collect();
    running.insert(3, start(ana, &["sync"]));
    running.push(start(ana, &["partner", "list", "--json"]));
    for child in running {
        let answer = Answer::of_process(child.wait_with_output().unwrap(), &["(one of eight)"]);
        assert_eq!(answer.code, 0, "{answer:?}");
    }
    come_together(ana, ben);
    assert_eq!(missing(&groups.into_iter().collect(), &names(ben)), [""; 0]);
}
