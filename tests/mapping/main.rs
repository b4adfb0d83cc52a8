//! The community map on one volunteer's computer, through its commands.

#![allow(clippy::print_stderr, reason = "a test that could not run must be seen")]

#[cfg(unix)]
mod commands;
mod community;
mod computer;
mod dates;
#[cfg(unix)]
mod fitting;
mod importing;
mod outputs;
mod paper;
mod places;
mod promises;
mod together;

use allymap_tests::{Answer, Volunteer};

/// A home with an empty map, and the folder that it lies in.
fn volunteer() -> (Volunteer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let volunteer = Volunteer::new(folder.path().join("home"));
    volunteer.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--no-input"]);
    (volunteer, folder)
}

/// A failure that says what happened and what to do, with this exit.
#[track_caller]
fn refused(answer: &Answer, code: i32) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert!(answer.stderr.starts_with("Error: ") && answer.stderr.contains("\nHint: "), "{answer:?}");
}

/// What stands in a list of JSON objects under one name.
fn each<'a>(list: &'a serde_json::Value, name: &str) -> Vec<&'a str> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().filter_map(|one| one[name].as_str()).collect()
}
