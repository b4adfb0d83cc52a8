//! Real processes over real sockets: how people meet on one map, and what they read when something is in the way.

use allymap_tests::{RelayProcess, Shared, Volunteer};

mod outputs;
mod relay;
mod sync;

#[test]
fn a_map_is_shared_through_a_relay_with_the_words_compared_on_both_sides() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    for member in [ana, ben] {
        let members = member.json(&["member", "list"]);
        let names: Vec<&str> =
            members["members"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Ana", "Ben1"]);
    }
    let status = ben.json(&["status"]);
    assert_eq!(status["waiting_for_approval"], serde_json::Value::Null);
    assert_eq!(status["waiting"], 0);
}

#[test]
fn while_the_relay_is_away_everything_is_kept_and_the_exit_says_so() {
    let mut shared = Shared::with_members(1);
    shared.relay.kill();
    let answer = shared.members[0].run(&["sync"]);
    assert_eq!(answer.code, 6);
    assert!(answer.stderr.contains("nobody answers there"), "{answer:?}");
    assert!(answer.stderr.contains("Everything is kept here."), "{answer:?}");
    assert!(answer.stderr.contains("Hint:"), "{answer:?}");
    shared.relay.restart();
    shared.members[0].ok(&["sync"]);
}

#[test]
fn an_invitation_works_once() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    let early = Volunteer::new(shared.folder.path().join("early"));
    let answer = early.run(&["join", code.trim(), "--name", "Early", "--group", "Bay", "--no-input"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("must run allymap sync first"), "{answer:?}");
    ana.ok(&["sync"]);
    early.ok(&["join", code.trim(), "--name", "Early", "--group", "Bay", "--no-input"]);
    let late = Volunteer::new(shared.folder.path().join("late"));
    let answer = late.run(&["join", code.trim(), "--name", "Late", "--group", "Bay", "--no-input"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("used on another device"), "{answer:?}");
}

#[test]
fn wrong_words_let_nobody_in() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let ben = Volunteer::new(shared.folder.path().join("ben"));
    ben.ok(&["join", code.trim(), "--name", "Ben", "--group", "Bay", "--no-input"]);
    assert_eq!(ben.run(&["sync"]).code, 6);
    ana.ok(&["sync"]);
    let answer = ana.run(&["member", "approve", "Ben", "--words", "one", "two", "three", "four"]);
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("Nobody was let in."), "{answer:?}");
    assert_eq!(ana.json(&["member", "list"])["members"].as_array().unwrap().len(), 1);
    ana.ok(&["member", "decline", "Ben"]);
    assert_eq!(ana.json(&["member", "waiting"])["waiting"].as_array().unwrap().len(), 0);
    let answer = ana.ok(&["member", "waiting"]);
    assert!(answer.stderr.contains("is let in on that convenor's computer"), "{answer:?}");
}

#[test]
fn a_damaged_or_foreign_invitation_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let ben = Volunteer::new(folder.path().join("ben"));
    for (code, said) in [
        ("hello", "an invitation begins with ALLYMAP:"),
        ("ALLYMAP:4F7K9M2Q", "a letter in this invitation was changed or left out"),
    ] {
        let answer = ben.run(&["join", code, "--name", "Ben", "--group", "Bay", "--no-input"]);
        assert_eq!(answer.code, 2);
        assert!(answer.stderr.contains(said), "{answer:?}");
        assert!(answer.stderr.contains("Copy the whole line again"), "{answer:?}");
    }
}

#[test]
fn another_relay_at_the_same_address_is_noticed() {
    let mut shared = Shared::with_members(1);
    let listen = shared.relay.url.trim_start_matches("ws://").to_owned();
    shared.relay.kill();
    let _other = RelayProcess::start(&shared.folder.path().join("other"), Some(&listen));
    let answer = shared.members[0].run(&["sync"]);
    assert_eq!(answer.code, 6);
    assert!(answer.stderr.contains("Another relay answers at this address."), "{answer:?}");
    assert!(answer.stderr.contains("Nothing was sent."), "{answer:?}");
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

#[test]
fn a_locked_map_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    let [right, wrong] = [folder.path().join("right"), folder.path().join("wrong")];
    std::fs::write(&right, "river anchor plum\n").unwrap();
    std::fs::write(&wrong, "something else\n").unwrap();
    let [right, wrong] = [right.to_str().unwrap(), wrong.to_str().unwrap()];
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--passphrase-file", right, "--no-input"]);
    ana.ok(&["status"]);
    ana.ok(&["lock"]);
    let answer = ana.run(&["status"]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.stderr.contains("allymap unlock"), "{answer:?}");
    let answer = ana.run(&["status", "--passphrase-file", wrong]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.stderr.contains("not the passphrase"), "{answer:?}");
    ana.ok(&["status", "--passphrase-file", right]);
    assert_eq!(ana.run(&["status"]).code, 5, "a passphrase for one command opens nothing for the next");
    ana.ok(&["unlock", "--passphrase-file", right]);
    ana.ok(&["status"]);
}

#[test]
fn eight_commands_at_once_all_finish() {
    let shared = Shared::with_members(1);
    let running: Vec<_> = (0..8)
        .map(|_| {
            shared.members[0]
                .command()
                .args(["invite", "--json"])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut codes = std::collections::BTreeSet::new();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        codes.insert(told["invitation"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes.len(), 8, "each made an invitation of its own");
}

#[test]
fn two_who_import_the_same_register_apart_have_everybody_once() {
    let shared = Shared::with_members(2);
    let file = shared.folder.path().join("register.csv");
    let rows: String = (0..8).map(|number| format!("wharf/p-{number},Invented Person {number},mayor\n")).collect();
    std::fs::write(&file, format!("id,name,role\n{rows}")).unwrap();
    for member in &shared.members {
        let done = member.json(&["import", file.to_str().unwrap(), "--apply"]);
        assert_eq!(done["new"], 8, "{done}");
    }
    for member in [0, 1, 0] {
        shared.members[member].ok(&["sync"]);
    }
    for member in &shared.members {
        assert_eq!(member.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 8);
        assert_eq!(member.json(&["partner", "duplicates"])["duplicates"].as_array().unwrap().len(), 0);
        assert_eq!(member.json(&["import", file.to_str().unwrap(), "--apply"])["same"], 8);
    }
    let digests: Vec<_> =
        shared.members.iter().map(|member| member.json(&["export", "--digest"])["digest"].clone()).collect();
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn the_demo_holds_every_claim_it_makes() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let nobody = Volunteer::new(folder.path().join("nobody"));
    let answer = nobody.ok(&["demo", "--keep", kept.to_str().unwrap()]);
    assert!(answer.stdout.contains("Every claim held."), "{answer:?}");
    assert!(!answer.stdout.contains("FAIL"), "{answer:?}");
    assert!(answer.stdout.matches("  ok  ").count() >= 20, "{answer:?}");
    for left in ["first", "second", "relay"] {
        assert!(kept.join(left).is_dir(), "{left} is left behind");
    }
    assert!(!nobody.home.exists(), "the demo touches nobody's own folder");
}

#[test]
fn the_demo_divides_a_table_as_import_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Volunteer::new(folder.path().join("nobody"));
    let file = folder.path().join("old-sheet.csv");
    // Semicolons, a line break in a cell, and Windows-1252.
    let table =
        b"name;council;notes\r\nCaf\xe9 Beerson;North;\"line one\nline two\"\r\nCarla Deeson;South;\"a; b\"\r\n\
        Edna Fayson;North;\"she said \"\"no\"\"\"\r\nGus Hillson;South;z\r\n";
    std::fs::write(&file, table).unwrap();
    let answer = nobody.ok(&["demo", "--input", file.to_str().unwrap()]);
    assert!(answer.stdout.contains("Every claim held."), "{answer:?}");
    for volunteer in ["first", "second"] {
        let said = format!("{volunteer} imports old-sheet.csv: 3 rows, 3 added, 0 unclear, 0 refused");
        assert!(answer.stdout.contains(&said), "{answer:?}");
    }
}
