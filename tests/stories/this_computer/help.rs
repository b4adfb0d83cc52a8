//! `allymap help`, and what is answered to words that are no command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use allymap_tests::{Shared, Volunteer, page};

use crate::{each, failed, volunteer};

/// S139
#[test]
fn topics_are_read_without_a_map_and_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let wren = Volunteer::new(folder.path().join("home"));
    let topics = wren.json(&["help", "topics"]);
    let slugs = each(&topics["topics"], "topic");
    for slug in ["contact", "relational-meetings", "being-an-ally"] {
        assert!(slugs.contains(&slug), "{slugs:?}");
    }
    for words in [&["relational", "meetings"][..], &["being", "an", "ally"], &["topics", "being-an-ally"]] {
        let text = wren.ok(&[&["help"][..], words].concat()).stdout;
        assert!(text.lines().filter(|line| !line.trim().is_empty()).count() >= 10, "{text}");
    }
    assert!(wren.ok(&["help", "contact"]).stdout.contains("There is no map here yet"));
    failed(&wren.run(&["help", "nonsense"]), 2);
    assert!(!wren.home.exists(), "reading leaves nothing behind");
}

#[test]
fn help_of_a_command_is_what_its_flag_shows() {
    let (wren, _folder) = volunteer();
    let all = wren.ok(&["help"]).stdout;
    assert!(all.contains("The community\n  map "), "{all}");
    let text = wren.ok(&["help", "map", "edit"]).stdout;
    assert!(text.starts_with("Say what the community is") && text.contains("Usage: allymap map edit"), "{text}");
    assert!(wren.ok(&["help", "date"]).stdout.contains("first sunday of july"));
}

/// The words of the guides for what they call otherwise than a command here, and the command.
const SAID_OTHERWISE: &[(&str, &str)] = &[
    ("add", "partner add"),
    ("show", "partner show"),
    ("list", "partner list"),
    ("archive", "partner archive"),
    ("same", "partner merge"),
    ("know", "partner edit WHO --known-by"),
    ("stage", "partner edit WHO --stage"),
    ("moves", "spectrum --since"),
    ("draw", "spectrum --draw"),
    ("give", "gave"),
    ("path", "link path"),
    ("dates", "date list"),
    ("halls", "place list"),
    ("parks", "place list"),
    ("why", "history"),
    ("news", "history"),
    ("settle", "risk settle"),
    ("members", "member list"),
    ("print", "report"),
    ("directory", "report --directory"),
    ("wallchart", "report --wallchart"),
    ("practice", "new --practice"),
    ("answer", "map answer"),
    ("decide", "event assess"),
    ("cases", "policy try"),
];

#[test]
fn words_of_the_guides_are_answered_with_the_command_that_does_it() {
    let (wren, _folder) = volunteer();
    for (word, command) in SAID_OTHERWISE {
        let answer = wren.run(&[word, "choir"]);
        failed(&answer, 2);
        assert!(answer.stderr.contains(&format!("Here that is: allymap {command}\n")), "{word}: {answer:?}");
    }
    let answer = wren.run(&["place", "cr dunn", "passive-opponent"]);
    assert!(answer.stderr.contains("allymap move 'cr dunn' passive-opponent"), "{answer:?}");
    assert!(wren.run(&["approach", "choir"]).stderr.contains("allymap approach check choir"));
    // These are commands, or other words of one.
    for words in [&["exchange", "--help"][..], &["ask", "--help"], &["got", "--help"], &["voices", "--help"]] {
        wren.ok(words);
    }
    // What this program cannot do yet is not told as a command.
    let commands: Vec<String> = page::leaves(&wren).into_iter().map(|leaf| leaf.command).collect();
    for word in ["decide", "refer", "cases", "bundle", "revoke"] {
        let answer = wren.run(&[word]);
        if let Some(told) = answer.stderr.split("Here that is: allymap ").nth(1) {
            assert!(commands.iter().any(|command| told.starts_with(command.as_str())), "{answer:?}");
        }
    }
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

/// Whoever changes a command then knows where its stories are.
#[test]
fn stories_stand_in_the_group_of_help_that_has_their_command() {
    let (wren, _folder) = volunteer();
    let help = wren.ok(&["help"]).stdout;
    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut group = String::new();
    for line in help.lines() {
        match line.strip_prefix("  ") {
            Some(listed) => {
                groups.entry(group.clone()).or_default().extend(listed.split(' ').next());
            }
            None => group = line.to_lowercase().replace(' ', "_"),
        }
    }
    let below = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    let stories = page::repository().join("tests/stories");
    let elsewhere = ["every_command", "main", "outputs"].map(str::to_owned);
    assert_eq!(below(&stories), groups.keys().cloned().chain(elsewhere).collect());
    for (group, commands) in groups {
        for file in below(&stories.join(&group)) {
            assert!(commands.contains(file.as_str()), "{group}/{file}.rs: {group} has no command of that name");
        }
    }
}
