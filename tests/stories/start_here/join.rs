//! `allymap join`: the first evening of two people with a relay between them, as it is typed, no flag and only answers; and
//! invitations that let nobody in.

use std::process::Command;
use std::time::Duration;

use allymap_tests::{RelayProcess, Shared, Terminal, Volunteer};
use tokio::time::Instant;

use crate::failed;

/// A command at a terminal, with an answer to each question. What it showed, and how long it took: nobody thinks here, so that
/// is the machine's own time.
fn typed(who: &Volunteer, command: &[&str], answers: &[(&str, &str)], took: &mut Duration) -> String {
    let began = Instant::now();
    // A passphrase is asked for at the terminal that a session belongs to: setsid makes this one so.
    let allymap = who.command();
    let mut session = Command::new("setsid");
    session.args(["--ctty", "--wait"]).arg(allymap.get_program()).args(command).env_clear();
    session.envs(allymap.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut terminal = Terminal::of(session);
    for (question, answer) in answers {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    assert_eq!(terminal.finish(), 0, "allymap {}:\n{}", command.join(" "), terminal.shown);
    *took += began.elapsed();
    terminal.shown.clone()
}

/// What all that may take of the machine: it takes a third of a second here, with the checks of this build.
const MACHINE_TIME: Duration = Duration::from_secs(3);

#[test]
#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn from_nothing_to_a_shared_map_there_are_only_questions_that_people_can_answer() {
    if Command::new("setsid").arg("--version").output().is_err() {
        eprintln!("\n*** SKIPPED, NOT PASSED: the first evening at a terminal needs setsid. ***\n");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let relay = RelayProcess::start(&folder.path().join("relay"), None);
    let [ana, ben] = ["ana", "ben"].map(|name| Volunteer::new(folder.path().join(name)));
    let mut took = Duration::ZERO;
    let secret = ("Enter: none", "");
    let new = [("Community", "Gannet Bay"), ("Your name", "Ana"), ("Your group", "Moruya"), secret];
    let shown = typed(&ana, &["new"], &new, &mut took);
    assert!(shown.contains("Next: allymap partner add NAME"), "{shown}");
    typed(&ana, &["relay", "add", &relay.line], &[], &mut took);
    let add = [("Number (Enter: none)", "1")];
    typed(&ana, &["partner", "add", "Riverbend Land Council", "--plain"], &add, &mut took);
    typed(&ana, &["sync"], &[], &mut took);
    let shown = typed(&ana, &["invite"], &[], &mut took);
    let code = shown.split_whitespace().find(|word| word.starts_with("ALLYMAP:")).expect("a code").to_owned();
    typed(&ana, &["sync"], &[], &mut took);

    let join = [("Your name", "Ben"), ("Your group", "Batemans Bay"), secret];
    let joining = typed(&ben, &["join", &code], &join, &mut took);
    typed(&ana, &["sync"], &[], &mut took);
    let words = |shown: &str, after: &str| -> Vec<String> {
        let (_, said) = shown.split_once(after).unwrap_or_else(|| panic!("no words:\n{shown}"));
        said.split_whitespace().take(4).map(str::to_owned).collect()
    };
    let read = words(&joining, "Read these words to the person who invited you:");
    let read = read.join(" ");
    let approving = typed(&ana, &["member", "approve", "--plain"], &[("of \"Batemans Bay\"", &read)], &mut took);
    assert!(approving.contains("Number 1 asks to join as member."), "{approving}");
    typed(&ana, &["sync"], &[], &mut took);
    let shown = typed(&ben, &["sync"], &[], &mut took);
    assert!(shown.contains("You are a member of Gannet Bay now."), "{shown}");
    let shown = typed(&ben, &["partner", "list"], &[], &mut took);
    assert!(shown.contains("Riverbend Land Council"), "{shown}");
    assert!(took < MACHINE_TIME, "{took:?}");
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
fn a_newcomer_without_the_map_s_own_page_is_told_so() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let code = ana.ok(&["invite"]).stdout;
    ana.ok(&["sync"]);
    let cleo = Volunteer::new(shared.folder.path().join("cleo"));
    cleo.ok(&["join", code.trim(), "--name", "Cleo", "--group", "Bay", "--no-input"]);
    for arguments in [&["map", "show"][..], &["todo"], &["date", "list"], &["map", "issue", "Rents"]] {
        failed(&cleo.run(arguments), 1);
    }
}
