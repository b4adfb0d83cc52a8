//! The guide's five example events, typed as a volunteer would, and what a person decides.

use allymap_tests::alone;

use crate::events::{answer, event, label, list, say};
use crate::refused;

/// S36, G1: a vigil that others organise, with our support.
#[test]
fn g1_a_vigil_against_a_policy_is_supported_and_attended_with_branding() {
    let wren = alone();
    event(
        &wren,
        "Vigil",
        &[("Campaign Net", "b"), ("Refugee Collective", "b"), ("Welcome Group", "c")],
        &["--requested", "support"],
    );
    say(
        &wren,
        "vigil",
        &["requested=support", "target=policy", "rights_holders=affected", "consent=full", "brand_wish=wanted"],
        &["--given-by", "Noor of the collective"],
    );
    let told = answer(&wren, "vigil");
    assert_eq!(told["answer"]["label"], "Support and attend with branding", "{told}");
    assert_eq!((&told["answer"]["verdict_so_far"], &told["answer"]["role"]), (&"go".into(), &"supporter".into()));
    let because = list(&told, "because");
    assert!(["R0", "R22", "R23"].iter().all(|rule| because.contains(&(*rule).to_owned())), "{because:?}");
    assert!(told.to_string().contains("PG case 1"), "{told}");
    assert_eq!(wren.run(&["event", "assess", "vigil", "--no-input"]).code, 0);
}

/// S37, G2
#[test]
fn g2_an_indigenous_led_week_is_joined_without_our_brand_once_they_said_yes() {
    let wren = alone();
    wren.ok(&[
        "partner",
        "add",
        "Yarrabin Council",
        "--kind",
        "organisation",
        "--set",
        "type=rights-holders",
        "--category",
        "a",
    ]);
    wren.ok(&["event", "add", "Culture week", "--organisers", "yarrabin", "--lead", "them", "--no-input"]);
    say(&wren, "week", crate::events::FINE, &[]);
    say(&wren, "week", crate::events::FINE_ORGANISER, &["--source", "their own pages"]);
    say(&wren, "week", &["target=none", "brand_wish=not-wanted", "funds=none"], &[]);
    let asked = answer(&wren, "week");
    assert_eq!((&asked["answer"]["label"], &asked["answer"]["verdict_so_far"]), (&"Ask first".into(), &"go-if".into()));
    assert_eq!(list(&asked, "open"), ["consent.Yarrabin Council"], "G2b");
    wren.ok(&["consent", "add", "yarrabin", "--answer", "full", "--given-by", "Aunty Wilga", "--for", "week"]);
    let told = answer(&wren, "week");
    assert_eq!(told["answer"]["label"], "Partner, no branding", "{told}");
    let conditions = list(&told, "conditions").join("; ");
    for words in ["dominate", "money raised", "gain", "first"] {
        assert!(conditions.contains(words) || conditions.contains("priorit"), "{words}: {conditions}");
    }
    wren.ok(&[
        "consent",
        "add",
        "yarrabin",
        "--answer",
        "declined",
        "--given-by",
        "Aunty Wilga",
        "--for",
        "week",
        "--because",
        "they want to be among themselves",
    ]);
    assert_eq!(label(&wren, "week"), "Do not take part", "G2c");
}

/// S38, G3
#[test]
fn g3_a_match_with_a_club_is_shared_once_the_club_was_looked_into() {
    let wren = alone();
    event(&wren, "Pride match", &[("Ice Otters", "c")], &[]);
    say(
        &wren,
        "match",
        &["target=none", "corporate=fine", "rights_holders=affected", "consent=full", "brand_wish=wanted"],
        &["--given-by", "Sam of the pride circle"],
    );
    let told = answer(&wren, "match");
    assert_eq!(
        (&told["answer"]["label"], &told["answer"]["verdict_so_far"]),
        (&"Partner, full branding".into(), &"go".into()),
        "{told}"
    );
    say(&wren, "match", &["corporate=implies-endorsement"], &[]);
    assert_eq!(label(&wren, "match"), "Reconsider", "G3c");
}

#[test]
fn g3b_a_club_that_nobody_looked_into_is_asked_about_first() {
    let wren = alone();
    wren.organisation("Ice Otters", "c");
    wren.ok(&["event", "add", "Pride match", "--organisers", "otters", "--no-input"]);
    say(&wren, "match", crate::events::FINE, &[]);
    say(
        &wren,
        "match",
        &["affiliation=none", "system_change=no", "tactics=lawful", "opposes_other=no"],
        &["--source", "their pages"],
    );
    say(
        &wren,
        "match",
        &["target=none", "rights_holders=affected", "consent=full", "brand_wish=wanted"],
        &["--given-by", "Sam"],
    );
    let told = answer(&wren, "match");
    assert_eq!(told["answer"]["label"], "Ask first");
    assert_eq!(list(&told, "open"), ["corporate.Ice Otters", "research.Ice Otters"]);
    assert_eq!(wren.run(&["event", "assess", "match", "--no-input"]).code, 4);
}

/// S39, G4
#[test]
fn g4_a_breakfast_hosted_by_a_bank_is_reconsidered_with_the_section_cited() {
    let wren = alone();
    event(&wren, "Breakfast", &[("Large Bank", "c")], &[]);
    say(
        &wren,
        "breakfast",
        &[
            "target=none",
            "rights_holders=no",
            "corporate=implies-endorsement",
            "speakers_checked=unknown",
            "risk.reputational=medium,can-be",
        ],
        &["--because", "what the paper wrote"],
    );
    let told = answer(&wren, "breakfast");
    assert_eq!(told["answer"]["label"], "Reconsider", "{told}");
    assert_eq!(list(&told, "open"), ["speakers_checked"]);
    let because = told["answer"]["because"].as_array().unwrap();
    let cites = |rule: &str| {
        because.iter().any(|reason| reason["rule"] == rule && reason["source"].as_str().unwrap().contains("PG case 4"))
    };
    assert!(cites("R16") && cites("R18"), "{told}");
    let words = wren.run(&["event", "assess", "breakfast", "--no-input"]);
    assert!(words.stdout.contains("R16, PG case 4"), "{words:?}");
}

/// S22, S40, G5
#[test]
fn g5_an_election_forum_waits_for_every_major_party() {
    let wren = alone();
    for party in ["A", "B", "C"] {
        wren.ok(&["map", "edit", "--set", &format!("major-parties={party}")]);
    }
    event(&wren, "Forum", &[("Teachers", "b")], &[]);
    say(
        &wren,
        "forum",
        &["target=none", "rights_holders=no", "politicians_speak=yes", "moderator=non-partisan", "panel=balanced"],
        &[],
    );
    let parties = |answers: &[&str]| {
        let mut words = vec!["event", "parties", "forum"];
        for answer in answers {
            words.extend(["--answer", answer]);
        }
        wren.ok(&words);
        answer(&wren, "forum")
    };
    let told = parties(&["A=attending"]);
    assert_eq!(told["answer"]["label"], "Ask first", "G5f: {told}");
    assert_eq!(list(&told, "open"), ["parties.B", "parties.C"]);
    assert_eq!(parties(&["B=no-response", "C=no-response"])["answer"]["label"], "Reconsider", "G5a");
    let told = parties(&["B=attending", "C=statement"]);
    assert_eq!(
        (&told["answer"]["label"], &told["answer"]["verdict_so_far"]),
        (&"Partner, full branding".into(), &"go-if".into()),
        "G5b: {told}"
    );
    let conditions = list(&told, "conditions").join("; ");
    assert!(conditions.contains("non-partisan moderator") && conditions.contains("no voting advice"), "{conditions}");
    let told = parties(&["C=declined"]);
    assert!(list(&told, "conditions").join("; ").contains("all major parties were invited"), "G5e: {told}");
    say(&wren, "forum", &["panel=partisan-look"], &[]);
    assert_eq!(label(&wren, "forum"), "Reconsider", "G5c");
    say(&wren, "forum", &["directs_vote=yes"], &[]);
    assert_eq!(label(&wren, "forum"), "Do not take part", "G5d");
    let stopped =
        wren.run(&["event", "decide", "forum", "--choice", "take-part", "--anyway", "we want to", "--no-input"]);
    refused(&stopped, 4, "Do not take part");
}

/// S16, S43, A.8
#[test]
fn a_decision_is_on_record_with_the_answer_and_the_policy() {
    let wren = alone();
    event(&wren, "Walk", &[("Choir", "b")], &[]);
    let early = wren.run(&["event", "decide", "walk", "--choice", "take-part", "--because", "fun", "--no-input"]);
    refused(&early, 4, "Ask first");
    say(&wren, "walk", &["target=none", "rights_holders=no"], &[]);
    let decided = wren.json(&["event", "decide", "walk", "--choice", "take-part", "--because", "good people"]);
    assert_eq!((&decided["answer"], &decided["policy"]), (&"Partner, full branding".into(), &"au-2020-07 v1".into()));
    let told = answer(&wren, "walk");
    assert_eq!(told["decisions"][0]["decision"], "take-part");
    assert_eq!(told["decisions"][0]["under_an_older_policy"], false);
    let text = wren.ok(&["event", "assess", "walk", "--no-input"]).stdout;
    assert!(text.contains("Decided        take part (Partner, full branding)"), "{text}");
    assert!(text.contains("au-2020-07 v1"), "{text}");
    assert_eq!(told["decisions"][0]["more_is_known_since"], false);
    say(&wren, "walk", &["target=policy"], &[]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["more_is_known_since"], true);
    wren.ok(&["undo", "--no-input"]);
    wren.ok(&["event", "decide", "walk", "--choice", "no", "--because", "rain"]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["decision"], "no");
    wren.ok(&["undo", "--no-input"]);
    assert_eq!(answer(&wren, "walk")["decisions"][0]["decision"], "take-part", "one command is one step");
}

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

/// S58, S59, E11
#[test]
fn whose_community_our_working_with_them_would_push_away_is_named_in_the_answer() {
    let wren = alone();
    event(&wren, "Film night", &[("St Cuthwyn's", "c")], &[]);
    say(&wren, "film", &["target=none", "rights_holders=no"], &[]);
    assert_eq!(label(&wren, "film"), "Partner, full branding");
    wren.ok(&["partner", "edit", "cuthwyn", "--set", "supports=refugees", "--set", "opposes=the new clinic"]);
    assert_eq!(label(&wren, "film"), "Partner, full branding", "to differ on an issue is no reason by itself");
    let against = ["--set", "irreconcilable=equal weddings", "--set", "alienates=Rainbow Rowers"];
    wren.ok(&[&["partner", "edit", "cuthwyn"][..], &against].concat());
    assert_eq!(label(&wren, "film"), "Reconsider");
    let text = wren.ok(&["event", "assess", "film", "--no-input", "--plain"]).stdout;
    assert!(text.contains("equal weddings; it would push away Rainbow Rowers (R17, CM 4c)"), "{text}");
    for way in ["try to change their view", "support the work without representing us"] {
        assert!(text.contains(way), "{text}");
    }
}

/// S19
#[test]
fn a_risk_that_nobody_rated_is_a_question_and_not_the_same_as_none() {
    let wren = alone();
    event(&wren, "Walk", &[("Choir", "b")], &[]);
    say(&wren, "walk", &["target=none", "rights_holders=no"], &[]);
    assert_eq!(label(&wren, "walk"), "Partner, full branding");
    say(&wren, "walk", &["risk.physical=unknown"], &["--because", "nobody was there"]);
    let told = answer(&wren, "walk");
    assert_eq!(
        (&told["answer"]["label"], list(&told, "open")),
        (&"Ask first".into(), vec!["risk.physical".to_owned()])
    );
    say(&wren, "walk", &["risk.physical=none"], &["--because", "a flat path"]);
    assert_eq!(label(&wren, "walk"), "Partner, full branding");
}

/// S42
#[test]
fn whoever_is_unsure_has_a_message_with_everything_gathered() {
    let wren = alone();
    wren.ok(&["map", "edit", "--organising-team", "Perpetua, 02 5550 1990"]);
    event(&wren, "Walk", &[("Choir", "b")], &[]);
    let told = wren.ok(&["event", "assess", "walk", "--unsure", "--no-input"]).stdout;
    for words in [
        "To: Organising team (Perpetua, 02 5550 1990)",
        "May we take part in Walk",
        "We do not know yet:",
        "tactics.Choir: lawful",
        "Wren, Harbour",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn the_rules_can_be_read_checked_and_tried() {
    let wren = alone();
    let folder = tempfile::tempdir().unwrap();
    let rule = wren.ok(&["policy", "show", "r6"]).stdout;
    assert!(rule.contains("R6") && rule.contains("CM 4d"), "S16: {rule}");
    refused(&wren.run(&["policy", "show", "R99"]), 3, "no rule R99");
    let pack = folder.path().join("pack.toml");
    std::fs::write(&pack, "format = 1\nname = \"x\"\nversion = 1\nnote = \"y\"\n[[rule]]\nid = \"R1\"\n").unwrap();
    let faulty = wren.run(&["policy", "check", pack.to_str().unwrap()]);
    refused(&faulty, 1, "pack.toml:");
    for file in ["guide.toml", "text.toml"] {
        let cases = allymap_tests::page::repository().join("crates/policy/cases").join(file);
        let told = wren.json(&["policy", "try", cases.to_str().unwrap()]);
        assert_eq!(told["failed"], 0, "{file}: {told}");
    }
    let cases = folder.path().join("cases.toml");
    std::fs::write(&cases, "[[case]]\nid = \"one\"\nbase = true\nexpect = { label = \"Reconsider\" }\n").unwrap();
    let failed = wren.run(&["policy", "try", cases.to_str().unwrap()]);
    refused(&failed, 1, "did not answer as expected");
}

/// A.12: decisions made under an older version are listed.
#[test]
fn a_decision_under_an_older_policy_is_listed_until_somebody_decides_again() {
    let wren = alone();
    wren.ok(&["event", "add", "Walk", "--no-input"]);
    wren.ok(&["event", "decide", "walk", "--choice", "wait", "--because", "too early"]);
    assert_eq!(wren.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!([]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.jsonl");
    wren.ok(&["export", "-o", file.to_str().unwrap()]);
    // The same map, as it was decided on with an earlier version of the rules.
    let now = wren.json(&["event", "list"])["policy"].as_str().unwrap().to_owned();
    let then = format!("{}0", &now[..now.len() - 1]);
    let old = older(&std::fs::read_to_string(&file).unwrap(), now.as_bytes(), then.as_bytes());
    std::fs::write(&file, old).unwrap();
    let ben = alone();
    ben.ok(&["import", file.to_str().unwrap(), "--apply"]);
    assert_eq!(ben.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!(["Walk"]));
    let told = ben.ok(&["event", "list"]).stdout;
    assert!(told.contains("1 decision was made under an older policy"), "{told}");
    ben.ok(&["event", "decide", "walk", "--choice", "wait", "--because", "still too early"]);
    assert_eq!(ben.json(&["policy", "show"])["decided_under_an_older_policy"], serde_json::json!([]));
}

/// Replaces a word within the bytes of every row.
fn older(lines: &str, now: &[u8], then: &[u8]) -> String {
    let mut out = String::new();
    for line in lines.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        for values in value["content"].as_object_mut().unwrap().values_mut() {
            for one in values.as_array_mut().unwrap() {
                let Some(text) = one.get("bytes").and_then(|bytes| bytes.as_str()) else { continue };
                let mut bytes = data_encoding::BASE64.decode(text.as_bytes()).unwrap();
                while let Some(at) = bytes.windows(now.len()).position(|window| window == now) {
                    bytes[at..at + now.len()].copy_from_slice(then);
                }
                one["bytes"] = data_encoding::BASE64.encode(&bytes).into();
            }
        }
        out.push_str(&format!("{value}\n"));
    }
    out
}
