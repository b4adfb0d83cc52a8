//! `allymap history`.

use allymap_tests::Shared;

#[test]
fn history_says_when_others_changed_something_and_what_changed_while_one_was_away() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    ana.ok(&["campaign", "add", "Kill Town welcomes refugees"]);
    for member in [ana, ben] {
        member.ok(&["sync"]);
    }
    ben.ok(&["meet", "choir", "--capacity", "20 people", "--interest", "after summer", "--position", "neutral"]);
    ben.ok(&["edit", "choir", "phone", "02 5550 0003"]);
    for member in [ben, ana] {
        member.ok(&["sync"]);
    }
    let told = ana.json(&["history", "choir"]);
    let blocks = told["history"].as_array().unwrap();
    assert_eq!(blocks.len(), 3, "each command is one block, a meeting too: {told}");
    assert_eq!(blocks[0]["time_is"], "received", "a field carries no time: {told}");
    assert_eq!(blocks[1]["time_is"], "recorded", "a line of the log does: {told}");
    assert_eq!(blocks[2]["time_is"], "done", "and one's own are known: {told}");
    assert!(blocks[1]["changes"].as_array().unwrap().len() >= 3, "{told}");
    let text = ana.ok(&["history", "choir"]).stdout;
    assert!(text.contains("received ") && text.contains("within two hours  Ben1"), "{text}");
    // Both say something else at once.
    ana.ok(&["edit", "choir", "phone", "02 5550 0004"]);
    ben.ok(&["edit", "choir", "phone", "02 5550 0005"]);
    for member in [ben, ana] {
        member.ok(&["sync"]);
    }
    let away = ana.ok(&["history"]).stdout;
    let at = |words: &str| away.find(words).unwrap_or_else(|| panic!("{words}: {away}"));
    assert!(at("! Wharf Choir: 1 thing wants to be settled") < at("\nWharf Choir\n"), "what wants somebody is first");
    assert!(away.contains("Ben1") && away.contains("02 5550 0005"), "{away}");
    let told = ana.json(&["history", "--since", "today"]);
    assert_eq!(told["to_settle"][0], "Wharf Choir", "{told}");
    assert!(told["changed"].as_array().unwrap().iter().any(|one| one["entry"] == "Kill Town"), "the map too: {told}");
    assert!(ana.ok(&["history", "map"]).stdout.contains("welcomes refugees"), "campaigns have a history");
    let answer = ana.run(&["history", "choir", "--field", "phne"]);
    assert!(answer.code == 2 && answer.stderr.contains("Did you mean Phone?"), "{answer:?}");
    assert_eq!(ana.json(&["history", "choir", "--field", "phone"])["history"].as_array().unwrap().len(), 3);
}
