//! `undo` and `history` as a volunteer meets them.

use allymap_tests::{Shared, Volunteer};

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
