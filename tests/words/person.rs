//! Somebody at a computer on a fixed day, whose ids are foreseen; and what they are told, without what the machine decides.

use std::cell::{Cell, RefCell};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use allymap_tests::{Answer, Terminal, Volunteer, page};

/// Noon of Tuesday 13 March 2040, universal time: later than any file that a run makes.
const NOON: u64 = 2_215_252_800_000;

/// At a terminal of 80 columns, for a screen reader, for programs.
pub(crate) const FORMATS: [&str; 3] = ["", " --plain", " --json"];

pub(crate) struct Person {
    pub(crate) volunteer: Volunteer,
    /// Where they stand while they type.
    pub(crate) work: PathBuf,
    now_ms: u64,
    /// Every command draws ids of its own.
    drawn: Cell<u64>,
    /// What differs each time, and what is shown in its place.
    differs: RefCell<Vec<(String, String)>>,
}

impl Person {
    /// With a home and a folder of their own below this one.
    pub(crate) fn below(folder: &Path, name: &str, first_id: u64) -> Person {
        let work = folder.join(name);
        std::fs::create_dir_all(&work).expect("the folder can be written");
        let differs = RefCell::new(vec![(work.display().to_string(), "HOME".to_owned())]);
        Person { volunteer: Volunteer::new(work.join("home")), work, now_ms: NOON, drawn: Cell::new(first_id), differs }
    }

    /// In the practice town, which has something of everything.
    pub(crate) fn in_the_town(folder: &Path, name: &str) -> Person {
        let wren = Person::below(folder, name, 1);
        wren.ok("new --practice --name Wren --no-input");
        wren
    }

    /// The same person with a copy of everything, for what nobody else should meet afterwards.
    pub(crate) fn copy(&self, name: &str) -> Person {
        let folder = self.work.parent().expect("it lies in a folder");
        let copy = Person { now_ms: self.now_ms, ..Person::below(folder, name, self.drawn.get()) };
        page::copy(&self.work, &copy.work);
        copy.differs.borrow_mut().extend(self.differs.borrow().iter().skip(1).cloned());
        copy
    }

    /// So many days on.
    pub(crate) fn later(self, days: u64) -> Person {
        Person { now_ms: self.now_ms + days * 86_400_000, ..self }
    }

    /// From now on this is shown as that.
    pub(crate) fn mask(&self, differs: &str, shown: &str) {
        self.differs.borrow_mut().push((differs.to_owned(), shown.to_owned()));
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        self.drawn.set(self.drawn.get() + 1);
        let mut command = self.volunteer.told();
        command
            .args(page::words(line))
            .current_dir(&self.work)
            .env("HOME", &self.work)
            .env("EDITOR", self.work.join("editor"))
            .env("ALLYMAP_TEST_CLOCK", self.now_ms.to_string())
            .env("ALLYMAP_TEST_IDS", self.drawn.get().to_string());
        command
    }

    pub(crate) fn ok(&self, line: &str) -> Answer {
        let answer = Answer::of_process(self.command(line).output().expect("allymap starts"), &[line]);
        assert_eq!(answer.code, 0, "allymap {line} failed:\n{answer:?}");
        answer
    }

    pub(crate) fn json(&self, line: &str) -> serde_json::Value {
        let answer = self.ok(&format!("{line} --json"));
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    /// What a command says where there is no terminal: all of it in the order in which it is said, and how it ends.
    pub(crate) fn said(&self, line: &str) -> String {
        self.said_by(self.command(line), line)
    }

    /// The same for a command of one's own, under this line.
    pub(crate) fn said_by(&self, mut command: Command, line: &str) -> String {
        let (mut hears, says) = std::io::pipe().expect("there are pipes");
        command.stdout(says.try_clone().expect("there are pipes")).stderr(says);
        let mut child = command.spawn().expect("allymap starts");
        // It holds the other end of the pipe.
        drop(command);
        let mut shown = String::new();
        hears.read_to_string(&mut shown).expect("output is text");
        let code = child.wait().expect("it ends").code().unwrap_or(-1);
        self.section(line, &shown, code)
    }

    /// What a command says at a terminal of 80 columns.
    pub(crate) fn shown(&self, line: &str) -> String {
        let mut command = self.command(line);
        command.stdin(Stdio::null());
        let mut terminal = Terminal::of(command);
        let code = terminal.finish();
        self.section(line, &terminal.shown, code)
    }

    fn section(&self, line: &str, shown: &str, code: i32) -> String {
        assert!(!shown.contains("panicked"), "allymap {line}: {shown}");
        let is_json = line.split(' ').any(|word| word == "--json");
        let shown = if is_json { shown.lines().map(page::in_order).collect() } else { shown.to_owned() };
        self.settled(&format!("$ allymap {line}\n{shown}exit {code}\n\n"))
    }

    /// What the machine decides is shown as a word: where folders lie, a relay's port, which device's keys these are, how many
    /// bytes something takes.
    pub(crate) fn settled(&self, text: &str) -> String {
        let differs = self.differs.borrow();
        let text = differs.iter().fold(text.to_owned(), |text, (differs, shown)| text.replace(differs, shown));
        let words: Vec<&str> = text.split_inclusive([' ', '\n', '"', ',']).collect();
        let mut settled = String::new();
        for (number, word) in words.iter().enumerate() {
            let bare = word.trim_end_matches([' ', '\n', '"', ',']);
            let hex =
                matches!(bare.len(), 8 | 64) && bare.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            let unit = |next: &&str| ["bytes", "KB", "MB", "GB", "TB"].iter().any(|unit| next.starts_with(unit));
            let counted = ["\"bytes\": ", "\"bytes_in\": ", "\"bytes_out\": ", "\"milliseconds\": "];
            let sized = words.get(number + 1).is_some_and(unit) || counted.iter().any(|key| settled.ends_with(key));
            let shown = if hex {
                "DEVICE"
            } else if let Some((before, _)) = bare.split_once("db.damaged-") {
                settled.push_str(before);
                "db.damaged-N"
            } else if sized && bare.parse::<f64>().is_ok() {
                "N"
            } else {
                bare
            };
            settled.push_str(shown);
            settled.push_str(&word[bare.len()..]);
        }
        settled
    }
}
