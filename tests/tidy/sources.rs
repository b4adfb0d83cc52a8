//! What is held of every file of source: it can be read, nothing in it is forgotten, and where nothing outside may be reached
//! for, nothing is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::code::rules;
use crate::{WITHOUT_IO, metadata, root};

#[test]
fn crates_without_io_reach_for_nothing_outside() {
    let outside = ["fs::", "net::", "env::var", "process::", "io::std", "thread::spawn", "File::"];
    let mut found = Vec::new();
    for package in WITHOUT_IO {
        let files = sources(&root().join("crates").join(package).join("src"));
        for file in files.iter().filter(|file| !is_test(file)) {
            let text = std::fs::read_to_string(file).unwrap();
            let reaches = |line: &&str| outside.iter().any(|banned| line.contains(banned));
            found.extend(rules(&text).lines().filter(reaches).map(|line| format!("{}: {line}", short(file))));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The longest that anybody should have to read at once.
const LONGEST: usize = 600;
const LONGEST_TEST: usize = 700;

/// Files that are longer. Nothing is added to this list: split the file along its nouns.
const LONGER: &[&str] = &["crates/seal/src/roster/tests.rs"];

#[test]
fn every_file_begins_with_what_it_is_for_and_none_is_too_long_to_read() {
    let files = everything();
    assert!(files.len() > 30, "only {} files found", files.len());
    let mut longer = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not say what it is for", short(&file));
        if text.lines().count() > if is_test(&file) { LONGEST_TEST } else { LONGEST } {
            longer.insert(short(&file));
        }
    }
    let listed: BTreeSet<String> = LONGER.iter().map(|&file| file.to_owned()).collect();
    let new: Vec<_> = longer.difference(&listed).collect();
    assert!(new.is_empty(), "too long to read at once: split along its nouns {new:#?}");
    let gone: Vec<_> = listed.difference(&longer).collect();
    assert!(gone.is_empty(), "short by now, or gone: strike from LONGER {gone:#?}");
}

#[test]
fn no_file_is_forgotten() {
    let mut reached = BTreeSet::new();
    for package in metadata()["packages"].as_array().unwrap() {
        if !package["name"].as_str().unwrap().starts_with("allymap-") {
            continue;
        }
        for target in package["targets"].as_array().unwrap() {
            let path = PathBuf::from(target["src_path"].as_str().unwrap());
            reach(&path, path.parent().unwrap(), &mut reached);
        }
    }
    let forgotten: Vec<String> =
        everything().into_iter().filter(|file| !reached.contains(file)).map(|file| short(&file)).collect();
    assert!(forgotten.is_empty(), "no `mod` leads to these: {forgotten:#?}");
}

/// This file and all that its `mod` lines lead to, which lie in this folder.
fn reach(file: &Path, folder: &Path, reached: &mut BTreeSet<PathBuf>) {
    reached.insert(file.to_owned());
    let text = std::fs::read_to_string(file).unwrap();
    let mut elsewhere = None;
    for line in text.lines().map(str::trim) {
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
            elsewhere = Some(file.parent().unwrap().join(path).canonicalize().unwrap());
        }
        let Some(module) = line.strip_suffix(';').and_then(|line| line.split_once("mod ")) else { continue };
        if !(module.0.is_empty() || module.0.starts_with("pub")) {
            continue;
        }
        let name = module.1.trim_start_matches("r#");
        let below = folder.join(name);
        let flat = folder.join(format!("{name}.rs"));
        match elsewhere.take() {
            Some(path) => reach(&path, path.parent().unwrap(), reached),
            None if flat.is_file() => reach(&flat, &below, reached),
            None if below.join("mod.rs").is_file() => reach(&below.join("mod.rs"), &below, reached),
            // It stands within another module of the same file, whose folder is not this one.
            None => {}
        }
    }
}

/// Tests stand in a folder of that name, or in a file.
fn is_test(file: &Path) -> bool {
    let file = file.strip_prefix(root()).unwrap_or(file);
    file.file_name().is_some_and(|name| name == "tests.rs") || file.iter().any(|folder| folder == "tests")
}

/// As it is written in the repository.
fn short(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

fn everything() -> Vec<PathBuf> {
    ["crates", "server", "cli", "tests"].iter().flat_map(|folder| sources(&root().join(folder))).collect()
}

pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
