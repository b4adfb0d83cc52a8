//! `allymap link`.

use crate::{Alone, alone};

pub(super) fn town() -> Alone {
    let wren = alone();
    wren.organisations(&["Wharf Choir", "Golf Club", "Two Bridges Bakery"]);
    wren.ok(&["partner", "add", "Shire Council", "--kind", "council", "--no-input"]);
    wren.ok(&["log", "add", "choir", "--kind", "one-to-one", "--note", "tea", "--on", "yesterday", "--no-input"]);
    wren
}

pub(super) fn link(wren: &Alone, from: &str, to: &str, strength: &str) {
    wren.ok(&["link", "add", from, to, "--strength", strength, "--how", "seen at the regatta", "--no-input"]);
}

/// S82
#[test]
fn a_link_says_who_moves_whom_how_strongly_how_we_know_and_from_where() {
    let wren = town();
    let asked = wren.run(&["link", "add", "choir", "council", "--strength", "medium", "--no-input"]);
    assert_eq!(asked.code, 2);
    assert!(asked.stderr.contains("How do we know?") && asked.stderr.contains("--how"), "{asked:?}");
    wren.ok(&[
        "link",
        "add",
        "choir",
        "council",
        "--strength",
        "medium",
        "--how",
        "sings at its dinner",
        "--source",
        "Ebble Courier, 4 Feb 2026",
        "--no-input",
    ]);
    let listed = wren.ok(&["link", "list", "council"]).stdout;
    assert_eq!(listed, "Wharf Choir → Shire Council (medium): sings at its dinner [Ebble Courier, 4 Feb 2026]\n");
    // Said again by somebody who has seen it, it is replaced, not doubled.
    link(&wren, "choir", "council", "strong");
    let links = wren.json(&["link", "list", "choir"])["links"].clone();
    assert_eq!((links.as_array().unwrap().len(), &links[0]["strength"]), (1, &"strong".into()));
    let typo = wren.run(&["link", "add", "choir", "council", "--strength", "stong", "--how", "x", "--no-input"]);
    assert!(typo.code == 2 && typo.stderr.contains("Did you mean strong?"), "{typo:?}");
    assert_eq!(wren.run(&["link", "add", "choir", "choir", "--how", "x", "--no-input"]).code, 2);
    wren.ok(&["link", "remove", "choir", "council", "--no-input"]);
    assert_eq!(wren.json(&["link", "list"])["links"], serde_json::json!([]));
    assert_eq!(wren.run(&["link", "remove", "choir", "council", "--no-input"]).code, 2);
}

/// S83
#[test]
fn the_path_to_a_decision_maker_names_the_weakest_link_and_the_next_step() {
    let wren = town();
    let none = wren.ok(&["link", "path", "council"]).stdout;
    assert_eq!(
        none,
        "Shire Council: no route from anybody whom we know yet.\nNext: find out who moves them: allymap link add WHO WHOM\n"
    );
    link(&wren, "golf", "council", "strong");
    let stranger = wren.ok(&["link", "path", "council"]).stdout;
    assert!(stranger.contains("Next: get to know Golf Club, who moves Shire Council (strong)"), "{stranger}");
    link(&wren, "choir", "golf", "weak");
    link(&wren, "council", "choir", "strong");
    let route = wren.ok(&["link", "path", "council"]).stdout;
    assert_eq!(
        route,
        "1. Wharf Choir → Golf Club → Shire Council\n   weakest: Wharf Choir → Golf Club (weak)\n   next: ask Wharf Choir for an introduction to Golf Club (last contact\n     yesterday)\n"
    );
    wren.ok(&["partner", "edit", "choir", "--held-by", "harbour", "--no-input"]);
    assert_eq!(wren.ok(&["link", "path", "council"]).stdout, route, "our own group need not be asked");
    // Somebody of another group keeps the relationship: ask them first.
    wren.ok(&["partner", "edit", "bakery", "--held-by", "Hills group", "--no-input"]);
    link(&wren, "bakery", "council", "medium");
    let both = wren.ok(&["link", "path", "council", "--plain"]).stdout;
    assert!(both.starts_with("1. Two Bridges Bakery → Shire Council\n"), "{both}");
    assert!(both.contains("next: ask Hills group, who hold the relationship, to ask Two Bridges Bakery"), "{both}");
    assert!(both.contains("2. Wharf Choir → Golf Club → Shire Council"), "{both}");
    // An opponent in between carries least.
    wren.ok(&["move", "bakery", "passive-opponent", "--for", "Welcome towns", "--no-input"]);
    let against = wren.json(&["link", "path", "council", "--for", "welcome"]);
    assert_eq!(against["routes"][0]["hops"][0]["from"], "Wharf Choir");
    assert_eq!(against["routes"][1]["hops"][0]["against"], "passive-opponent");
    let told = wren.ok(&["link", "path", "council", "--for", "welcome"]).stdout;
    assert!(told.contains("weakest: Two Bridges Bakery is a passive opponent"), "{told}");
    assert_eq!(wren.run(&["link", "path", "nobody there"]).code, 3);
}

#[test]
fn a_path_begins_with_whoever_stands_at_a_place_or_with_one_entry_and_tells_how_many_have_a_route() {
    let wren = town();
    wren.organisations(&["Rowing Club", "Chess Club"]);
    wren.ok(&["campaign", "add", "Welcome towns", "--no-input"]);
    for who in ["choir", "golf", "rowing"] {
        wren.ok(&["move", who, "active-ally", "--because", "they said so", "--no-input"]);
    }
    wren.ok(&["move", "bakery", "neutral", "--no-input"]);
    link(&wren, "choir", "council", "medium");
    link(&wren, "golf", "choir", "strong");
    link(&wren, "bakery", "council", "strong");
    let allies = wren.ok(&["link", "path", "council", "--from", "active ally"]).stdout;
    assert!(allies.starts_with("1. Wharf Choir → Shire Council\n"), "{allies}");
    // What would pass another active ally begins better with them; it is a route all the same.
    assert!(!allies.contains("2. ") && allies.ends_with("2 of 3 active allies have a route.\n"), "{allies}");
    let json = wren.json(&["link", "path", "council", "--from", "active-ally"]);
    assert_eq!((&json["may_begin_with"], &json["have_a_route"]), (&3.into(), &2.into()));
    // Nobody of us knows the golf club, and whoever asks for it wants to see its way.
    let golf = wren.ok(&["link", "path", "council", "--from", "golf", "--plain"]).stdout;
    assert!(golf.starts_with("1. Golf Club → Wharf Choir → Shire Council\n"), "{golf}");
    assert!(golf.contains("next: get to know Golf Club, then ask for an introduction to Wharf Choir"), "{golf}");
    let neutral = wren.ok(&["link", "path", "council", "--from", "neutral"]).stdout;
    assert!(neutral.ends_with("1 of 1 entry that is neutral has a route.\n"), "{neutral}");
    let none = wren.ok(&["link", "path", "council", "--from", "chess"]).stdout;
    assert_eq!(none, "Shire Council: no route from Chess Club yet.\n");
    assert_eq!(wren.run(&["link", "path", "council", "--from", "nobody there"]).code, 3);
    wren.ok(&["campaign", "add", "Rents that hold", "--no-input"]);
    assert_eq!(wren.run(&["link", "path", "council", "--from", "active-ally"]).code, 3, "on which campaign?");
    let rents = wren.ok(&["link", "path", "council", "--from", "active-ally", "--for", "rents"]).stdout;
    assert_eq!(rents, "Shire Council: no route from any active ally yet.\n0 of 0 active allies have a route.\n");
}
