//! `allymap new`.

use allymap_tests::{RelayProcess, Volunteer};

use crate::failed;

#[test]
fn a_practice_map_is_full_at_once_and_never_leaves_this_computer() {
    let folder = tempfile::tempdir().unwrap();
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let wren = Volunteer::new(folder.path().join("home"));
    let made = wren.json(&["new", "--practice"]);
    assert_eq!((&made["practice"], &made["map"]), (&true.into(), &"Thornwick".into()));
    assert!(wren.json(&["partner", "list"])["entries"].as_array().unwrap().len() >= 30);
    assert_eq!(wren.json(&["map", "show"])["issues"].as_array().unwrap().len(), 3);
    let todo = wren.json(&["todo"]);
    assert!(!todo["questions_unknown"].as_array().unwrap().is_empty(), "something is left to find out");
    for arguments in [&["sync"][..], &["sync", "--watch"], &["invite"], &["relay", "add", &relay.line]] {
        let answer = wren.run(arguments);
        failed(&answer, 2);
        assert!(answer.stderr.contains("Thornwick is a practice map"), "{answer:?}");
    }
    assert_eq!(wren.run(&["new", "--practice", "--relay", &relay.line]).code, 2);
    assert_eq!(wren.json(&["status"])["practice"], true);
    assert!(wren.ok(&["status"]).stdout.contains("an invented town; it stays on this computer"));
    // A real one beside it is exchanged as ever.
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    wren.ok(&["sync"]);
    assert_eq!(wren.json(&["status"])["practice"], false);
    wren.ok(&["map", "use", "thornwick"]);
    failed(&wren.run(&["sync"]), 2);
    assert_eq!(wren.json(&["new", "--practice"])["map"], "Thornwick 2", "beginning again leaves the first as it is");
    wren.ok(&["map", "use", "thornwick"]);
    assert_eq!(wren.json(&["status"])["map"], "Thornwick");
}

#[test]
fn the_name_and_group_of_the_settings_are_those_of_new_maps() {
    let folder = tempfile::tempdir().unwrap();
    let wren = Volunteer::new(folder.path().join("home"));
    wren.ok(&["config", "set", "name", "Wren"]);
    wren.ok(&["config", "set", "group", "Harbour"]);
    let made = wren.json(&["new", "Kill Town"]);
    assert_eq!((&made["name"], &made["group"]), (&"Wren".into(), &"Harbour".into()));
}

#[test]
fn what_is_missing_is_named_and_nothing_hangs_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    let answer = ana.run(&["new", "Kill Town", "--no-input"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("--name"), "{answer:?}");
    let answer = ana.run(&["status"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("allymap new"), "{answer:?}");
}
