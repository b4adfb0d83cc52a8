//! Whole outputs of the commands that bring people together, as a volunteer reads them: at a terminal of 80 columns, under
//! `--plain`, as JSON. Nothing in them depends on the day.
//!
//! To write them anew after looking at what changed: `ALLYMAP_WRITE_OUTPUTS=1 cargo test -p allymap-tests --test stories coming_together`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use allymap_tests::{Alone, Shared, Terminal, Volunteer, alone, page};
use allymap_wire::{OperatorToken, RelayAddress, RelayKeyHash};

/// At a terminal of 80 columns, for a screen reader, for programs.
const FORMATS: [&[&str]; 3] = [&[], &["--plain"], &["--json"]];

/// What was said, by the name of its file, and what differs each time.
#[derive(Default)]
struct Said {
    files: BTreeMap<&'static str, String>,
    /// What is shown in its place.
    differs: RefCell<Vec<(String, String)>>,
    words: RefCell<Vec<Vec<String>>>,
}

impl Said {
    fn of(shared: &Shared) -> Said {
        let said = Said::default();
        // As long as it is, so that tables and lines are broken where they were.
        said.differs.borrow_mut().push((shared.relay.url.clone(), shared.relay.shown()));
        said.differs.borrow_mut().push((shared.folder.path().display().to_string(), "HOME".to_owned()));
        said
    }

    /// Adds what one command says to a file, and gives it as it was said.
    fn one(&mut self, file: &'static str, who: &Volunteer, arguments: &[&str], typed: Option<&str>) -> String {
        let line = arguments.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        let mut terminal = Terminal::start(who, arguments);
        if let Some(typed) = typed {
            terminal.wait_for("They call themselves");
            terminal.type_line(typed);
        }
        let code = terminal.finish();
        let is_json = arguments.contains(&"--json");
        let shown = if is_json { terminal.shown.lines().map(page::in_order).collect() } else { terminal.shown.clone() };
        if !is_json && !arguments.contains(&"--plain") {
            for line in shown.lines().filter(|line| !line.starts_with("ALLYMAP:")) {
                assert!(line.chars().count() <= 80, "{file}: {line}");
            }
        }
        let shown = self.settled(&format!("$ allymap {line}\n{shown}exit {code}\n\n"));
        self.files.entry(file).or_default().push_str(&shown);
        std::mem::take(&mut terminal.shown)
    }

    /// The same in each format, for what changes nothing.
    fn each(&mut self, file: &'static str, who: &Volunteer, arguments: &[&str]) {
        for format in FORMATS {
            self.one(file, who, &[arguments, format].concat(), None);
        }
    }

    fn settled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (differs, shown) in &*self.differs.borrow() {
            text = text.replace(differs, shown);
        }
        for words in &*self.words.borrow() {
            text = without_words(&text, words);
        }
        text = (1..10).fold(text, |text, minutes| text.replace(&format!("{minutes} min ago"), "just now"));
        let mut settled = String::new();
        let words: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
        for (at, word) in words.iter().enumerate() {
            let bare = word.trim_end_matches([' ', '\n', ',']);
            let hex = bare.len() == 8 && bare.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let id = bare.len() == 5 && bare.starts_with('[') && bare.ends_with(']') && bare != "[y/N]";
            let counted = ["\"bytes_in\": ", "\"bytes_out\": ", "\"milliseconds\": "];
            let bytes = words.get(at + 1).is_some_and(|next| next.starts_with("bytes"));
            let counted = bytes || counted.iter().any(|key| settled.ends_with(key));
            let shown = if hex {
                "DEVICE"
            } else if id {
                "[ID]"
            } else if counted {
                "N"
            } else {
                bare
            };
            settled.push_str(shown);
            settled.push_str(&word[bare.len()..]);
        }
        settled
    }

    /// Compares every file with what somebody looked at, or writes it.
    fn compare(self) {
        let folder = page::repository().join("tests/stories/outputs/together");
        let mut differs = Vec::new();
        for (name, whole) in &self.files {
            let path = folder.join(format!("{name}.txt"));
            if std::env::var_os("ALLYMAP_WRITE_OUTPUTS").is_some() {
                std::fs::write(&path, whole).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != *whole {
                differs.push(format!("{name} would be:\n{whole}"));
            }
        }
        assert!(differs.is_empty(), "{}", differs.join("\n"));
    }
}

fn quoted(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}

/// Four words that two people compare. Where a line is broken beside them depends on how long they are.
fn without_words(text: &str, words: &[String]) -> String {
    const SHOWN: [&str; 4] = ["river", "anchor", "plum", "seven"];
    let mut left = text;
    let mut settled = String::new();
    while let Some(at) = left.find(&words[0]) {
        let mut rest = &left[at + words[0].len()..];
        let mut gaps = Vec::new();
        for word in &words[1..] {
            let gap = rest.len() - rest.trim_start_matches([' ', '\n', '"', ',']).len();
            let Some(after) = rest[gap..].strip_prefix(word.as_str()) else { break };
            gaps.push(&rest[..gap]);
            rest = after;
        }
        if gaps.len() < 3 {
            let next = at + words[0].len();
            settled.push_str(&left[..next]);
            left = &left[next..];
            continue;
        }
        let before = &left[..at];
        let line = before.trim_end();
        let length = line.lines().last().unwrap_or_default().chars().count();
        if before[line.len()..].contains('\n') && length + 1 + words[0].len() > 80 {
            settled.push_str(line);
            settled.push(' ');
        } else {
            settled.push_str(before);
        }
        for (number, shown) in SHOWN.iter().enumerate() {
            settled.push_str(shown);
            let gap = gaps.get(number).copied().unwrap_or_default();
            settled.push_str(if gap.contains('"') || gap.is_empty() { gap } else { "  " });
        }
        left = rest;
    }
    settled + left
}

#[test]
fn what_is_said_while_people_come_together_is_what_somebody_looked_at() {
    let shared = Shared::with_members(1);
    let ana = &shared.members[0];
    let mut said = Said::of(&shared);
    let mut newcomers = Vec::new();
    for (format, (name, group)) in FORMATS.into_iter().zip([("Ben", "Bay"), ("Cleo", "Bay"), ("Dev", "Hills")]) {
        let shown = said.one("invite", ana, &[&["invite", "--group", group][..], format].concat(), None);
        let code = shown.split(['"', '\n', ' ']).find(|word| word.starts_with("ALLYMAP:")).unwrap().to_owned();
        said.differs.borrow_mut().push((code.clone(), "ALLYMAP:4F7K…".to_owned()));
        let whole = said.files.remove("invite").unwrap();
        said.files.insert("invite", said.settled(&whole));
        if newcomers.is_empty() {
            said.each("status-invited", ana, &["status"]);
        }
        ana.ok(&["sync"]);
        let newcomer = Volunteer::new(shared.folder.path().join(name));
        let join = ["join", &code, "--name", name, "--group", group, "--no-input"];
        said.one("join", &newcomer, &[&join[..], format].concat(), None);
        let words = newcomer.json(&["status"])["waiting_for_approval"].clone();
        let words: Vec<String> =
            words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        said.words.borrow_mut().push(words.clone());
        let whole = said.files.remove("join").unwrap();
        said.files.insert("join", said.settled(&whole));
        ana.ok(&["sync"]);
        if newcomers.is_empty() {
            said.each("status-waiting", &newcomer, &["status"]);
            said.each("sync-waiting", &newcomer, &["sync"]);
            said.each("status-asking", ana, &["status"]);
            said.each("member-waiting", ana, &["member", "waiting"]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if format == ["--plain"] {
            // Without --plain the question is drawn letter by letter.
            said.one("member-approve", ana, &["member", "approve", "--plain"], Some(&words.join(" ")));
        } else {
            let approve = [&["member", "approve", "--words"][..], &words, format].concat();
            said.one("member-approve", ana, &approve, None);
        }
        ana.ok(&["sync"]);
        said.one("sync-let-in", &newcomer, &[&["sync"][..], format].concat(), None);
        newcomers.push(newcomer);
    }
    let ben = &newcomers[0];
    said.each("member-waiting-nobody", ana, &["member", "waiting"]);
    said.each("member-list", ana, &["member", "list"]);
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation"]);
    said.each("status-kept", ana, &["status"]);
    said.each("relay-list-kept", ana, &["relay", "list"]);
    for (number, format) in FORMATS.into_iter().enumerate() {
        ana.ok(&["edit", "choir", "phone", &format!("02 5550 000{number}")]);
        for (file, who) in [("sync", ana), ("sync-received", ben)] {
            said.one(file, who, &[&["sync"][..], format].concat(), None);
        }
    }
    // Whoever writes shows what they have read.
    ben.ok(&["log", "add", "choir", "--kind", "call", "--on", "today"]);
    ben.ok(&["sync"]);
    said.each("status", ben, &["status"]);
    ana.ok(&["sync"]);
    said.each("relay-list", ana, &["relay", "list"]);
    let relays: Vec<Alone> = FORMATS.iter().map(|_| alone()).collect();
    let line = RelayAddress {
        relay: RelayKeyHash([7; 16]),
        token: OperatorToken([8; 16]),
        url: "wss://relay.example".to_owned(),
    };
    for (format, wren) in FORMATS.into_iter().zip(&relays) {
        said.one("relay-add", wren, &[&["relay", "add", &line.to_line()][..], format].concat(), None);
    }
    said.compare();
}

#[test]
fn what_is_taken_back_says_what_it_said() {
    let shared = Shared::with_members(2);
    let [ana, ben] = [&shared.members[0], &shared.members[1]];
    let mut said = Said::of(&shared);
    ana.ok(&["partner", "add", "Wharf Choir", "--kind", "organisation", "--phone", "02 5550 0001"]);
    for format in FORMATS {
        ana.ok(&["edit", "choir", "phone", "02 5550 0002"]);
        said.one("undo", ana, &[&["undo", "--no-input"][..], format].concat(), None);
    }
    said.one("history", ana, &["history", "choir"], None);
    said.each("undo-nothing", ben, &["undo", "--no-input"]);
    said.compare();
}
