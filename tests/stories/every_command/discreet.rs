//! SEC6, `--discreet`: a screen that others can see names nobody and quotes nobody.

use std::collections::BTreeSet;

use allymap_tests::Volunteer;
use serde_json::Value;

/// The invented town, with a few things more that name people.
fn town() -> (Volunteer, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let wren = Volunteer::new(folder.path().join("home"));
    wren.ok(&["new", "--practice", "--name", "Perpetua Quill", "--no-input"]);
    for arguments in [
        &[
            "log",
            "add",
            "ropewalk choir",
            "--with",
            "Odile Marsh",
            "--note",
            "They fear for the old slip",
            "--on",
            "today",
        ][..],
        &[
            "risk",
            "add",
            "ropewalk choir",
            "--type",
            "legal",
            "--level",
            "medium",
            "--reason",
            "somebody may sue over it",
            "--said-by",
            "Casimir Holt",
            "--looked-after-by",
            "Odile Marsh",
            "--evidence",
            "a letter of the council",
        ],
        &["partner", "edit", "ropewalk choir", "--notes", "The back door is never locked\nand Odile Marsh has the key"],
        &["ask", "ropewalk choir", "sing at the harbour wall", "--size", "1"],
        &["map", "edit", "--strategy", "Tea before anything else"],
    ] {
        wren.ok(&[arguments, &["--no-input"]].concat());
    }
    (wren, folder)
}

fn normal(text: &str) -> String {
    let words: Vec<String> = text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
    format!(" {} ", words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// What somebody wrote: every text of these keys, at any depth.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let free =
                    ["text", "reason", "evidence", "mitigation_words", "how", "with", "said_by", "looked_after_by"];
                if let Some(text) = value.as_str().filter(|_| free.contains(&key.as_str())) {
                    found.extend(text.lines().map(normal));
                } else if key != "content" {
                    texts(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// Names of all entries and members, and all that was written in own words, as an export has them.
fn secrets(wren: &Volunteer) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in wren.ok(&["export", "--format", "jsonl"]).stdout.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        if entry["kind"] != "map" {
            found.insert(normal(entry["name"].as_str().unwrap()));
        }
        texts(&entry, &mut found);
    }
    found.insert(normal("Perpetua Quill"));
    found.insert(normal("Tea before anything else"));
    // One word may stand in a sentence of the program's own.
    found.retain(|text| text.split_whitespace().count() > 1);
    found
}

#[test]
fn no_reading_command_prints_a_name_or_a_note() {
    let (wren, _folder) = town();
    let secrets = secrets(&wren);
    assert!(secrets.len() > 80 && secrets.contains(&normal("and Odile Marsh has the key")), "{secrets:?}");
    let campaign = wren.json(&["campaign", "list"])["campaigns"][0]["sentence"].as_str().unwrap().to_owned();
    for arguments in [
        &["partner", "list", "--archived"][..],
        &["partner", "show", "the ropewalk choir"],
        &["partner", "list", "--position", "passive-ally", "--for", &campaign],
        &["partner", "show", "yarrabin women's circle"],
        &["partner", "show", "the ropewalk choir", "--questions"],
        &["partner", "duplicates"],
        &["find", "thornwick"],
        &["spectrum", "--for", &campaign, "--since", "1 jan 2026"],
        &["campaign", "list"],
        &["campaign", "show", &campaign],
        &["next", "--for", &campaign, "--all"],
        &["approach", "check", "st cuthwyn's parish"],
        &["log", "list", "the ropewalk choir"],
        &["ask", "--list"],
        &["balance"],
        &["due", "--within", "3m"],
        &["due", "--offers"],
        &["risk", "list"],
        &["risk", "list", "brackwater quarry company"],
        &["risk", "show", "the ropewalk choir"],
        &["link", "list"],
        &["link", "path", "quarry", "--for", &campaign],
        &["link", "path", "quarry", "--from", "passive-ally", "--for", &campaign],
        &["voices", "quarry"],
        &["map", "show"],
        &["map", "show", "--questions"],
        &["todo", "--all"],
        &["todo", "--questions"],
        &["date", "list"],
        &["place", "list"],
        &["member", "list"],
        &["history", "the ropewalk choir", "--all"],
        &["status"],
        &["undo", "--dry-run"],
        &["where"],
        &["capacity"],
    ] {
        for format in ["--plain", "--json"] {
            let answer = wren.run(&[arguments, &["--discreet", format]].concat());
            let said = normal(&format!("{} {}", answer.stdout, answer.stderr));
            let told: Vec<&String> = secrets.iter().filter(|secret| said.contains(secret.as_str())).collect();
            assert!(told.is_empty(), "{arguments:?} {format} told {told:?}:\n{answer:?}");
            assert!([0, 3].contains(&answer.code), "{answer:?}");
        }
    }
}

#[test]
fn initials_stay_distinct_and_full_names_are_understood() {
    let (wren, _folder) = town();
    let shown = wren.ok(&["partner", "show", "the ropewalk choir", "--discreet"]).stdout;
    let short = wren.json(&["partner", "list"])["entries"].as_array().unwrap().iter().find_map(|entry| {
        (entry["name"] == "The Ropewalk Choir").then(|| entry["short_id"].as_str().unwrap().to_owned())
    });
    assert!(shown.starts_with(&format!("T. R. C. [{}] · ", short.unwrap())), "{shown}");
    assert!(shown.contains("Notes                 (left out)\n"), "{shown}");
    // What is written is whole, and so is what is read without the flag.
    let kept = wren.ok(&["log", "add", "the ropewalk choir", "--note", "a second verse", "--discreet", "--no-input"]);
    assert!(kept.stdout.starts_with("Kept for T. R. C. ["), "{kept:?}");
    wren.ok(&["partner", "edit", "the ropewalk choir", "--name", "The Weir Choir", "--discreet"]);
    // The map holds the former name no longer; its history does.
    for arguments in [&["undo", "--dry-run"][..], &["history", "weir choir", "--all"]] {
        let said = wren.ok(&[arguments, &["--discreet"]].concat()).stdout;
        assert!(!said.contains("Choir") && said.contains("(left out)"), "{said}");
    }
    let log = wren.json(&["log", "list", "weir choir"]);
    assert_eq!(log["entry"], "The Weir Choir");
    assert!(log["log"].as_array().unwrap().iter().any(|line| line["text"] == "a second verse"), "{log}");
    // The environment says it for a whole day; an export on the screen is refused, a file is whole.
    let discreet = |arguments: &[&str]| {
        let mut command = wren.command();
        command.env("ALLYMAP_DISCREET", "1").args(arguments);
        allymap_tests::Answer::of_process(command.output().unwrap(), arguments)
    };
    let list = discreet(&["partner", "list"]);
    assert!(list.stdout.contains("T. W. C. [") && !list.stdout.contains("Weir"), "{list:?}");
    let export = discreet(&["export"]);
    assert!(export.code != 0 && export.stdout.is_empty() && export.stderr.contains("--discreet"), "{export:?}");
    let file = wren.home.join("map.jsonl");
    assert_eq!(discreet(&["export", "-o", file.to_str().unwrap()]).code, 0);
    assert!(std::fs::read_to_string(file).unwrap().contains("The Weir Choir"));
}
