//! `allymap export`, whole and for an audience.

use std::fs;

use allymap_tests::Volunteer;

use crate::{failed, volunteer};

#[test]
fn a_whole_map_goes_out_as_json_lines_and_comes_back_on_another_computer() {
    let (wren, folder) = volunteer();
    wren.ok(&["partner", "add", "Ropewalk Choir", "--kind", "organisation", "--no-input"]);
    wren.ok(&["move", "ropewalk", "active-ally", "--for", "Welcome towns", "--because", "they sang", "--no-input"]);
    let file = folder.path().join("kept.jsonl");
    let path = file.to_str().unwrap();
    wren.ok(&["export", "-o", path]);
    let lin = Volunteer::new(folder.path().join("lin"));
    lin.ok(&["new", "Other Town", "--name", "Lin", "--group", "Hills", "--no-input"]);
    let dry = lin.json(&["import", path]);
    assert_eq!((dry["new"].as_u64(), dry["kept"].as_bool()), (Some(1), Some(false)), "{dry}");
    let done = lin.json(&["import", path, "--apply"]);
    assert_eq!((done["new"].as_u64(), done["refused"].as_u64(), done["remarks"].as_u64()), (Some(1), Some(0), Some(0)));
    let again = lin.json(&["import", path, "--apply"]);
    assert_eq!((again["new"].as_u64(), again["same"].as_u64()), (Some(0), Some(1)), "{again}");
    let entry = |volunteer: &Volunteer| volunteer.json(&["partner", "show", "ropewalk"])["entry"].clone();
    let (was, now) = (entry(&wren), entry(&lin));
    assert_eq!(was["id"], now["id"]);
    assert_eq!(was["positions"], now["positions"]);
    assert_eq!(was["assertions"][0]["id"], now["assertions"][0]["id"]);
    assert_eq!(now["assertions"][0]["by"]["name"], "Lin", "who signs has written it");
    let source = now["fields"]["source"]["members"][0]["value"].as_str().unwrap();
    assert!(source.contains("first written by Wren (Harbour)"), "{source}");
    assert!(lin.ok(&["spectrum", "--for", "welcome"]).stdout.contains("Ropewalk Choir"));
}

#[test]
fn a_table_for_an_audience_has_no_column_above_it() {
    let (wren, folder) = volunteer();
    wren.ok(&["partner", "add", "Ropewalk Choir", "--kind", "organisation", "--phone", "02 5550 1", "--no-input"]);
    let file = folder.path().join("partners.csv");
    wren.ok(&["export", "-o", file.to_str().unwrap(), "--for", "partner"]);
    let table = fs::read_to_string(&file).unwrap();
    assert!(table.starts_with('\u{feff}') && table.contains("Ropewalk Choir"), "{table}");
    assert!(!table.contains("phone") && !table.contains("5550"), "{table}");
    failed(&wren.run(&["export", "--format", "jsonl", "--for", "public"]), 2);
}
