//! `allymap meet`.

use allymap_tests::Terminal;

use crate::{alone, refused};

/// S128
#[test]
fn each_of_eight_findings_goes_to_where_it_belongs_in_one_act() {
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

/// S128; E.3, task 4: whoever answers is asked again where they were not understood, and types nothing twice.
#[test]
fn at_a_terminal_eight_findings_are_asked_for_and_a_slip_is_asked_again() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    wren.ok(&["partner", "add", "Thornwick Council", "--kind", "council", "--category", "d"]);
    wren.organisation("Wharf Choir", "c");
    wren.organisation("Wharf Rowers", "c");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    wren.ok(&["campaign", "add", "A ramp for the pool"]);
    let mut meet = Terminal::start(&wren, &["meet", "millpond", "--plain"]);
    for (question, answer) in [
        ("Who from us? (Enter: Wren)", "Wren, Ana"),
        ("When? (Enter: today)", "tomorrow"),
        ("is still to come", "yesterday"),
        ("Told them that we keep notes?", "yes"),
        ("What do they do", "juniors, pool fundraising"),
        ("Where do they stand", "frendly"),
        ("\"frendly\" is none of the words for where they stand.", "passive ally"),
        ("On which campaign?", "1"),
        ("What resources and capacity", "99999999 people"),
        ("is a whole number or unknown", "20 people, hall on Sundays"),
        ("Which relationships", "wharf"),
        ("2 entries fit", "wharf choir, Ropewalk Rovers"),
        ("influence over decision makers", "council"),
        ("interested in working with us", "maybe after summer"),
        ("What stands in the way", "worried about looking political"),
        ("benefit each other", "we help at the carnival"),
        ("Anything else?", "They laughed a lot."),
        ("", ""),
    ] {
        meet.wait_for(question);
        meet.type_line(answer);
    }
    assert_eq!(meet.finish(), 0, "{}", meet.shown);
    assert!(
        meet.shown.contains("One of: not-known, active-ally, passive-ally") && !meet.shown.contains("history"),
        "{}",
        meet.shown
    );
    let shown = wren.show("millpond");
    for line in [
        "juniors, pool fundraising",
        "Stands                passive ally on ",
        "People to help        20",
        "Each moves the other  Wharf Choir (weak)",
        "Influences            Thornwick Council (medium)",
        "Barriers              worried about looking political",
        "Stage                 acquainted",
    ] {
        assert!(shown.contains(line), "{line}:\n{shown}");
    }
    let line = &wren.json(&["log", "list", "millpond"])["log"][0];
    assert_eq!(
        line["text"],
        "From us: Wren, Ana\nThey know that we keep notes.\nThey laughed a lot.\nNot on the map yet: Ropewalk Rovers"
    );
    assert_eq!(wren.ok(&["undo"]).stderr.matches("Error").count(), 0);
    assert_eq!(wren.json(&["log", "list", "millpond"])["log"], serde_json::json!([]));
}

#[test]
fn an_answer_that_has_no_place_of_its_own_is_kept_in_the_words_of_the_meeting() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    wren.ok(&["partner", "add", "Isolde Farthing", "--kind", "person", "--set", "basis=public-role"]);
    let told = wren.ok(&["meet", "millpond", "--position", "passive ally", "--from-us", "Ana", "--told", "no"]);
    assert!(
        told.stderr.contains("Kept in the words of the meeting") && told.stderr.contains("Tell them soon"),
        "{told:?}"
    );
    let text = wren.json(&["log", "list", "millpond"])["log"][0]["text"].clone();
    assert_eq!(text, "From us: Ana\nThey do not know yet that we keep notes.\nWhere they stand: passive ally");
    wren.ok(&["meet", "isolde", "--capacity", "a van on Fridays", "--on", "yesterday"]);
    let text = wren.json(&["log", "list", "isolde"])["log"][0]["text"].clone();
    assert_eq!(text, "What they have: a van on Fridays");
    refused(&wren.run(&["meet", "millpond", "--on", "tomorrow"]), 2, "is still to come");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    wren.ok(&["campaign", "add", "A ramp for the pool"]);
    refused(&wren.run(&["meet", "millpond", "--position", "passive ally"]), 3, "several campaigns");
    assert_eq!(wren.json(&["log", "list", "millpond"])["log"].as_array().unwrap().len(), 1);
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

/// S129
#[test]
fn preparing_prints_indirect_questions_and_what_to_be_open_about_and_writes_nothing() {
    let wren = alone();
    wren.organisation("Millpond Swimmers", "c");
    let before = wren.ok(&["export", "--digest"]).stdout;
    let told = wren.ok(&["meet", "millpond", "--prepare"]).stdout;
    assert!(told.contains("Say who you are") && told.contains("who listens to you?"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert_eq!(wren.json(&["meet", "millpond", "--prepare"])["findings"].as_array().unwrap().len(), 8);
    assert_eq!(wren.ok(&["export", "--digest"]).stdout, before);
}

/// S138
#[test]
fn practice_gives_a_persona_and_prompts_and_needs_no_map() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = allymap_tests::Volunteer::new(folder.path().join("home"));
    let told = nobody.json(&["meet", "--practice"]);
    assert!(told["persona"].as_str().is_some_and(|persona| persona.len() > 10));
    assert_eq!(told["prompts"].as_array().unwrap().len(), 8);
    assert!(!folder.path().join("home").exists(), "nothing was written");
}

/// S128
#[test]
fn the_eight_questions_are_shown_with_what_is_known_wherever_it_was_kept() {
    let wren = alone();
    wren.ok(&["campaign", "add", "Welcome towns"]);
    wren.organisation("Wharf Choir", "c");
    wren.organisation("Golf Club", "c");
    wren.ok(&["partner", "add", "Shire Council", "--kind", "council", "--no-input"]);
    let none = wren.ok(&["partner", "show", "choir", "--questions"]).stdout;
    assert!(none.starts_with("Wharf Choir: 0 of 8 questions answered\n"), "{none}");
    assert_eq!(none.matches("   not known yet\n").count(), 8, "{none}");
    let quiet = wren.ok(&["log", "add", "choir", "--kind", "one-to-one", "--note", "tea"]).stdout;
    assert!(!quiet.contains("Eight questions"), "{quiet}");
    wren.ok(&[
        "meet",
        "choir",
        "--do",
        "they sing",
        "--capacity",
        "20 people, hall on Sundays",
        "--influence",
        "shire",
    ]);
    // What nobody brought from a meeting is known as well.
    wren.ok(&["move", "choir", "passive-ally"]);
    wren.ok(&["link", "add", "golf", "choir", "--how", "they share a hall", "--no-input"]);
    wren.organisation("Wharf Singers", "c");
    wren.ok(&["partner", "edit", "singers", "--set", "barriers=a busy spring"]);
    wren.ok(&["partner", "merge", "wharf choir", "singers"]);
    let told = wren.ok(&["partner", "show", "wharf choir", "--questions"]).stdout;
    for (question, answer) in [
        ("1. What do they do, and what are they working on?", "they sing"),
        ("2. Where do they stand on the campaign?", "passive ally on \"Welcome towns\""),
        ("3. What resources and capacity have they?", "people to help: 20; hall on Sundays"),
        ("4. Which relationships have they with others?", "Golf Club"),
        ("5. Have they influence over decision makers?", "Shire Council"),
        ("6. Are they interested in working with us?", "not known yet"),
        ("7. What stands in the way?", "a busy spring"),
        ("8. How could we benefit each other's work?", "not known yet"),
    ] {
        assert!(told.contains(&format!("{question}\n   {answer}\n")), "{question} {answer}: {told}");
    }
    let json = wren.json(&["partner", "show", "wharf choir", "--questions"]);
    assert_eq!((&json["answered"], &json["findings"][5]["answer"]), (&6.into(), &serde_json::Value::Null));
    let kept = wren.ok(&["log", "add", "wharf choir", "--kind", "one-to-one", "--note", "cake", "--plain"]).stdout;
    assert!(kept.contains("Eight questions of a first meeting: 6 answered. See them: allymap partner show"), "{kept}");
    assert_eq!(
        wren.json(&["log", "add", "wharf choir", "--kind", "call"])["questions_answered"],
        serde_json::Value::Null
    );
    // Of a person some of it stands in the words of a meeting.
    wren.ok(&["partner", "add", "Oona Vale", "--kind", "person", "--set", "basis=public-role", "--no-input"]);
    wren.ok(&["meet", "oona", "--capacity", "a van"]);
    let oona = wren.ok(&["partner", "show", "oona", "--questions"]).stdout;
    assert!(oona.contains("3. What resources and capacity have they?\n   a van\n"), "{oona}");
}
