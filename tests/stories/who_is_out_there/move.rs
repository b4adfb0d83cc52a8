//! `allymap move`: where somebody stands on a campaign.

use allymap_tests::{Shared, Volunteer};

use super::spectrum::{place_on, six};
use crate::alone;

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
