//! `allymap voices`.

use super::link::{link, town};

/// S84
#[test]
fn voices_counts_whom_a_decision_maker_hears_and_says_who_is_missing() {
    let wren = town();
    wren.ok(&["partner", "edit", "choir", "--set", "type=arts", "--category", "c", "--no-input"]);
    wren.ok(&["partner", "edit", "bakery", "--set", "type=business", "--category", "c", "--no-input"]);
    wren.ok(&["partner", "add", "Women's Circle", "--kind", "rights-holders", "--category", "a", "--no-input"]);
    link(&wren, "choir", "council", "weak");
    let told = wren.ok(&["voices", "council"]).stdout;
    for line in [
        "Shire Council hears 1 voice that we know of",
        "  arts and culture             1  Wharf Choir",
        "By category: (a) 0, (b) 0, (c) 1, (d) 0",
        "  businesses                      on the map: Two Bridges Bakery",
        "  rights holders                  on the map: Women's Circle",
        "  faith communities               none on the map yet",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    let json = wren.json(&["voices", "council"]);
    assert_eq!((&json["heard"], &json["categories"]["c"]), (&1.into(), &1.into()));
}
