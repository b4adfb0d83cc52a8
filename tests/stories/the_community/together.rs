//! What several volunteers say about the community, apart and then together.

use allymap_tests::{Shared, Volunteer};

use crate::{each, failed};

#[test]
fn what_two_add_apart_is_on_both_maps_afterwards() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    for (member, issue, date) in [(ana, "Rents", "Harbour fair"), (ben, "The last bus", "Show Day")] {
        member.ok(&["map", "issue", issue, "--weight", "4"]);
        member.ok(&["date", "add", date, "--on", "first sunday of july"]);
        member.ok(&["date", "offered", "--take"]);
        member.ok(&["map", "answer", "2", "--part", "1", "--text", &format!("says who wrote {issue}")]);
        member.ok(&["map", "edit", "--name", &format!("{issue} Town"), "--strategy", issue]);
        member.ok(&["map", "figure", "People", "9,000", "--on", "2021"]);
    }
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    let offered = ana.json(&["date", "offered"])["offered"].as_array().unwrap().len();
    assert_eq!(offered, 0);
    for member in [ana, ben] {
        let map = member.json(&["map", "show"]);
        assert_eq!(each(&map["issues"], "name"), ["Rents", "The last bus"]);
        assert_eq!(map["answers"][0]["answers"].as_array().unwrap().len(), 2, "both answers stand");
        let names: Vec<String> =
            each(&member.json(&["date", "list", "--all"])["dates"], "name").into_iter().map(str::to_owned).collect();
        assert!(names.contains(&"Harbour fair".to_owned()) && names.contains(&"Show Day".to_owned()));
        assert_eq!(names.iter().filter(|name| *name == "Human Rights Day").count(), 1, "taken up twice, there once");
        assert_eq!(
            member.json(&["todo"])["said_apart"],
            serde_json::json!(["Name", "Strategy", "knows-us.from-scratch"])
        );
    }
    assert_eq!(ana.json(&["map", "show"]), ben.json(&["map", "show"]));
    // Whoever has seen both settles it.
    ana.ok(&["map", "edit", "--name", "Rivermouth", "--strategy", "tea with everybody"]);
    ana.ok(&["map", "answer", "2", "--part", "1", "--text", "hardly at all"]);
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    assert_eq!(ben.json(&["todo"])["said_apart"], serde_json::json!([]));
    assert_eq!(ben.json(&["status"])["map"], "Rivermouth", "a map is called what its members call it");
}

#[test]
fn a_newcomer_without_the_map_s_own_page_is_told_so() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let cleo = Volunteer::new(shared.folder.path().join("cleo"));
    cleo.ok(&["join", code.trim(), "--name", "Cleo", "--group", "Bay", "--no-input"]);
    for arguments in [&["map", "show"][..], &["todo"], &["date", "list"], &["map", "issue", "Rents"]] {
        failed(&cleo.run(arguments), 1);
    }
}
