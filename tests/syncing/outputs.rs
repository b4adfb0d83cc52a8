//! Whole outputs of the commands that bring people together, as a volunteer reads them. Nothing in them depends on the day.
//!
//! To write them anew after looking at what changed: `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-tests --test syncing outputs`.

use std::path::Path;

use allymap_tests::{Shared, Volunteer};

/// What differs each time, by what it is.
fn settled(text: &str, shared: &Shared) -> String {
    let text = text.replace(&shared.relay.url, "ws://RELAY").replace(&*shared.folder.path().to_string_lossy(), "HOME");
    let text = (1..10).fold(text, |text, minutes| text.replace(&format!("{minutes} min ago"), "just now"));
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let bare = word.trim_end();
        match bare.len() {
            8 if bare.chars().all(|letter| letter.is_ascii_hexdigit() && !letter.is_ascii_uppercase()) => {
                word.replace(bare, "DEVICE")
            }
            5 if bare.starts_with('[') && bare.ends_with(']') => word.replace(bare, "[ID]"),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

fn holds(shared: &Shared, who: &Volunteer, name: &str, arguments: &[&str]) {
    let answer = who.run(arguments);
    let answer = settled(&format!("$ allymap {}\n{}", arguments.join(" "), answer.stdout), shared);
    for line in answer.lines().filter(|_| !arguments.contains(&"--json")) {
        assert!(line.chars().count() <= 80, "{name}: {line}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("syncing/outputs").join(format!("{name}.txt"));
    if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
        std::fs::write(&path, &answer).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(answer, expected, "{name} reads otherwise than in {}", path.display());
}

#[test]
fn each_says_what_it_said() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--phone", "02 5550 0001"]);
    holds(&shared, ana, "status-kept", &["status"]);
    holds(&shared, ana, "relay-list-kept", &["relay", "list"]);
    holds(&shared, ana, "sync", &["sync"]);
    holds(&shared, ben, "sync-received", &["sync"]);
    holds(&shared, ana, "relay-list", &["relay", "list"]);
    holds(&shared, ben, "status", &["status"]);
    holds(&shared, ana, "member-list", &["member", "list"]);
    holds(&shared, ana, "member-list-json", &["member", "list", "--json"]);
    holds(&shared, ana, "member-waiting", &["member", "waiting"]);
    ana.ok(&["edit", "choir", "phone", "02 5550 0002"]);
    holds(&shared, ana, "undo", &["undo"]);
    holds(&shared, ana, "undo-json", &["undo", "--json"]);
    holds(&shared, ana, "history", &["history", "choir"]);
    holds(&shared, ben, "undo-nothing", &["undo"]);
}
