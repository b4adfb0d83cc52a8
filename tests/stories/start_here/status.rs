//! `allymap status`: what comes next, and what is said of a folder that something has damaged.

use allymap_store::{Batch, Options, SledStore, Store};
use allymap_tests::{Shared, Volunteer};

use crate::alone;

#[test]
fn status_tells_what_is_due_whom_we_owe_and_which_tie_is_strained_and_nothing_where_there_is_nothing() {
    let wren = alone();
    wren.organisation("Alder Club", "c");
    let quiet = wren.ok(&["status"]).stdout;
    for label in ["Due", "Balance", "Alarm", "Events"] {
        assert!(!quiet.lines().any(|line| line.starts_with(label)), "{label}: {quiet}");
    }
    for (name, day) in [("Birch Club", "tomorrow"), ("Cedar Club", "in 3 weeks")] {
        wren.organisation(name, "b");
        wren.ok(&["log", "add", name, "--kind", "call", "--on", "2 weeks ago", "--followup", day]);
        wren.ok(&["got", name, "cake", "--size", if name == "Birch Club" { "2" } else { "3" }]);
        wren.ok(&["log", "add", name, "--kind", "call", "--followup", day]);
    }
    wren.organisation("Yarrow Circle", "a");
    wren.ok(&["partner", "edit", "yarrow", "--health", "strained", "--source", "Rosa", "--because", "we came late"]);
    wren.log("yarrow", "call", "7 weeks ago");
    let told = wren.ok(&["status"]).stdout;
    for line in [
        "Due         1 within a week, 1 overdue: allymap due",
        "Balance     we owe Cedar Club, Birch Club: allymap balance",
        "Alarm       strained tie with rights holders: Yarrow Circle",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let json = wren.json(&["status"]);
    assert_eq!((&json["due_within_a_week"], &json["overdue"]), (&1.into(), &1.into()), "{json}");
    assert_eq!(json["we_owe"][0]["entry"], "Cedar Club");
    assert_eq!(json["strained_with_rights_holders"][0]["entry"], "Yarrow Circle");
    assert!(
        wren.ok(&["status", "--plain"]).stdout.contains("Alarm: strained tie with rights holders: Yarrow Circle\n")
    );
}

#[test]
fn what_a_member_has_seen_is_counted_and_the_maps_own_page_is_no_entry() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    // A new campaign is written on the map's own page.
    ana.ok(&["move", "choir", "neutral", "--for", "Welcome towns", "--because", "first talk"]);
    let status = ana.json(&["status"]);
    assert_eq!(status["edited_entries_kept_here"], 1);
    assert_eq!(status["map_itself_edited"], true);
    assert!(ana.ok(&["status"]).stdout.contains("1 entry, and the map's own page, with changes"));
    ana.ok(&["sync"]);
    assert!(!ana.ok(&["status"]).stdout.contains("seen by"));
    ben.ok(&["sync"]);
    ben.ok(&["log", "add", "choir", "--note", "called them"]);
    ben.ok(&["sync"]);
    ana.ok(&["sync"]);
    let status = ana.ok(&["status"]).stdout;
    assert!(status.contains("everything of yours is with the relay, seen by 1 device"), "{status}");
}

/// Takes rows out of a home's store, as damage does.
fn lose(volunteer: &Volunteer, prefix: &[u8]) {
    let options = Options { cache_bytes: 1 << 20, wait: std::time::Duration::ZERO, program: "a test".to_owned() };
    let mut store = SledStore::open(&volunteer.home.join("data/maps"), options).unwrap().store;
    let mut batch = Batch::default();
    store
        .scan(prefix, None, &mut |key, _| {
            batch.delete(key);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert!(!batch.is_empty(), "there was something to lose");
    store.write(&batch).unwrap();
}

#[test]
fn a_lost_row_of_the_list_of_maps_is_made_anew_and_said() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    lose(ana, b"g/map/");
    let answer = ana.ok(&["status"]);
    assert!(answer.stderr.contains("Kill Town") && answer.stderr.contains("nothing is lost"), "{answer:?}");
    let again = ana.ok(&["status"]);
    assert!(!again.stderr.contains("damaged"), "once: {again:?}");
    assert!(again.stdout.contains("Kill Town · 1 entry"), "{again:?}");
    assert_eq!(ana.json(&["status"])["name"], "Ana");
    ana.ok(&["sync"]);
}

#[test]
fn a_map_that_lost_its_own_description_is_not_called_no_map() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    lose(ana, &[b'h', 0, 1]);
    let answer = ana.run(&["status"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("damaged") && answer.stderr.contains("invite this computer again"), "{answer:?}");
    assert!(!answer.stderr.contains("no map"), "{answer:?}");
}

#[test]
fn maps_without_their_keys_are_not_called_no_map_and_get_no_new_keys() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let keys = ana.home.join("data/keyslots");
    let bytes = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    for command in [&["status"][..], &["new", "Other", "--name", "Ana", "--group", "Harbour", "--no-input"]] {
        let answer = ana.run(command);
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(answer.stderr.contains("Put that file back"), "{answer:?}");
    }
    std::fs::write(&keys, bytes).unwrap();
    ana.ok(&["status"]);
}
