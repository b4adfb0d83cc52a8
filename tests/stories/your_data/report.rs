//! `allymap report`: paper for an audience.

use std::fs;

use allymap_tests::Volunteer;

use crate::{failed, volunteer};

/// S108, S120
#[test]
fn a_report_is_one_file_with_seven_headings_and_a_directory() {
    let (wren, folder) = volunteer();
    wren.ok(&[
        "partner",
        "add",
        "Ropewalk <b>Choir</b>",
        "--kind",
        "organisation",
        "--phone",
        "02 5550 1",
        "--no-input",
    ]);
    let file = folder.path().join("report.html");
    let path = file.to_str().unwrap();
    let told = wren.json(&["report", "-o", path]);
    assert_eq!((told["for"].as_str(), told["entries"].as_u64()), (Some("group"), Some(1)), "{told}");
    let html = fs::read_to_string(&file).unwrap();
    let headings: Vec<&str> =
        html.split("<h3>").skip(1).filter_map(|rest| rest.split("</h3>").next()).take(7).collect();
    assert_eq!(
        headings,
        [
            "Demographics",
            "Key dates",
            "Local issues",
            "Organisations &amp; groups",
            "Decision makers &amp; influencers",
            "Institutions",
            "Physical spaces"
        ]
    );
    assert!(html.contains("Directory") && html.contains("Wall chart") && html.contains("02 5550 1"), "{html}");
    assert!(!html.contains("<b>Choir") && !html.contains("<script"), "{html}");

    // Nothing is written over unasked, and nothing else is left beside it.
    let again = wren.run(&["report", "-o", path, "--no-input"]);
    failed(&again, 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), html);
    wren.ok(&["report", "-o", path, "--for", "public", "--replace"]);
    assert!(!fs::read_to_string(&file).unwrap().contains("02 5550 1"));
    failed(&wren.run(&["report", "-o", folder.path().to_str().unwrap()]), 2);
    let files: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "home")
        .collect();
    assert_eq!(files, ["report.html"]);
}

/// S80
#[test]
fn a_page_for_a_partner_says_nothing_private_and_a_blank_form_needs_no_map() {
    let (wren, folder) = volunteer();
    let choir = ["partner", "add", "Ropewalk Choir", "--kind", "organisation", "--phone", "02 5550 1", "--no-input"];
    wren.ok(&choir);
    let page = wren.ok(&["report", "--about", "ropewalk", "--for", "partner", "-o", "-"]).stdout;
    assert!(page.contains("Ropewalk Choir") && page.contains("Give and take") && !page.contains("5550"), "{page}");
    let nobody = Volunteer::new(folder.path().join("nobody"));
    let form = nobody.ok(&["report", "--blank", "meeting", "-o", "-"]).stdout;
    assert_eq!(form.matches("class=\"question\"").count(), 11, "{form}");
}

/// S83, S110: task 12, the wall chart for the meeting.
#[test]
fn the_wall_chart_names_the_way_to_who_decides_and_the_next_dates() {
    let (wren, _folder) = volunteer();
    for (name, kind) in
        [("Weir Council", "institution"), ("Ropewalk Choir", "organisation"), ("Anglers", "organisation")]
    {
        wren.ok(&["partner", "add", name, "--kind", kind, "--category", "b", "--no-input"]);
    }
    wren.ok(&["campaign", "add", "Welcome towns", "--target", "council"]);
    let chart = |audience: &str| wren.ok(&["report", "--wallchart", "--for", audience, "-o", "-"]).stdout;
    assert!(chart("group").contains("The way to Weir Council: none that we know of."));
    wren.ok(&["link", "add", "ropewalk", "anglers", "--how", "one family", "--strength", "strong", "--no-input"]);
    wren.ok(&["link", "add", "anglers", "council", "--how", "a lease", "--strength", "weak", "--no-input"]);
    wren.ok(&["log", "add", "ropewalk", "--kind", "call", "--on", "today", "--no-input"]);
    wren.ok(&["date", "add", "Harbour fair", "--on", "first sunday of july"]);
    let page = chart("group");
    assert!(page.contains("The way to Weir Council: us, Ropewalk Choir, Anglers, Weir Council."), "{page}");
    assert!(page.contains("Weakest: Anglers to Weir Council (weak)."), "{page}");
    assert!(page.contains("Next dates") && page.contains("Harbour fair"), "{page}");
    assert!(!chart("public").contains("The way to"), "who moves whom is ours alone");
    wren.ok(&["log", "add", "council", "--kind", "meeting", "--on", "today", "--no-input"]);
    assert!(chart("group").contains("The way to Weir Council: we know them ourselves."));
}
