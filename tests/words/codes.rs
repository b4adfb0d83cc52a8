//! Every code of a failure stands in some whole output, so that no one's words change unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use allymap_tests::page;

use super::held;

/// Codes that no output holds, and why. The list only shrinks.
const NOT_HELD: &[(&str, &str)] = &[
    ("AM-DOCUMENT", "an entry on this disk that its own program cannot change"),
    ("AM-FULL", "a full disk; tests/faults has one"),
    ("AM-INVITE", "an invitation for a relay whose address is longer than relays have them"),
    ("AM-JOIN", "a convenor's program that makes a map which nobody can read"),
    ("AM-NETWORK", "a system without a network"),
    ("AM-NEW", "a map that cannot be made of keys drawn a moment ago"),
    ("AM-NEWER", "a store of a newer program; crates/store has one"),
    ("AM-REPAIRED", "a disk that breaks in the middle of a command; tests/faults has one"),
];

#[test]
fn every_code_of_a_failure_stands_in_a_whole_output() {
    if held::is_written_anew() {
        return;
    }
    let root = page::repository();
    let mut sources = vec![root.join("cli/src")];
    sources.extend(folders(&root.join("crates")).into_iter().map(|room| room.join("src")));
    let mut said: BTreeMap<String, PathBuf> = BTreeMap::new();
    for folder in sources {
        // Only what is a whole literal is a code; words about one may stand anywhere.
        each_file(&folder, "rs", &mut |path, text| {
            let literals = text.split('"').filter(|literal| is_code(literal));
            said.extend(literals.map(|code| (code.to_owned(), path.to_owned())));
        });
    }
    assert!(said.len() > 60, "the codes are not where they are looked for: {said:?}");
    let mut held = BTreeSet::new();
    for suite in folders(&root.join("tests")) {
        each_file(&suite.join("outputs"), "txt", &mut |_, text| {
            let words = text.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '-'));
            held.extend(words.filter(|word| is_code(word)).map(str::to_owned));
        });
    }
    let excepted: BTreeSet<&str> = NOT_HELD.iter().map(|(code, _)| *code).collect();
    for (code, path) in &said {
        let (held, excepted) = (held.contains(code), excepted.contains(code.as_str()));
        assert!(held || excepted, "{code} of {} stands in no whole output", path.display());
        assert!(!(held && excepted), "{code} stands in a whole output: take it off the list");
    }
    for code in excepted {
        assert!(said.contains_key(code), "{code} is on the list, and nothing says it any more");
    }
}

fn is_code(text: &str) -> bool {
    let rest = text.strip_prefix("AM-").unwrap_or_default();
    rest.starts_with(|letter: char| letter.is_ascii_uppercase())
        && rest.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'-')
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    entries.map(|entry| entry.expect("it can be read").path()).filter(|path| path.is_dir()).collect()
}

/// Every file below a folder whose name ends so; none where there is no such folder.
fn each_file(folder: &Path, ends: &str, look: &mut dyn FnMut(&Path, &str)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("it can be read").path()) {
        if path.is_dir() {
            each_file(&path, ends, look);
        } else if path.extension().is_some_and(|extension| extension == ends) {
            look(&path, &std::fs::read_to_string(&path).expect("it is text"));
        }
    }
}
