//! `allymap member`: who is let in, and by which words.

use allymap_tests::{Shared, Volunteer};

#[test]
fn a_map_is_shared_through_a_relay_with_the_words_compared_on_both_sides() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    for member in [ana, ben] {
        let members = member.json(&["member", "list"]);
        let names: Vec<&str> =
            members["members"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Ana", "Ben1"]);
    }
    let status = ben.json(&["status"]);
    assert_eq!(status["waiting_for_approval"], serde_json::Value::Null);
    assert_eq!(status["waiting"], 0);
}

#[test]
fn wrong_words_let_nobody_in() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let ben = Volunteer::new(shared.folder.path().join("ben"));
    ben.ok(&["join", code.trim(), "--name", "Ben", "--group", "Bay", "--no-input"]);
    assert_eq!(ben.run(&["sync"]).code, 6);
    ana.ok(&["sync"]);
    let answer = ana.run(&["member", "approve", "1", "--words", "one", "two", "three", "four"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("Nobody was let in."), "{answer:?}");
    assert_eq!(ana.json(&["member", "list"])["members"].as_array().unwrap().len(), 1);
    ana.ok(&["member", "decline", "1"]);
    assert_eq!(ana.json(&["member", "waiting"])["waiting"].as_array().unwrap().len(), 0);
    let answer = ana.ok(&["member", "waiting"]);
    assert!(answer.stderr.contains("is let in on that convenor's computer"), "{answer:?}");
}
