//! Whole outputs, as a volunteer reads them: what changes here is to be read with care. Nothing in them depends on the day.
//!
//! To write them anew after looking at what changed: `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-tests --test stories outputs`.

use std::path::Path;

use allymap_tests::Volunteer;

use crate::volunteer;

/// A map with something of everything, on days that were.
fn filled(wren: &Volunteer) {
    for arguments in [
        &[
            "map",
            "edit",
            "--community",
            "From the weir to the harbour: about nine thousand people, most of whom know each other",
        ][..],
        &[
            "map",
            "edit",
            "--extent",
            "town",
            "--region",
            "Far coast",
            "--knows-us",
            "from-scratch",
            "--strategy",
            "Tea first.",
        ],
        &["map", "edit", "--organising-team", "Perpetua, 02 5550 1990", "--set", "weeks-a=4"],
        &["map", "figure", "People", "9,040", "--source-kind", "census", "--source", "table 1", "--on", "2021"],
        &[
            "map",
            "issue",
            "Rents",
            "--weight",
            "4",
            "--source",
            "Harbour Post",
            "--on",
            "3 mar 2026",
            "--note",
            "Many houses stand empty.",
        ],
        &["map", "issue", "The last bus", "--on", "3 mar 2026"],
        &["map", "answer", "2", "--part", "1", "--text", "Nobody here has met us.", "--on", "3 mar 2026"],
        &["map", "answer", "6", "--text", "The welcome circle", "--partly", "--on", "3 mar 2026"],
        &["map", "question", "Who speaks for the caravan park?"],
        &["map", "section", "Songs", "--text", "the river song"],
        &["date", "add", "Harbour fair", "--on", "first sunday of july", "--sort", "festival"],
        &["date", "add", "Vigil", "--on", "good friday"],
        &["date", "add", "Opening of the slip", "--on", "4 jul 2019"],
        &["place", "add", "Ropewalk Hall", "--type", "hall", "--seats", "120", "--step-free", "yes: ramp at the back"],
        &["partner", "add", "Harbour Choir", "--kind", "arts", "--category", "c"],
        &["partner", "add", "Quay Library", "--kind", "library"],
        &["config", "set", "facts-age", "500"],
    ] {
        wren.ok(arguments);
    }
    // Their coming times depend on the day, so they go before the map is shown.
    wren.ok(&["date", "drop", "vigil"]);
}

#[test]
fn what_the_commands_say_is_what_it_was() {
    let (wren, _folder) = volunteer();
    filled(&wren);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories/outputs");
    // Ids are drawn by chance.
    let place = wren.json(&["place", "show", "hall"])["place"]["short_id"].as_str().unwrap().to_owned();
    let question = wren.json(&["todo", "--questions"])["questions"][8]["id"].as_str().unwrap().to_owned();
    let mut changed = Vec::new();
    for (name, arguments) in [
        ("map-show-orgs", &["map", "show", "--section", "orgs"][..]),
        ("map-show-issues", &["map", "show", "--section", "issues"]),
        ("map-show-demographics", &["map", "show", "--section", "demographics"]),
        ("map-show-people", &["map", "show", "--section", "people"]),
        ("map-show-questions", &["map", "show", "--questions"]),
        ("todo", &["todo"]),
        ("todo-questions", &["todo", "--questions"]),
        ("todo-json", &["todo", "--questions", "--json"]),
        ("date-list-all", &["date", "list", "--all"]),
        ("place-list", &["place", "list"]),
        ("place-show", &["place", "show", "hall"]),
        ("config-show", &["config", "show"]),
        ("config-show-json", &["config", "show", "--json"]),
        ("help-topics", &["help", "topics"]),
        ("help-contact", &["help", "contact"]),
    ] {
        let mut said = wren.ok(arguments).stdout.replace(&wren.home.display().to_string(), "HOME");
        for (id, shown) in
            [(format!("[{place}]"), "[ID]"), (format!("\t{place}\n"), "\tID\n"), (question.clone(), "ID")]
        {
            said = said.replace(&id, shown);
        }
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, said).unwrap();
        } else if std::fs::read_to_string(&file).unwrap_or_default() != said {
            changed.push(format!("allymap {} says now:\n{said}", arguments.join(" ")));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn plain_output_has_no_escapes_boxes_or_bars() {
    let (wren, _folder) = volunteer();
    filled(&wren);
    for arguments in
        [&["map", "show"][..], &["todo"], &["date", "list"], &["place", "list"], &["config", "show"], &["doctor"]]
    {
        let said = wren.ok(&[arguments, &["--plain"]].concat()).stdout;
        for letter in ['\u{1b}', '█', '│', '─', '┌'] {
            assert!(!said.contains(letter), "{arguments:?}: {said}");
        }
    }
}
