//! `allymap todo`: what is still to be found out.

use crate::{each, failed, volunteer};

/// S105
#[test]
fn the_eight_questions_are_unknown_partly_or_answered_and_six_is_five() {
    let (wren, _folder) = volunteer();
    let all = wren.json(&["todo", "--questions"]);
    let questions = all["questions"].as_array().unwrap();
    let numbers: Vec<u64> = questions.iter().map(|one| one["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!((questions[5]["same_as"].as_u64(), all["unknown"].as_u64()), (Some(5), Some(7)));
    wren.ok(&["map", "answer", "6", "--text", "the welcome circle", "--partly"]);
    wren.ok(&["map", "answer", "decision-makers", "--text", "the council, by one vote"]);
    let all = wren.json(&["todo", "--questions"]);
    let known: Vec<&str> = each(&all["questions"], "known");
    assert_eq!(known, ["unknown", "unknown", "unknown", "unknown", "partly", "partly", "answered", "unknown"]);
    assert_eq!((all["answered"].as_u64(), all["partly"].as_u64()), (Some(1), Some(1)), "progress counts seven");
    let text = wren.ok(&["todo", "--questions"]).stdout;
    assert!(text.contains("5  partly    Who campaigns on similar issues already?\n"), "{text}");
    assert!(text.contains("6  partly    Who campaigns on similar issues already? (the same as 5)\n"), "{text}");
    for (question, code) in [("9", 3), ("", 3), ("who", 3), ("\u{202e}ytinummoc", 3)] {
        failed(&wren.run(&["map", "answer", question, "--text", "x"]), code);
    }
    failed(&wren.run(&["map", "answer", "1"]), 2);
    failed(&wren.run(&["map", "answer", "1", "--text", " "]), 2);
}

/// S107
#[test]
fn unknowns_become_things_to_find_out() {
    let (wren, _folder) = volunteer();
    wren.ok(&["partner", "add", "Harbour Choir", "--kind", "organisation"]);
    wren.ok(&["partner", "add", "Quay Library", "--kind", "institution", "--category", "c"]);
    wren.ok(&["place", "add", "Old Steps"]);
    let todo = wren.json(&["todo"]);
    assert_eq!(each(&todo["entries"]["category"], "name"), ["Harbour Choir"]);
    assert_eq!(each(&todo["entries"]["risks"], "name"), ["Harbour Choir", "Quay Library"]);
    assert_eq!(todo["entries"]["risks"][0]["lacks"], 6);
    assert_eq!(each(&todo["entries"]["access"], "name"), ["Old Steps"]);
    assert_eq!(todo["questions_unknown"].as_array().unwrap().len(), 7);
    wren.ok(&["partner", "edit", "choir", "--category", "a"]);
    wren.ok(&["risk", "add", "choir", "--type", "legal", "--level", "low", "--reason", "none known"]);
    let todo = wren.json(&["todo"]);
    assert_eq!(todo["entries"]["category"], serde_json::Value::Null);
    assert_eq!(todo["entries"]["risks"][0]["lacks"], 5);
    let text = wren.ok(&["todo"]);
    assert!(
        text.stdout.contains("Risks not rated, of 6   2 entries: Harbour Choir (5), Quay Library (6)\n"),
        "{text:?}"
    );
    assert!(text.stderr.contains("Not knowing is fine."), "{text:?}");
}

/// S119
#[test]
fn facts_older_than_the_age_that_was_set_are_listed() {
    let (wren, _folder) = volunteer();
    wren.ok(&["map", "figure", "People", "9,000", "--on", "60 months ago"]);
    wren.ok(&["map", "answer", "2", "--text", "hardly", "--on", "20 months ago"]);
    wren.ok(&["map", "issue", "Rents", "--on", "17 months ago"]);
    assert_eq!(each(&wren.json(&["todo"])["old_facts"], "what"), ["People", "knows-us"]);
    // One's own setting, then what is agreed for everybody on this map.
    wren.ok(&["config", "set", "facts-age", "12"]);
    assert_eq!(each(&wren.json(&["todo"])["old_facts"], "what"), ["People", "knows-us", "Rents"]);
    wren.ok(&["map", "edit", "--set", "facts-age=24"]);
    assert_eq!(each(&wren.json(&["todo"])["old_facts"], "what"), ["People"]);
    failed(&wren.run(&["map", "edit", "--set", "facts-age=0"]), 2);
}

/// S122
#[test]
fn ready_appears_when_every_question_is_at_least_partly_answered() {
    let (wren, _folder) = volunteer();
    for question in ["1", "2", "3", "4", "5", "7"] {
        wren.ok(&["map", "answer", question, "--text", "something", "--partly"]);
    }
    let text = wren.ok(&["todo", "--questions"]).stdout;
    assert!(text.contains("Still unknown: Who influences those who decide?\n"), "{text}");
    assert!(!text.contains("Ready"), "{text}");
    wren.ok(&["map", "answer", "8", "--text", "nobody would say", "--unknown"]);
    assert!(!wren.ok(&["todo", "--questions"]).stdout.contains("Ready"), "having looked is not knowing");
    wren.ok(&["map", "answer", "8", "--text", "the chamber", "--partly"]);
    let text = wren.ok(&["todo", "--questions"]).stdout;
    assert!(text.contains("Ready for the next stage: all 7 questions are at least partly answered.\n"), "{text}");
    assert_eq!(wren.json(&["todo"])["ready"], true);
}
