//! What is said of decision makers.

use crate::alone;

/// S81
#[test]
fn a_word_about_somebodys_character_is_refused_without_its_source_and_day() {
    let wren = alone();
    wren.ok(&[
        "partner",
        "add",
        "Nandini Oxenbury",
        "--kind",
        "person",
        "--set",
        "role=councillor",
        "--set",
        "basis=public-role",
        "--no-input",
    ]);
    for field in ["personality", "values", "background"] {
        for value in ["keeps promises", "keeps promises (Bay Post)", "keeps promises (4 Feb 2026)"] {
            let pair = format!("{field}={value}");
            let refused = wren.run(&["partner", "edit", "oxenbury", "--set", &pair, "--no-input"]);
            assert_eq!(refused.code, 2, "{refused:?}");
            assert!(refused.stderr.contains("where it is known from and the day"), "{refused:?}");
        }
    }
    let new = [
        "partner",
        "add",
        "Bertil Quennell",
        "--kind",
        "person",
        "--set",
        "basis=public-role",
        "--set",
        "values=order",
        "--no-input",
    ];
    assert_eq!(wren.run(&new).code, 2);
    wren.ok(&[
        "partner",
        "edit",
        "oxenbury",
        "--set",
        "values=keeps promises (Ebble Courier, 4 Feb 2026)",
        "--no-input",
    ]);
    wren.ok(&[
        "partner",
        "edit",
        "oxenbury",
        "--set",
        "values=a quiet town (council minutes, 1 Mar 2026)",
        "--no-input",
    ]);
    let shown = wren.ok(&["partner", "show", "oxenbury"]).stdout;
    for words in ["keeps promises (Ebble Courier, 2026-02-04)", "a quiet town (council minutes, 2026-03-01)"] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains("order") && !wren.ok(&["partner", "list"]).stdout.contains("Bertil"));
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
