//! `allymap consent` and `request`: what rights holders answer and ask, and that it shows wherever somebody plans.

use allymap_tests::alone;

use crate::events::{answer, label, list, say};
use crate::refused;

fn circle() -> allymap_tests::Alone {
    let wren = alone();
    wren.ok(&["partner", "add", "Yarrabin Circle", "--kind", "organisation", "--category", "a"]);
    wren.ok(&["event", "add", "Culture week", "--organisers", "yarrabin", "--lead", "them", "--no-input"]);
    say(&wren, "week", super::FINE, &[]);
    say(&wren, "week", super::FINE_ORGANISER, &["--source", "their own pages"]);
    say(&wren, "week", &["target=none", "brand_wish=wanted", "funds=none"], &[]);
    wren
}

/// S45, S46, S47, S48
#[test]
fn four_answers_and_what_each_means() {
    let wren = circle();
    let give = |answer: &str, more: &[&str]| {
        wren.ok(&[
            &[
                "consent",
                "add",
                "yarrabin",
                "--answer",
                answer,
                "--given-by",
                "Aunty Wilga",
                "--for",
                "week",
                "--because",
                "they said so on the day",
            ][..],
            more,
        ]
        .concat());
    };
    give("full", &[]);
    assert_eq!(label(&wren, "week"), "Partner, branding only if they ask");
    give("conditional", &["--condition", "no photographs"]);
    assert!(list(&answer(&wren, "week"), "conditions").contains(&"no photographs".to_owned()));
    give("blessing", &[]);
    assert_eq!(label(&wren, "week"), "Not as partner; own action only");
    give("declined", &[]);
    assert_eq!(label(&wren, "week"), "Do not take part");
    refused(
        &wren.run(&["consent", "add", "yarrabin", "--answer", "full", "--for", "week", "--no-input"]),
        2,
        "Who of theirs gave it?",
    );
    let again =
        ["consent", "add", "yarrabin", "--answer", "full", "--given-by", "Aunty Wilga", "--for", "week", "--no-input"];
    refused(&wren.run(&again), 2, "Why does this hold now?");
}

/// E30
#[test]
fn a_yes_for_another_occasion_is_no_yes_for_this_one() {
    let wren = circle();
    wren.ok(&[
        "consent",
        "add",
        "yarrabin",
        "--answer",
        "full",
        "--given-by",
        "Aunty Wilga",
        "--occasion",
        "film night",
    ]);
    let told = answer(&wren, "week");
    assert_eq!(
        (&told["answer"]["label"], list(&told, "open")),
        (&"Ask first".into(), vec!["consent.Yarrabin Circle".to_owned()])
    );
    wren.ok(&["event", "edit", "week", "--occasion", "Film night"]);
    assert_eq!(label(&wren, "week"), "Partner, branding only if they ask", "now it is such an occasion");
}

#[test]
fn consent_that_is_withdrawn_opens_the_question_again() {
    let wren = circle();
    wren.ok(&["consent", "add", "yarrabin", "--answer", "full", "--given-by", "Aunty Wilga", "--for", "week"]);
    assert_eq!(label(&wren, "week"), "Partner, branding only if they ask");
    wren.ok(&["consent", "withdraw", "yarrabin", "--because", "they asked for time"]);
    let told = answer(&wren, "week");
    assert_eq!(
        (&told["answer"]["label"], list(&told, "open")),
        (&"Ask first".into(), vec!["consent.Yarrabin Circle".to_owned()])
    );
    let shown = wren.ok(&["consent", "show", "yarrabin"]).stdout;
    assert!(shown.contains("taken back; ask again") && shown.contains("they asked for time"), "{shown}");
    refused(&wren.run(&["consent", "withdraw", "yarrabin", "--because", "again"]), 3, "No answer");
    wren.ok(&["undo", "--no-input"]);
    assert_eq!(label(&wren, "week"), "Partner, branding only if they ask");
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
