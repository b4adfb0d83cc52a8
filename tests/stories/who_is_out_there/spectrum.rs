//! `allymap spectrum`: where everybody stands, and who moved.

use allymap_tests::Volunteer;

use crate::{Alone, alone};

mod picture;

const PLACES: [&str; 6] =
    ["active-ally", "passive-ally", "neutral", "passive-opponent", "active-opponent", "not-known"];

/// Six entries, one in each place, on "Welcome towns".
pub(super) fn six() -> Alone {
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

pub(super) fn place_on(volunteer: &Volunteer, who: &str, place: &str, on: &str, why: &str) {
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
