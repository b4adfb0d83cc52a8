//! At a terminal: what is missing is asked for, what was given is not, and nothing that was typed is lost.

use allymap_tests::{Shared, Terminal, Volunteer};

fn alone() -> (tempfile::TempDir, Volunteer) {
    let folder = tempfile::tempdir().unwrap();
    let ana = Volunteer::new(folder.path().join("ana"));
    ana.ok(&["new", "Kill Town", "--name", "Ana", "--group", "Harbour", "--no-input"]);
    (folder, ana)
}

#[test]
fn an_entry_and_a_meeting_are_asked_for_line_by_line() {
    let (_folder, ana) = alone();
    let mut add = Terminal::start(&ana, &["partner", "add", "--plain"]);
    add.wait_for("Name");
    add.type_line("Wharf Choir");
    add.wait_for("Number (Enter: none)");
    add.type_line("1");
    assert_eq!(add.finish(), 0, "{}", add.shown);
    assert!(add.shown.contains("Added Wharf Choir"), "{}", add.shown);

    let mut log = Terminal::start(&ana, &["log", "add", "choir", "--kind", "meeting", "--plain"]);
    log.wait_for("an empty line ends");
    // Somebody who thinks about what to write keeps nobody else waiting.
    ana.ok(&["partner", "add", "Second Group", "--kind", "organisation"]);
    log.type_line("They want a speaker in May.");
    log.type_line("And a stall.");
    log.type_line("");
    assert_eq!(log.finish(), 0, "{}", log.shown);
    assert!(!log.shown.contains("shell's history"), "{}", log.shown);
    let lines = ana.json(&["log", "list", "choir"]);
    assert_eq!(lines["log"][0]["text"], "They want a speaker in May.\nAnd a stall.");
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn text_in_a_command_is_warned_about_once_and_only_at_a_terminal() {
    let (_folder, ana) = alone();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let text = ["log", "add", "choir", "--note", "kept in the history"];
    let mut log = Terminal::start(&ana, &text);
    assert_eq!(log.finish(), 0, "{}", log.shown);
    assert_eq!(log.shown.matches("shell's history").count(), 1, "{}", log.shown);
    assert!(!ana.ok(&text).stderr.contains("history"));
    let answer = ana.run_with_input(&["log", "add", "choir", "--note", "-"], "from standard input\n");
    assert_eq!(answer.code, 0, "{answer:?}");
    let told = ana.json(&["log", "list", "choir"]);
    assert!(told["log"].as_array().unwrap().iter().any(|line| line["text"] == "from standard input"), "{told}");
}

#[test]
fn whoever_lets_somebody_in_is_asked_whether_the_words_are_the_same() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    assert!(ana.ok(&["status"]).stdout.contains("1 invitation is only here: allymap sync"));
    ana.ok(&["sync"]);
    assert!(ana.ok(&["status"]).stdout.contains("1 invitation not used yet"));
    let ben = Volunteer::new(shared.folder.path().join("ben"));
    let joined = ben.json(&["join", code.trim(), "--name", "Ben Two", "--group", "Bay", "--no-input"]);
    let words: Vec<&str> = joined["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let waiting = ben.ok(&["status"]).stdout;
    assert!(waiting.contains(&words.join("  ")) && waiting.contains("run: allymap sync"), "{waiting}");
    ana.ok(&["sync"]);
    let status = ana.ok(&["status"]).stdout;
    assert!(status.contains(&words.join("  ")) && status.contains("allymap member approve \"Ben Two\""), "{status}");
    let mut approve = Terminal::start(ana, &["member", "approve", "--plain"]);
    approve.wait_for("[y/N]");
    approve.type_line("n");
    assert_eq!(approve.finish(), 1, "{}", approve.shown);
    assert!(approve.shown.contains("Nobody was let in."), "{}", approve.shown);
    let mut approve = Terminal::start(ana, &["member", "approve", "--plain"]);
    approve.wait_for("[y/N]");
    approve.type_line("y");
    assert_eq!(approve.finish(), 0, "{}", approve.shown);
    assert!(approve.shown.contains("tell Ben Two to run allymap sync"), "{}", approve.shown);
    ana.ok(&["sync"]);
    assert!(ben.ok(&["sync"]).stderr.contains("You are a member of Kill Town now."));
}

#[test]
fn an_entry_that_is_another_too_is_shown_with_the_facts_of_both() {
    let (_folder, ana) = alone();
    ana.ok(&[
        "partner",
        "add",
        "Wharf Choir",
        "--kind",
        "organisation",
        "--phone",
        "02 5550 0001",
        "--website",
        "https://choir.example",
    ]);
    ana.ok(&[
        "partner",
        "add",
        "The Singers",
        "--kind",
        "organisation",
        "--phone",
        "02 5550 0002",
        "--website",
        "https://choir.example",
    ]);
    ana.ok(&["log", "add", "singers", "--note", "They sing on Sundays."]);
    ana.ok(&["partner", "merge", "choir", "singers"]);
    let shown = ana.ok(&["partner", "show", "choir"]).stdout;
    let (own, other) = shown.split_once("Also kept as").expect("the other one is named");
    assert!(own.contains("02 5550 0001") && !own.contains("02 5550 0002"), "{shown}");
    assert!(
        other.contains("The Singers") && other.contains("02 5550 0002") && other.contains("They sing on Sundays."),
        "{shown}"
    );
    assert!(!other.contains("choir.example"), "what both say is said once: {shown}");
    let told = ana.json(&["partner", "show", "singers"]);
    assert_eq!(told["also_kept_as"].as_array().unwrap().len(), 1);
    assert_eq!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len(), 1);
}
