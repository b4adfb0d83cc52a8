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

/// S30
#[test]
fn a_statement_of_theirs_is_kept_with_its_day_and_source() {
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

/// S76
#[test]
fn a_contact_that_is_still_to_come_is_no_contact_yet() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    for command in [
        &["log", "add", "wharf", "--kind", "meeting", "--on", "in 3 days", "--note", "x"][..],
        &["ask", "wharf", "sing", "--size", "1", "--on", "tomorrow"],
        &["gave", "wharf", "cake", "--size", "1", "--on", "tomorrow"],
        &["approach", "add", "wharf", "--on", "tomorrow"],
    ] {
        let answer = wren.run(command);
        refused(&answer, 2, "is still to come");
        assert!(answer.stderr.contains("--followup"), "{answer:?}");
    }
    assert_eq!(wren.json(&["log", "list", "wharf"])["log"], serde_json::json!([]));
    assert_eq!(wren.json(&["partner", "list"])["entries"][0]["last_contact"], serde_json::Value::Null);
    for day in ["in 999999 weeks", "99999999999 days ago"] {
        refused(&wren.run(&["log", "add", "wharf", "--on", day, "--note", "x"]), 2, "is not a date");
    }
}

#[test]
fn what_was_noted_on_the_whole_map_is_listed_newest_first() {
    let wren = alone();
    for (name, group) in [("Wharf Choir", "Harbour"), ("Oak Street Hub", "Bay")] {
        wren.ok(&["partner", "add", name, "--kind", "organisation", "--held-by", group]);
    }
    wren.log("wharf", "meeting", "yesterday");
    wren.log("wharf", "call", "3 months ago");
    wren.log("oak", "meeting", "2 weeks ago");
    let order = |arguments: &[&str]| -> Vec<String> {
        let told = wren.json(&[&["log", "list"], arguments].concat());
        let word = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap().to_owned();
        told["log"].as_array().unwrap().iter().map(|line| word(line, "entry") + ", " + &word(line, "kind")).collect()
    };
    assert_eq!(order(&[]), ["Wharf Choir, meeting", "Oak Street Hub, meeting", "Wharf Choir, call"]);
    assert_eq!(order(&["--since", "1 month"]), ["Wharf Choir, meeting", "Oak Street Hub, meeting"]);
    assert_eq!(order(&["--kind", "call"]), ["Wharf Choir, call"]);
    assert_eq!(order(&["--held-by", "me"]), ["Wharf Choir, meeting", "Wharf Choir, call"]);
    assert_eq!(order(&["--held-by", "bay"]), ["Oak Street Hub, meeting"]);
    let told = wren.ok(&["log", "list"]).stdout;
    assert!(told.lines().next().is_some_and(|line| line.contains("\tWharf Choir\tmeeting\t")), "{told}");
    refused(&wren.run(&["log", "list", "--since", "1 dragon"]), 2, "is not a date");
    wren.ok(&["campaign", "add", "Welcome towns"]);
    for since in ["january", "1 month", "3 weeks"] {
        wren.ok(&["spectrum", "--since", since]);
    }
}
