//! `allymap config`: settings, and where each comes from.

use crate::{failed, volunteer};

#[test]
fn settings_are_set_shown_with_where_they_come_from_and_unset() {
    let (wren, _folder) = volunteer();
    let origin = |key: &str| {
        let settings = wren.json(&["config", "show"]);
        let all = settings["settings"].as_array().unwrap();
        let one = all.iter().find(|one| one["key"] == key).unwrap();
        (one["value"].as_str().unwrap().to_owned(), one["from"].as_str().unwrap().to_owned())
    };
    let is = |value: &str, from: &str| (value.to_owned(), from.to_owned());
    assert_eq!(origin("name"), is("Wren", "map"));
    assert_eq!(origin("weeks-a"), is("6 weeks", "default"));
    wren.ok(&["config", "set", "weeks-a", "4"]);
    assert_eq!(origin("weeks-a"), is("4 weeks", "file"));
    wren.ok(&["map", "edit", "--set", "weeks-a=5"]);
    assert_eq!(origin("weeks-a"), is("5 weeks", "map"), "what the members agreed on comes before one's own");
    wren.ok(&["map", "edit", "--set", "weeks-a="]);
    wren.ok(&["config", "unset", "weeks-a"]);
    assert_eq!(origin("weeks-a"), is("6 weeks", "default"));
    wren.ok(&["config", "set", "plain", "yes"]);
    assert_eq!(origin("plain"), is("true", "file"));
    for (key, value) in [("weeks-a", "0"), ("weeks-a", "soon"), ("plain", "perhaps"), ("moon", "1"), ("name", " ")] {
        failed(&wren.run(&["config", "set", key, value]), 2);
    }
}

#[test]
fn a_settings_file_that_people_wrote_keeps_their_comments_and_never_stops_the_work() {
    let (wren, _folder) = volunteer();
    let file = wren.home.join("config/config.toml");
    std::fs::write(&file, "# for the laptop\nfacts-age = 24 # two years\ntheme = \"dark\"\nweeks-b = \"often\"\n")
        .unwrap();
    let shown = wren.ok(&["config", "show"]);
    assert!(shown.stdout.contains("facts-age\t24 months\tyour settings file\n"), "{shown:?}");
    assert!(shown.stderr.contains("\"theme\"") && shown.stderr.contains("\"weeks-b\""), "{shown:?}");
    wren.ok(&["config", "set", "facts-age", "12"]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# for the laptop\nfacts-age = 12 # two years\ntheme = \"dark\"\n"), "{text}");
    std::fs::write(&file, "facts-age = [\n").unwrap();
    failed(&wren.run(&["config", "show"]), 2);
    wren.ok(&["map", "show"]);
    wren.ok(&["todo"]);
    let doctor = wren.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("fail   settings"), "{doctor:?}");
}
