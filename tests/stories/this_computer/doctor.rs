//! `allymap doctor`.

use std::os::unix::fs::PermissionsExt;

use allymap_tests::{RelayProcess, Volunteer};

use crate::failed;

#[test]
fn the_doctor_says_what_is_wrong_and_ends_accordingly() {
    let folder = tempfile::tempdir().unwrap();
    let wren = Volunteer::new(folder.path().join("home"));
    assert_eq!(wren.run(&["doctor"]).code, 0, "no map is no fault");
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    let state = |what: &str| {
        let answer = wren.run(&["doctor", "--json"]);
        let said: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let checks = said["checks"].as_array().unwrap().clone();
        let one =
            checks.iter().find(|check| check["what"] == what).map(|check| check["state"].as_str().unwrap().to_owned());
        (answer.code, one.unwrap_or_default())
    };
    assert_eq!(state("maps"), (0, "ok".into()));
    assert_eq!(state("disk"), (0, "ok".into()));
    assert_eq!(state("clock"), (0, "ok".into()));
    assert_eq!(state("key"), (0, "note".into()), "no passphrase is worth a word");
    let data = wren.home.join("data");
    let lock = std::fs::File::options().read(true).write(true).open(data.join("maps/LOCK")).unwrap();
    lock.lock().unwrap();
    assert_eq!(state("maps"), (0, "note".into()), "another command at work is no fault");
    drop(lock);
    let mode =
        |path: &std::path::Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(&data, 0o755);
    assert_eq!(state("folder"), (1, "fail".into()));
    mode(&data, 0o700);
    mode(&data.join("keyslots"), 0o644);
    assert_eq!(state("key"), (1, "fail".into()));
    mode(&data.join("keyslots"), 0o600);
    let ahead = std::time::UNIX_EPOCH + std::time::Duration::from_secs(4_102_444_800);
    let newest = std::fs::File::create(data.join("maps/from-the-future")).unwrap();
    newest.set_modified(ahead).unwrap();
    assert_eq!(state("clock"), (1, "fail".into()));
    std::fs::remove_file(data.join("maps/from-the-future")).unwrap();
    let keys = std::fs::read(data.join("keyslots")).unwrap();
    std::fs::write(data.join("keyslots"), b"scribble").unwrap();
    assert_eq!(state("key"), (1, "fail".into()));
    std::fs::remove_file(data.join("keyslots")).unwrap();
    assert_eq!(state("key"), (1, "fail".into()));
    std::fs::write(data.join("keyslots"), keys).unwrap();
    mode(&data.join("keyslots"), 0o600);
    assert_eq!(state("maps"), (0, "ok".into()), "looking changed nothing");
}

#[test]
fn what_the_doctor_says_for_others_names_nobody_no_folder_and_no_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = RelayProcess::start(&folder.path().join("relay"), None);
    let wren = Volunteer::new(folder.path().join("home-of-wren"));
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    std::fs::write(wren.home.join("config/config.toml"), "wharf = \"choir\"\n").unwrap();
    std::fs::set_permissions(wren.home.join("data"), std::fs::Permissions::from_mode(0o755)).unwrap();
    relay.kill();
    let address = relay.url.trim_start_matches("ws://").to_owned();
    let secrets = ["home-of-wren", "Wren", "Harbour", "Kill Town", "Wharf", "wharf", &address, "127.0.0.1"];
    let told = wren.run(&["doctor", "--online"]).stdout;
    for here in ["home-of-wren", "wharf", &address] {
        assert!(told.contains(here), "on this computer it is said: {told}");
    }
    for arguments in [&["doctor", "--copy"][..], &["doctor", "--copy", "--online"], &["doctor", "--copy", "--json"]] {
        let answer = wren.run(arguments);
        assert_eq!(answer.code, 1, "{answer:?}");
        for secret in secrets {
            assert!(!answer.stdout.contains(secret), "{secret} leaves the computer: {answer:?}");
        }
        for said in ["other accounts of this computer can look into it", "1 setting has no effect", "1 entry"] {
            assert!(answer.stdout.contains(said), "{said}: {answer:?}");
        }
    }
    std::fs::write(wren.home.join("data/keyslots"), b"scribble").unwrap();
    let answer = wren.run(&["doctor", "--copy"]);
    assert!(answer.code == 1 && !answer.stdout.contains("home-of-wren"), "{answer:?}");
}

#[test]
fn the_doctor_asks_the_relay_only_when_told_to_and_looks_no_further_into_what_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = RelayProcess::start(&folder.path().join("relay"), None);
    let wren = Volunteer::new(folder.path().join("home"));
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, "heron over the weir\n").unwrap();
    let file = passphrase.display().to_string();
    wren.ok(&[
        "new",
        "Kill Town",
        "--name",
        "Wren",
        "--group",
        "Harbour",
        "--relay",
        &relay.line,
        "--passphrase-file",
        &file,
    ]);
    let answer = wren.ok(&["doctor", "--online"]);
    assert!(answer.stdout.contains("answers"), "{answer:?}");
    relay.kill();
    wren.ok(&["doctor"]);
    let away = wren.run(&["doctor", "--online"]);
    failed(&away, 6);
    assert!(away.stdout.contains("away   relay") && away.stdout.contains("Everything is kept here."), "{away:?}");
    wren.ok(&["lock"]);
    let locked = wren.run(&["doctor"]);
    failed(&locked, 5);
    assert!(locked.stdout.contains("locked key"), "{locked:?}");
    wren.ok(&["doctor", "--passphrase-file", &file]);
}
