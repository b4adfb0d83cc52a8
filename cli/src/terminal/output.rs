//! The only place that prints. Standard output is data, everything else goes to standard error.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use allymap_domain::date::Date;
use allymap_domain::words::label::clean;
use allymap_home::Discreet;
use serde_json::Value;
use unicode_width::UnicodeWidthChar as _;

use crate::terminal::answer::Answer;
use crate::terminal::failure::{Exit, Failure};
use crate::terminal::shell::Streams;
use crate::terminal::words::{broken, columns, padded, wrapped};

/// How this command speaks.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) plain: bool,
    pub(crate) quiet: bool,
    /// The day on which it is told.
    pub(crate) today: Date,
    /// The earlier day as of which everything is told.
    pub(crate) as_of: Option<Date>,
    /// What is not to be read over somebody's shoulder.
    pub(crate) hidden: Discreet,
    pub(crate) streams: Streams,
    /// It was said that what stands in a command stands in the shell's history too.
    told_of_history: Arc<AtomicBool>,
}

impl Output {
    pub(crate) fn new(streams: Streams, today: Date, json: bool, plain: bool, quiet: bool) -> Output {
        Output {
            json,
            plain,
            quiet,
            today,
            as_of: None,
            hidden: Discreet::default(),
            streams,
            told_of_history: Arc::default(),
        }
    }

    /// Data, for a person: a line or several. What is longer than a terminal is wide goes on below, set in.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        let text = laid_out(self.width(), &self.safe(&text.to_string()));
        let _ = writeln!(self.streams.out(), "{text}");
    }

    /// A label and what it says: the text begins at a column and stays right of it; under `--plain` a colon is between them.
    pub(crate) fn line(&self, label: &str, column: usize, text: impl fmt::Display) {
        let (label, text) = (self.safe(label), self.safe(&text.to_string()));
        if self.plain {
            let _ = writeln!(self.streams.out(), "{}", labelled(&label, &text));
            return;
        }
        let width = self.width().unwrap_or(usize::MAX);
        let mut before = padded(&label, column);
        if !before.is_empty() && !before.ends_with(' ') {
            before.push(' ');
        }
        let mut lines = String::new();
        // Something is said of the label even when that is nothing.
        for line in text.split('\n') {
            lines.push_str(broken(width, column, &format!("{before}{line}")).trim_end());
            lines.push('\n');
            before = " ".repeat(column);
        }
        let _ = write!(self.streams.out(), "{lines}");
    }

    /// How many columns there are to fill; none where lines are left whole, as for a screen reader.
    pub(crate) fn width(&self) -> Option<usize> {
        if self.plain { None } else { self.streams.width() }
    }

    /// An answer of the home: as JSON, or in words.
    pub(crate) fn tell(&self, answer: &impl Answer) {
        if self.json {
            self.json(&serde_json::to_value(answer.json()).unwrap_or_default());
        } else {
            answer.say(self);
        }
    }

    /// Data, for a program: one object with `"schema": "allymap/1"` in it.
    pub(crate) fn json(&self, value: &serde_json::Value) {
        let mut object = serde_json::Map::new();
        object.insert("schema".into(), "allymap/1".into());
        if let Some(day) = self.as_of {
            object.insert("as_of".into(), day.to_string().into());
        }
        if let serde_json::Value::Object(fields) = value {
            object.extend(fields.clone());
        }
        let mut object = serde_json::Value::Object(object);
        self.shown_json(&mut object);
        // Whole, then written once: the real standard output has no buffer.
        let mut line = allymap_domain::words::json::line(&object);
        line.push(b'\n');
        let _ = self.streams.out().write_all(&line);
    }

    /// Bytes as they are: an export. It cannot be whole and discreet.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        if self.hidden.is_on() {
            return Err(std::io::Error::other("--discreet is for what is read on a screen, and this is whole"));
        }
        let mut out = self.streams.out();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// What was done, for whoever watches.
    pub(crate) fn status(&self, text: impl fmt::Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// What a person should not miss, also when quiet.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        let width = if self.plain { None } else { self.streams.error_width() };
        let _ = writeln!(self.streams.err(), "{}", laid_out(width, &self.safe(&text.to_string())));
    }

    /// Rows of cells: a table on a terminal, tab-separated lines elsewhere. Under `--plain` each cell is a line that begins
    /// with its heading, and an empty line is between rows. Without rows there is nothing, not even headings.
    pub(crate) fn table(&self, headings: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        if self.plain {
            let row = |row: &Vec<String>| -> String {
                let said = headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
                said.map(|(heading, cell)| labelled(heading, &self.safe(cell).replace('\n', " ")) + "\n").collect()
            };
            let rows: Vec<String> = rows.iter().map(row).collect();
            let _ = write!(self.streams.out(), "{}", rows.join("\n"));
            return;
        }
        let Some(width) = self.width() else {
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| self.safe(cell).replace(['\t', '\n'], " ")).collect();
                let _ = writeln!(self.streams.out(), "{}", cells.join("\t"));
            }
            return;
        };
        let mut table = comfy_table::Table::new();
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        table.load_style(comfy_table::presets::NOTHING);
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
        table.set_header(headings.iter().copied());
        for row in rows {
            table.add_row(row.iter().map(|cell| self.safe(cell)));
        }
        let _ = writeln!(self.streams.out(), "{table}");
    }

    /// Why an answer was not taken, before the same question is asked again.
    pub(crate) fn again(&self, failure: &Failure) {
        self.warn(&failure.message);
        for candidate in &failure.candidates {
            self.warn(format_args!("  {}  {}  [{}]", candidate.name, candidate.kind, candidate.id));
        }
        // That nothing was changed goes without saying while somebody is still being asked.
        let hint = failure.hint.as_deref().unwrap_or_default().replace("Nothing was changed.", "");
        if !hint.trim().is_empty() {
            self.warn(hint.trim());
        }
    }

    /// What somebody has typed into a command that did not work: it must not have to be typed again.
    pub(crate) fn typed(&self, typed: &[(String, String)]) {
        if !typed.is_empty() {
            self.warn("What you typed, so that you can copy it:");
        }
        for (question, answer) in typed {
            self.warn(format_args!("  {question}\n{answer}"));
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let mut value = serde_json::json!({
                "schema": "allymap/1",
                "error": {
                    "code": failure.code,
                    "message": failure.message,
                    "hint": failure.hint,
                    "candidates": failure.candidates,
                },
            });
            self.shown_json(&mut value);
            let mut line = allymap_domain::words::json::line(&value);
            line.push(b'\n');
            let _ = self.streams.err().write_all(&line);
            return;
        }
        self.warn(format_args!("Error: {} [{}]", failure.message, failure.code));
        for candidate in &failure.candidates {
            self.warn(format_args!("  {}  {}  [{}]", candidate.name, candidate.kind, candidate.id));
        }
        if let Some(hint) = &failure.hint {
            self.warn(format_args!("Hint: {hint}"));
        }
    }

    /// A question on one line, its answer on the next: what a screen reader reads well.
    pub(crate) fn ask_line(&self, question: &str) -> Result<String, Failure> {
        if !question.is_empty() {
            let _ = writeln!(self.streams.err(), "{}", self.safe(question));
        }
        let answer = self.streams.line().ok().filter(|answer| !answer.is_empty()).ok_or_else(Failure::stopped)?;
        Ok(answer.trim().to_owned())
    }

    /// Once, and only to somebody who typed: what stands in a command stands in the shell's history too.
    pub(crate) fn in_shell_history(&self) {
        if self.streams.has_somebody() && !self.told_of_history.swap(true, Ordering::Relaxed) {
            let _ = writeln!(
                self.streams.err(),
                "Note: text in a command stays in your shell's history. Leave it out and you are asked, or give - and type it after."
            );
        }
    }

    /// The help that clap made: what was asked for is data, what nobody asked for is not.
    pub(crate) fn help(&self, error: &clap::Error) -> u8 {
        let text = error.render();
        if error.use_stderr() {
            let _ = write!(self.streams.err(), "{text}");
            Exit::Usage as u8
        } else {
            let _ = write!(self.streams.out(), "{text}");
            0
        }
    }

    /// A label and what belongs to it, wrapped to 80 columns beside the label.
    pub(crate) fn note(&self, label: &str, text: &str, column: usize) {
        if self.plain {
            if !text.is_empty() {
                self.line(label, column, text);
            }
            return;
        }
        let mut label = label.to_owned();
        if columns(label.trim_end()) >= column && !text.is_empty() {
            self.say(std::mem::take(&mut label));
        }
        let width = (self.width().unwrap_or(80) - 1).saturating_sub(column);
        for line in text.lines().flat_map(|line| wrapped(line, width)) {
            self.say(format!("{}{line}", padded(&label, column)).trim_end());
            label.clear();
        }
    }

    /// Broken between words, the rest set in below the first line: at the terminal's width, elsewhere at eighty columns.
    /// Under `--plain` nothing is broken.
    pub(crate) fn broken(&self, set_in: usize, line: &str) -> String {
        if self.plain { line.to_owned() } else { broken(self.width().unwrap_or(80), set_in, line) }
    }

    /// What somebody wrote, in one line of several to choose from: it cannot look like another choice.
    pub(crate) fn one_line(&self, text: &str) -> String {
        self.safe(text).replace(['\t', '\n'], " ")
    }

    /// Text as it may be printed: see [`clean`] and `--discreet`. Everything that reaches a terminal goes through here.
    pub(crate) fn safe(&self, text: &str) -> String {
        clean(&self.hidden.shown(text))
    }

    /// The same for every text in a value; keys are the program's own words.
    fn shown_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.hidden.shown(text).into_owned(),
            Value::Array(values) => values.iter_mut().for_each(|value| self.shown_json(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.shown_json(value)),
            _ => {}
        }
    }
}

/// `Label: text`; several lines of text stay below each other.
fn labelled(label: &str, text: &str) -> String {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    match (label.trim_end_matches(':'), text) {
        ("", text) => text.to_owned(),
        (label, "") => label.to_owned(),
        (label, text) => format!("{label}: {text}"),
    }
}

/// Lines as they fit; none for a width means that nobody looks at them in a window.
fn laid_out(width: Option<usize>, text: &str) -> String {
    let Some(width) = width else { return text.to_owned() };
    text.split('\n').map(|line| broken(width, set_in(line), line)).collect::<Vec<_>>().join("\n")
}

/// Where a line goes on: below its text if something stands before that at a column, else two further than it began.
fn set_in(line: &str) -> usize {
    let begins = line.chars().take_while(|letter| *letter == ' ').count();
    let (mut column, mut at, mut spaces) = (begins + 2, begins, 0);
    for letter in line.chars().skip(begins) {
        if at >= begins + LAST_COLUMN {
            break;
        }
        if letter == ' ' {
            spaces += 1;
        } else {
            if spaces > 1 {
                column = at;
            }
            spaces = 0;
        }
        at += letter.width().unwrap_or(0);
    }
    column
}

/// Text further right than this has no label before it.
const LAST_COLUMN: usize = 34;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_at_eighty_columns_and_loses_nothing() {
        let line = format!("1.  {} end", "several words ".repeat(20));
        let lines = broken(80, 3, &line);
        assert!(lines.lines().count() > 3 && lines.lines().all(|line| line.chars().count() <= 80), "{lines}");
        assert!(lines.lines().skip(1).all(|line| line.starts_with("   s") || line.starts_with("   w")), "{lines}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&lines), words(&line));
        let word = "x".repeat(200);
        assert_eq!(broken(80, 3, &word), word, "a word is never broken");
    }

    #[test]
    fn a_line_goes_on_below_its_text() {
        for (line, column) in [
            ("Held by           the choir", 18),
            ("political     high     somebody said", 23),
            ("just words", 2),
            ("  set in", 4),
            ("  Held by   the choir", 12),
            ("a sentence that only near its end has  a gap", 2),
        ] {
            assert_eq!(set_in(line), column, "{line}");
        }
    }

    #[test]
    fn under_plain_a_label_is_told_by_its_colon() {
        assert_eq!(labelled("  Still   unknown: ", "all of it"), "Still unknown: all of it");
        assert_eq!(labelled("", "also: 02 5550 1990"), "also: 02 5550 1990");
    }
}
