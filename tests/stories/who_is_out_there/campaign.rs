//! `allymap campaign`.

use crate::alone;

/// S99: what opponents say is known, and what we answer; whether to engage is another question.
#[test]
fn a_campaign_knows_what_opponents_say_and_what_we_answer() {
    let wren = alone();
    wren.organisations(&["Thornwick Shire Council"]);
    wren.ok(&["campaign", "add", "Thornwick welcomes refugees", "--target", "shire council", "--no-input"]);
    wren.ok(&[
        "campaign",
        "edit",
        "refugees",
        "--argument",
        "There are no houses",
        "--answer",
        "Forty stand empty",
        "--no-input",
    ]);
    wren.ok(&["campaign", "edit", "refugees", "--argument", "Nobody asked us", "--no-input"]);
    let shown = wren.ok(&["campaign", "show"]).stdout;
    for words in [
        "Addresses         Thornwick Shire Council",
        "They say          There are no houses",
        "We answer         Forty stand empty",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    let open = wren.json(&["campaign", "show"])["campaign"]["arguments"].as_array().unwrap().clone();
    let unanswered = open.iter().find(|argument| argument["answers"] == serde_json::json!([])).unwrap();
    let letters = unanswered["short_id"].as_str().unwrap();
    assert!(shown.contains(&format!("--to {letters} --answer")), "{shown}");
    wren.ok(&["campaign", "edit", "refugees", "--to", letters, "--answer", "Come to the forum", "--no-input"]);
    wren.ok(&["campaign", "edit", "refugees", "--drop", letters, "--no-input"]);
    let left = wren.json(&["campaign", "show"])["campaign"]["arguments"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
}

/// S2, S73: "not ready for this campaign, and that is fine".
#[test]
fn closing_a_campaign_closes_no_relationship() {
    let wren = alone();
    wren.organisations(&["Wharf Choir"]);
    wren.ok(&["campaign", "add", "Thornwick welcomes refugees", "--no-input"]);
    wren.ok(&["move", "choir", "neutral", "--because", "building trust, no campaign yet", "--no-input"]);
    wren.ok(&[
        "log",
        "add",
        "choir",
        "--kind",
        "one-to-one",
        "--note",
        "tea",
        "--followup",
        "in 2 weeks",
        "--no-input",
    ]);
    let everything = || (wren.ok(&["partner", "show", "choir"]).stdout, wren.json(&["partner", "list"]));
    let before = everything();
    let closed = wren.ok(&["campaign", "close", "refugees", "--outcome", "the council voted for it", "--no-input"]);
    assert!(closed.stderr.contains("Every relationship goes on"), "{closed:?}");
    assert_eq!(everything(), before);
    let listed = wren.ok(&["campaign", "list"]).stdout;
    assert!(listed.contains("closed "), "{listed}");
    assert_eq!(wren.run(&["campaign", "close", "refugees", "--no-input"]).code, 2);
    // It can still be read, and can go on.
    assert_eq!(wren.json(&["spectrum", "--for", "refugees"])["positions"]["neutral"][0], "Wharf Choir");
    assert_eq!(wren.run(&["spectrum"]).code, 1);
    wren.ok(&["campaign", "edit", "refugees", "--reopen", "--no-input"]);
    wren.ok(&["spectrum"]);
}

#[test]
fn a_campaign_that_is_misspelt_is_offered_and_never_begun() {
    let wren = alone();
    wren.organisations(&["Wharf Choir"]);
    wren.ok(&["campaign", "add", "Thornwick welcomes refugees", "--no-input"]);
    let typo = wren.run(&["move", "choir", "neutral", "--for", "Thornwik welcoms refugees", "--no-input"]);
    assert_eq!(typo.code, 3);
    assert!(typo.stderr.contains("Did you mean \"Thornwick welcomes refugees\"?"), "{typo:?}");
    assert_eq!(wren.json(&["campaign", "list"])["campaigns"].as_array().unwrap().len(), 1);
    assert_eq!(wren.run(&["campaign", "add", "thornwick WELCOMES refugees", "--no-input"]).code, 4);
    assert_eq!(wren.run(&["campaign", "add", &"x".repeat(10_000), "--no-input"]).code, 2);
    assert_eq!(wren.run(&["campaign", "add", "\u{1b}[31mred", "--no-input"]).code, 2);
    assert_eq!(wren.run(&["campaign", "add", " ", "--no-input"]).code, 2);
    assert_eq!(wren.run(&["campaign", "add", "--no-input"]).code, 2);
    assert_eq!(wren.run(&["campaign", "add", "A station", "--target", "nobody there", "--no-input"]).code, 3);
    // What turns the direction of writing is left out; a sentence in Arabic is kept.
    wren.ok(&["campaign", "add", "\u{202e}البلدة ترحب باللاجئين", "--no-input"]);
    let named = wren.json(&["campaign", "show", "البلدة"]);
    assert_eq!(named["campaign"]["sentence"], "البلدة ترحب باللاجئين");
    let which = wren.run(&["spectrum"]);
    assert_eq!(which.code, 3);
    assert!(which.stderr.contains("Thornwick welcomes refugees"), "{which:?}");
}

/// S85, S86: partners who take the initiative and want the same change, and those who only agree.
#[test]
fn a_campaign_counts_allies_who_started_something_and_whose_vision_we_share() {
    let wren = alone();
    wren.organisations(&["Wharf Choir", "Bakers", "Quarry"]);
    wren.ok(&["campaign", "add", "Thornwick welcomes refugees", "--no-input"]);
    for (who, place) in [("choir", "active-ally"), ("bakers", "passive-ally"), ("quarry", "active-opponent")] {
        wren.ok(&["move", who, place, "--no-input"]);
        wren.ok(&["log", "add", who, "--kind", "meeting", "--note", "tea", "--no-input"]);
    }
    for who in ["choir", "quarry"] {
        wren.ok(&["log", "add", who, "--kind", "own-action", "--note", "a march", "--no-input"]);
    }
    wren.ok(&["partner", "edit", "bakers", "--set", "vision=nobody sleeps outside", "--no-input"]);
    let shown = wren.ok(&["campaign", "show"]).stdout;
    assert!(shown.contains("Initiative        1 of 2 allies started an action of their own"), "{shown}");
    assert!(shown.contains("Shared vision     noted for 1 of 2 allies"), "{shown}");
    let allies = wren.json(&["campaign", "show"])["campaign"]["allies"].clone();
    assert_eq!(allies, serde_json::json!({ "all": 2, "started_own_actions": 1, "shared_vision": 1 }));
}
