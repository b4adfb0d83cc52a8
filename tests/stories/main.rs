//! What volunteers do with the program, told as stories: a folder a group of `allymap help`, a file a command.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]

mod events;
mod every_command;
mod relationships_and_risks;
mod start_here;
mod the_community;
mod this_computer;
mod together;
mod who_is_out_there;
mod your_data;

use allymap_tests::{Alone, Answer, Volunteer, alone};

/// A home with an empty map, and the folder that it lies in.
fn volunteer() -> (Volunteer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let volunteer = Volunteer::new(folder.path().join("home"));
    volunteer.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    (volunteer, folder)
}

/// A refusal ends with this code, says something in words, and names what to do.
fn refused(answer: &Answer, code: i32, words: &str) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(answer.stderr.contains(words), "{answer:?}");
    assert!(answer.stderr.contains("Hint:"), "{answer:?}");
}

/// A failure that says what happened and what to do, with this exit.
#[track_caller]
fn failed(answer: &Answer, code: i32) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(answer.stderr.starts_with("Error: ") && answer.stderr.contains("\nHint: "), "{answer:?}");
}

/// What stands in a list of JSON objects under one name.
fn each<'a>(list: &'a serde_json::Value, name: &str) -> Vec<&'a str> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().filter_map(|one| one[name].as_str()).collect()
}
