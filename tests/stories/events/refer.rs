//! `allymap refer`: what staff and committees are asked, and what they answer.

use allymap_tests::alone;

use crate::events::{answer, event, label, list, say};

/// S28, S31, S42, E7
#[test]
fn a_referral_waits_until_everybody_asked_has_answered() {
    let wren = alone();
    event(&wren, "Rally", &[("Movement", "b")], &[]);
    say(&wren, "rally", &["target=none", "rights_holders=no", "message=different"], &[]);
    let told = answer(&wren, "rally");
    assert_eq!(told["answer"]["label"], "Ask first");
    assert_eq!(told["answer"]["role"], "issue-only");
    assert_eq!(list(&told, "open"), ["referral.R5"]);
    let asked = wren.json(&["refer", "add", "rally", "--question", "may we come for the prisoner?"]);
    assert_eq!(asked["referred_to"], serde_json::json!(["regional-staff", "branch-committee"]));
    let text = wren.run(&["event", "assess", "rally", "--no-input"]).stdout;
    assert!(text.contains("waiting for Branch Committee since"), "{text}");
    assert_eq!(wren.json(&["refer", "list"])["referrals"].as_array().unwrap().len(), 2);
    let answered =
        wren.json(&["refer", "answer", "rally", "--to", "staff", "--answer", "agreed", "--by", "Casimir Holt"]);
    assert_eq!(
        (&answered["label"], &answered["waits_for"]),
        (&"Ask first".into(), &serde_json::json!(["Branch Committee"]))
    );
    wren.ok(&["refer", "answer", "rally", "--to", "committee", "--answer", "agreed", "--by", "the chair"]);
    assert_eq!(label(&wren, "rally"), "Attend for the issue only");
    // Whoever answered has seen the facts, and they are known as before.
    let shown = wren.ok(&["event", "show", "rally"]).stdout;
    assert!(shown.contains("  message ") && shown.contains("  requested "), "{shown}");
    assert_eq!(wren.json(&["refer", "list"])["referrals"], serde_json::json!([]));
    // What comes later opens it again.
    say(&wren, "rally", &["message=unknown"], &[]);
    say(&wren, "rally", &["message=different"], &[]);
    assert_eq!(label(&wren, "rally"), "Ask first");
    wren.ok(&["refer", "answer", "rally", "--to", "staff", "--answer", "refused", "--by", "Casimir Holt"]);
    assert_eq!(label(&wren, "rally"), "Do not take part");
}

/// S56, E10
#[test]
fn direct_action_is_for_staff_first() {
    let wren = alone();
    event(&wren, "Sit-in", &[("Tide Movement", "b")], &[]);
    say(&wren, "sit-in", &["target=policy", "rights_holders=no"], &[]);
    assert_eq!(label(&wren, "sit-in"), "Partner, full branding", "similar organisations are in general fine");
    say(&wren, "sit-in", &["tactics=direct-action-or-unlawful"], &[]);
    let told = answer(&wren, "sit-in");
    assert_eq!(told["answer"]["label"], "Ask first", "{told}");
    assert_eq!(list(&told, "open"), ["referral.R7"]);
    assert_eq!(told["answer"]["refer"], serde_json::json!(["staff"]));
    wren.ok(&["refer", "add", "sit-in", "--to", "staff", "--question", "may we bring water?"]);
    wren.ok(&["refer", "answer", "sit-in", "--to", "staff", "--answer", "agreed", "--by", "Casimir Holt"]);
    let told = answer(&wren, "sit-in");
    assert_eq!(
        (&told["answer"]["label"], &told["answer"]["verdict_so_far"]),
        (&"Partner, full branding".into(), &"go-if".into()),
        "E10b: {told}"
    );
}
