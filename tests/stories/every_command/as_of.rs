//! `--as-of`: the map as we now think it was on a day.

use crate::{Alone, alone, refused};

/// A choir that was met in January, became a partner in June, and a campaign that is over since today.
fn a_year_with_the_choir() -> Alone {
    let wren = alone();
    wren.organisation("Harbour Choir", "c");
    wren.organisation("Quay Council", "d");
    for arguments in [
        &["campaign", "add", "The bus stays", "--target", "council"][..],
        &[
            "log",
            "add",
            "choir",
            "--kind",
            "meeting",
            "--on",
            "10 jan 2026",
            "--followup",
            "20 feb 2026",
            "--note",
            "tea",
        ],
        &["risk", "add", "choir", "--type", "legal", "--level", "high", "--reason", "a lawsuit", "--on", "10 jan 2026"],
        &["move", "choir", "neutral", "--because", "kept out of it", "--on", "10 jan 2026"],
        &["got", "choir", "the hall", "--size", "3", "--on", "5 may 2026"],
        &["risk", "settle", "choir", "--type", "legal", "--level", "low", "--reason", "it ended", "--on", "1 jun 2026"],
        &["move", "choir", "active-ally", "--because", "sang at the stop", "--on", "1 jun 2026"],
        &["partner", "edit", "choir", "--stage", "partner", "--checked", "1 jun 2026", "--phone", "02 5550 1990"],
        &["link", "add", "choir", "council", "--how", "they sing there"],
        &["campaign", "close", "bus", "--outcome", "It stays"],
    ] {
        wren.ok(&[arguments, &["--no-input"]].concat());
    }
    wren
}

const THEN: [&str; 2] = ["--as-of", "1 mar 2026"];

#[test]
fn everything_that_has_a_day_is_read_as_of_that_day() {
    let wren = a_year_with_the_choir();
    let then = |arguments: &[&str]| wren.json(&[arguments, &THEN[..]].concat());
    let log = then(&["log", "list", "choir"]);
    assert_eq!((log["log"].as_array().unwrap().len(), &log["log"][0]["text"]), (1, &"tea".into()));
    assert_eq!(log["as_of"], "2026-03-01");
    assert_eq!(then(&["risk", "list", "choir"])["risks"][3]["counts"], "high");
    assert_eq!(then(&["risk", "list"])["entries"][0]["name"], "Harbour Choir");
    // The campaign was open, so it need not be named.
    assert_eq!(then(&["spectrum"])["positions"]["neutral"][0], "Harbour Choir");
    let campaign = &then(&["campaign", "show"])["campaign"];
    assert!(campaign["closed"].is_null() && campaign["outcome"].is_null(), "{campaign}");
    assert_eq!(then(&["next"])["next"][0]["position"], "neutral");
    let due = then(&["due"]);
    assert_eq!((&due["today"], &due["due"][0]["what"]), (&"2026-03-01".into(), &"follow-up".into()));
    assert_eq!(due["due"][0]["days_late"], 9);
    assert!(then(&["balance"])["balances"].as_array().unwrap().is_empty());
    let listed = &then(&["partner", "list"])["entries"][0];
    assert_eq!((&listed["stage"], &listed["last_contact"]), (&"mapped".into(), &"2026-01-10".into()));
    // Links and phones have no day.
    assert_eq!(then(&["link", "list"])["links"][0]["to"], "Quay Council");
    assert_eq!(then(&["link", "path", "council"])["routes"].as_array().unwrap().len(), 1);
    assert_eq!(then(&["voices", "council"])["heard"], 1);
    assert_eq!(then(&["status"])["entries"], 2);
    let shown = wren.ok(&[&["partner", "show", "choir"][..], &THEN].concat());
    for line in ["Phone                 02 5550 1990\n", "Stage                 mapped\n", "neutral on The bus stays\n"]
    {
        assert!(shown.stdout.contains(line), "{}", shown.stdout);
    }
    assert!(
        shown.stdout.contains("Risk, legal           high\n") && !shown.stdout.contains("the hall"),
        "{}",
        shown.stdout
    );
    let words = "As we now think it was on Sun 1 Mar 2026. Names, phones, notes and links are as they are today.\n";
    assert!(shown.stderr.ends_with(words), "{}", shown.stderr);
    let file = wren.home.join("then.html");
    wren.ok(&[&["report", "--wallchart", "-o", file.to_str().unwrap()][..], &THEN].concat());
    let html = std::fs::read_to_string(file).unwrap();
    assert!(html.contains("1 Mar 2026"), "{html}");
}

#[test]
fn as_of_today_is_now_and_what_was_learned_later_about_a_day_counts() {
    let wren = a_year_with_the_choir();
    wren.ok(&["log", "add", "choir", "--kind", "note", "--on", "some spring", "--note", "undated", "--no-input"]);
    for arguments in
        [&["log", "list", "choir"][..], &["partner", "list"], &["due"], &["balance"], &["campaign", "list"]]
    {
        assert_eq!(wren.json(&[arguments, &["--as-of", "today"]].concat()), wren.json(arguments));
    }
    // Noted today, seen in February: the risk was never that high in March.
    let settled = ["--level", "medium", "--reason", "the lawsuit was about the hall", "--on", "2 feb 2026"];
    wren.ok(&[&["risk", "settle", "choir", "--type", "legal"][..], &settled, &["--no-input"]].concat());
    let counts = |day| wren.json(&["risk", "list", "choir", "--as-of", day])["risks"][3]["counts"].clone();
    assert_eq!((counts("1 feb 2026"), counts("1 mar 2026")), ("high".into(), "medium".into()));
}

#[test]
fn a_command_that_writes_or_shows_what_has_no_day_refuses_it() {
    let wren = a_year_with_the_choir();
    let before = wren.json(&["partner", "show", "choir"]);
    for arguments in [
        &["log", "add", "choir", "--note", "x"][..],
        &["partner", "add", "Another", "--kind", "organisation"],
        &["move", "choir", "neutral", "--for", "bus"],
        &["history", "choir"],
        &["export"],
        &["undo"],
    ] {
        refused(&wren.run(&[arguments, &THEN].concat()), 2, "--as-of only looks back");
    }
    refused(&wren.run(&["due", "--as-of", "1 mar 9000"]), 2, "has not come yet");
    assert_eq!(wren.run(&["due", "--as-of", "the day after never"]).code, 2);
    assert_eq!(wren.json(&["partner", "show", "choir"]), before);
}
