//! `allymap invite`.

use allymap_tests::{Shared, Volunteer};

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
