//! `allymap event add|edit|show|list|parties`.

use allymap_tests::alone;

use crate::events::{answer, event, label, list, say};
use crate::refused;

#[cfg(unix)]
mod asking;
mod assess;
mod decide;
mod print;

#[test]
fn an_event_is_kept_with_its_organisers_and_is_no_partner() {
    let wren = alone();
    wren.organisation("Wharf Choir", "b");
    let added =
        wren.json(&["event", "add", "Harbour fair", "--on", "21 mar 2027", "--organisers", "wharf", "--lead", "them"]);
    assert_eq!(added["added"]["organisers"], serde_json::json!(["Wharf Choir"]));
    assert_eq!(added["added"]["on"], "2027-03-21");
    let partners = wren.json(&["partner", "list"])["entries"].clone();
    assert_eq!(partners.as_array().unwrap().len(), 1, "events have a list of their own");
    let shown = wren.ok(&["event", "show", "fair"]).stdout;
    assert!(shown.contains("Organisers     Wharf Choir") && shown.contains("Known of Wharf Choir:"), "{shown}");
    refused(&wren.run(&["event", "add", "Harbour fair", "--no-input"]), 4, "on the map already");
    refused(&wren.run(&["event", "show", "wharf"]), 2, "is no event");
    refused(&wren.run(&["event", "add", "Walk", "--organisers", "nobody", "--no-input"]), 3, "nobody");
    refused(&wren.run(&["event", "edit", "fair", "--theme", "\u{1b}[2J"]), 2, "cannot be shown");
}

/// S17, S21, R26
#[test]
fn who_speaks_and_who_stands_there_for_us_is_weighed() {
    let wren = alone();
    wren.ok(&[
        "partner",
        "add",
        "Ada Quill",
        "--kind",
        "person",
        "--set",
        "role=member of parliament",
        "--set",
        "basis=public-role",
    ]);
    wren.ok(&["map", "edit", "--set", "major-parties=Weir Alliance"]);
    event(&wren, "Forum", &[("Wharf Choir", "b")], &[]);
    say(&wren, "forum", &["target=none", "rights_holders=no"], &[]);
    assert_eq!(label(&wren, "forum"), "Partner, full branding");
    wren.ok(&["event", "edit", "forum", "--speakers", "ada"]);
    let told = answer(&wren, "forum");
    assert!(list(&told, "open").contains(&"parties.Weir Alliance".to_owned()), "{told}");
    let table = wren.json(&["event", "parties", "forum"])["parties"].clone();
    assert_eq!((&table[0]["party"], &table[0]["invited"]), (&"Weir Alliance".into(), &false.into()));
    wren.ok(&["event", "edit", "forum", "--drop", "speakers=ada", "--representatives", "ada"]);
    let told = answer(&wren, "forum");
    assert!(list(&told, "because").contains(&"R26".to_owned()), "{told}");
}

/// S23, S24
#[test]
fn each_electorate_has_its_parties_and_a_statement_is_an_answer() {
    let wren = alone();
    for party in ["Weir Alliance", "Upper Ebble: Hill Party", "Lower Ebble: Sand Party"] {
        wren.ok(&["map", "edit", "--set", &format!("major-parties={party}")]);
    }
    event(&wren, "Forum", &[("Wharf Choir", "b")], &["--electorate", "upper ebble"]);
    let parties = |event: &str| -> Vec<String> {
        let rows = wren.json(&["event", "parties", event])["parties"].clone();
        rows.as_array().unwrap().iter().map(|row| row["party"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(parties("forum"), ["Hill Party", "Weir Alliance"]);
    wren.ok(&["event", "parties", "forum", "--answer", "hill party=statement", "--source", "a letter"]);
    let table = wren.ok(&["event", "parties", "forum"]).stdout;
    assert!(table.contains("Hill Party\tyes\ta statement to be read out"), "{table}");
    refused(&wren.run(&["event", "parties", "forum", "--answer", "Moon=attending"]), 3, "Moon");
}

/// S11
#[test]
fn what_is_known_of_the_place_flows_in() {
    let wren = alone();
    wren.ok(&["place", "add", "Weir Hall", "--type", "hall", "--step-free", "no: two steps", "--no-input"]);
    event(&wren, "Evening", &[("Wharf Choir", "b")], &["--place", "weir hall"]);
    let told = answer(&wren, "evening");
    assert!(list(&told, "differs").contains(&"space".to_owned()), "the hall has steps: {told}");
    assert!(list(&told, "because").contains(&"R24".to_owned()), "{told}");
}

/// S11: what nobody knows of the place is named among what is to be found out.
#[test]
fn what_is_not_known_of_the_place_is_a_question_of_the_event() {
    let wren = alone();
    let known = ["--toilets", "--quiet-room", "--transport", "--safe", "--culturally-appropriate"];
    let yes: Vec<&str> = known.iter().flat_map(|fact| [*fact, "yes"]).collect();
    wren.ok(&[&["place", "add", "Weir Hall", "--step-free", "unknown"][..], &yes, &["--no-input"]].concat());
    wren.ok(&["event", "add", "Evening", "--place", "weir hall", "--no-input"]);
    let told = answer(&wren, "evening");
    assert!(list(&told, "open").contains(&"space".to_owned()), "{told}");
    let shown = wren.ok(&["event", "show", "evening", "--plain"]).stdout;
    let asked = "Is the place accessible, safe and culturally right for everybody? (not known of Weir Hall: step-free)";
    assert!(shown.contains(asked), "{shown}");
    let others: Vec<&str> = super::FINE.iter().copied().filter(|fact| !fact.starts_with("space")).collect();
    say(&wren, "evening", &[&others[..], &["target=none", "rights_holders=no"]].concat(), &[]);
    assert!(wren.ok(&["event", "print", "evening", "-o", "-"]).stdout.contains("not known of Weir Hall: step-free"));
    wren.ok(&["place", "edit", "weir hall", "--step-free", "yes"]);
    assert!(!list(&answer(&wren, "evening"), "open").contains(&"space".to_owned()));
}

/// S90
#[test]
fn two_groups_on_one_day_are_told_once() {
    let wren = alone();
    for (name, group) in [("Walk", "Harbour"), ("Fair", "Hills")] {
        wren.ok(&["event", "add", name, "--on", "3 may 2027", "--held-by", group, "--no-input"]);
    }
    let told = wren.ok(&["event", "list"]).stdout;
    assert_eq!(told.matches("Two groups, one day").count(), 1, "{told}");
    wren.ok(&["date", "add", "March day", "--on", "3 may 2027"]);
    assert!(!wren.ok(&["event", "list"]).stdout.contains("Two groups"), "everybody is meant to come that day");
}

/// S15, S52
#[test]
fn of_one_day_what_they_lead_comes_first() {
    let wren = alone();
    for (name, lead) in [("A walk", "us"), ("Z walk", "them")] {
        wren.ok(&["event", "add", name, "--on", "3 may 2027", "--lead", lead, "--no-input"]);
    }
    let told = wren.json(&["event", "list"])["events"].clone();
    assert_eq!(told[0]["name"], "Z walk");
}

#[test]
fn words_that_are_no_fact_or_value_are_refused_with_what_was_perhaps_meant() {
    let wren = alone();
    wren.ok(&["event", "add", "Walk", "--no-input"]);
    let wrong = |set: &str, code: i32, words: &str| {
        refused(&wren.run(&["event", "assess", "walk", "--set", set, "--no-input"]), code, words);
    };
    wrong("mesage=same", 2, "Did you mean message?");
    wrong("message=sme", 2, "Did you mean same?");
    wrong("message.choir=same", 2, "about the event");
    wrong("research.choir=done", 3, "not clear whom");
    wrong("risk.weather=low", 2, "Which type of risk?");
    wrong("risk.legal=huge", 2, "no level");
    wrong("referral.R5=agreed", 2, "who gave it");
    wrong("message", 2, "FIELD=VALUE");
    assert_eq!(wren.json(&["event", "show", "walk"])["facts"], serde_json::json!([]), "nothing was kept");
}

#[test]
fn an_event_is_undone_in_one_step_and_a_strict_fact_stays() {
    let wren = alone();
    event(&wren, "Walk", &[("Wharf Choir", "b")], &[]);
    say(&wren, "walk", &["target=none", "rights_holders=no"], &[]);
    assert_eq!(label(&wren, "walk"), "Partner, full branding");
    say(&wren, "walk", &["target=person-or-party"], &[]);
    assert_eq!(label(&wren, "walk"), "Reconsider");
    wren.ok(&["undo", "--no-input"]);
    assert_eq!(label(&wren, "walk"), "Reconsider", "taking back loosens nothing");
    say(&wren, "walk", &["target=none"], &[]);
    assert_eq!(label(&wren, "walk"), "Partner, full branding", "whoever saw it may say so");
    say(&wren, "walk", &["requested=support"], &[]);
    wren.ok(&["undo", "--no-input"]);
}

#[test]
fn discreet_names_nobody_and_quotes_nobody() {
    let wren = alone();
    wren.ok(&["partner", "add", "Yarrabin Circle", "--kind", "organisation", "--category", "a"]);
    wren.ok(&["request", "add", "yarrabin", "keep the drum quiet", "--said-by", "Aunty Wilga"]);
    wren.ok(&[
        "event",
        "add",
        "Drum evening",
        "--organisers",
        "yarrabin",
        "--theme",
        "listening to the river",
        "--no-input",
    ]);
    for words in [&["event", "show", "drum"][..], &["event", "list"], &["consent", "show", "yarrabin"]] {
        let told = wren.run(&[words, &["--discreet"]].concat());
        let all = format!("{}{}", told.stdout, told.stderr);
        for secret in ["Yarrabin", "Wilga", "keep the drum", "listening to", "Drum evening"] {
            assert!(!all.contains(secret), "{words:?}: {all}");
        }
    }
}
