//! `allymap lock` and `unlock`.

use allymap_tests::Volunteer;

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
