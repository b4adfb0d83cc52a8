//! What every command says, whole, in the practice town on one fixed day: at a terminal of 80 columns, under `--plain`, as JSON.
//!
//! To write it anew, and then to read what changed: `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-tests --test stories every_command::examples`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use allymap_tests::{Terminal, Volunteer, page};

use super::promises::shell;

/// Noon of Tuesday 13 March 2040, universal time: later than any file that a run makes.
const NOON: &str = "2215252800000";

/// Commands whose whole outputs are looked at where there are several people and a relay, or that say what differs each time.
const ELSEWHERE: [&str; 8] = ["export", "invite", "join", "member", "relay", "sync", "recovery", "demo"];

/// Runs one line in a copy of the town, and gives what it shows, without what chance decides.
fn said(line: &str, town: &Path, work: &Path) -> String {
    page::rehearsal(work, town, &town.with_extension("jsonl"));
    // Nobody types anything.
    let mut command: Command = shell(&format!("({line}) </dev/null"), &work.join("home"), work);
    command.env("ALLYMAP_TEST_CLOCK", NOON).env("ALLYMAP_TEST_IDS", "2");
    let mut terminal = Terminal::of(command);
    let code = terminal.finish();
    let mut shown = terminal.shown.replace("\r\n", "\n").replace(&*work.to_string_lossy(), "HOME");
    if line.contains("--json") {
        shown = shown.lines().map(page::in_order).collect();
    }
    let shown = settled(&shown);
    format!("$ {line}\n{shown}exit {code}\n\n")
}

/// What a disk decides: how many bytes something takes there, and which device's keys these are.
fn settled(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n', '"', ',']).collect::<Vec<_>>();
    let mut settled = String::new();
    for (number, word) in words.iter().enumerate() {
        let bare = word.trim_end_matches([' ', '\n', '"', ',']);
        let is_unit = |next: &&str| ["KB", "MB", "GB", "TB"].iter().any(|unit| next.starts_with(unit));
        let sized = words.get(number + 1).is_some_and(is_unit) || settled.ends_with("\"bytes\": ");
        let hex = matches!(bare.len(), 8 | 64) && bare.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if (sized && bare.parse::<f64>().is_ok()) || hex {
            settled.push_str(if hex { "DEVICE" } else { "N" });
            settled.push_str(&word[bare.len()..]);
        } else {
            settled.push_str(word);
        }
    }
    settled
}

#[test]
fn every_command_says_what_somebody_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let wren = Volunteer::new(at("town"));
    let ok = |arguments: &[&str]| {
        let output =
            wren.told().env("ALLYMAP_TEST_CLOCK", NOON).env("ALLYMAP_TEST_IDS", "1").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    ok(&["new", "--practice", "--name", "Wren", "--no-input"]);
    ok(&["export", "-o", at("town.jsonl").to_str().unwrap()]);
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    let outputs = page::repository().join("tests/stories/outputs/commands");
    let leaves: Vec<page::Leaf> = page::leaves(&wren)
        .into_iter()
        .filter(|leaf| !ELSEWHERE.contains(&leaf.command.split(' ').next().unwrap()))
        .collect();
    for leaf in &leaves {
        let mut whole = String::new();
        let with = |option: &str| leaf.examples[0].replacen("allymap ", &format!("allymap {option} "), 1);
        let quiet = leaf.examples.iter().map(|example| example.replacen("allymap ", "allymap --no-input ", 1));
        for (number, line) in quiet.chain([with("--no-input --plain"), with("--no-input --json")]).enumerate() {
            whole.push_str(&said(&line, &at("town"), &at(&format!("{} {number}", leaf.command))));
        }
        files.insert(outputs.join(format!("{}.txt", leaf.command.replace(' ', "-"))), whole);
    }
    if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
        std::fs::create_dir_all(&outputs).unwrap();
        for (file, whole) in &files {
            std::fs::write(file, whole).unwrap();
        }
    }
    let mut differs = Vec::new();
    for (file, whole) in &files {
        if std::fs::read_to_string(file).unwrap_or_default() != *whole {
            differs.push(format!("{} would be:\n{whole}", file.file_name().unwrap().display()));
        }
    }
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    let there: BTreeSet<PathBuf> = std::fs::read_dir(&outputs).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(there.iter().all(|file| files.contains_key(file)), "of a command that is no more: {there:?}");
}
