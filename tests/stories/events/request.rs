//! Two people who work apart on one event: the stricter answer counts on both computers, and both see why.

use allymap_tests::Shared;

use crate::events::{answer, list};

/// S49: whoever of us it was that they told.
#[test]
fn a_request_that_another_group_noted_stands_for_our_event() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Yarrabin Circle", "--kind", "organisation", "--category", "a"]);
    ana.ok(&["event", "add", "Culture week", "--organisers", "yarrabin", "--no-input"]);
    for member in [ana, ben] {
        member.ok(&["sync"]);
    }
    ben.ok(&["request", "add", "yarrabin", "no filming", "--said-by", "Aunty Wilga"]);
    assert!(!ana.run(&["event", "assess", "week", "--no-input"]).stdout.contains("no filming"));
    for member in [ben, ana] {
        member.ok(&["sync"]);
    }
    let told = ana.run(&["event", "assess", "week", "--no-input"]).stdout;
    assert!(told.contains("no filming"), "{told}");
    ana.ok(&["log", "add", "yarrabin", "--kind", "consulted"]);
    assert!(ana.ok(&["ask", "yarrabin", "a song", "--size", "1", "--no-input"]).stdout.contains("no filming"));
}

/// E21, E22
#[test]
fn facts_that_differ_give_both_the_same_stricter_answer_and_the_conflict() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Yarrabin Circle", "--kind", "organisation", "--category", "a"]);
    ana.ok(&["event", "add", "Sea wall walk", "--organisers", "yarrabin", "--no-input"]);
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    let physical = ["risk", "add", "sea wall", "--type", "physical", "--level"];
    ana.ok(&[&physical[..], &["low", "--reason", "a note of the engineer", "--no-input"]].concat());
    ben.ok(&[&physical[..], &["high", "--cannot-mitigate", "the cliff moves", "--reason", "saw it", "--no-input"]]
        .concat());
    let consent = ["consent", "add", "yarrabin", "--given-by", "Aunty Wilga", "--for", "sea wall", "--answer"];
    ana.ok(&[&consent[..], &["full"]].concat());
    ben.ok(&[&consent[..], &["declined"]].concat());
    assert_eq!(answer(ana, "sea wall")["answer"]["label"], "Ask first");
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    let told = [answer(ana, "sea wall"), answer(ben, "sea wall")];
    assert_eq!(told[0], told[1], "both see the same, to the word");
    assert_eq!(told[0]["answer"]["label"], "Do not take part");
    let differs = list(&told[0], "differs");
    assert_eq!(differs, ["consent.Yarrabin Circle", "risk.physical"]);
    let said = told[0]["people_differ"].to_string();
    assert!(said.contains("Ana") && said.contains("Ben1"), "{said}");
    ben.ok(&[
        "risk",
        "settle",
        "sea wall",
        "--type",
        "physical",
        "--level",
        "low",
        "--reason",
        "the wall was mended",
        "--no-input",
    ]);
    ben.ok(&[&consent[..], &["full", "--because", "she said so to both of us"]].concat());
    for member in [ben, ana] {
        member.ok(&["sync"]);
    }
    assert_eq!(answer(ana, "sea wall")["answer"]["label"], "Ask first");
    assert_eq!(list(&answer(ana, "sea wall"), "differs"), Vec::<String>::new());
}
