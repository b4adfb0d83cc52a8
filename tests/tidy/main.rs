//! The repository keeps its promises.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: what it cannot open, it fails by, and nobody else reads it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

mod code;
mod sources;

/// Crates that are handed time, chance and whatever else is outside.
const WITHOUT_IO: [&str; 8] = ["wire", "seal", "document", "replica", "relay", "domain", "doors", "policy"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

/// What cargo knows of the workspace on this platform; packages of others need not be here.
fn metadata() -> &'static serde_json::Value {
    static METADATA: OnceLock<serde_json::Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let version = Command::new("rustc").arg("-vV").output().expect("rustc runs");
        let version = String::from_utf8(version.stdout).expect("it speaks text");
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("it names its host");
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
    })
}

/// Packages and the packages they depend on when built (not for tests), by name.
fn doors(metadata: &serde_json::Value) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let mut doors = BTreeMap::new();
    for node in metadata["resolve"]["nodes"].as_array().unwrap() {
        let open = node["deps"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dep| dep["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null()))
            .map(|dep| names[dep["pkg"].as_str().unwrap()].to_owned())
            .collect();
        doors.insert(names[node["id"].as_str().unwrap()].to_owned(), open);
    }
    doors
}

fn everything_below(package: &str, doors: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(next) = open.pop() {
        for below in &doors[&next] {
            if found.insert(below.clone()) {
                open.push(below.clone());
            }
        }
    }
    found
}

#[test]
fn every_door_stands_in_the_table_of_architecture() {
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut told = BTreeMap::new();
    for line in architecture.lines().filter(|line| line.starts_with("| allymap-")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let open: BTreeSet<String> = match cells[3] {
            "–" => BTreeSet::new(),
            list => list.split(", ").map(|name| format!("allymap-{name}")).collect(),
        };
        told.insert(cells[1].to_owned(), open);
    }
    let doors = doors(metadata());
    let ours: BTreeSet<&String> = doors.keys().filter(|name| name.starts_with("allymap-")).collect();
    assert_eq!(ours, told.keys().collect(), "the table and the workspace have different packages");
    for (package, open) in doors.iter().filter(|(name, _)| name.starts_with("allymap-") && *name != "allymap-tests") {
        let open: BTreeSet<String> = open.iter().filter(|name| name.starts_with("allymap-")).cloned().collect();
        assert_eq!(open, told[package], "the doors of {package} differ from ARCHITECTURE.md");
    }
}

#[test]
fn the_server_can_read_no_map() {
    let below = everything_below("allymap-server", &doors(metadata()));
    for banned in ["automerge", "allymap-document", "allymap-domain", "allymap-seal", "allymap-replica"] {
        assert!(!below.contains(banned), "the server contains {banned}");
    }
}

#[test]
fn sled_and_automerge_have_one_room_each() {
    for (package, open) in doors(metadata()) {
        if package.starts_with("allymap-") {
            assert!(!open.contains("sled") || package == "allymap-store", "{package} opens sled");
            assert!(!open.contains("automerge") || package == "allymap-document", "{package} opens automerge");
        }
    }
}

#[test]
fn the_rules_open_no_format_of_strangers_and_who_reads_one_cannot_write() {
    let doors = doors(metadata());
    for banned in ["csv", "encoding_rs", "chardetng", "calamine"] {
        assert!(!doors["allymap-domain"].contains(banned), "allymap-domain opens {banned}");
    }
    for banned in ["allymap-document", "allymap-replica", "allymap-store"] {
        assert!(!doors["allymap-doors"].contains(banned), "allymap-doors opens {banned}");
    }
    assert!(!doors["allymap-cli"].contains("allymap-doors"), "the program asks the home");
}

#[test]
fn crates_without_io_have_no_runtime_and_no_chance_of_their_own() {
    let doors = doors(metadata());
    for package in WITHOUT_IO {
        let open = &doors[&format!("allymap-{package}")];
        for banned in ["tokio", "axum", "tokio-tungstenite", "getrandom", "tracing-subscriber", "clap"] {
            assert!(!open.contains(banned), "allymap-{package} opens {banned}");
        }
    }
}

#[test]
fn the_home_knows_no_terminal_and_the_program_nothing_below_the_home() {
    let doors = doors(metadata());
    let below = everything_below("allymap-home", &doors);
    for banned in ["clap", "inquire", "anstream", "comfy-table", "rpassword", "crossterm", "allymap-cli"] {
        assert!(!below.contains(banned), "the home contains {banned}");
    }
    let ours: BTreeSet<&str> =
        doors["allymap-cli"].iter().map(String::as_str).filter(|name| name.starts_with("allymap-")).collect();
    assert_eq!(ours, BTreeSet::from(["allymap-domain", "allymap-home", "allymap-policy"]));
}

#[test]
fn the_files_of_commands_are_the_commands_of_help() {
    let table = std::fs::read_to_string(root().join("cli/src/commands.rs")).unwrap();
    let (_, groups) = table.split_once("GROUPS: ").expect("the table of groups stands there");
    let (groups, _) = groups.split_once("];\n").expect("it ends");
    // The first of each group is its heading, which begins with a capital.
    let words = groups.split('"').skip(1).step_by(2);
    let commands: BTreeSet<String> =
        words.filter(|word| word.starts_with(|letter: char| letter.is_lowercase())).map(str::to_owned).collect();
    assert!(commands.len() > 40, "only {} commands found", commands.len());
    let files = std::fs::read_dir(root().join("cli/src/commands")).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let files: BTreeSet<String> = files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(files, commands);
}

#[test]
fn every_way_to_a_terminal_goes_through_the_cleaning_door() {
    // Who asks, and who prints: what others wrote passes `Output::safe` there.
    let ways = [
        ("inquire::", "terminal/prompt.rs"),
        ("rpassword::", "terminal/prompt.rs"),
        ("comfy_table::", "terminal/output.rs"),
        (".streams.out()", "terminal/output.rs"),
        (".streams.err()", "terminal/output.rs"),
        ("anstream::", "terminal/shell.rs"),
        ("io::stdout()", "terminal/shell.rs"),
        ("io::stderr()", "terminal/shell.rs"),
        ("io::stdin()", "terminal/shell.rs"),
    ];
    let room = root().join("cli/src");
    let mut seen = BTreeSet::new();
    for path in sources::sources(&room) {
        let here = path.strip_prefix(&room).unwrap().to_string_lossy().replace('\\', "/");
        let code = code::rules(&std::fs::read_to_string(&path).unwrap());
        for (way, door) in ways.iter().filter(|(way, _)| code.contains(way)) {
            assert_eq!(here, *door, "{here} goes to a terminal by {way}");
            seen.insert(*way);
        }
        for macro_name in ["println!", "eprintln!", "print!", "eprint!"] {
            let printed =
                code.match_indices(macro_name).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric()));
            assert!(!printed, "{here} prints by itself");
        }
    }
    assert_eq!(seen.len(), ways.len(), "a way that nobody goes any more: {seen:?}");
}

#[test]
fn links_between_pages_lead_somewhere() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(path);
            assert!(target.exists(), "{} leads to {}, which is not there", page.display(), target.display());
        }
    }
}

#[test]
fn every_requirement_of_the_page_has_a_command_and_tests_that_name_it() {
    let page = std::fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| S"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 60, "only {} rows found", rows.len());
    let mut missing = Vec::new();
    for row in rows {
        let (number, commands, files) = (row[1], quoted(row[3]), quoted(row[4]));
        assert!(!commands.is_empty() && !files.is_empty(), "{row:?}");
        for command in commands {
            let word = command.split(' ').next().unwrap_or_default();
            let there = root().join("cli/src/commands").join(format!("{word}.rs")).is_file();
            assert!(there, "{number}: there is no command {command}");
        }
        for file in files {
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            if !named(&text).contains(number) {
                missing.push(format!("no test of {file} names {number}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Every word of the doc comments of tests, as `S45` or `SEC27`.
fn named(file: &str) -> BTreeSet<String> {
    let (mut named, mut comment) = (BTreeSet::new(), String::new());
    for line in file.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            comment.push_str(words);
        } else if line == "#[test]" {
            named.extend(comment.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned));
        } else {
            comment.clear();
        }
    }
    named
}

fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in [root(), root().join("docs"), root().join("docs/decisions")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}
