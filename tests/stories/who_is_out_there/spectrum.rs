//! `allymap move` and `allymap spectrum`.

use allymap_tests::{Shared, Volunteer};

use crate::{Alone, alone};

mod picture;

const PLACES: [&str; 6] =
    ["active-ally", "passive-ally", "neutral", "passive-opponent", "active-opponent", "not-known"];

/// Six entries, one in each place, on "Welcome towns".
fn six() -> Alone {
    let wren = alone();
    wren.ok(&["campaign", "add", "Welcome towns", "--no-input"]);
    for (name, place) in ["Asters", "Bakers", "Carters", "Drovers", "Eelers", "Farriers"].iter().zip(PLACES) {
        wren.organisations(&[name]);
        if place != "not-known" {
            place_on(&wren, name, place, "2026-03-02", "said so");
        }
    }
    wren
}

fn place_on(volunteer: &Volunteer, who: &str, place: &str, on: &str, why: &str) {
    volunteer.ok(&["move", who, place, "--for", "welcome", "--on", on, "--because", why, "--no-input"]);
}

/// S93
#[test]
fn there_are_six_places_and_not_known_is_not_drawn_as_neutral() {
    let wren = six();
    let drawn = wren.ok(&["spectrum"]).stdout;
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(
        lines,
        [
            "Welcome towns",
            "active allies        1  █  Asters",
            "passive allies       1  █  Bakers",
            "neutral              1  █  Carters",
            "passive opponents    1  █  Drovers",
            "active opponents     1  █  Eelers",
            "not known to us      1  ░",
        ]
    );
    let plain = wren.ok(&["spectrum", "--plain"]).stdout;
    assert_eq!(
        plain,
        "Welcome towns\nactive allies: 1: Asters\npassive allies: 1: Bakers\nneutral: 1: Carters\npassive opponents: 1: Drovers\nactive opponents: 1: Eelers\nnot known to us: 1\n"
    );
    let json = wren.json(&["spectrum"]);
    for (place, name) in PLACES.iter().zip(["Asters", "Bakers", "Carters", "Drovers", "Eelers", "Farriers"]) {
        assert_eq!(json["positions"][place], serde_json::json!([name]));
    }
}

/// S94
#[test]
fn one_church_is_an_ally_on_one_campaign_and_an_opponent_on_another() {
    let wren = alone();
    wren.organisations(&["St Cuthwyn's Parish"]);
    for (campaign, place) in [("Welcome towns", "active-ally"), ("Equal weddings", "passive-opponent")] {
        wren.ok(&["campaign", "add", campaign, "--no-input"]);
        wren.ok(&["move", "cuthwyn", place, "--for", campaign, "--no-input"]);
    }
    let on = |campaign| wren.json(&["spectrum", "--for", campaign])["positions"].clone();
    assert_eq!(on("welcome")["active-ally"][0], "St Cuthwyn's Parish");
    assert_eq!(on("weddings")["passive-opponent"][0], "St Cuthwyn's Parish");
    assert_eq!(on("welcome")["passive-opponent"], serde_json::json!([]));
}

/// S95
#[test]
fn a_part_of_the_public_stands_somewhere_as_everybody_else() {
    let wren = alone();
    wren.ok(&["campaign", "add", "Welcome towns", "--no-input"]);
    wren.ok(&["partner", "add", "Young farmers", "--kind", "segment", "--set", "people=about 300", "--no-input"]);
    let moved = wren.ok(&["move", "young farmers", "neutral", "--because", "short of hands at harvest", "--no-input"]);
    assert!(moved.stdout.contains("Young farmers: not known to us → neutral, on \"Welcome towns\""), "{moved:?}");
    assert_eq!(wren.json(&["spectrum"])["positions"]["neutral"][0], "Young farmers");
    // Nobody to write to.
    assert_eq!(wren.run(&["partner", "edit", "young farmers", "--phone", "02 5550 1000", "--no-input"]).code, 2);
}

/// S97, S98
#[test]
fn movement_is_listed_step_by_step_with_direction_and_reason_and_counted_between_two_days() {
    let wren = six();
    place_on(&wren, "Bakers", "active-ally", "2026-08-03", "hosted the film night");
    place_on(&wren, "Carters", "passive-ally", "2026-09-10", "came to the vigil");
    place_on(&wren, "Drovers", "active-opponent", "2026-09-12", "wrote to the paper");
    place_on(&wren, "Farriers", "neutral", "2026-10-01", "asked at the market");
    let told = wren.ok(&["spectrum", "--since", "1 aug 2026"]).stdout;
    let movement: Vec<&str> = told.lines().skip_while(|line| !line.is_empty()).skip(1).collect();
    assert_eq!(
        movement,
        [
            "Since Sat 1 Aug 2026: active allies 1 → 2; 2 moved towards us, 1 away; 1 newly",
            "  placed",
            "Mon 3 Aug 2026    Bakers: passive ally → active ally, one step towards us:",
            "                  hosted the film night (Wren)",
            "Thu 10 Sep 2026   Carters: neutral → passive ally, one step towards us: came to",
            "                  the vigil (Wren)",
            "Sat 12 Sep 2026   Drovers: passive opponent → active opponent, one step away:",
            "                  wrote to the paper (Wren)",
            "Thu 1 Oct 2026    Farriers: not known to us → neutral, newly placed: asked at",
            "                  the market (Wren)",
        ]
    );
    let plain = wren.ok(&["spectrum", "--since", "1 aug 2026", "--plain"]).stdout;
    assert!(
        plain.contains(
            "Mon 3 Aug 2026: Bakers: passive ally → active ally, one step towards us: hosted the film night (Wren)\n"
        ),
        "{plain}"
    );
    let part = wren.json(&["spectrum", "--since", "2026-08-01", "--until", "2026-09-11"]);
    assert_eq!(
        part["score"],
        serde_json::json!({
            "active_allies_before": 1, "active_allies_after": 2, "towards": 2, "away": 0, "newly_placed": 0, "no_longer_known": 0,
        })
    );
    assert_eq!(part["positions"]["passive-opponent"][0], "Drovers");
    assert_eq!(wren.json(&["spectrum", "--until", "2026-03-01"])["positions"]["neutral"], serde_json::json!([]));
    assert_eq!(wren.run(&["spectrum", "--since", "2026-09-01", "--until", "2026-08-01"]).code, 2);
    assert_eq!(wren.run(&["spectrum", "--since", "31 feb"]).code, 2);
}

#[test]
fn people_who_place_somebody_apart_both_stay_and_the_less_friendly_counts() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--no-input"]);
    ana.ok(&["campaign", "add", "Welcome towns", "--no-input"]);
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    place_on(ana, "choir", "passive-ally", "2026-11-12", "after a one-to-one");
    place_on(ben, "choir", "neutral", "2026-11-13", "heard from a singer");
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    let read = |member: &Volunteer| member.ok(&["spectrum", "--since", "2026-11-01"]).stdout;
    assert_eq!(read(ana), read(ben));
    assert!(read(ana).contains("Wharf Choir (people differ)"), "{}", read(ana));
    let json = ana.json(&["spectrum"]);
    assert_eq!(
        json["people_differ"][0],
        serde_json::json!({ "name": "Wharf Choir", "from": "passive-ally", "to": "neutral" })
    );
    let settled = ben.ok(&["move", "choir", "passive-ally", "--because", "met them", "--no-input"]);
    assert!(settled.stdout.contains("this settles it"), "{settled:?}");
    assert_eq!(ben.json(&["spectrum"])["people_differ"], serde_json::json!([]));
}

/// S101
#[test]
fn the_half_pie_is_a_picture_that_says_itself_in_words() {
    let wren = six();
    let file = wren.home.parent().unwrap().join("spectrum.svg");
    wren.ok(&["spectrum", "--svg", file.to_str().unwrap(), "--since", "2026-01-01"]);
    let svg = std::fs::read_to_string(&file).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("role=\"img\""), "{svg}");
    assert!(svg.contains("<title id=\"title\">Spectrum of allies: Welcome towns</title>"), "{svg}");
    assert!(svg.contains("active allies 0 → 1") && svg.contains("not known to us (1)"), "{svg}");
    for name in ["Asters", "Bakers", "Carters", "Drovers", "Eelers"] {
        assert!(svg.contains(name), "{name}");
    }
    wren.ok(&["spectrum", "--draw", file.to_str().unwrap()]);
    let nowhere = wren.run(&["spectrum", "--svg", "/nowhere/at/all.svg"]);
    assert_eq!(nowhere.code, 1);
}

#[test]
fn words_that_are_no_place_are_refused_with_what_was_perhaps_meant() {
    let wren = six();
    let typo = wren.run(&["move", "asters", "frendly", "--no-input"]);
    assert_eq!(typo.code, 2);
    assert!(typo.stderr.contains("One of: not-known, active-ally"), "{typo:?}");
    let near = wren.run(&["move", "asters", "nuetral", "--no-input"]);
    assert!(near.code == 2 && near.stderr.contains("Did you mean neutral?"), "{near:?}");
    assert_eq!(wren.run(&["move", "asters", &"x".repeat(10_000), "--no-input"]).code, 2);
    assert_eq!(wren.run(&["move", "asters", "--no-input"]).code, 2);
    assert_eq!(wren.run(&["move", "asters", "neutral", "--on", "31 feb", "--no-input"]).code, 2);
    wren.organisations(&["Aster Walkers"]);
    assert_eq!(wren.run(&["move", "aster", "neutral", "--no-input"]).code, 3);
    assert_eq!(wren.json(&["spectrum"])["positions"]["active-ally"][0], "Asters");
}
