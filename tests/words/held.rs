//! What was said, in the files where somebody has read it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use allymap_tests::page;

/// Files of one folder under `outputs`, by their names.
pub(crate) struct Held {
    folder: PathBuf,
    files: BTreeMap<String, String>,
}

impl Held {
    pub(crate) fn new(folder: &str) -> Held {
        Held { folder: page::repository().join("tests/words/outputs").join(folder), files: BTreeMap::new() }
    }

    pub(crate) fn say(&mut self, file: &str, said: &str) {
        self.files.entry(file.to_owned()).or_default().push_str(said);
    }

    /// What this file holds until now; nothing while it is written anew.
    pub(crate) fn read(&self, file: &str) -> String {
        let path = self.folder.join(format!("{file}.txt"));
        if is_written_anew() { String::new() } else { std::fs::read_to_string(path).unwrap_or_default() }
    }

    /// Compares every file, and finds none that nobody says any more.
    pub(crate) fn compare_all(self) {
        let (folder, said): (PathBuf, BTreeSet<String>) = (self.folder.clone(), self.files.keys().cloned().collect());
        self.compare();
        let there = std::fs::read_dir(folder).expect("it is there").map(|file| file.expect("it can be read").path());
        for path in there {
            let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            assert!(said.contains(&name), "nobody says any more what stands in {}", path.display());
        }
    }

    /// Compares every file, or writes it.
    pub(crate) fn compare(self) {
        let mut differs = Vec::new();
        for (name, whole) in &self.files {
            let path = self.folder.join(format!("{name}.txt"));
            if is_written_anew() {
                std::fs::create_dir_all(&self.folder).expect("the folder can be written");
                std::fs::write(&path, whole).expect("the folder can be written");
            } else {
                let held = std::fs::read_to_string(&path).unwrap_or_default();
                differs.extend(first_difference(&held, whole).map(|text| format!("{}: {text}", path.display())));
            }
        }
        assert!(differs.is_empty(), "{}", differs.join("\n\n"));
    }
}

/// Somebody is about to read what changed.
pub(crate) fn is_written_anew() -> bool {
    std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some()
}

/// What a file holds, each part from a line that begins so.
pub(crate) fn parts(whole: &str, begins: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for line in whole.split_inclusive('\n') {
        match parts.last_mut() {
            Some(part) if !line.starts_with(begins) => part.push_str(line),
            _ => parts.push(line.to_owned()),
        }
    }
    parts
}

/// The first line that reads otherwise, with what stands around it.
fn first_difference(held: &str, now: &str) -> Option<String> {
    if held == now {
        return None;
    }
    let at = held.lines().zip(now.lines()).take_while(|(held, now)| held == now).count();
    let around = |text: &str| text.lines().skip(at.saturating_sub(12)).take(30).collect::<Vec<_>>().join("\n");
    Some(format!("line {} reads otherwise. It was:\n{}\n\nIt would be:\n{}", at + 1, around(held), around(now)))
}
