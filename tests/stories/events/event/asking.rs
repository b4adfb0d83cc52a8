//! `event assess` at a terminal: one question at a time, each kept, nobody kept waiting.

use allymap_tests::{Terminal, alone};

use crate::events::{answer, list, say};

/// S41
#[test]
fn one_question_at_a_time_is_asked_kept_and_gone_on_with_later() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    wren.ok(&["event", "add", "Walk", "--organisers", "wharf", "--no-input"]);
    let mut assess = Terminal::start(&wren, &["event", "assess", "walk", "--plain"]);
    assess.wait_for("Is the event ours");
    // Somebody who thinks about it keeps nobody else waiting.
    wren.ok(&["event", "list"]);
    assess.wait_for("Number (Enter: none)");
    assess.type_line("2");
    assess.wait_for("Does the event say the same as we do?");
    assess.type_line("1");
    assess.wait_for("against a person");
    assess.type_line("5");
    assert_eq!(assess.finish(), 4, "{}", assess.shown);
    assert!(assess.shown.contains("So far: ask first"), "{}", assess.shown);
    let told = answer(&wren, "walk");
    let open = list(&told, "open");
    assert!(!open.contains(&"requested".to_owned()) && !open.contains(&"message".to_owned()), "{open:?}");
    let mut again = Terminal::start(&wren, &["event", "assess", "walk", "--plain"]);
    again.wait_for("against a person");
    assert!(!again.shown.contains("Is the event ours"), "it goes on where it was left: {}", again.shown);
    again.type_line("5");
    again.finish();
}

#[test]
fn b_goes_back_one_question_and_shows_what_was_answered() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    wren.ok(&["event", "add", "Walk", "--organisers", "wharf", "--no-input"]);
    let mut assess = Terminal::start(&wren, &["event", "assess", "walk", "--plain"]);
    for (question, typed) in [
        ("Is the event ours", "2"),
        ("Does the event say the same as we do?\n", "1"),
        ("against a person", "b"),
        ("Does the event say the same as we do? (so far: same)", "b"),
        ("to support it, or to attend? (so far: asked to be partner)", "3"),
    ] {
        assess.wait_for(question);
        assess.wait_for("Number (");
        let first = question.contains("event ours") || question.contains("to attend?");
        assert_eq!(assess.shown.contains("b: back"), !first, "{}", assess.shown);
        assess.shown.clear();
        assess.type_line(typed);
    }
    assess.wait_for("against a person");
    assess.type_line("5");
    assert_eq!(assess.finish(), 4, "{}", assess.shown);
    let event = wren.json(&["event", "show", "walk"]);
    let said = |fact: &str| -> Vec<&str> {
        let facts = event["facts"].as_array().unwrap().iter();
        facts.filter(|one| one["fact"] == fact).map(|one| one["value"].as_str().unwrap()).collect()
    };
    assert!(said("requested").contains(&"support"), "{event}");
    assert_eq!(said("message"), ["same"], "what was looked at again and left stays as it was");
    let told = answer(&wren, "walk");
    assert!(list(&told, "differs").is_empty(), "the second answer stands in place of the first: {told}");
    assert_eq!(told["answer"]["role"], "supporter", "{told}");
}

/// S62, E9
#[test]
fn what_nothing_can_change_any_more_is_not_asked_about() {
    let wren = alone();
    wren.organisation("Fair Deal", "d");
    wren.ok(&["event", "add", "Walk", "--organisers", "fair deal", "--no-input"]);
    say(&wren, "walk", &["affiliation=party"], &["--source", "ballot paper"]);
    let mut assess = Terminal::start(&wren, &["event", "assess", "walk", "--plain"]);
    assess.finish();
    assert!(assess.shown.contains("Do not take part") && !assess.shown.contains("Number ("), "{}", assess.shown);
    assert_eq!(answer(&wren, "walk")["answer"]["verdict_so_far"], "stop");
}

#[test]
fn an_event_is_added_line_by_line() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    let mut add = Terminal::start(&wren, &["event", "add", "--plain"]);
    for (question, said) in [
        ("What is it called?", "Lantern walk"),
        ("When?", "21 mar 2027"),
        ("What is it about?", "light"),
        ("Who organises it?", "wharf"),
        ("Who organises it? (one at a time", ""),
        ("Who leads it?", "3"),
        ("Whose rights is it about?", ""),
    ] {
        add.wait_for(question);
        add.type_line(said);
    }
    assert_eq!(add.finish(), 0, "{}", add.shown);
    let event = wren.json(&["event", "show", "lantern"])["event"].clone();
    assert_eq!((&event["on"], &event["lead"]), (&"2027-03-21".into(), &"together".into()));
    assert_eq!(event["organisers"], serde_json::json!(["Wharf Choir"]));
}
