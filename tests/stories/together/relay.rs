//! `allymap relay`: several of them, and what is said of each.

use allymap_tests::{RelayProcess, Shared};

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
