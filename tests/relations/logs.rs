//! `allymap log` in all its kinds.

use crate::{alone, refused};

/// S5, S87, S88, S130, S137
#[test]
fn every_kind_of_contact_is_kept_and_shown_with_its_own_word() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    let kinds = [
        ("co-host", "co-hosted"),
        ("film-screening", "film screening"),
        ("exhibition", "exhibition"),
        ("shared-resources", "shared resources"),
        ("mention", "mailing-list mention"),
        ("attendance", "attended"),
        ("logistics", "logistics"),
        ("funding", "funding"),
        ("forum", "forum"),
        ("vigil", "vigil"),
        ("match", "match"),
        ("amplified", "we amplified"),
        ("solidarity", "call for solidarity"),
        ("audience", "reached more people"),
        ("capacity", "gained capacity"),
        ("resources", "gained resources"),
        ("reputation", "gained a good name"),
    ];
    for (kind, _) in kinds {
        wren.log("wharf", kind, "yesterday");
    }
    let listed = wren.json(&["log", "list", "wharf"])["log"].clone();
    for (kind, label) in kinds {
        let line = listed.as_array().unwrap().iter().find(|line| line["kind"] == kind);
        assert_eq!(line.unwrap_or_else(|| panic!("{kind}"))["label"], label);
    }
    let one = wren.ok(&["log", "list", "wharf", "--kind", "we amplified"]).stdout;
    assert!(one.contains("\twe amplified\t") && one.lines().count() == 1, "{one}");
}

/// S5
#[test]
fn an_unknown_kind_suggests_the_list() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    let answer = wren.run(&["log", "add", "wharf", "--kind", "vigl", "--note", "x"]);
    refused(&answer, 2, "\"vigl\" is not a kind of log line; did you mean vigil?");
    assert!(answer.stderr.contains("co-host, film-screening"), "{answer:?}");
    refused(&wren.run(&["log", "add", "wharf", "--kind", &"x".repeat(10_000), "--note", "x"]), 2, "is not a kind");
}

#[test]
fn s30_a_statement_of_theirs_is_kept_with_its_day_and_source() {
    let wren = alone();
    wren.organisation("Brackwater Quarry", "c");
    let statement = ["log", "add", "quarry", "--kind", "statement", "--note", "\"no ramps\"", "--on", "4 feb 2026"];
    refused(&wren.run(&statement), 2, "about a statement needs its source");
    wren.ok(&[&statement[..], &["--source", "the Courier, 4 Feb"]].concat());
    wren.log("quarry", "call", "today");
    let listed = wren.json(&["log", "list", "quarry", "--kind", "statement"])["log"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["source"], &listed[0]["date"]), (&"the Courier, 4 Feb".into(), &"2026-02-04".into()));
}

#[test]
fn impossible_days_are_refused_with_the_one_that_was_meant() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    refused(&wren.run(&["log", "add", "wharf", "--on", "31/2/2026", "--note", "x"]), 2, "Sat 28 Feb 2026?");
    refused(&wren.run(&["log", "add", "wharf", "--followup", "whenever", "--note", "x"]), 2, "not a date");
    refused(&wren.run(&["log", "list", "wharf", "--since", "99/99/99"]), 2, "is not a date");
    assert_eq!(wren.json(&["log", "list", "wharf"])["log"].as_array().unwrap().len(), 0);
}
