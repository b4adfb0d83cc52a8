//! What the command line promises of all its commands: help that runs, failures that say what to do, nothing that hangs.

use std::path::Path;
use std::process::{Command, Stdio};

use allymap_tests::{Answer, RelayProcess, Volunteer, page, told};

use crate::volunteer;

/// A line as somebody types it into a shell, in this folder.
pub(crate) fn shell(line: &str, home: &Path, folder: &Path) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default().into_string().unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .env_clear()
        .env("PATH", format!("{}:{path}", told().parent().unwrap().display()))
        .env("ALLYMAP_HOME", home)
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

fn typed(line: &str, home: &Path, folder: &Path) -> Answer {
    Answer::of_process(shell(line, home, folder).output().expect("there is a shell"), &[line])
}

/// A failure says what happened, under a code, and what to do.
fn says_what_to_do(answer: &Answer) -> bool {
    answer.stderr.contains("[AM-") && answer.stderr.contains("\nHint: ") || answer.stderr.contains("\"code\":\"AM-")
}

/// How examples end that cannot end well here: a code that was cut, a question that nobody answers, nobody who asks to join.
const ENDS: &[(&str, i32)] = &[
    ("allymap new \"Kill Town\"", 2),
    ("allymap join ", 2),
    ("allymap relay add ", 2),
    ("allymap member approve ", 3),
    ("allymap member decline ", 3),
    ("allymap lock", 2),
];

#[test]
fn every_example_of_every_page_of_help_runs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let relay = RelayProcess::start(&at("relay"), None);
    // A practice map is never exchanged.
    let [shared, town] = ["shared", "town"].map(|name| {
        let wren = Volunteer::new(at(name));
        wren.ok(&["new", "Kill Town", "--name", "Wren", "--group", "Harbour", "--relay", &relay.line, "--no-input"]);
        wren
    });
    town.ok(&["new", "--practice"]);
    let exported = at("old-map.jsonl");
    town.ok(&["export", "-o", exported.to_str().unwrap()]);
    let (mut ran, mut wrong) = (0, Vec::new());
    for leaf in page::leaves(&town) {
        assert!(leaf.examples.len() >= 2, "{leaf:?}");
        let of_several =
            ["invite", "member", "relay", "sync", "recovery"].contains(&leaf.command.split(' ').next().unwrap());
        for example in &leaf.examples {
            // Ends when somebody stops it; `together/sync/watch.rs` does. And the demo has a test that looks at each of its claims.
            if example.contains("--watch") || leaf.command == "demo" {
                continue;
            }
            let work = at(&format!("work-{ran}"));
            page::rehearsal(&work, if of_several { &shared.home } else { &town.home }, &exported);
            let answer = typed(example, &work.join("home"), &work);
            let ends = ENDS.iter().find(|(line, _)| example.starts_with(line)).map_or(0, |(_, code)| *code);
            let ends = if example.contains("--name Wren --group") { 0 } else { ends };
            if answer.code != ends || (ends != 0 && !says_what_to_do(&answer)) {
                wrong.push(format!("{example}\n  {answer:?}"));
            }
            ran += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 150, "{ran}");
}

#[test]
fn with_nobody_to_ask_every_command_ends_and_says_what_is_missing() {
    let (wren, folder) = volunteer();
    wren.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let answers = |words: &[&str]| wren.run_in(folder.path(), words);
    for leaf in page::leaves(&wren) {
        if leaf.command == "demo" {
            continue;
        }
        let words: Vec<&str> = leaf.command.split(' ').collect();
        for more in [&["--no-input"][..], &["choir", "--no-input"], &["choir", "x", "--no-input"]] {
            let answer = answers(&[&words, more].concat());
            let ends = match leaf.command.as_str() {
                // Nothing to take back, nobody who asks, no relay: the words say so.
                "undo" | "invite" | "sync" | "man" | "import" | "recovery" | "member approve" | "member decline" => {
                    0..=6
                }
                // Something is open, or is there already: a person is needed.
                "event add" | "event assess" | "event decide" => 0..=4,
                _ => 0..=3,
            };
            assert!(ends.contains(&answer.code), "{} {more:?}: {answer:?}", leaf.command);
            assert!(answer.code == 0 || says_what_to_do(&answer), "{} {more:?}: {answer:?}", leaf.command);
        }
        let told = answers(&[&words, &["--no-input", "--json", "--nonsense"][..]].concat());
        assert_eq!(told.code, 2, "{}: {told:?}", leaf.command);
        let error: serde_json::Value = serde_json::from_str(&told.stderr).unwrap();
        assert_eq!((&error["schema"], &error["error"]["code"]), (&"allymap/1".into(), &"AM-USAGE".into()));
        assert!(error["error"]["message"].as_str().unwrap().contains("--nonsense"), "{error}");
        assert!(!error["error"]["hint"].as_str().unwrap().is_empty(), "{error}");
    }
}

/// Failures that are easily reached, one after the other, as somebody reads them.
const FAILURES: &[&str] = &[
    "partnr",
    "partner",
    "partner lst",
    "partner add",
    "partner add Kiln",
    "partner add Kiln --kind organisatoin",
    "partner add \"Wharf Choir\" --kind organisation",
    "partner add \"Oona Vale\" --kind person",
    "partner show nobody",
    "partner show wharf",
    "partner list --kind boat",
    "partner list --kindd person",
    "edit choir phone none",
    "edit choir nosuch x",
    "move choir sideways",
    "move choir",
    "campaign show bread",
    "log add choir --kind metting",
    "log list choir --since someday",
    "history choir --field phne",
    "history --since someday",
    "ask choir forum --size 9",
    "risk add choir --type weather --level high",
    "event show choir",
    "event add Palm --organisers nobody",
    "consent add choir --answer maybe",
    "consent withdraw choir --because tea",
    "request lift choir tea --said-by Oona",
    "refer add nowhere --to staff",
    "policy show R99",
    "policy check nothing.toml",
    "link add choir nobody",
    "link add choir kiln",
    "date add Fair --on \"first sunday\"",
    "date show fair",
    "place show choir",
    "map use elsewhere",
    "map answer 99 --text x",
    "import nothing.csv",
    "export --for public",
    "config set moon 1",
    "lock",
    "lock --new-passphrase",
    "invite",
    "member approve 1",
    "relay add ALLYMAP-RELAY:9QK2",
    "join ALLYMAP:9QK2",
    "sync",
    "undo --nonsense",
    "help nonsense",
];

#[test]
fn what_failures_say_is_what_somebody_looked_at() {
    let (wren, folder) = volunteer();
    for name in ["Wharf Choir", "Wharf Kiln"] {
        wren.ok(&["partner", "add", name, "--kind", "organisation"]);
    }
    let mut said = String::new();
    for line in FAILURES {
        let answer = wren.run_in(folder.path(), &page::words(line));
        assert!(answer.code != 0 && says_what_to_do(&answer), "{line}: {answer:?}");
        let stderr = answer.stderr.replace(&*folder.path().to_string_lossy(), "HOME");
        assert!(!stderr.contains("volunteer-"), "{stderr}");
        let stderr: Vec<String> = stderr
            .lines()
            .map(|line| match line.rsplit_once("  [") {
                Some((named, id)) if id.ends_with(']') => format!("{named}  [ID]"),
                _ => line.to_owned(),
            })
            .collect();
        said.push_str(&format!("$ allymap {line}\n{}\nexit {}\n\n", stderr.join("\n"), answer.code));
    }
    let path = page::repository().join("tests/stories/outputs/failures.txt");
    if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&path).unwrap_or_default(), "failures read otherwise");
}

#[test]
fn the_first_evening_of_the_readme_goes_as_it_says() {
    let text = std::fs::read_to_string(page::repository().join("README.md")).unwrap();
    let evening = text.split("## A first evening").nth(1).unwrap().split("\n## ").next().unwrap();
    let lines: Vec<&str> = evening.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(lines.len() >= 8, "{lines:?}");
    let folder = tempfile::tempdir().unwrap();
    page::example_files(folder.path());
    let ana = Volunteer::new(folder.path().join("home"));
    let mut due = String::new();
    for line in lines {
        let answer = typed(line, &ana.home, folder.path());
        assert_eq!(answer.code, 0, "{line}: {answer:?}");
        if line.contains(" due ") {
            due = answer.stdout;
        }
    }
    assert!(ana.json(&["partner", "list"])["entries"].as_array().unwrap().len() >= 10);
    assert_eq!(ana.json(&["log", "list", "river choir"])["log"][0]["kind"], "one-to-one");
    assert!(due.contains("River Choir"), "{due}");
    let svg = std::fs::read_to_string(folder.path().join("spectrum.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("River Choir"), "{svg}");
    assert!(folder.path().join("thornwick.html").is_file());
}
