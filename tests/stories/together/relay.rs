//! Several relays, and a folder that something has damaged: what is said of each.

use allymap_store::{Batch, Options, SledStore, Store};
use allymap_tests::{RelayProcess, Shared, Volunteer};

#[test]
fn of_several_relays_each_is_said_for_itself_and_one_that_has_everything_is_enough() {
    let mut shared = Shared::with_members(1);
    let mut second = RelayProcess::start(&shared.folder.path().join("second"), None);
    let ana = &shared.members[0];
    ana.ok(&["relay", "add", &second.line]);
    ana.ok(&["sync"]);
    second.kill();
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    let status = ana.json(&["status"]);
    assert_eq!(status["edited_entries_kept_here"], 1);
    let answer = ana.run(&["sync"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let line = |url: &str| {
        let line = answer.stdout.lines().find(|line| line.starts_with(url));
        line.unwrap_or_else(|| panic!("no line about {url}: {answer:?}")).to_owned()
    };
    assert!(line(&shared.relay.url).contains("everything of yours is with the relay"), "{answer:?}");
    assert!(line(&second.url).contains(": kept. ") && line(&second.url).contains("nobody answers there"), "{answer:?}");
    let status = ana.ok(&["status"]).stdout;
    assert!(status.contains("1 part kept here, not with the relay yet"), "{status}");
    let told = ana.json(&["sync"]);
    assert_eq!(told["caught_up"], false);
    let of = |url: &str| told["relays"].as_array().unwrap().iter().find(|one| one["url"] == url).unwrap().clone();
    assert_eq!(of(&shared.relay.url)["state"], "with the relay");
    assert_eq!(of(&second.url)["state"], "kept");
    assert_eq!(of(&second.url)["problem"]["code"], "AM-AWAY");

    shared.relay.kill();
    let answer = shared.members[0].run(&["sync"]);
    assert_eq!(answer.code, 6, "{answer:?}");
    assert_eq!(answer.stdout.matches(": kept. ").count(), 2, "{answer:?}");
    assert!(answer.stderr.contains("None of the 2 relays"), "{answer:?}");
    second.restart();
    assert_eq!(shared.members[0].run(&["sync"]).code, 0);
}

#[test]
fn who_was_let_in_while_a_relay_was_away_is_let_in_there_at_the_convenors_next_exchange() {
    let mut shared = Shared::with_members(2);
    let mut second = RelayProcess::start(&shared.folder.path().join("second"), None);
    for member in &shared.members {
        member.ok(&["relay", "add", &second.line]);
        member.ok(&["sync"]);
    }
    let listed = shared.members[0].json(&["relay", "list"]);
    if listed["relays"][0]["url"] == second.url {
        // Invitations go through the first one.
        std::mem::swap(&mut shared.relay, &mut second);
    }
    second.kill();
    shared.let_one_in();
    second.restart();
    let [ana, ben, newcomer] = [&shared.members[0], &shared.members[1], &shared.members[2]];
    // Ben carries all there is to say; only the list of members is a convenor's to bring.
    ben.ok(&["sync"]);
    let answer = ana.ok(&["sync"]);
    assert_eq!(answer.stdout.matches("everything of yours is with the relay").count(), 2, "{answer:?}");
    shared.relay.kill();
    newcomer.ok(&["relay", "add", &second.line]);
    newcomer.ok(&["sync"]);
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
