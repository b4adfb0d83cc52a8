//! Names that are none, and names that fit several: no command takes them for somebody.

use crate::{alone, refused};

#[test]
fn a_name_of_ten_thousand_letters_and_two_entries_that_fit_write_nothing() {
    let wren = alone();
    let long = "x".repeat(10_000);
    refused(&wren.run(&["partner", "add", &long, "--kind", "organisation"]), 2, "has 10000 letters; 200 fit");
    wren.organisation("Wharf Choir", "c");
    wren.organisation("Wharf Rowers", "c");
    for command in [
        &["meet", "wharf"][..],
        &["ask", "wharf", "sing", "--size", "1"],
        &["gave", "wharf", "cake", "--size", "1"],
        &["got", "wharf", "cake", "--size", "1"],
        &["balance", "wharf"],
        &["approach", "add", "wharf"],
        &["partner", "edit", "wharf", "--stage", "partner"],
    ] {
        let answer = wren.run(command);
        refused(&answer, 3, "2 entries fit");
        assert!(answer.stderr.contains("Wharf Choir") && answer.stderr.contains("Wharf Rowers"), "{answer:?}");
    }
    assert_eq!(wren.json(&["log", "list", "wharf choir"])["log"].as_array().unwrap().len(), 0);
    let text = format!("goals={}", "x".repeat(10_000));
    refused(&wren.run(&["partner", "edit", "wharf choir", "--set", &text]), 2, "10000 letters");
}

#[test]
fn a_name_of_ten_thousand_letters_or_one_that_steers_the_terminal_is_nobody() {
    let wren = alone();
    wren.organisations(&["Wharf Choir"]);
    wren.ok(&["campaign", "add", "Welcome towns", "--no-input"]);
    for name in ["x".repeat(10_000), "\u{1b}[2J\u{202e}".to_owned(), "…".to_owned()] {
        for command in [
            &["risk", "list", &name][..],
            &["move", &name, "neutral", "--no-input"],
            &["link", "path", &name],
            &["link", "add", &name, "choir", "--how", "seen", "--no-input"],
            &["voices", &name],
            &["spectrum", "--for", &name],
            &["next", "--for", &name],
            &["campaign", "show", &name],
        ] {
            let answer = wren.run(command);
            assert_eq!(answer.code, 3, "{} {answer:?}", command[0]);
            assert!(!answer.stderr.contains('\u{1b}'), "{answer:?}");
        }
    }
    let steering = ["link", "add", "choir", "choir two", "--how", "\u{1b}[2J", "--no-input"];
    wren.organisations(&["Choir Two"]);
    assert_eq!(wren.run(&steering).code, 3, "two entries fit");
    let steering = ["link", "add", "wharf", "choir two", "--how", "\u{1b}[2J", "--no-input"];
    assert_eq!(wren.run(&steering).code, 2);
    assert_eq!(wren.run(&["move", "wharf", "neutral", "--because", &"y".repeat(10_000), "--no-input"]).code, 2);
    assert_eq!(wren.json(&["spectrum"])["positions"]["neutral"], serde_json::json!([]));
}
