//! `allymap map`: its head, its questions, its sections.

use allymap_tests::Shared;

use crate::{each, failed, volunteer};

/// S103
#[test]
fn a_map_says_which_community_it_is_of_by_area_or_by_what_is_shared() {
    let (wren, _folder) = volunteer();
    let shown = wren.ok(&["map", "show"]).stdout;
    assert!(shown.contains("Community               not said yet"), "{shown}");
    wren.ok(&[
        "map",
        "edit",
        "--community",
        "From the weir to the harbour",
        "--extent",
        "town",
        "--region",
        "Far coast",
    ]);
    let geo = r#"{"type":"Point","coordinates":[150.1,-35.9]}"#;
    assert_eq!(wren.run_with_input(&["map", "edit", "--boundary", "-"], geo).code, 0);
    let map = wren.json(&["map", "show"]);
    assert_eq!(map["community"], "From the weir to the harbour");
    assert_eq!((&map["fields"]["extent"], &map["fields"]["boundary"]), (&"town".into(), &geo.into()));
    let shown = wren.ok(&["map", "show"]).stdout;
    assert!(shown.contains("What kind of community  a town\n"), "{shown}");
    wren.ok(&["map", "edit", "--extent", "interest", "--boundary", "whoever fishes from the wall"]);
    assert!(wren.ok(&["map", "show"]).stdout.contains("people who share an interest"));
    wren.ok(&["map", "edit", "--name", "Rivermouth"]);
    assert_eq!(
        (&wren.json(&["map", "show"])["name"], &wren.json(&["status"])["map"]),
        (&"Rivermouth".into(), &"Rivermouth".into())
    );
    for arguments in [
        &["map", "edit", "--extent", "galaxy"][..],
        &["map", "edit", "--boundary", "{\"type\":\"Blob\"}"],
        &["map", "edit", "--set", "moon=full"],
        &["map", "edit", "--set", "moon"],
        &["map", "edit", "--name", " "],
        &["map", "edit"],
    ] {
        failed(&wren.run(arguments), 2);
    }
}

/// S3
#[test]
fn the_region_is_on_the_map_and_everything_works_without_a_network() {
    let (wren, _folder) = volunteer();
    wren.ok(&["map", "edit", "--region", "Far coast"]);
    assert_eq!(wren.json(&["map", "show"])["fields"]["region"], "Far coast");
    let answer = wren.run(&["sync"]);
    failed(&answer, 6);
    assert_eq!(wren.json(&["map", "show"])["fields"]["region"], "Far coast", "nothing is lost");
}

/// S104
#[test]
fn one_organisation_in_two_maps_and_no_word_of_one_in_the_other() {
    let (wren, _folder) = volunteer();
    wren.ok(&["partner", "add", "Harbour Choir", "--kind", "organisation", "--notes", "thistledown rehearsal"]);
    wren.ok(&["map", "section", "Songs", "--text", "gossamer verses"]);
    wren.ok(&["new", "Upper Ebble", "--name", "Wren", "--group", "Hills", "--no-input"]);
    wren.ok(&["partner", "add", "Harbour Choir", "--kind", "organisation"]);
    assert_eq!(each(&wren.json(&["map", "list"])["maps"], "name"), ["Kill Town", "Upper Ebble"]);
    let export = |map: &str| wren.ok(&["export", "--format", "jsonl", "--map", map]).stdout;
    assert!(export("Kill").contains("thistledown"));
    for word in ["thistledown", "gossamer"] {
        assert!(!export("Upper").contains(word));
        assert!(!wren.ok(&["map", "show", "--map", "Upper"]).stdout.contains(word));
    }
    wren.ok(&["map", "use", "kill"]);
    assert_eq!(wren.json(&["status"])["map"], "Kill Town");
    failed(&wren.run(&["map", "use", "Moon"]), 3);
}

/// S106
#[test]
fn parts_are_visible_and_answerable_one_by_one() {
    let (wren, _folder) = volunteer();
    for part in ["from-scratch", "2", "expect", "knowledge"] {
        let answer = wren.json(&["map", "answer", "knows-us", "--part", part, "--text", "so it is"]);
        assert_eq!(answer["kept"][0]["known"], "answered");
    }
    let all = wren.json(&["todo", "--questions"]);
    assert_eq!(all["questions"][1]["known"], "answered", "four parts make the question");
    assert_eq!(each(&all["questions"][1]["parts"], "known"), ["answered"; 4]);
    failed(&wren.run(&["map", "answer", "knows-us", "--part", "moon", "--text", "x"]), 3);
    let text = wren.ok(&["todo", "--questions"]).stdout;
    assert!(text.contains("Where does it start, and where does it end? [extent]"), "{text}");
}

/// S106
#[test]
fn an_answer_is_added_to_or_replaced_in_the_open() {
    let (wren, _folder) = volunteer();
    wren.ok(&["map", "answer", "4", "--part", "inspire", "--text", "music", "--partly"]);
    wren.ok(&["map", "answer", "4", "--part", "inspire", "--text", "food", "--add", "--partly"]);
    let text =
        |wren: &allymap_tests::Volunteer| wren.json(&["map", "show"])["answers"][0]["answers"][0]["text"].clone();
    assert_eq!(text(&wren), "music\nfood");
    let answer = wren.ok(&["map", "answer", "4", "--part", "inspire", "--text", "a parade"]);
    assert!(answer.stderr.contains("Before it said: music\nfood\n"), "{answer:?}");
    assert_eq!(text(&wren), "a parade");
}

/// S108
#[test]
fn the_seven_sections_stand_in_the_template_s_order() {
    let (wren, _folder) = volunteer();
    let shown = wren.ok(&["map", "show"]).stdout;
    let titles = [
        "Demographics",
        "Key dates",
        "Local issues",
        "Organisations & groups",
        "Decision makers & influencers",
        "Institutions",
        "Physical spaces",
    ];
    let places: Vec<usize> = titles.iter().map(|title| shown.find(&format!("\n{title}\n")).expect(title)).collect();
    assert!(places.is_sorted(), "{shown}");
    let slugs = each(&wren.json(&["map", "show"])["sections"], "slug").join(" ");
    assert_eq!(slugs, "demographics dates issues orgs people institutions places");
    assert!(wren.ok(&["map", "show", "--section", "orgs"]).stdout.starts_with("\nOrganisations & groups\n"));
    failed(&wren.run(&["map", "show", "--section", "moon"]), 3);
}

/// S109
#[test]
fn figures_have_a_source_and_a_date_and_years_stand_beside_each_other() {
    let (wren, _folder) = volunteer();
    let census = ["--source-kind", "census", "--source", "table 1"];
    let figure =
        |value: &str, on: &str| wren.ok(&[&["map", "figure", "People", value, "--on", on][..], &census].concat());
    figure("8,700", "2016");
    figure("9,000", "2021");
    figure("9,040", "2021");
    let figures = &wren.json(&["map", "show"])["figures"];
    assert_eq!(each(figures, "value"), ["8,700", "9,040"], "the same year is a correction");
    assert_eq!((&figures[1]["origin"]["kind"], &figures[1]["origin"]["on"]), (&"census".into(), &"2021".into()));
    let shown = wren.ok(&["map", "show", "--section", "demographics"]).stdout;
    assert!(shown.contains("  People                  9,040 (census data, table 1, 2021)\n"), "{shown}");
    wren.ok(&["partner", "add", "Young farmers", "--kind", "segment", "--set", "people=400"]);
    let shown = wren.ok(&["map", "show", "--section", "demographics"]).stdout;
    assert!(shown.ends_with("  Young farmers           about 400 people\n"), "{shown}");
    let bare = wren.ok(&["map", "figure", "Households", "many"]);
    assert!(bare.stderr.contains("No source"), "{bare:?}");
    failed(&wren.run(&["map", "figure", "People", "9,000", "--on", "31/2/2021"]), 2);
    failed(&wren.run(&["map", "figure", "People", ""]), 2);
    wren.ok(&["map", "drop", "households"]);
    assert_eq!(wren.json(&["map", "show"])["figures"].as_array().unwrap().len(), 2);
    failed(&wren.run(&["map", "drop", "people"]), 3);
}

/// S111
#[test]
fn issues_have_a_weight_and_a_source_and_the_heaviest_comes_first() {
    let (wren, _folder) = volunteer();
    wren.ok(&["map", "issue", "Rents", "--weight", "3", "--source", "Harbour Post", "--source-kind", "local-media"]);
    wren.ok(&["map", "issue", "The last bus", "--weight", "5"]);
    wren.ok(&["map", "issue", "rents", "--weight", "4"]);
    let issues = &wren.json(&["map", "show"])["issues"];
    assert_eq!(each(issues, "name"), ["The last bus", "Rents"], "a name that is there already is changed");
    assert_eq!((&issues[1]["weight"], &issues[1]["origin"]["source"]), (&4.into(), &"Harbour Post".into()));
    let shown = wren.ok(&["map", "show", "--section", "issues"]).stdout;
    assert!(shown.contains("  The last bus            everybody talks about it"), "{shown}");
    for weight in ["0", "6"] {
        failed(&wren.run(&["map", "issue", "Noise", "--weight", weight]), 2);
    }
    assert_eq!(wren.run(&["map", "issue", "Noise", "--weight", "heavy"]).code, 2);
}

/// S112, S113, S114, S115
#[test]
fn every_type_of_the_template_has_its_place_in_its_section() {
    let (wren, _folder) = volunteer();
    let sections: [(&str, &str, &[&str]); 3] = [
        ("orgs", "partner", &["activist", "rights holders", "charity", "social", "youth", "recreation", "business"]),
        (
            "institutions",
            "partner",
            &["school", "university", "college", "hospital", "church", "government building", "shopping centre"],
        ),
        ("places", "place", &["hall", "park", "garden", "market", "public space"]),
    ];
    for (section, noun, types) in sections {
        for (number, sort) in types.iter().enumerate() {
            let name = format!("{section} {number} of it");
            let flag = if noun == "place" { "--type" } else { "--kind" };
            let sort = if *sort == "rights holders" { "rights-holders" } else { sort };
            wren.ok(&[noun, "add", &name, flag, sort, "--another"]);
        }
        let shown = wren.ok(&["map", "show", "--section", section]).stdout;
        for number in 0..types.len() {
            assert!(shown.contains(&format!("{section} {number} of it")), "{shown}");
        }
        assert!(!shown.contains("type not known"), "{shown}");
    }
    // The template names its kinds of organisation in this order.
    let shown = wren.ok(&["map", "show", "--section", "orgs"]).stdout;
    let order: Vec<usize> = (0..7).map(|number| shown.find(&format!("orgs {number} of it")).unwrap()).collect();
    assert!(order.is_sorted(), "{shown}");
    for role in ["member of parliament", "community leader", "journalist", "singer", "Elder"] {
        let name = format!("Some {role}");
        wren.ok(&[
            "partner",
            "add",
            &name,
            "--kind",
            "person",
            "--set",
            &format!("role={role}"),
            "--set",
            "basis=public-role",
        ]);
    }
    let shown = wren.ok(&["map", "show", "--section", "people"]).stdout;
    assert!(shown.contains("  Elder                   Some Elder\n"), "{shown}");
    failed(&wren.run(&["partner", "add", "Smaug", "--kind", "dragon"]), 2);
    failed(&wren.run(&["place", "add", "Lair", "--type", "cave"]), 2);
}

/// S116
#[test]
fn questions_and_sections_of_ones_own() {
    let (wren, _folder) = volunteer();
    wren.ok(&["map", "question", "Who speaks for the caravan park?"]);
    wren.ok(&["map", "question", "What do the boats need?", "--sixth"]);
    wren.ok(&["map", "section", "Songs", "--text", "the river song"]);
    let all = wren.json(&["todo", "--questions"]);
    assert_eq!(all["questions"][5]["words"], "What do the boats need?");
    assert_eq!(all["questions"][8]["words"], "Who speaks for the caravan park?");
    assert_eq!(all["unknown"], 9);
    wren.ok(&["map", "answer", "caravan", "--text", "Nobody", "--partly"]);
    wren.ok(&["map", "answer", "6", "--text", "a new slip"]);
    let all = wren.json(&["todo", "--questions"]);
    assert_eq!((&all["questions"][5]["known"], &all["questions"][8]["known"]), (&"answered".into(), &"partly".into()));
    let shown = wren.ok(&["map", "show"]).stdout;
    assert!(shown.ends_with("\nSongs\n  the river song\n"), "{shown}");
    wren.ok(&["map", "drop", "boats"]);
    assert_eq!(wren.json(&["todo", "--questions"])["questions"][5]["same_as"], 5);
    let long = "x".repeat(10_000);
    for words in ["", " \u{202e} ", long.as_str(), "a\u{1b}[2Jb"] {
        failed(&wren.run(&["map", "question", words]), 2);
    }
}

/// S117
#[test]
fn the_five_kinds_of_source_are_accepted_and_others_suggest_the_list() {
    let (wren, _folder) = volunteer();
    for kind in ["directory", "local-media", "council", "census", "people"] {
        wren.ok(&["map", "figure", kind, "1", "--source-kind", kind]);
    }
    let answer = wren.run(&["map", "figure", "x", "1", "--source-kind", "rumour"]);
    failed(&answer, 2);
    assert!(answer.stderr.contains("directory, local-media, council, census, people, seen"), "{answer:?}");
}

/// S118
#[test]
fn each_answer_says_who_gave_it_when_and_from_where() {
    let (wren, _folder) = volunteer();
    wren.ok(&[
        "map",
        "answer",
        "1",
        "--part",
        "extent",
        "--text",
        "To the weir",
        "--source",
        "old survey",
        "--on",
        "3 mar 2025",
    ]);
    let shown = wren.ok(&["map", "show", "--questions"]).stdout;
    assert!(
        shown.contains("   Where does it start, and where does it end?\n      To the weir (Wren, Harbour; old survey, Mon 3 Mar 2025)\n"),
        "{shown}"
    );
}

/// S123
#[test]
fn how_well_the_community_knows_us_gives_a_hint_for_the_plan() {
    let (wren, _folder) = volunteer();
    let mut hints = Vec::new();
    for how in ["from-scratch", "bad-experiences", "expectations", "knowledge"] {
        wren.ok(&["map", "edit", "--knows-us", how]);
        let map = wren.json(&["map", "show"]);
        assert_eq!(map["hints"].as_array().unwrap().len(), 1, "{how}");
        hints.push(map["hints"][0].as_str().unwrap().to_owned());
        wren.ok(&["map", "edit", "--knows-us", &format!("-{how}")]);
    }
    hints.sort();
    hints.dedup();
    assert_eq!(hints.len(), 4);
    let answer = wren.ok(&["map", "edit", "--knows-us", "bad"]);
    assert!(answer.stderr.contains("Listen first"), "{answer:?}");
    assert!(wren.ok(&["todo", "--questions"]).stdout.contains("Hint:          Listen first"));
}

/// S124, S125, S126
#[test]
fn what_inspires_the_tensions_and_the_plan_are_kept_and_an_empty_plan_is_said() {
    let (wren, _folder) = volunteer();
    assert!(wren.json(&["todo"])["map"].as_array().unwrap().contains(&"Strategy".into()));
    wren.ok(&["map", "answer", "cares-about", "--part", "inspire", "--text", "music and food"]);
    wren.ok(&["map", "answer", "5", "--part", "tensions", "--text", "quarry against orchard"]);
    wren.ok(&["map", "answer", "5", "--part", "risks-rewards", "--text", "we could lose the orchard"]);
    let plan = "Tea with everybody first.\nThen the forum.";
    assert_eq!(
        wren.run_with_input(&["map", "edit", "--strategy", "-", "--vision", "a neighbour for whoever arrives"], plan)
            .code,
        0
    );
    let map = wren.json(&["map", "show"]);
    assert_eq!(map["fields"]["strategy"], plan);
    assert_eq!(
        each(&map["answers"], "question"),
        ["cares-about.inspire", "others-campaigning.risks-rewards", "others-campaigning.tensions"]
    );
    let todo = wren.json(&["todo"]);
    let open = todo["map"].as_array().unwrap();
    assert!(!open.contains(&"Strategy".into()) && !open.contains(&"Shared vision".into()));
    let shown = wren.ok(&["map", "show"]).stdout;
    assert!(
        shown.contains("Strategy                Tea with everybody first.\n                        Then the forum.\n"),
        "{shown}"
    );
}

/// S12
#[test]
fn the_referral_card_of_the_map_is_read_offline() {
    let (wren, _folder) = volunteer();
    assert!(wren.ok(&["help", "contact"]).stdout.contains("Organising team       not said yet"));
    wren.ok(&["map", "edit", "--organising-team", "Perpetua, 02 5550 1990", "--action-centre", "Quay Street 4"]);
    wren.ok(&["map", "edit", "--regional-staff", "Casimir", "--branch-committee", "by letter"]);
    for arguments in [&["help", "contact"][..], &["help", "topics", "contact"]] {
        let text = wren.ok(arguments).stdout;
        for line in [
            "  Organising team       Perpetua, 02 5550 1990\n",
            "  Local action centre   Quay Street 4\n",
            "  Regional staff        Casimir\n",
            "  Branch Committee      by letter\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}

#[test]
fn what_people_read_fits_eighty_columns() {
    let (_, folder) = volunteer();
    let wren = allymap_tests::Volunteer::new(folder.path().join("practice"));
    wren.ok(&["new", "--practice"]);
    wren.ok(&["map", "edit", "--community", &"a long sentence about it ".repeat(40)]);
    for arguments in [
        &["map", "show"][..],
        &["map", "show", "--questions"],
        &["todo"],
        &["todo", "--questions"],
        &["todo", "--all"],
        &["date", "show", "river"],
        &["place", "show", "ropewalk"],
        &["help", "being", "an", "ally"],
        &["help", "relational", "meetings"],
        &["help", "community-map"],
        &["help", "contact"],
        &["doctor"],
    ] {
        let answer = wren.run(arguments);
        for line in answer.stdout.lines().filter(|line| !line.contains("/")) {
            assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn what_steers_a_terminal_is_refused_or_left_out() {
    let (wren, _folder) = volunteer();
    let long = "x".repeat(10_000);
    for arguments in [
        &["map", "issue", "a\u{1b}[2Jb"][..],
        &["map", "figure", "a\u{7}", "1"],
        &["map", "section", long.as_str(), "--text", "x"],
        &["map", "issue", long.as_str()],
        &["map", "edit", "--name", long.as_str()],
        &["map", "answer", "1", "--text", long.as_str()],
        &["date", "add", long.as_str(), "--on", "today"],
        &["place", "add", long.as_str()],
        &["place", "add", "a\u{0}b".trim_matches('\u{0}').split('\u{0}').next().unwrap(), "--step-free", "perhaps"],
    ] {
        let answer = wren.run(arguments);
        failed(&answer, 2);
        assert!(!answer.stderr.contains('\u{1b}') && answer.stderr.len() < 1_000, "{answer:?}");
    }
    wren.ok(&["map", "issue", "Re\u{202e}nts"]);
    wren.ok(&["map", "issue", "عدالة للجميع", "--weight", "2"]);
    let shown = wren.ok(&["map", "show"]).stdout;
    assert!(shown.contains("  Rents ") && shown.contains("عدالة للجميع") && !shown.contains('\u{202e}'), "{shown}");
}

#[test]
fn what_two_add_apart_is_on_both_maps_afterwards() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    for (member, issue, date) in [(ana, "Rents", "Harbour fair"), (ben, "The last bus", "Show Day")] {
        member.ok(&["map", "issue", issue, "--weight", "4"]);
        member.ok(&["date", "add", date, "--on", "first sunday of july"]);
        member.ok(&["date", "offered", "--take"]);
        member.ok(&["map", "answer", "2", "--part", "1", "--text", &format!("says who wrote {issue}")]);
        member.ok(&["map", "edit", "--name", &format!("{issue} Town"), "--strategy", issue]);
        member.ok(&["map", "figure", "People", "9,000", "--on", "2021"]);
    }
    for member in [ana, ben, ana] {
        member.ok(&["sync"]);
    }
    let offered = ana.json(&["date", "offered"])["offered"].as_array().unwrap().len();
    assert_eq!(offered, 0);
    for member in [ana, ben] {
        let map = member.json(&["map", "show"]);
        assert_eq!(each(&map["issues"], "name"), ["Rents", "The last bus"]);
        assert_eq!(map["answers"][0]["answers"].as_array().unwrap().len(), 2, "both answers stand");
        let names: Vec<String> =
            each(&member.json(&["date", "list", "--all"])["dates"], "name").into_iter().map(str::to_owned).collect();
        assert!(names.contains(&"Harbour fair".to_owned()) && names.contains(&"Show Day".to_owned()));
        assert_eq!(names.iter().filter(|name| *name == "Human Rights Day").count(), 1, "taken up twice, there once");
        assert_eq!(
            member.json(&["todo"])["said_apart"],
            serde_json::json!(["Name", "Strategy", "knows-us.from-scratch"])
        );
    }
    assert_eq!(ana.json(&["map", "show"]), ben.json(&["map", "show"]));
    // Whoever has seen both settles it.
    ana.ok(&["map", "edit", "--name", "Rivermouth", "--strategy", "tea with everybody"]);
    ana.ok(&["map", "answer", "2", "--part", "1", "--text", "hardly at all"]);
    ana.ok(&["sync"]);
    ben.ok(&["sync"]);
    assert_eq!(ben.json(&["todo"])["said_apart"], serde_json::json!([]));
    assert_eq!(ben.json(&["status"])["map"], "Rivermouth", "a map is called what its members call it");
}
