//! `allymap undo`: one command is one step.

use allymap_tests::{Shared, Terminal, Volunteer};

fn alone() -> (tempfile::TempDir, Volunteer) {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"]);
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--phone", "02 5550 0001"]);
    (folder, ana)
}

/// What lists and the entry's page show.
fn shown(volunteer: &Volunteer) -> String {
    let lines = [&["partner", "list"][..], &["partner", "show", "choir"], &["spectrum", "--for", "welcome"]]
        .map(|command| volunteer.run(&[command, &["--plain"]].concat()).stdout);
    lines.join("\n")
}

#[test]
fn one_command_is_one_step_and_undo_again_brings_it_back() {
    let (_folder, ana) = alone();
    ana.ok(&["move", "choir", "passive-ally", "--for", "Welcome towns", "--because", "hosted us"]);
    for command in [
        &["partner", "edit", "choir", "--phone", "02 5550 0002", "--website", "https://choir.example"][..],
        &["edit", "choir", "notes", "They sing on Sundays."],
        &["move", "choir", "neutral", "--for", "Welcome towns", "--because", "they left"],
        &["log", "add", "choir", "--kind", "meeting", "--note", "tea", "--on", "2026-11-20"],
        &["partner", "archive", "choir"],
    ] {
        let before = shown(&ana);
        ana.ok(command);
        let after = shown(&ana);
        assert_ne!(before, after, "{command:?}");
        ana.ok(&["undo", "--dry-run"]);
        assert_eq!(shown(&ana), after, "a dry run changes nothing: {command:?}");
        let told = ana.ok(&["undo"]);
        assert!(told.stdout.starts_with(&format!("Took back: {}", command[0])), "{told:?}");
        assert_eq!(shown(&ana), before, "{command:?}");
        let told = ana.ok(&["undo"]);
        assert!(told.stdout.contains("the undo of: "), "{told:?}");
        assert_eq!(shown(&ana), after, "{command:?}: undo of undo");
        ana.ok(&["undo"]);
        assert_eq!(shown(&ana), before, "{command:?}: and once more");
    }
}

#[test]
fn what_somebody_else_changed_since_is_shown_and_asked_about() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--phone", "02 5550 0001"]);
    ana.ok(&["edit", "choir", "phone", "02 5550 0002"]);
    for member in [ana, ben] {
        member.ok(&["sync"]);
    }
    ben.ok(&["edit", "choir", "phone", "02 5550 0003"]);
    for member in [ben, ana] {
        member.ok(&["sync"]);
    }
    let answer = ana.run(&["undo", "--no-input"]);
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.stderr.contains("02 5550 0003") && answer.stderr.contains("Nothing was taken back."), "{answer:?}");
    let phone = || ana.ok(&["partner", "show", "choir"]).stdout;
    assert!(phone().contains("02 5550 0003"));
    ana.ok(&["undo", "--anyway"]);
    assert!(phone().contains("02 5550 0001"));
    let told = ana.json(&["history", "choir", "--field", "phone"]);
    let by: Vec<_> = told["history"].as_array().unwrap().iter().map(|one| one["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["Ana", "Ben1", "Ana", "Ana"], "{told}");
    assert_eq!(told["history"][0]["changes"][0]["before"], "02 5550 0003");
    assert_eq!(told["history"][0]["changes"][0]["after"], "02 5550 0001");
    assert_eq!(told["history"][0]["command"], "undo --anyway");
    assert!(told["history"][1]["command"].is_null(), "only one's own commands are known here: {told}");
}

#[test]
fn an_import_is_one_step_and_a_new_map_is_none() {
    let (folder, ana) = alone();
    let file = folder.path().join("groups.csv");
    std::fs::write(&file, "name,phone\nMudflat Walkers,0400 000 001\nSecond Kiln,0400 000 002\n").unwrap();
    ana.ok(&["import", file.to_str().unwrap(), "--kind", "organisation", "--apply", "--no-input"]);
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 3);
    ana.ok(&["undo"]);
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 1);
    ana.ok(&["undo"]);
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 3);

    let fresh = Volunteer::new(folder.path().join("fresh"));
    fresh.ok(&["new", "Other Town", "--name", "Ana", "--group", "Harbour", "--no-input"]);
    let answer = fresh.run(&["undo"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("cannot be taken back"), "{answer:?}");
}

/// Everything that this volunteer is shown. What only ever grows is left out: statements, taken back or not, and the rows of a
/// document as they lie; and entries that were taken back, which are archived and keep their history.
fn all_that_is_shown(ana: &Volunteer) -> Vec<String> {
    let lines = ana.ok(&["export", "--format", "jsonl"]).stdout;
    let mut shown: Vec<String> = Vec::new();
    for line in lines.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["archived"] == "yes" {
            continue;
        }
        if line["kind"] != "map" {
            line["content"].take();
            line["assertions"].take();
            line["links"].as_array_mut().unwrap().retain(|link| link["stands"] == true);
            shown.push(ana.ok(&["partner", "show", line["id"].as_str().unwrap()]).stdout);
        }
        shown.push(line.to_string());
    }
    for command in [
        &["due", "--within", "60w"][..],
        &["todo"],
        &["spectrum", "--for", "welcome"],
        &["partner", "list"],
        &["risk", "list", "wharf"],
    ] {
        shown.push(ana.ok(command).stdout);
    }
    // How many entries have changes that nobody else has yet is no part of the map.
    let status = ana.ok(&["status"]).stdout;
    shown.push(status.lines().filter(|line| !line.starts_with("Kept here")).collect::<Vec<_>>().join("\n"));
    shown
}

/// Two organisations about which much is known, and a map that knows itself.
fn much_is_known() -> (tempfile::TempDir, Volunteer) {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    for command in [
        &["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"][..],
        &["partner", "add", "Wharf Choir", "--kind", "arts", "--category", "b"],
        &["partner", "add", "Golf Club", "--kind", "recreation", "--category", "c"],
        &["log", "add", "golf", "--kind", "research", "--note", "their site"],
        &["campaign", "add", "Welcome towns"],
        &["campaign", "edit", "welcome", "--argument", "No houses"],
        &["date", "add", "Fair", "--on", "1 jul every year"],
        &["place", "add", "Hall", "--step-free", "yes"],
        &["map", "issue", "Rents", "--weight", "3"],
        &["map", "answer", "2", "--text", "hardly"],
        &["move", "wharf", "neutral", "--because", "they said so"],
        &["link", "add", "wharf", "golf", "--how", "one board"],
        &["risk", "add", "wharf", "--type", "legal", "--level", "low", "--reason", "a letter"],
        &["partner", "edit", "golf", "--stage", "acquainted", "--because", "the open day"],
        &["partner", "edit", "golf", "--health", "good"],
    ] {
        ana.ok(command);
    }
    (folder, ana)
}

/// `ux.md` 9.9, command by command; and undo of undo.
fn undo_restores(commands: &[&[&str]]) {
    let (_folder, ana) = much_is_known();
    let before = all_that_is_shown(&ana);
    for command in commands {
        ana.ok(command);
        let after = all_that_is_shown(&ana);
        assert_ne!(after, before, "{command:?} shows");
        for (expected, undo) in [(&before, "undo"), (&after, "undo of undo"), (&before, "undo once more")] {
            ana.ok(&["undo"]);
            let now = all_that_is_shown(&ana);
            let differs: Vec<_> = now.iter().zip(expected).filter(|(now, expected)| now != expected).collect();
            assert!(now == *expected, "{command:?}, {undo}: {differs:#?}");
        }
    }
}

#[test]
fn undo_restores_all_that_is_shown_after_each_command_about_an_entry() {
    undo_restores(&[
        &["partner", "edit", "wharf", "--stage", "partner"],
        &["partner", "edit", "golf", "--stage", "ended"],
        &["partner", "edit", "wharf", "--health", "strained", "--source", "Rosa"],
        &["partner", "edit", "golf", "--health", "strained", "--source", "Rosa"],
        &["partner", "edit", "wharf", "--affiliation-kind", "none", "--source", "a register"],
        &["partner", "edit", "wharf", "--known-by", "Ana", "--how", "choir"],
        &["partner", "edit", "wharf", "--branch-of", "golf"],
        &["partner", "edit", "wharf", "--set", "reasons=learning", "--set", "seats=4"],
        &["partner", "add", "New One", "--kind", "arts"],
        &["partner", "merge", "wharf", "golf"],
        &["partner", "archive", "golf"],
        &["log", "add", "wharf", "--kind", "meeting", "--note", "tea"],
        &["ask", "golf", "sing", "--size", "1"],
        &["gave", "golf", "a stall", "--size", "2"],
        &["got", "golf", "a room", "--size", "2"],
        &["approach", "add", "golf"],
    ]);
}

#[test]
fn undo_restores_all_that_is_shown_after_each_command_about_allies() {
    undo_restores(&[
        &[
            "meet",
            "wharf",
            "--do",
            "they sing",
            "--position",
            "passive-ally",
            "--relations",
            "golf",
            "--interest",
            "yes",
        ],
        &["move", "golf", "active-ally", "--do-not-engage"],
        &["move", "wharf", "active-ally", "--because", "they sang for us"],
        &["risk", "add", "wharf", "--type", "legal", "--level", "none", "--reason", "a slip"],
        &["risk", "add", "wharf", "--type", "physical", "--level", "low", "--reason", "the steps"],
        &["risk", "settle", "wharf", "--type", "legal", "--level", "none", "--reason", "answered"],
        &["link", "add", "wharf", "golf", "--strength", "strong", "--how", "seen"],
        &["link", "add", "golf", "wharf", "--how", "seen", "--both"],
        &["link", "remove", "wharf", "golf"],
        &["campaign", "add", "Second one"],
        &["campaign", "edit", "welcome", "--argument", "Nobody asked", "--answer", "Come"],
        &["campaign", "close", "welcome", "--outcome", "won"],
    ]);
}

#[test]
fn undo_restores_all_that_is_shown_after_each_command_about_the_map() {
    undo_restores(&[
        &["date", "add", "Gala", "--on", "4 jul 2027"],
        &["date", "edit", "fair", "--on", "2 jul every year"],
        &["place", "add", "Park"],
        &["place", "edit", "hall", "--step-free", "no", "--seats", "10"],
        &["map", "answer", "2", "--text", "well", "--add"],
        &["map", "answer", "3", "--text", "much"],
        &["map", "edit", "--community", "From here to there", "--set", "weeks-a=3"],
        &["map", "issue", "Rents", "--weight", "5"],
    ]);
}

/// A.9: taking back never loosens.
#[test]
fn a_strict_rating_stays_when_it_is_taken_back_and_says_so_before_and_after() {
    let (_folder, ana) = much_is_known();
    ana.ok(&["risk", "add", "wharf", "--type", "physical", "--level", "medium", "--reason", "the steps"]);
    let stays = "Wharf Choir, physical risk: medium";
    let told = ana.ok(&["undo", "--dry-run"]);
    assert!(told.stderr.contains(stays) && told.stderr.contains("Settle it with: allymap risk settle"), "{told:?}");
    let mut undo = Terminal::start(&ana, &["undo", "--plain"]);
    undo.wait_for(stays);
    undo.wait_for("Mark it as taken back? [y/N]");
    undo.type_line("n");
    assert_eq!(undo.finish(), 1, "{}", undo.shown);
    let told = ana.ok(&["undo"]);
    assert!(told.stdout.contains("physical: stays, because a strict rating counts until"), "{told:?}");
    let line = ana.ok(&["risk", "list", "wharf"]).stdout.lines().last().unwrap().to_owned();
    assert!(line.starts_with("physical      medium   (taken back by Ana; counts until settled) the steps"), "{line}");
    let shown = ana.ok(&["partner", "show", "wharf"]).stdout;
    assert!(shown.contains("Risk, physical        medium  (taken back by Ana; counts until settled)"), "{shown}");
    ana.ok(&["risk", "settle", "wharf", "--type", "physical", "--level", "none", "--reason", "it was another hall"]);
    let settled = ana.ok(&["risk", "list", "wharf"]).stdout;
    assert!(!settled.contains("taken back") && settled.contains("physical      none"), "{settled}");
}
