//! `allymap event print`: the sheet with five headings.

use allymap_tests::{Volunteer, alone, page};

use crate::events::{event, say};

/// S35, S26, S124, S125, S126
#[test]
fn the_sheet_has_exactly_five_headings_and_one_page_of_words() {
    let wren = alone();
    event(&wren, "Palm walk", &[("St Orla's Parish", "c")], &["--theme", "peace", "--we-give", "two stewards"]);
    say(&wren, "palm", &["target=none", "rights_holders=no", "formal=yes"], &[]);
    wren.ok(&["edit", "orla", "type", "faith"]);
    wren.ok(&["map", "answer", "cares-about", "--part", "inspire", "--text", "songs by the river"]);
    for (part, text) in [("tensions", "quarry against orchard"), ("risks-rewards", "we could lose the orchard")] {
        wren.ok(&["map", "answer", "others-campaigning", "--part", part, "--text", text]);
    }
    let html = wren.ok(&["event", "print", "palm", "-o", "-"]).stdout;
    let headings: Vec<&str> = html.split("<h3>").skip(1).map(|part| part.split("</h3>").next().unwrap()).collect();
    assert_eq!(headings, ["Event", "Theme", "Organisers", "Consider", "Conclusion"]);
    assert!(!html.contains("<h2") && !html.contains("<h4") && !html.contains("<script"), "{html}");
    for words in [
        "Palm walk",
        "peace",
        "St Orla&#39;s Parish",
        "Silent partner",
        "Our name and logo are not used",
        "two stewards",
        "none written down yet",
        "songs by the river",
        "quarry against orchard",
        "we could lose the orchard",
        "au-2020-07 v1",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    let text: usize =
        html.split("<main>").nth(1).unwrap().split('<').map(|part| part.split('>').nth(1).unwrap_or("").len()).sum();
    assert!(text < 60 * 92, "more than a page: {text}");
}

/// S15, S52, S92
#[test]
fn of_their_own_event_the_sheet_says_so_and_names_them_first() {
    let wren = alone();
    wren.ok(&["partner", "add", "Yarrabin Circle", "--kind", "organisation", "--category", "a"]);
    wren.ok(&["event", "add", "Culture week", "--organisers", "yarrabin", "--lead", "them", "--no-input"]);
    let html = wren.ok(&["event", "print", "week", "-o", "-"]).stdout;
    assert!(html.contains("Their event: Yarrabin Circle."), "{html}");
    assert!(!html.contains("candle"), "{html}");
}

/// From `event add` to the printed sheet, as the README tells it.
#[test]
fn the_example_of_the_readme_goes_as_it_says() {
    let text = std::fs::read_to_string(page::repository().join("README.md")).unwrap();
    let part = text.split("## May we partner on this event?").nth(1).unwrap().split("\n## ").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let wren = Volunteer::new(folder.path().join("home"));
    let mut said = String::new();
    for line in part.lines().filter_map(|line| line.strip_prefix("$ allymap ")) {
        let answer = wren.run_in(folder.path(), &page::words(line));
        let waits = line.starts_with("event assess ");
        assert_eq!(answer.code, if waits { 4 } else { 0 }, "{line}: {answer:?}");
        if said.is_empty() && waits {
            said = answer.stdout;
        }
    }
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = part.split("```text\n").nth(1).unwrap().split("\n```").next().unwrap();
    // The day is six weeks from now.
    for shown in told.split_once('\n').unwrap().1.split("\nBecause") {
        assert!(words(&said).contains(&words(shown)), "{shown}: {said}");
    }
    assert!(std::fs::read_to_string(folder.path().join("match.html")).unwrap().contains("Pride match"));
}
