//! What the pages and the program say of the commands, for tests that go through all of them.

use std::path::{Path, PathBuf};

use crate::Volunteer;

/// A command that does something, as `allymap help --json` lists it.
#[derive(Debug)]
pub struct Leaf {
    pub command: String,
    pub examples: Vec<String>,
}

/// Every command that does something.
pub fn leaves(volunteer: &Volunteer) -> Vec<Leaf> {
    let told = volunteer.json(&["help"]);
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    let leaf = |one: &serde_json::Value| Leaf {
        command: text(&one["command"]),
        examples: one["examples"].as_array().expect("a list").iter().map(text).collect(),
    };
    told["commands"].as_array().expect("a list").iter().map(leaf).collect()
}

/// The commands of the table in `docs/json.md`, without "allymap", each with its fields.
pub fn json_rows() -> Vec<(String, Vec<String>)> {
    let page = std::fs::read_to_string(repository().join("docs/json.md")).expect("the page is there");
    page.lines()
        .filter_map(|line| line.strip_prefix("| `allymap ")?.strip_suffix(" |")?.split_once("` | "))
        .map(|(command, fields)| (command.to_owned(), fields.split(", ").map(str::to_owned).collect()))
        .collect()
}

/// The words of a command line, quotes taken off.
pub fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().expect("it begins with one").push(letter),
        }
    }
    words
}

/// An answer of one line of JSON on many lines.
pub fn in_order(line: &str) -> String {
    let whole = serde_json::from_str::<serde_json::Value>(line)
        .map(|value| serde_json::to_string_pretty(&value).expect("it was JSON"));
    whole.unwrap_or_else(|_| line.to_owned()) + "\n"
}

/// The repository's own folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

const EXAMPLES: [&str; 3] = ["contacts.csv", "our-rules.toml", "cases.toml"];

/// Puts the example files of the documentation into a folder, where commands of the pages look for them.
pub fn example_files(folder: &Path) {
    let examples = folder.join("docs/examples");
    std::fs::create_dir_all(&examples).expect("the folder can be written");
    for name in EXAMPLES {
        std::fs::copy(repository().join("docs/examples").join(name), examples.join(name)).expect("it is there");
    }
}

/// Makes a folder in which every example of the help finds its files, and a home that is a copy of this one.
pub fn rehearsal(folder: &Path, home: &Path, old_map: &Path) {
    copy(home, &folder.join("home"));
    example_files(folder);
    for name in EXAMPLES {
        std::fs::copy(repository().join("docs/examples").join(name), folder.join(name)).expect("it is there");
    }
    std::fs::copy(old_map, folder.join("old-map.jsonl")).expect("it was exported");
    std::fs::create_dir_all(folder.join(".config/fish/completions")).expect("the folder can be written");
    let councillors = r#"{"persons":[{"id":"wharf/1","name":"Invented Person"}]}"#;
    std::fs::write(folder.join("councillors.json"), councillors).expect("the folder can be written");
}

/// A folder with all that lies in it, and who may enter it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be written");
    let rights = std::fs::metadata(from).expect("it is there").permissions();
    std::fs::set_permissions(to, rights).expect("it is ours");
    for entry in std::fs::read_dir(from).expect("it is there").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("the folder can be written");
        }
    }
}
