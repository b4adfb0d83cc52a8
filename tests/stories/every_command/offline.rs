//! Offline is a state: without a network every command answers, and only the exchange waits.

#![allow(clippy::print_stderr, reason = "a test that could not run must be seen")]

use std::path::Path;
use std::process::Command;

use allymap_tests::{Answer, RelayProcess, Volunteer, binaries, page};

use crate::each;

/// Runs a command where there is no network at all, not even to this computer; none if the system does not let us.
fn without_network(volunteer: &Volunteer, folder: &Path, arguments: &[&str]) -> Option<Answer> {
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--net", "--"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    if !Command::new("unshare").args(["--map-root-user", "--net", "true"]).status().is_ok_and(|status| status.success())
    {
        return None;
    }
    let output = command
        .arg(binaries().join("allymap"))
        .args(arguments)
        .env("ALLYMAP_HOME", &volunteer.home)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("unshare was there a moment ago");
    Some(Answer::of_process(output, arguments))
}

/// A map that is exchanged, and every command of the page that neither reaches somebody nor needs somebody reached before.
struct Offline {
    wren: Volunteer,
    commands: Vec<Vec<String>>,
    folder: tempfile::TempDir,
    _relay: RelayProcess,
}

impl Offline {
    /// Checks how a command of the page ended. An answer that waits for a person says so, with a network and without.
    fn ended(words: &[&str], answer: &Answer) {
        let ends = if words.starts_with(&["event", "assess"]) { 4 } else { 0 };
        assert_eq!(answer.code, ends, "allymap {}: {answer:?}", words.join(" "));
    }
}

fn offline() -> Offline {
    const EXCHANGING: &[&str] = &["sync", "join", "member approve", "member decline", "demo", "doctor --online"];
    let folder = tempfile::tempdir().unwrap();
    page::example_files(folder.path());
    std::fs::write(folder.path().join("passphrase.txt"), "heron over the weir\n").unwrap();
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let other = RelayProcess::start(&folder.path().join("other"), None);
    let wren = Volunteer::new(folder.path().join("home"));
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let exchanging = |command: &str| EXCHANGING.iter().any(|one| format!("{command} ").starts_with(&format!("{one} ")));
    let rows = page::json_rows().into_iter().map(|(command, _)| command).filter(|command| !exchanging(command));
    let commands = rows.map(|command| page::words(&command.replace("ALLYMAP-RELAY:…", &other.line))).collect();
    Offline { wren, commands, folder, _relay: relay }
}

/// S3
#[test]
fn without_a_network_every_command_of_the_page_answers_and_only_the_exchange_waits() {
    let Offline { wren, commands, folder, _relay } = offline();
    for words in &commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some(answer) = without_network(&wren, folder.path(), &words) else {
            eprintln!("\n*** SKIPPED, NOT PASSED: the test without a network needs leave to make a namespace. ***\n");
            return;
        };
        Offline::ended(&words, &answer);
    }
    let passphrase = ["--passphrase-file", "passphrase.txt"];
    let away = without_network(&wren, folder.path(), &[&["sync"][..], &passphrase].concat()).unwrap();
    assert!(away.code == 6 && away.stderr.contains("Everything is kept here."), "{away:?}");
}

/// S3: where there is a network, too, only the exchange reaches for it.
#[test]
fn no_command_but_the_exchange_opens_a_socket() {
    let Offline { wren, commands, folder, _relay } = offline();
    let trace = folder.path().join("trace");
    let traced = |words: &[&str]| {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=socket", "-o"]).arg(&trace).arg(binaries().join("allymap"));
        command.args(words).env("ALLYMAP_HOME", &wren.home).current_dir(folder.path());
        let answer = Answer::of_process(command.stdin(std::process::Stdio::null()).output().unwrap(), words);
        let calls = std::fs::read_to_string(&trace).unwrap();
        // A name service of this computer alone is spoken to through a socket of the family of files.
        let lines = calls.lines().filter(|line| line.contains("socket(") && !line.contains("AF_UNIX"));
        (answer, lines.map(str::to_owned).collect::<Vec<_>>())
    };
    let works = Command::new("strace").args(["-f", "-qq", "-o"]).arg(&trace).arg("true").status();
    if !works.is_ok_and(|status| status.success()) {
        eprintln!("\n*** SKIPPED, NOT PASSED: the test that looks for sockets needs strace. ***\n");
        return;
    }
    let (answer, sockets) = traced(&["sync"]);
    assert!(answer.code == 0 && sockets.iter().any(|call| call.contains("AF_INET")), "{answer:?} {sockets:?}");
    for words in &commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (answer, sockets) = traced(&words);
        Offline::ended(&words, &answer);
        assert_eq!(sockets, Vec::<String>::new(), "allymap {}", words.join(" "));
    }
}

/// S3
#[test]
fn without_a_network_every_command_says_what_it_says_with_one_and_only_the_exchange_waits() {
    let folder = tempfile::tempdir().unwrap();
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let wren = Volunteer::new(folder.path().join("home"));
    wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
    wren.ok(&["place", "add", "Ropewalk Hall", "--step-free", "yes"]);
    wren.ok(&["map", "issue", "Rents"]);
    wren.ok(&["sync"]);
    for arguments in [
        &["status"][..],
        &["map", "show"],
        &["map", "list"],
        &["todo"],
        &["todo", "--questions"],
        &["date", "list"],
        &["date", "offered"],
        &["place", "show", "hall"],
        &["partner", "list"],
        &["find", "hall"],
        &["config", "show"],
        &["doctor"],
        &["where"],
        &["help", "contact"],
        &["map", "answer", "9", "--text", "x"],
    ] {
        let with = wren.run(arguments);
        let Some(without) = without_network(&wren, folder.path(), arguments) else {
            eprintln!("\n*** SKIPPED, NOT PASSED: the test without a network needs leave to make a namespace. ***\n");
            return;
        };
        let said = |answer: &Answer| (answer.code, answer.stdout.clone(), answer.stderr.clone());
        // The room on the disk changes by itself.
        let still = |answer: &Answer| answer.stdout.lines().filter(|line| !line.contains("free on this disk")).count();
        if arguments == ["doctor"] {
            assert_eq!((with.code, still(&with)), (without.code, still(&without)));
        } else {
            assert_eq!(said(&with), said(&without), "allymap {}", arguments.join(" "));
        }
    }
    let kept = without_network(&wren, folder.path(), &["map", "issue", "The last bus", "--weight", "5"]).unwrap();
    assert_eq!(kept.code, 0, "{kept:?}");
    let away = without_network(&wren, folder.path(), &["sync"]).unwrap();
    assert!(away.code == 6 && away.stderr.contains("Everything is kept here."), "{away:?}");
    assert_eq!(each(&wren.json(&["map", "show"])["issues"], "name"), ["The last bus", "Rents"], "nothing is lost");
    wren.ok(&["sync"]);
}
