//! A conversation: a command at a terminal under `--plain`, and somebody who answers. What was typed stands behind "> ", the end
//! of all typing as "> ^D".

use std::process::Command;
use std::time::Duration;

use allymap_tests::{Heard, Terminal};

use super::person::Person;

/// What somebody types.
#[derive(Clone, Copy)]
pub(crate) enum Typing<'a> {
    /// These lines, and then nothing more.
    Answers(&'a [&'a str]),
    /// Nothing but Enter, until one question is asked for the third time.
    Enter,
}

impl Typing<'_> {
    fn next(self, heard: &[String]) -> Option<String> {
        match self {
            Typing::Answers(lines) => lines.get(heard.len() - 1).map(|line| (*line).to_owned()),
            Typing::Enter => {
                let again = heard.len() > 1 && !heard[heard.len() - 1].is_empty();
                let asked_again = again && heard[heard.len() - 1] == heard[heard.len() - 2];
                (!asked_again).then(String::new)
            }
        }
    }
}

/// How long a command may take to say anything, to ask, or to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing is said, before it is looked at whether an answer is waited for.
const QUIET: Duration = Duration::from_millis(60);
/// The same where nothing has been said since the last answer.
const SILENT: Duration = Duration::from_millis(400);
/// How often in a row the command has to read and say nothing until it is believed: what it said last may be on its way still.
const BELIEVED: u32 = 3;
/// The same where it has not said all that it said before.
const DOUBTED: u32 = 100;

/// The whole conversation, where `held` is what it was.
pub(crate) fn talk(person: &Person, command: Command, typing: Typing<'_>, held: &str) -> String {
    let mut terminal = Terminal::of(command);
    let mut known = pieces(held).into_iter();
    let (mut heard, mut whole, mut as_before) = (Vec::new(), String::new(), !held.is_empty());
    loop {
        let piece = if as_before { known.next() } else { None };
        let (said, ended) = listen(person, &mut terminal, piece.as_deref());
        as_before = piece.is_some_and(|piece| piece == said);
        whole.push_str(&said);
        if ended {
            let code = terminal.finish();
            return format!("{whole}exit {code}\n\n");
        }
        heard.push(said);
        assert!(heard.len() < 200, "it asks on and on:\n{whole}");
        match typing.next(&heard) {
            Some(line) => {
                terminal.type_line(&line);
                whole.push_str(&format!("> {}\n", person.settled(&line)));
            }
            None => {
                terminal.end_of_input();
                whole.push_str("> ^D\n");
            }
        }
    }
}

/// What is said until an answer is waited for, and whether it is the end. What is held already is answered as soon as it has
/// been said; what is new, when the command reads.
fn listen(person: &Person, terminal: &mut Terminal, held: Option<&str>) -> (String, bool) {
    terminal.shown.clear();
    let (mut patience, mut reads) = (PATIENCE, 0);
    loop {
        let mut said = person.settled(&terminal.shown);
        // The last piece is over when the command is.
        if held.filter(|held| !held.ends_with(LAST)) == Some(said.as_str()) {
            return (said, false);
        }
        let quiet = if said.is_empty() { SILENT } else { QUIET };
        // What a secret is asked with ends in the middle of a line.
        let lacks = held.and_then(|held| held.strip_prefix(&said)).filter(|lacks| *lacks != "\n");
        match terminal.listen(quiet) {
            Heard::Something => (patience, reads) = (PATIENCE, 0),
            Heard::Nothing if terminal.is_waited_for() => {
                reads += 1;
                if reads >= lacks.map_or(BELIEVED, |_| DOUBTED) {
                    if !said.is_empty() && !said.ends_with('\n') {
                        said.push('\n');
                    }
                    return (said, false);
                }
            }
            Heard::Nothing => {
                reads = 0;
                patience = patience.checked_sub(quiet).unwrap_or_else(|| panic!("it neither ends nor asks:\n{said}"));
            }
            Heard::TheEnd => return (said, true),
        }
    }
}

/// Stands for the end of what is said last.
const LAST: char = '\u{4}';

/// What was said before each answer, and after the last.
fn pieces(held: &str) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    for line in held.lines() {
        if line.starts_with("> ") {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push_str(line);
            piece.push('\n');
        }
    }
    piece.push(LAST);
    pieces.push(piece);
    pieces
}
