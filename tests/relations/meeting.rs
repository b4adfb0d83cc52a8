//! `allymap meet`.

use crate::{alone, refused};

#[test]
fn s128_each_of_eight_findings_goes_to_where_it_belongs_in_one_act() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    wren.ok(&["partner", "add", "Thornwick Council", "--kind", "council", "--category", "d"]);
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    wren.ok(&["campaign", "add", "Welcome towns"]);
    let kept = wren.json(&[
        "meet",
        "millpond",
        "--do",
        "juniors, pool fundraising",
        "--position",
        "passive-ally",
        "--capacity",
        "20 people, hall on Sundays",
        "--relations",
        "thornwick council, Ropewalk Rovers",
        "--influence",
        "isolde",
        "--interest",
        "maybe after summer",
        "--barriers",
        "worried about looking political",
        "--benefit",
        "we help at the carnival",
        "--followup",
        "in 2 weeks",
    ]);
    assert_eq!(kept["stage"], "acquainted");
    assert_eq!(kept["links"], 2);
    assert_eq!(kept["not_on_the_map"], serde_json::json!(["Ropewalk Rovers"]));
    let shown = wren.show("millpond");
    for line in [
        "Description           juniors, pool fundraising",
        "Stands                passive ally on Welcome towns",
        "People to help        20",
        "Resources             hall on Sundays",
        "Each moves the other  Thornwick Council (weak)",
        "Influences            Isolde Farthing (medium)",
        "Interest              maybe after summer",
        "Barriers              worried about looking political",
        "Benefit               we help at the carnival",
        "Stage                 acquainted",
        "Not on the map yet: Ropewalk Rovers",
    ] {
        assert!(shown.contains(line), "{line}:\n{shown}");
    }
    // A second meeting adds and takes nothing away; the stage stays.
    wren.ok(&["partner", "edit", "millpond", "--stage", "partner"]);
    let again = wren.json(&["meet", "millpond", "--do", "a new pool"]);
    assert_eq!(again["stage"], "partner");
    let shown = wren.show("millpond");
    assert!(shown.contains("juniors, pool fundraising\n                      a new pool"), "{shown}");
}

/// S128: all of them are optional.
#[test]
fn a_meeting_may_find_out_nothing() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    wren.ok(&["meet", "millpond", "--no-input"]);
    assert_eq!(wren.json(&["log", "list", "millpond"])["log"][0]["kind"], "one-to-one");
}

#[test]
fn a_meeting_that_is_not_understood_writes_nothing() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    wren.organisation("Wharf Choir", "c");
    wren.organisation("Wharf Rowers", "c");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    refused(&wren.run(&["meet", "millpond", "--position", "frendly"]), 2, "is none of the words");
    refused(&wren.run(&["meet", "millpond", "--relations", "wharf"]), 3, "2 entries fit");
    refused(&wren.run(&["meet", "millpond", "--on", "31/2/2026"]), 2, "did you mean");
    refused(&wren.run(&["meet", "millpond", "--do", "x", "--followup", "soon"]), 2, "not a date");
    assert_eq!(wren.json(&["log", "list", "millpond"])["log"].as_array().unwrap().len(), 0);
}

#[test]
fn s129_preparing_prints_indirect_questions_and_what_to_be_open_about_and_writes_nothing() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    let before = wren.ok(&["export", "--digest"]).stdout;
    let told = wren.ok(&["meet", "millpond", "--prepare"]).stdout;
    assert!(told.contains("Say who you are") && told.contains("who listens to you?"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert_eq!(wren.json(&["meet", "millpond", "--prepare"])["findings"].as_array().unwrap().len(), 8);
    assert_eq!(wren.ok(&["export", "--digest"]).stdout, before);
}

#[test]
fn s138_practice_gives_a_persona_and_prompts_and_needs_no_map() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = allymap_tests::Volunteer::new(folder.path().join("home"));
    let told = nobody.json(&["meet", "--practice"]);
    assert!(told["persona"].as_str().is_some_and(|persona| persona.len() > 10));
    assert_eq!(told["prompts"].as_array().unwrap().len(), 8);
    assert!(!folder.path().join("home").exists(), "nothing was written");
}
