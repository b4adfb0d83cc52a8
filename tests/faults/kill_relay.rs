//! The relay is killed at any moment while volunteers exchange.

use std::collections::BTreeSet;

use allymap_tests::Shared;

use crate::fault::{Chance, come_together, digest, killed_after, missing, names, takes};

const KILLS: u64 = 50;

#[test]
fn fifty_kills_of_the_relay_cost_nothing_that_anybody_was_told_is_with_it() {
    let mut shared = Shared::with_members(3);
    let usual = takes(|| drop(shared.members[0].ok(&["sync"])));
    let mut chance = Chance(20_260_202);
    // What each has kept, and what somebody was told is with the relay.
    let (mut kept, mut told) = ([BTreeSet::new(), BTreeSet::new()], BTreeSet::new());
    let mut failed = 0;
    for kill in 0..KILLS {
        for (member, kept) in kept.iter_mut().enumerate() {
            for number in 0..=chance.below(3) {
                let name = format!("Group {kill} {member} {number}");
                shared.members[member].ok(&["partner", "add", &name, "--kind", "organisation", "--no-input"]);
                kept.insert(name);
            }
        }
        let moment = chance.moment(usual * 3 / 2);
        let answers = std::thread::scope(|scope| {
            let members = &shared.members;
            let running: Vec<_> = (0..2)
                .map(|member| {
                    scope.spawn(move || {
                        let mut command = members[member].command();
                        command.args(["sync", "--json"]);
                        // It ends by itself: the relay's end is the fault.
                        killed_after(command, std::time::Duration::from_secs(60)).expect("it ends by itself")
                    })
                })
                .collect();
            let relay = &mut shared.relay;
            scope.spawn(move || {
                let (_alive, end) = std::sync::mpsc::channel::<()>();
                let _ = end.recv_timeout(moment);
                relay.kill();
            });
            running.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        for (member, answer) in answers.iter().enumerate() {
            match answer.code {
                0 => told.extend(kept[member].iter().cloned()),
                6 => {
                    failed += 1;
                    assert!(answer.stderr.contains("Everything is kept here."), "{answer:?}");
                }
                _ => panic!("kill {kill}: {answer:?}"),
            }
            assert!(!answer.stderr.contains("had lost"), "the relay lost something it had acknowledged: {answer:?}");
        }
        shared.relay.restart();
    }
    assert!(failed >= 20, "only {failed} exchanges were cut: the test proves little");
    // Somebody who had nothing gets everything that anybody was told is there, and from nobody but the relay.
    let cara = &shared.members[2];
    cara.ok(&["sync"]);
    assert_eq!(missing(&told, &names(cara)), [""; 0]);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    for member in [ana, ben] {
        let answer = member.ok(&["sync"]);
        assert!(!answer.stderr.contains("had lost"), "{answer:?}");
    }
    come_together(ana, ben);
    cara.ok(&["sync"]);
    assert_eq!(digest(cara), digest(ana));
    for (member, kept) in kept.iter().enumerate() {
        assert_eq!(missing(kept, &names(cara)), [""; 0], "of member {member}");
    }
}
