//! `allymap request`: what rights holders ask of us shows wherever somebody plans.

use allymap_tests::Shared;

use super::consent::circle;
use super::label;
use crate::refused;

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

/// S49, S14, S57, S133
#[test]
fn a_standing_request_shows_wherever_anybody_plans_something_until_they_lift_it() {
    let wren = circle();
    wren.ok(&["consent", "add", "yarrabin", "--answer", "full", "--given-by", "Aunty Wilga", "--for", "week"]);
    wren.ok(&["request", "add", "yarrabin", "no filming", "--said-by", "Aunty Wilga"]);
    for words in [
        &["event", "show", "week"][..],
        &["event", "assess", "week", "--no-input"],
        &["approach", "check", "yarrabin"],
        &["partner", "show", "yarrabin"],
    ] {
        let told = wren.ok(words).stdout;
        assert!(told.contains("no filming"), "{words:?}: {told}");
    }
    let asked = wren.ok(&["ask", "yarrabin", "a song at the week", "--size", "1", "--no-input"]).stdout;
    assert!(
        asked.contains("Their request  no filming") && asked.contains("Consent        yes, for Culture week"),
        "{asked}"
    );
    assert!(asked.contains("Missing        nobody has consulted them; nobody has met them"), "{asked}");
    let checked = wren.json(&["approach", "check", "yarrabin"])["approach"].clone();
    assert_eq!(checked["requests"][0]["text"], "no filming");
    refused(&wren.run(&["request", "lift", "yarrabin", "filming", "--no-input"]), 2, "Who of them said so?");
    refused(&wren.run(&["request", "lift", "yarrabin", "dancing", "--said-by", "Aunty Wilga"]), 3, "not clear which");
    wren.ok(&["request", "lift", "yarrabin", "filming", "--said-by", "Aunty Wilga"]);
    assert!(!wren.ok(&["event", "assess", "week", "--no-input"]).stdout.contains("no filming"));
    wren.ok(&["request", "add", "yarrabin", "no shirts of ours", "--kind", "no-branding"]);
    assert_eq!(label(&wren, "week"), "Partner, no branding", "E25");
    wren.ok(&["request", "add", "yarrabin", "please stay away", "--kind", "do-not-come"]);
    assert_eq!(label(&wren, "week"), "Do not take part");
}
