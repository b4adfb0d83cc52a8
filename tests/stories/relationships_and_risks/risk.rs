//! `allymap risk`.

use allymap_tests::Shared;

use crate::alone;

/// S18
#[test]
fn an_entry_has_exactly_six_lines_of_risk_whatever_is_known() {
    let wren = alone();
    wren.organisations(&["Wharf Choir"]);
    let kinds = ["political", "policy", "financial", "legal", "reputational", "physical"];
    let first_words = || {
        wren.ok(&["risk", "list", "wharf"])
            .stdout
            .lines()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(first_words(), kinds);
    for level in ["low", "high"] {
        wren.ok(&[
            "risk",
            "add",
            "wharf",
            "--type",
            "legal",
            "--level",
            level,
            "--reason",
            "a letter came",
            "--no-input",
        ]);
    }
    assert_eq!(first_words(), kinds);
}

/// S19
#[test]
fn unknown_is_said_as_unknown_and_never_counts_as_none() {
    let wren = alone();
    wren.organisations(&["Wharf Choir"]);
    let all = wren.ok(&["risk", "list", "wharf"]).stdout;
    assert!(all.lines().all(|line| line.contains("unknown") && !line.contains("none")), "{all}");
    wren.ok(&["risk", "add", "wharf", "--type", "legal", "--level", "unknown", "--reason", "not looked", "--no-input"]);
    assert_eq!(wren.json(&["risk", "list", "wharf"])["risks"][3]["counts"], "unknown");
    wren.ok(&["risk", "add", "wharf", "--type", "legal", "--level", "low", "--reason", "asked a lawyer", "--no-input"]);
    let known = wren.json(&["risk", "list", "wharf"])["risks"][3].clone();
    assert_eq!((&known["counts"], &known["differs"]), (&"low".into(), &false.into()));
}

/// S20
#[test]
fn a_risk_has_its_reason_evidence_mitigation_and_who_looks_after_it() {
    let wren = alone();
    wren.organisations(&["Old Ferry Friends"]);
    wren.ok(&[
        "risk",
        "add",
        "ferry",
        "--type",
        "physical",
        "--level",
        "high",
        "--cannot-mitigate",
        "the cliff moves",
        "--reason",
        "no railing",
        "--evidence",
        "two photographs",
        "--looked-after-by",
        "Wren",
        "--on",
        "2 nov 2026",
        "--no-input",
    ]);
    let line = wren.ok(&["risk", "list", "ferry"]).stdout.lines().last().unwrap().to_owned();
    assert_eq!(
        line,
        "physical      high     no railing; shown by two photographs; cannot be mitigated (the cliff moves); Wren looks after it (Wren, Harbour)"
    );
    let shown = wren.ok(&["risk", "show", "ferry"]).stdout;
    for words in ["What shows it    two photographs", "cannot be mitigated: the cliff moves", "Looked after by  Wren"] {
        assert!(shown.contains(words), "{shown}");
    }
    let rating = wren.json(&["risk", "list", "ferry"])["risks"][5]["standing"][0].clone();
    assert_eq!((&rating["mitigation"], &rating["observed"]), (&"cannot".into(), &"2026-11-02".into()));
    let open = wren.ok(&["risk", "list"]).stdout;
    assert!(open.starts_with("high\tphysical\tOld Ferry Friends\tno railing\tcannot be mitigated\tWren"), "{open}");
}

#[test]
fn a_rating_that_differs_shows_both_until_somebody_who_read_both_settles_it_with_a_reason() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Sea Wall Walk", "--kind", "organisation", "--no-input"]);
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    let physical = ["risk", "add", "sea wall", "--type", "physical", "--level"];
    ana.ok(&[&physical[..], &["low", "--reason", "a note of the engineer", "--no-input"]].concat());
    ben.ok(&[&physical[..], &["high", "--reason", "saw the cliff", "--no-input"]].concat());
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    for member in [ana, ben] {
        let all = member.ok(&["risk", "list", "sea wall"]).stdout;
        assert_eq!(all.lines().count(), 6);
        let line = all.lines().last().unwrap();
        assert!(
            line.starts_with("physical      high     ratings differ: high, saw the cliff (Ben1, Group 1) · low, "),
            "{line}"
        );
        assert!(line.contains("a note of the engineer") && line.contains("saw the cliff"), "{line}");
    }
    let settle = ["risk", "settle", "sea wall", "--type", "physical", "--level", "low"];
    let refused = ben.run(&[&settle[..], &["--no-input"]].concat());
    assert_eq!(refused.code, 2, "{refused:?}");
    let settled = ben.ok(&[&settle[..], &["--reason", "the wall was mended", "--no-input"]].concat());
    // Whoever settles has read both.
    assert!(
        settled.stderr.contains("saw the cliff") && settled.stderr.contains("a note of the engineer"),
        "{settled:?}"
    );
    let line = ben.json(&["risk", "list", "sea wall"])["risks"][5].clone();
    assert_eq!((&line["counts"], &line["differs"]), (&"low".into(), &false.into()));
}

#[test]
fn words_that_are_no_type_or_level_are_refused_with_what_was_perhaps_meant() {
    let wren = alone();
    wren.organisations(&["Wharf Choir", "Wharf Rowers"]);
    let wrong_level = wren.run(&["risk", "add", "wharf choir", "--type", "legal", "--level", "hihg", "--no-input"]);
    assert_eq!(wrong_level.code, 2);
    assert!(wrong_level.stderr.contains("Did you mean high?"), "{wrong_level:?}");
    let wrong_type = wren.run(&["risk", "add", "wharf choir", "--type", "legel", "--level", "high", "--no-input"]);
    assert_eq!(wrong_type.code, 2);
    assert!(wrong_type.stderr.contains("Did you mean legal?"), "{wrong_type:?}");
    let which = wren.run(&["risk", "add", "wharf", "--type", "legal", "--level", "high", "--no-input"]);
    assert_eq!(which.code, 3);
    let long = "x".repeat(10_000);
    let too_long =
        wren.run(&["risk", "add", "wharf choir", "--type", "legal", "--level", "low", "--reason", &long, "--no-input"]);
    assert_eq!(too_long.code, 2);
    let steering = wren.run(&[
        "risk",
        "add",
        "wharf choir",
        "--type",
        "legal",
        "--level",
        "low",
        "--reason",
        "\u{1b}[2J",
        "--no-input",
    ]);
    assert_eq!(steering.code, 2);
    assert_eq!(wren.json(&["risk", "list", "wharf choir"])["risks"][3]["standing"], serde_json::json!([]));
    let settling_nothing = wren.run(&[
        "risk",
        "settle",
        "wharf choir",
        "--type",
        "legal",
        "--level",
        "low",
        "--reason",
        "why not",
        "--no-input",
    ]);
    assert_eq!(settling_nothing.code, 2);
}

/// S55: groups like ours compete for supporters now and then, and that is no risk.
#[test]
fn a_note_that_a_group_competes_for_members_changes_no_line_of_risk() {
    let wren = alone();
    wren.organisations(&["Ebble Valley Landcare"]);
    wren.ok(&["partner", "edit", "landcare", "--category", "b", "--no-input"]);
    wren.ok(&[
        "risk",
        "add",
        "landcare",
        "--type",
        "policy",
        "--level",
        "low",
        "--reason",
        "their charter",
        "--no-input",
    ]);
    wren.ok(&["event", "add", "River walk", "--organisers", "landcare", "--no-input"]);
    let all = || {
        let assessed = wren.run(&["event", "assess", "river walk", "--no-input"]);
        (wren.ok(&["risk", "list", "landcare"]).stdout, assessed.code, assessed.stdout)
    };
    let before = all();
    assert!(before.1 == 4 && before.2.contains("Ebble Valley Landcare"), "{before:?}");
    wren.ok(&["partner", "edit", "landcare", "--notes", "competes for members", "--no-input"]);
    wren.ok(&["log", "add", "landcare", "--kind", "note", "--note", "competes for members", "--no-input"]);
    assert_eq!(all(), before);
}
