//! A home behind a passphrase: what is said while it is locked, and how it is opened.

use std::process::Command;

use allymap_tests::page;

use super::held::{Held, parts};
use super::person::Person;
use super::talk::{Typing, talk};

fn locked(folder: &std::path::Path) -> Person {
    let ana = Person::below(folder, "ana", 1);
    std::fs::write(ana.work.join("right"), "river anchor plum\n").unwrap();
    std::fs::write(ana.work.join("wrong"), "something else\n").unwrap();
    ana.ok("new \"Kill Town\" --name Ana --group Harbour --passphrase-file right --no-input");
    ana.ok("partner add Choir --kind organisation --no-input");
    ana.ok("lock");
    ana
}

/// Commands that touch no map, and make files, run for long or say thousands of lines.
const NOT_RUN: [&str; 3] = ["completions", "demo", "man"];

#[test]
fn what_every_command_says_of_a_locked_home_is_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let ana = locked(folder.path());
    page::example_files(&ana.work);
    let mut held = Held::new("locked");
    // Most say the same; who says what stands above it.
    let mut same: Vec<(String, Vec<String>)> = Vec::new();
    for leaf in page::leaves(&ana.volunteer).iter().filter(|leaf| !NOT_RUN.contains(&leaf.command.as_str())) {
        let example = leaf.examples[0].split([';', '|', '>', '<']).next().unwrap().trim();
        let line = example.strip_prefix("allymap ").unwrap();
        let said = ana.said(&format!("{line} --no-input"));
        let (asked, told) = said.split_once('\n').unwrap();
        match same.iter_mut().find(|(known, _)| known == told) {
            Some((_, lines)) => lines.push(asked.to_owned()),
            None => same.push((told.to_owned(), vec![asked.to_owned()])),
        }
    }
    for (told, lines) in &same {
        held.say("not-given", &format!("{}\n{told}", lines.join("\n")));
    }
    for line in ["status", "partner list", "partner add Kiln --kind organisation", "unlock", "lock --new-passphrase"] {
        for file in ["wrong", "right", "nothing"] {
            for format in ["", " --json"] {
                if file != "wrong" && (!format.is_empty() || line.starts_with("lock")) {
                    continue;
                }
                held.say("given", &ana.said(&format!("{line} --passphrase-file {file}{format}")));
            }
        }
    }
    held.compare();
}

/// A command in a session of its own: a passphrase is asked for at the terminal that a session belongs to.
fn session(person: &Person, line: &str) -> Command {
    let allymap = person.command(line);
    let mut session = Command::new("setsid");
    session.args(["--ctty", "--wait"]).arg(allymap.get_program()).args(allymap.get_args()).env_clear();
    session.envs(allymap.get_envs().filter_map(|(name, value)| Some((name, value?))));
    session.current_dir(&person.work);
    session
}

/// Whoever is asked for the passphrase, and what they type.
const ASKED: &[(&str, &[&str])] = &[
    ("status --plain", &["river anchor plum"]),
    ("status --plain", &["something else"]),
    ("status --plain", &[""]),
    ("partner add Kiln --plain", &["1", "river anchor plum"]),
    ("unlock --plain", &["something else"]),
    ("lock --new-passphrase --plain", &["river anchor plum", "rain", "rain"]),
    ("lock --new-passphrase --plain", &["rain", "rain", "snow"]),
    ("lock --new-passphrase --plain", &["rain", ""]),
    ("unlock --hours 1 --plain", &["rain"]),
    ("status --plain", &[]),
];

#[test]
#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn what_is_asked_of_whoever_has_a_passphrase_is_what_was_asked() {
    if Command::new("setsid").arg("--version").output().is_err() {
        eprintln!("\n*** SKIPPED, NOT PASSED: a passphrase at a terminal needs setsid. ***\n");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ana = locked(folder.path());
    let mut held = Held::new("locked");
    let before = held.read("asked");
    let mut known = parts(&before, "$ allymap ").into_iter();
    let new = ["Gannet Bay", "Ben", "Bay", "rain", "rain"];
    let wrong = ["Gannet Bay", "Ben", "Bay", "rain", "snow"];
    let none = ["Gannet Bay", "Ben", "Bay", ""];
    let mut asked: Vec<(Person, &str, &[&str])> = Vec::new();
    for (name, answers) in [("new", &new[..]), ("wrong", &wrong), ("none", &none)] {
        asked.push((Person::below(folder.path(), name, 10), "new --plain", answers));
    }
    let mut say = |person: &Person, line: &str, answers: &[&str]| {
        let head = format!("$ allymap {line}\n");
        let part = known.next().unwrap_or_default();
        let part = part.strip_prefix(&head).unwrap_or_default();
        let end = part.find("\nexit ").map_or(part.len(), |at| at + 1);
        held.say("asked", &head);
        held.say("asked", &talk(person, session(person, line), Typing::Answers(answers), &part[..end]));
    };
    for (person, line, answers) in &asked {
        say(person, line, answers);
    }
    for (line, answers) in ASKED {
        say(&ana, line, answers);
    }
    held.compare();
}
