//! `allymap find`.

use crate::volunteer;

#[test]
fn find_looks_into_notes_reasons_and_the_log_and_shows_the_words_around() {
    let (wren, _folder) = volunteer();
    for (name, category) in [("Wharf Choir", "c"), ("Lamp School", "a")] {
        wren.ok(&["partner", "add", name, "--kind", "organisation", "--category", category]);
    }
    wren.ok(&["edit", "choir", "notes", "They lend the big samovar to whoever asks for it."]);
    wren.ok(&["log", "add", "choir", "--kind", "call", "--on", "3 may 2026", "--note", "Spoke of the samovar"]);
    wren.ok(&["log", "add", "lamp", "--kind", "meeting", "--on", "4 may 2026", "--note", "Samovar, and cake"]);
    wren.ok(&["risk", "add", "choir", "--type", "physical", "--level", "low", "--reason", "the samovar is hot"]);
    let text = wren.ok(&["find", "samov"]).stdout;
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    assert!(at("In notes") < at("lend the big samovar to whoever") && at("In reasons") < at("the samovar is hot"));
    assert!(at("In the log") < at("Lamp School: meeting, Mon 4 May 2026"));
    assert!(at("Lamp School: meeting") < at("Wharf Choir: phone call, Sun 3 May 2026"), "rights holders first: {text}");
    let told = wren.json(&["find", "choir", "samovar"]);
    assert_eq!(told["entries"].as_array().unwrap().len(), 1, "one word in the name, the other in a text: {told}");
    let spots: Vec<&str> =
        told["entries"][0]["where"].as_array().unwrap().iter().map(|one| one["in"].as_str().unwrap()).collect();
    assert_eq!(spots, ["note", "log", "reason"]);
    wren.ok(&["edit", "choir", "notes", ""]);
    let told = wren.json(&["find", "whoever"]);
    assert!(told["entries"].as_array().unwrap().is_empty(), "what is gone is not found: {told}");
    let told = wren.json(&["find", "choir"]);
    assert_eq!(told["entries"][0]["where"][0]["in"], "name");
    assert!(wren.ok(&["find", "nonsense"]).stdout.is_empty());
}
