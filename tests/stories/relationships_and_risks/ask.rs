//! `allymap ask`, and what is done first.

use allymap_tests::Shared;

use crate::{alone, refused};

/// S45, S89
#[test]
fn rights_holders_are_consulted_before_anything_is_asked_of_them() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    wren.log("yarrow", "meeting", "yesterday");
    refused(&wren.run(&["ask", "yarrow", "speak", "--size", "1"]), 4, "Ask first: Yarrow Circle are rights holders");
    for kind in ["ask", "action"] {
        refused(&wren.run(&["log", "add", "yarrow", "--kind", kind, "--note", "a rally"]), 4, "Ask first");
    }
    assert_eq!(wren.json(&["log", "list", "yarrow"])["log"].as_array().unwrap().len(), 1);
    wren.log("yarrow", "consulted", "today");
    wren.ok(&["ask", "yarrow", "speak", "--size", "1"]);
    wren.log("yarrow", "action", "today");
}

/// S10
#[test]
fn the_third_request_within_sixty_days_is_questioned() {
    let wren = alone();
    wren.organisation("Yarrow Circle", "a");
    wren.organisation("Oak Street Hub", "b");
    for who in ["yarrow", "oak"] {
        wren.log(who, "consulted", "today");
        wren.log(who, "meeting", "today");
        for day in ["90 days ago", "40 days ago", "20 days ago"] {
            let answer = wren.ok(&["ask", who, "speak", "--size", "1", "--on", day]);
            assert!(!answer.stderr.contains("has been asked 3"), "two within 60 days: {answer:?}");
        }
    }
    let third = ["ask", "yarrow", "speak again", "--size", "1"];
    assert!(
        wren.ok(&third)
            .stderr
            .contains("Yarrow Circle has been asked 3 times in 60 days; ask yourself if this one is needed.")
    );
    assert_eq!(wren.json(&third)["warnings"], serde_json::json!(["demand"]));
    let other = wren.ok(&["ask", "oak", "speak again", "--size", "1"]);
    assert!(!other.stderr.contains("has been asked"), "{other:?}");
}

/// S10: whichever of our groups it was that asked.
#[test]
fn requests_of_all_our_groups_count_together() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Yarrow Circle", "--kind", "organisation", "--category", "a"]);
    for kind in ["consulted", "meeting"] {
        ana.ok(&["log", "add", "yarrow", "--kind", kind]);
    }
    for member in [ana, ben] {
        member.ok(&["sync"]);
    }
    for member in [ana, ben] {
        let told = member.json(&["ask", "yarrow", "speak", "--size", "1"]);
        assert_eq!(told["warnings"], serde_json::json!([]), "neither knew of the other");
    }
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    for member in [ana, ben] {
        let told = member.ok(&["ask", "yarrow", "speak again", "--size", "1"]).stderr;
        assert!(told.contains("Yarrow Circle has been asked 3 times in 60 days"), "{told}");
    }
}

/// S127
#[test]
fn an_ask_before_a_meeting_warns_unless_it_is_urgent() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.log("wharf", "research", "3 months ago");
    let ask = ["ask", "wharf", "sing", "--size", "1"];
    assert!(wren.ok(&ask).stderr.contains("You have not met Wharf Choir yet"));
    let urgent = wren.json(&[&ask[..], &["--urgent", "the vote is tomorrow"]].concat());
    assert_eq!(urgent["warnings"], serde_json::json!([]));
    assert_eq!(
        wren.json(&["ask", "--list"])["asks"][0]["urgent"]
            .as_str()
            .or(wren.json(&["ask", "--list"])["asks"][1]["urgent"].as_str()),
        Some("the vote is tomorrow")
    );
    wren.log("wharf", "one-to-one", "today");
    assert!(!wren.ok(&ask).stderr.contains("You have not met"));
}

/// S133
#[test]
fn a_large_ask_wants_a_heads_up_within_thirty_days() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.log("wharf", "research", "3 months ago");
    wren.log("wharf", "meeting", "today");
    let ask = ["ask", "wharf", "co-host the forum", "--size", "4"];
    refused(&wren.run(&ask), 4, "This is a large ask, and there was no heads-up.");
    wren.log("wharf", "heads-up", "31 days ago");
    refused(&wren.run(&ask), 4, "Not recorded.");
    assert_eq!(wren.json(&["ask", "--list"])["asks"], serde_json::json!([]));
    wren.ok(&[&ask[..], &["--anyway"]].concat());
    wren.log("wharf", "heads-up", "3 days ago");
    wren.ok(&ask);
    wren.ok(&["ask", "wharf", "lend the hall", "--size", "3"]);
    assert_eq!(wren.run(&["ask", "wharf", "the moon", "--size", "6"]).code, 2);
}

/// S135
#[test]
fn what_helps_both_sides_comes_first() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.log("wharf", "research", "3 months ago");
    for (what, day, both) in
        [("sing", "today", false), ("a shared stall", "3 weeks ago", true), ("a poster", "yesterday", false)]
    {
        let ask = ["ask", "wharf", what, "--size", "1", "--urgent", "x", "--on", day];
        if both {
            wren.ok(&[&ask[..], &["--mutual"]].concat())
        } else {
            wren.ok(&ask)
        };
    }
    let asks = wren.json(&["ask", "--list"])["asks"].clone();
    let order: Vec<&str> = asks.as_array().unwrap().iter().map(|ask| ask["text"].as_str().unwrap()).collect();
    assert_eq!(order, ["a shared stall", "sing", "a poster"]);
}

/// S57
#[test]
fn nothing_is_asked_of_category_c_and_nothing_hosted_with_them_before_somebody_looked() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.log("wharf", "meeting", "yesterday");
    let ask = ["ask", "wharf", "sing", "--size", "1"];
    let co_host = ["log", "add", "wharf", "--kind", "co-host", "--note", "the film night"];
    for command in [&ask[..], &["log", "add", "wharf", "--kind", "ask", "--note", "sing"], &co_host] {
        refused(&wren.run(command), 4, "Look first: Wharf Choir is of category (c)");
    }
    refused(&wren.run(&[&ask[..], &["--anyway"]].concat()), 4, "Look first");
    assert_eq!(wren.json(&["log", "list", "wharf"])["log"].as_array().unwrap().len(), 1);
    for command in [&ask[..], &co_host] {
        wren.ok(&[command, &["--anyway", "they sang for us before"]].concat());
    }
    assert_eq!(wren.show("wharf").matches("All the same: they sang for us before").count(), 2);
    wren.log("wharf", "research", "today");
    wren.ok(&ask);
    wren.ok(&co_host);
    // Similar groups and those whom nobody has sorted yet are not held up.
    wren.organisation("Oak Street Hub", "b");
    wren.ok(&["ask", "oak", "sing", "--size", "1"]);
}

/// S45
#[test]
fn an_organisation_of_rights_holders_is_consulted_first_whatever_its_category() {
    let wren = alone();
    wren.ok(&["partner", "add", "Yarrow Circle", "--kind", "rights-holders"]);
    wren.organisation("Alder Club", "c");
    wren.log("alder", "research", "yesterday");
    for who in ["alder", "yarrow"] {
        wren.log(who, "meeting", "today");
        wren.ok(&["partner", "edit", who, "--health", "strained", "--source", "Rosa"]);
    }
    refused(&wren.run(&["ask", "yarrow", "speak", "--size", "1"]), 4, "Ask first: Yarrow Circle are rights holders");
    for kind in ["ask", "action"] {
        refused(&wren.run(&["log", "add", "yarrow", "--kind", kind, "--note", "a rally"]), 4, "Ask first");
    }
    assert!(wren.ok(&["due"]).stdout.starts_with("Alarm\tYarrow Circle"), "an alarm");
    let listed = wren.json(&["partner", "list"]);
    assert_eq!(listed["entries"][0]["name"], "Yarrow Circle", "first in lists");
    // Known under another name, they are still who they are.
    wren.organisation("The Circle", "b");
    wren.ok(&["partner", "merge", "the circle", "yarrow circle"]);
    refused(&wren.run(&["ask", "the circle", "speak", "--size", "1"]), 4, "Ask first");
    wren.log("yarrow", "consulted", "today");
    wren.ok(&["ask", "yarrow", "speak", "--size", "1"]);
}
