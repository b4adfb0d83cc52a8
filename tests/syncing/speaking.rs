//! What programs read: the documented fields of `--json`, completions and manual pages.

use std::collections::BTreeSet;

use allymap_tests::Shared;

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

#[test]
fn json_has_the_fields_that_its_page_names() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/json.md")).unwrap();
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let rows: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `allymap ")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    assert!(rows.len() > 15, "the table is read");
    // All of them at once, as they would have to stand on the page.
    let mut differs = Vec::new();
    for (command, fields) in rows {
        let words = words(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let told = ana.json(&words);
        assert_eq!(told["schema"], "allymap/1", "{command}");
        let documented: BTreeSet<&str> = fields.split(", ").chain(["schema"]).collect();
        let answered: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        if answered != documented {
            let fields: Vec<&str> = answered.into_iter().filter(|field| *field != "schema").collect();
            differs.push(format!("| `allymap {command}` | {} |", fields.join(", ")));
        }
        if command == "partner list" {
            let sentence = page.lines().find_map(|line| line.strip_prefix("In lists of entries each has: ")).unwrap();
            let documented: BTreeSet<&str> = sentence.split_once(". ").unwrap().0.split(", ").collect();
            let answered = told["entries"][0].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(documented, answered);
        }
    }
    assert!(differs.is_empty(), "the page says otherwise:\n{}", differs.join("\n"));
}

#[test]
fn shells_and_manuals_know_every_command() {
    let shared = Shared::with_members(1);
    let nobody = allymap_tests::Volunteer::new(shared.folder.path().join("nobody"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = nobody.ok(&["completions", shell]).stdout;
        assert!(script.contains("spectrum") && script.contains("archive"), "{shell}");
    }
    assert!(!nobody.home.exists(), "neither needs a map");
    let pages = shared.folder.path().join("pages");
    nobody.ok(&["man", pages.to_str().unwrap()]);
    let page = std::fs::read_to_string(pages.join("allymap-partner-add.1")).unwrap();
    assert!(page.contains(".TH allymap-partner-add 1") && page.contains("allymap partner add"), "{page}");
    assert!(pages.join("allymap-undo.1").exists());
}

#[test]
fn a_slip_of_the_finger_is_answered_with_what_was_meant() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    for (typed, meant) in [
        (&["partnr"][..], "partner"),
        (&["partner", "lst"], "list"),
        (&["partner", "list", "--kindd", "person"], "--kind"),
        (&["partner", "show", "Warf Choir"], "Wharf Choir"),
        (&["partner", "add", "Kiln", "--kind", "organisatoin"], "organisation"),
    ] {
        let answer = ana.run(typed);
        assert!(matches!(answer.code, 2 | 3), "{typed:?}: {answer:?}");
        assert!(answer.stderr.contains(meant), "{typed:?}: {answer:?}");
    }
}
