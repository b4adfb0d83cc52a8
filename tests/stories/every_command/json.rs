//! `--json`: the documented fields of every answer.

use std::collections::BTreeSet;

use allymap_tests::{Answer, RelayProcess, Shared, Volunteer, page};

/// What stands in the page instead of what differs each time.
struct Stage {
    shared: Shared,
    other_relay: RelayProcess,
    invitation: String,
    words: Vec<String>,
}

impl Stage {
    fn newcomer(&self, name: &str) -> Volunteer {
        Volunteer::new(self.shared.folder.path().join(name))
    }

    /// Runs a command of the page where its files are, by whoever it is for.
    fn run(&self, command: &str) -> Answer {
        let mut words = page::words(command);
        let mut said = self.words.iter();
        for word in &mut words {
            match word.as_str() {
                "ALLYMAP:…" => word.clone_from(&self.invitation),
                "ALLYMAP-RELAY:…" => word.clone_from(&self.other_relay.line),
                "…" => word.clone_from(said.next().expect("four words were read out")),
                _ => {}
            }
        }
        words.push("--json".to_owned());
        let who = if command.starts_with("join ") { &self.newcomer("ben") } else { &self.shared.members[0] };
        who.run_in(self.shared.folder.path(), &words)
    }

    fn told(&self, command: &str) -> serde_json::Value {
        let answer = self.run(command);
        // An answer that waits for a person is one, and says so.
        let ends = if command.starts_with("event assess ") { 4 } else { 0 };
        assert_eq!(answer.code, ends, "allymap {command}: {answer:?}");
        assert_eq!(answer.stdout.lines().count(), 1, "allymap {command} answers with one object: {answer:?}");
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("allymap {command}: {error}: {answer:?}"))
    }
}

#[test]
fn json_has_the_fields_that_its_page_names_for_every_command() {
    let shared = Shared::with_members(1);
    let other_relay = RelayProcess::start(&shared.folder.path().join("other-relay"), None);
    page::example_files(shared.folder.path());
    std::fs::write(shared.folder.path().join("passphrase.txt"), "heron over the weir\n").unwrap();
    shared.members[0].ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let mut stage = Stage { shared, other_relay, invitation: String::new(), words: Vec::new() };
    // All of them at once, as they would have to stand on the page.
    let mut differs = Vec::new();
    let rows = page::json_rows();
    for (command, documented) in &rows {
        if command.starts_with("member decline ") {
            let ana = &stage.shared.members[0];
            let code = ana.ok(&["invite"]).stdout;
            ana.ok(&["sync"]);
            stage.newcomer("cleo").ok(&["join", code.trim(), "--name", "Cleo", "--group", "Bay", "--no-input"]);
            ana.ok(&["sync"]);
        }
        let told = stage.told(command);
        assert_eq!(told["schema"], "allymap/1", "{command}");
        if let Some(code) = told["invitation"].as_str() {
            stage.invitation = code.to_owned();
            stage.shared.members[0].ok(&["sync"]);
        }
        if command.starts_with("join ") {
            stage.words = told["words"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().into()).collect();
        }
        let answered: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        if answered != documented.iter().map(String::as_str).chain(["schema"]).collect() {
            let fields: Vec<&str> = answered.into_iter().filter(|field| *field != "schema").collect();
            differs.push(format!("| `allymap {command}` | {} |", fields.join(", ")));
        }
        if command == "partner list" {
            let page = std::fs::read_to_string(page::repository().join("docs/json.md")).unwrap();
            let sentence = page.lines().find_map(|line| line.strip_prefix("In lists of entries each has: ")).unwrap();
            let documented: BTreeSet<&str> = sentence.split_once(". ").unwrap().0.split(", ").collect();
            let answered = told["entries"][0].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(documented, answered);
        }
    }
    assert!(differs.is_empty(), "the page says otherwise:\n{}", differs.join("\n"));
    let missing: Vec<String> = page::leaves(&stage.shared.members[0])
        .into_iter()
        .map(|leaf| leaf.command)
        .filter(|leaf| !rows.iter().any(|(command, _)| format!("{command} ").starts_with(&format!("{leaf} "))))
        .collect();
    assert!(missing.is_empty(), "the page does not say what these answer: {missing:?}");
}
