//! `allymap consent`: what rights holders answer, and for which occasion.

use allymap_tests::alone;

use crate::events::{answer, label, list, say};
use crate::refused;

pub(super) fn circle() -> allymap_tests::Alone {
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
