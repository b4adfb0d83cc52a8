//! What is printed fits where it is read: a terminal of any width, a pipe, a screen reader.

use allymap_tests::{Alone, Terminal, alone};

const CHOIR: &str = "The Harbour, Weir and Both Ridges Community Choir of Singers Who Came Late and Stayed";
const LIBRARY: &str = "Friends of the Quay Library, the Reading Room and the Steps in front of Either";
const SENTENCE: &str = "The town takes in everybody who arrives by the last bus, and asks them what they need first";

/// Long names, long notes, something of everything that lists show.
fn wordy() -> Alone {
    let wren = alone();
    let words = "a good many words about what was said and what was not ".repeat(4);
    let words = words.trim();
    wren.organisation(CHOIR, "a");
    wren.organisation(LIBRARY, "c");
    for arguments in [
        &["partner", "edit", "choir", "--notes", words, "--phone", "02 5550 1990", "--held-by", "Harbour and Hills"][..],
        &["partner", "edit", "choir", "--stage", "acquainted", "--because", words],
        &["campaign", "add", SENTENCE, "--target", "library"],
        &["campaign", "edit", "town", "--argument", words],
        &["move", "choir", "passive-ally", "--because", words, "--on", "3 mar 2026"],
        &["log", "add", "choir", "--kind", "consulted", "--on", "3 mar 2026", "--note", words],
        &[
            "log",
            "add",
            "choir",
            "--kind",
            "meeting",
            "--on",
            "4 mar 2026",
            "--note",
            words,
            "--followup",
            "5 mar 2026",
        ],
        &["got", "choir", words, "--size", "3", "--on", "4 mar 2026"],
        &["risk", "add", "choir", "--type", "political", "--level", "high", "--reason", words, "--evidence", words],
        &["link", "add", "choir", "library", "--how", words, "--source", words],
        &["map", "edit", "--community", words],
        &["place", "add", "Ropewalk Hall", "--type", "hall", "--step-free", "yes: a ramp at the back"],
        &["date", "add", "Harbour fair", "--on", "first sunday of july"],
    ] {
        wren.ok(&[arguments, &["--no-input"]].concat());
    }
    wren
}

const READ: [&[&str]; 27] = [
    &["partner", "show", "choir"],
    &["partner", "list"],
    &["log", "list", "choir"],
    &["link", "list"],
    &["link", "path", "library"],
    &["risk", "list"],
    &["risk", "list", "choir"],
    &["risk", "show", "choir"],
    &["due"],
    &["todo"],
    &["todo", "--questions"],
    &["where"],
    &["approach", "check", "choir"],
    &["balance"],
    &["campaign", "list"],
    &["campaign", "show"],
    &["spectrum", "--since", "1 jan 2026"],
    &["next", "--all"],
    &["voices", "library"],
    &["history", "choir"],
    &["status"],
    &["partner", "list", "--sort", "position"],
    &["partner", "show", "choir", "--questions"],
    &["link", "path", "library", "--from", "choir"],
    &["due", "--offers"],
    &["help", "privacy"],
    &["help", "formats"],
];

/// Everything that only lists.
const LISTS: [&[&str]; 11] = [
    &["partner", "list"],
    &["log", "list", "choir"],
    &["risk", "list"],
    &["due"],
    &["balance"],
    &["campaign", "list"],
    &["place", "list"],
    &["date", "list", "--all"],
    &["member", "list"],
    &["find", "harbour"],
    &["map", "list"],
];

fn shown(wren: &Alone, arguments: &[&str], columns: u16) -> String {
    let mut terminal = Terminal::start_with(wren, arguments, columns, |_| {});
    assert_eq!(terminal.finish(), 0, "{arguments:?}: {}", terminal.shown);
    std::mem::take(&mut terminal.shown)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn what_is_read_at_a_terminal_is_broken_at_its_width_and_loses_no_word() {
    let wren = wordy();
    let narrow = READ.iter().take(3).map(|arguments| (arguments, 64));
    for (arguments, columns) in READ.iter().map(|arguments| (arguments, 80)).chain(narrow) {
        let said = shown(&wren, arguments, columns);
        for line in said.lines().filter(|line| !line.contains('/')) {
            assert!(line.chars().count() <= usize::from(columns), "{arguments:?} at {columns}: {line}");
        }
    }
    // The label stays alone in its column.
    let said = shown(&wren, &["partner", "show", "choir"], 80);
    let notes: Vec<&str> = said.lines().skip_while(|line| !line.starts_with("Notes ")).collect();
    assert!(notes[0].starts_with("Notes                 a good") && notes[1].starts_with(&" ".repeat(22)), "{said}");
    for arguments in [&["partner", "show", "choir"][..], &["approach", "check", "choir"], &["risk", "list", "choir"]] {
        let (terminal, piped) = (shown(&wren, arguments, 80), wren.ok(arguments).stdout);
        assert!(words(&terminal).starts_with(&words(&piped)), "{terminal}\n{piped}");
    }
}

#[test]
fn a_window_whose_size_nobody_knows_is_as_wide_as_the_shell_says() {
    let wren = wordy();
    let widest = |columns: Option<&str>| {
        let prepare = |command: &mut std::process::Command| {
            command.envs(columns.map(|columns| ("COLUMNS", columns)));
        };
        let mut terminal = Terminal::start_with(&wren, &["log", "list", "choir", "--quiet"], 0, prepare);
        assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
        terminal.shown.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or(0)
    };
    assert!((61..=80).contains(&widest(None)));
    assert!((81..=100).contains(&widest(Some("100"))));
}

#[test]
fn no_list_has_an_escape_or_a_box_wherever_it_is_printed() {
    let wren = wordy();
    let clean = |said: &str, arguments: &[&str]| {
        let drawn = |letter: char| letter == '\u{1b}' || ('\u{2500}'..='\u{257f}').contains(&letter);
        assert!(!said.is_empty() && !said.contains(drawn), "{arguments:?}: {said}");
    };
    for arguments in LISTS {
        let at_a_terminal = |name: &str, value: &str| {
            let mut terminal = Terminal::start_with(&wren, arguments, 80, |command| {
                command.env(name, value);
            });
            assert_eq!(terminal.finish(), 0, "{}", terminal.shown);
            clean(&terminal.shown, arguments);
        };
        at_a_terminal("NO_COLOR", "1");
        at_a_terminal("TERM", "dumb");
        clean(&wren.ok(arguments).stdout, arguments);
        clean(&wren.ok(&[arguments, &["--plain"]].concat()).stdout, arguments);
    }
}

#[test]
fn under_plain_every_item_stands_on_labelled_lines_and_a_pipe_keeps_its_tabs() {
    let wren = wordy();
    let said = wren.ok(&["log", "list", "choir", "--plain"]).stdout;
    let items: Vec<&str> = said.split("\n\n").collect();
    assert_eq!(items.len(), 3, "{said}");
    assert!(items[0].starts_with("When: "), "{said}");
    for arguments in LISTS {
        let said = wren.ok(&[arguments, &["--plain"]].concat()).stdout;
        for line in said.lines().filter(|line| !line.is_empty()) {
            let label = line.split_once(": ").map(|(label, _)| label);
            assert!(label.is_some_and(|label| !label.is_empty() && label.len() < 20), "{arguments:?}: {line}");
        }
        let piped = wren.ok(arguments).stdout;
        assert!(piped.lines().all(|line| line.contains('\t')), "{arguments:?}: {piped}");
    }
    // Nothing else that is read needs a column either, at a terminal or not.
    for arguments in READ {
        let said = wren.ok(&[arguments, &["--plain"]].concat()).stdout;
        for line in said.lines() {
            let gap = line.trim_start().contains("  ") && !line.contains("  [");
            assert!(!gap && !line.contains('\t'), "{arguments:?}: {line}");
        }
    }
    let at_a_terminal = shown(&wren, &["partner", "show", "choir", "--plain", "--quiet"], 80);
    assert_eq!(at_a_terminal, wren.ok(&["partner", "show", "choir", "--plain"]).stdout);
    // The setting and the environment mean the same as the flag.
    let plain = wren.ok(&["partner", "list", "--plain"]).stdout;
    let mut command = wren.command();
    command.env("ALLYMAP_PLAIN", "1").args(["partner", "list"]);
    assert_eq!(String::from_utf8(command.output().unwrap().stdout).unwrap(), plain);
    wren.ok(&["config", "set", "plain", "true"]);
    assert_eq!(wren.ok(&["partner", "list"]).stdout, plain);
}
