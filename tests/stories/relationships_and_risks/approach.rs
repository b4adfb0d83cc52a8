//! `allymap approach`: before somebody is spoken to.

use allymap_tests::Shared;

use crate::{alone, refused};

/// S14
#[test]
fn an_approach_opens_a_request_to_check_before_it_is_recorded() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    let checked = wren.json(&["approach", "check", "wharf"])["approach"].clone();
    assert_eq!((&checked["stage"], &checked["check_requested"]), (&"mapped".into(), &serde_json::Value::Null));
    assert_eq!(wren.json(&["log", "list", "wharf"])["log"], serde_json::json!([]), "checking only prints");
    let added = wren.json(&["approach", "add", "wharf", "--with", "the conductor"]);
    assert_eq!(added["check_requested_of"], "regional staff");
    let lines = wren.json(&["log", "list", "wharf"])["log"].clone();
    let mut kinds: Vec<&str> = lines.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["approach", "check-request"]);
    assert!(wren.show("wharf").contains("Stage                 approached"));
    refused(&wren.run(&["approach", "add", "wharf", "--on", "31/2/2026"]), 2, "did you mean");
}

/// S14
#[test]
fn what_another_group_holds_is_not_approached_without_them() {
    let wren = alone();
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--held-by", "Hills group (Lin)"]);
    let told = wren.ok(&["approach", "check", "wharf"]).stdout;
    assert!(
        told.contains("Held by           Hills group (Lin)") && told.contains("talk with Hills group (Lin) first"),
        "{told}"
    );
    refused(&wren.run(&["approach", "add", "wharf"]), 4, "The approach was not recorded: Hills group (Lin) know");
    let kinds = wren.json(&["log", "list", "wharf"])["log"].clone();
    assert_eq!((kinds.as_array().unwrap().len(), &kinds[0]["kind"]), (1, &"check-request".into()));
    wren.ok(&["approach", "add", "wharf", "--anyway", "Lin agreed on the phone"]);
    assert!(wren.show("wharf").contains("All the same: Lin agreed on the phone"));
}

/// S14
#[test]
fn who_of_us_knows_somebody_there_is_said_before_an_approach() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    wren.ok(&["partner", "edit", "wharf", "--known-by", "Lin", "--how", "sings with them"]);
    for verb in ["check", "add"] {
        let told = wren.ok(&["approach", verb, "wharf"]).stdout;
        assert!(told.contains("Known by          Lin (sings with them)\n"), "{told}");
    }
    let told = wren.json(&["approach", "check", "wharf"])["approach"].clone();
    assert_eq!(told["known_by"], serde_json::json!(["Lin (sings with them)"]));
}

/// S14
#[test]
fn research_and_consultation_are_said_before_an_approach() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    let told = wren.ok(&["approach", "check", "yarrow"]).stdout;
    assert!(told.contains("Consulted         not yet") && told.contains("Research          not done"), "{told}");
    wren.log("yarrow", "research", "4 feb 2026");
    wren.log("yarrow", "consulted", "5 feb 2026");
    let told = wren.json(&["approach", "check", "yarrow"])["approach"].clone();
    assert_eq!((&told["research"], &told["consulted"]), (&"2026-02-04".into(), &"2026-02-05".into()));
}

/// S141
#[test]
fn two_groups_that_approach_apart_are_told_after_the_exchange() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--set", "held-by=Hills"]);
    for member in [ana, ben] {
        member.ok(&["sync"]);
    }
    for member in [ana, ben] {
        member.ok(&["approach", "add", "wharf", "--anyway", "we did not know"]);
    }
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    for member in [ana, ben] {
        let told = member.ok(&["approach", "check", "wharf"]).stdout;
        let double = told.lines().find(|line| line.starts_with("Double approach")).unwrap_or_else(|| panic!("{told}"));
        assert!(double.contains("Ana (Harbour)") && double.contains("Ben1 (Group 1)"), "{told}");
        assert!(told.contains("Held by           Hills"), "{told}");
    }
}

/// S57
#[test]
fn who_is_of_category_c_is_looked_into_before_an_approach() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    refused(&wren.run(&["approach", "add", "wharf"]), 4, "Look first: Wharf Choir is of category (c)");
    refused(&wren.run(&["approach", "add", "wharf", "--anyway", "  "]), 4, "Look first");
    assert_eq!(wren.json(&["log", "list", "wharf"])["log"], serde_json::json!([]), "nothing was recorded");
    wren.ok(&["approach", "add", "wharf", "--anyway", "the fire is near"]);
    assert!(wren.show("wharf").contains("All the same: the fire is near"));
    wren.organisation("Alder Club", "c");
    wren.log("alder", "research", "yesterday");
    wren.ok(&["approach", "add", "alder"]);
}
