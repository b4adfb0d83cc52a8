//! `allymap capacity`, and what is known of it.

use crate::{alone, refused};

#[test]
fn capacity_is_a_number_or_not_known() {
    let wren = alone();
    wren.organisation("Wharf Choir", "c");
    wren.ok(&["partner", "edit", "wharf", "--set", "seats=40", "--set", "vehicles=unknown"]);
    let shown = wren.show("wharf");
    assert!(shown.contains("Seats                 40") && shown.contains("Vehicles              not known"), "{shown}");
    refused(&wren.run(&["partner", "edit", "wharf", "--set", "seats=many"]), 2, "a whole number or unknown");
    refused(&wren.run(&["partner", "edit", "wharf", "--set", "seats=-4"]), 2, "a whole number or unknown");
}

/// S91
#[test]
fn what_all_can_bring_is_added_up_and_the_unknown_stays_unknown() {
    let wren = alone();
    for (name, seats) in [("Wharf Choir", "20"), ("Oak Street Hub", "30"), ("Alder Club", "unknown")] {
        wren.organisation(name, "c");
        wren.ok(&["partner", "edit", name, "--set", &format!("seats={seats}")]);
    }
    assert_eq!(wren.ok(&["capacity"]).stdout, "50 seats, 1 unknown\n");
}
