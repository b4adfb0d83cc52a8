//! `allymap place`: who can get in, stay and feel safe.

use crate::{each, failed, volunteer};

/// S11
#[test]
fn a_place_says_who_can_get_in_stay_and_feel_safe_and_unknown_is_to_be_found_out() {
    let (wren, _folder) = volunteer();
    wren.ok(&[
        "place",
        "add",
        "Ropewalk Hall",
        "--type",
        "hall",
        "--seats",
        "120",
        "--step-free",
        "yes: ramp at the back",
        "--toilets",
        "no",
        "--culturally-appropriate",
        "yes: the Elders chose it",
    ]);
    let hall = &wren.json(&["place", "show", "ropewalk"])["place"];
    assert_eq!(hall["access"]["step-free"], serde_json::json!({ "known": "yes", "note": "ramp at the back" }));
    assert_eq!(hall["access"]["quiet-room"]["known"], "unknown");
    let shown = wren.ok(&["place", "show", "hall"]).stdout;
    assert!(shown.contains("Step-free                 yes: ramp at the back\n"), "{shown}");
    assert!(shown.contains("Quiet room                not known\n"), "{shown}");
    assert!(shown.contains("Find out                  quiet room, public transport, safe\n"), "{shown}");
    wren.ok(&["place", "edit", "hall", "--quiet-room", "yes", "--transport", "no: last bus at six", "--safe", "yes"]);
    assert!(!wren.ok(&["place", "show", "hall"]).stdout.contains("Find out"));
    assert_eq!(wren.json(&["todo"])["entries"]["access"], serde_json::Value::Null);
    // The same facts are fields of the entry, for whoever reads it otherwise.
    let entry = wren.json(&["partner", "show", "hall"]);
    assert_eq!(entry["entry"]["fields"]["transport-note"]["value"], "last bus at six");
}

/// S11
#[test]
fn places_are_listed_by_what_they_are_known_to_have() {
    let (wren, _folder) = volunteer();
    wren.ok(&["place", "add", "Ropewalk Hall", "--step-free", "yes", "--toilets", "yes"]);
    wren.ok(&["place", "add", "Old Steps", "--step-free", "no"]);
    wren.ok(&["place", "add", "Green"]);
    let with = |facts: &str| {
        let places = wren.json(&["place", "list", "--with", facts]);
        each(&places["places"], "name").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(with("step-free"), ["Ropewalk Hall"]);
    assert_eq!(with("step-free,toilets"), ["Ropewalk Hall"]);
    assert_eq!(with("quiet-room"), Vec::<String>::new());
    assert_eq!(wren.ok(&["place", "list"]).stdout.lines().count(), 3);
    failed(&wren.run(&["place", "list", "--with", "moonlight"]), 2);
}

#[test]
fn a_place_is_added_once_and_other_entries_are_none() {
    let (wren, _folder) = volunteer();
    wren.ok(&["place", "add", "Green"]);
    failed(&wren.run(&["place", "add", "the green".trim_start_matches("the ")]), 4);
    wren.ok(&["partner", "add", "Choir", "--kind", "organisation"]);
    failed(&wren.run(&["place", "show", "choir"]), 2);
    failed(&wren.run(&["place", "edit", "green"]), 2);
    failed(&wren.run(&["place", "add", "Hall", "--step-free", "perhaps"]), 2);
    failed(&wren.run(&["place", "add", "Hall", "--set", "moon=full"]), 2);
    failed(&wren.run(&["place", "show", "hall"]), 3);
}
