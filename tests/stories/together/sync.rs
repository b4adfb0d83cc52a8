//! `allymap sync`: what an exchange needs, and what it meets.

use allymap_tests::{RelayProcess, Shared};

mod addresses;
mod slow;
mod watch;

#[test]
fn while_the_relay_is_away_everything_is_kept_and_the_exit_says_so() {
    let mut shared = Shared::with_members(1);
    shared.relay.kill();
    let answer = shared.members[0].run(&["sync"]);
    assert_eq!(answer.code, 6);
    assert!(answer.stderr.contains("nobody answers there"), "{answer:?}");
    assert!(answer.stderr.contains("Everything is kept here."), "{answer:?}");
    assert!(answer.stderr.contains("Hint:"), "{answer:?}");
    shared.relay.restart();
    shared.members[0].ok(&["sync"]);
}

#[test]
fn another_relay_at_the_same_address_is_noticed() {
    let mut shared = Shared::with_members(1);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    shared.relay.kill();
    let _other = RelayProcess::start(&shared.folder.path().join("other"), Some(&listen));
    let answer = shared.members[0].run(&["sync"]);
    assert_eq!(answer.code, 6);
    assert!(answer.stderr.contains("Another relay answers at this address."), "{answer:?}");
    assert!(answer.stderr.contains("Nothing was sent."), "{answer:?}");
}
