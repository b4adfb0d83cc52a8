//! `allymap event assess`: the guide's five example events, typed as a volunteer would, and what changes an answer.

use allymap_tests::{Shared, alone};

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
