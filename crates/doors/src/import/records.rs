//! The rows of a table, as RFC 4180 has them, and what to do where a quotation mark is never closed.
//!
//! A reader that takes such a mark at its word makes everything after it one cell, and a hundred people are gone without a
//! word. Here the line with the mark is told apart, and what follows is read again as rows of its own.

use crate::import::{MAX_COLUMNS, MAX_LINE_BYTES};

/// A walk over the rows of a text.
pub(super) struct Records<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    line: u64,
}

/// One row.
pub(super) struct Record {
    /// Where it begins, from 1.
    pub line: u64,
    /// No more than can be read; `columns` counts them all.
    pub cells: Vec<String>,
    pub columns: usize,
    /// A quotation mark in it is not closed, or closed in the middle of a later row. It is the one line then.
    pub unclosed: bool,
    /// It is longer than is read.
    pub too_long: bool,
    start: usize,
    end: usize,
    /// How many lines of the text it takes.
    lines: u64,
}

impl<'a> Records<'a> {
    pub(super) fn of(text: &'a str, delimiter: u8) -> Records<'a> {
        Records { text, delimiter, at: 0, line: 1 }
    }

    /// The next row that is not an empty line.
    pub(super) fn next(&mut self) -> Option<Record> {
        while let Some(after) = line_break(self.text.as_bytes(), self.at) {
            (self.at, self.line) = (after, self.line + 1);
        }
        if self.at >= self.text.len() {
            return None;
        }
        let mut record = self.walk(self.at, self.line, Quoted::MayHoldLines);
        if record.lines > 1 && (record.unclosed || record.too_long) {
            record = self.walk(self.at, self.line, Quoted::EndsWithTheLine);
            record.unclosed = true;
        }
        Some(self.take(record))
    }

    /// For a row of several lines that has not the `expected` cells while the line after its first has them: the first line
    /// alone. The walk goes on with the line after it.
    pub(super) fn first_line_of(&mut self, record: &Record, expected: usize) -> Option<Record> {
        if record.lines < 2 {
            return None;
        }
        let mut first = self.walk(record.start, record.line, Quoted::EndsWithTheLine);
        let second = self.walk(first.end, record.line + 1, Quoted::EndsWithTheLine);
        if second.columns != expected {
            return None;
        }
        first.unclosed = true;
        Some(self.take(first))
    }

    fn take(&mut self, record: Record) -> Record {
        (self.at, self.line) = (record.end, record.line + record.lines);
        record
    }

    fn walk(&self, start: usize, line: u64, quoted: Quoted) -> Record {
        let bytes = self.text.as_bytes();
        let mut record = Record {
            line,
            cells: Vec::new(),
            columns: 0,
            unclosed: false,
            too_long: false,
            start,
            end: bytes.len(),
            lines: 1,
        };
        let mut cell: Vec<u8> = Vec::new();
        let mut inside = false;
        let mut cell_begins = true;
        let mut at = start;
        while at < bytes.len() {
            if at - start >= MAX_LINE_BYTES {
                record.too_long = true;
                if !(inside && record.lines > 1) {
                    let rest = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                    record.end = rest.map_or(bytes.len(), |rest| line_break(bytes, at + rest).unwrap_or(bytes.len()));
                }
                return record;
            }
            let after_break = line_break(bytes, at);
            if let Some(after) = after_break
                && (!inside || quoted == Quoted::EndsWithTheLine)
            {
                record.end = after;
                break;
            }
            if bytes[at] == self.delimiter && !inside {
                record.push(&mut cell);
                (cell_begins, at) = (true, at + 1);
                continue;
            }
            if bytes[at] == b'"' && cell_begins {
                (inside, cell_begins, at) = (true, false, at + 1);
                continue;
            }
            cell_begins = false;
            if bytes[at] == b'"' && inside {
                if bytes.get(at + 1) == Some(&b'"') {
                    at += 1;
                } else {
                    inside = false;
                    at += 1;
                    let ends = at == bytes.len() || bytes[at] == self.delimiter || line_break(bytes, at).is_some();
                    record.unclosed |= !ends && record.lines > 1;
                    continue;
                }
            }
            let next = after_break.unwrap_or(at + 1);
            record.lines += u64::from(after_break.is_some());
            cell.extend_from_slice(&bytes[at..next]);
            at = next;
        }
        record.push(&mut cell);
        record.unclosed |= inside;
        record
    }
}

impl Record {
    fn push(&mut self, cell: &mut Vec<u8>) {
        self.columns += 1;
        if self.columns <= MAX_COLUMNS {
            self.cells.push(String::from_utf8_lossy(cell).into_owned());
        }
        cell.clear();
    }
}

/// Whether a quoted cell may hold line breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoted {
    MayHoldLines,
    EndsWithTheLine,
}

/// Where the text goes on after a line break at `at`, if there is one: `\n`, `\r\n`, or `\r` as old programs write it.
fn line_break(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        b'\r' => Some(at + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let mut records = Records::of(text, b',');
        std::iter::from_fn(|| records.next()).map(|record| (record.line, record.cells, record.unclosed)).collect()
    }

    fn row(line: u64, cells: &[&str], unclosed: bool) -> (u64, Vec<String>, bool) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect(), unclosed)
    }

    #[test]
    fn cells_are_read_as_the_standard_has_them() {
        assert_eq!(
            rows("a,\"b, \"\"c\"\"\nd\",\r\n\n\"\",e\"f,\" g\"\rh"),
            [row(1, &["a", "b, \"c\"\nd", ""], false), row(4, &["", "e\"f", " g"], false), row(5, &["h"], false)]
        );
        assert_eq!(rows("\"a\" b,c"), [row(1, &["a b", "c"], false)], "a mark too many within a line is let pass");
    }

    #[test]
    fn a_mark_that_is_never_closed_takes_only_its_own_line() {
        assert_eq!(
            rows("A,\"02,x\nB,\"fine\",y\nC,z"),
            [row(1, &["A", "02,x"], true), row(2, &["B", "fine", "y"], false), row(3, &["C", "z"], false)]
        );
        assert_eq!(rows("A\nB,\"x"), [row(1, &["A"], false), row(2, &["B", "x"], true)]);
        let far = format!("A,\"x\n{}", "B,y\n".repeat(MAX_LINE_BYTES));
        assert_eq!(rows(&far)[..2], [row(1, &["A", "x"], true), row(2, &["B", "y"], false)]);
    }

    #[test]
    fn a_mark_that_a_later_row_seems_to_close_is_found_by_the_cells() {
        let mut records = Records::of("A,\"02,x\nB,03,y\"\nC,04,z", b',');
        let record = records.next().unwrap();
        assert_eq!(record.columns, 2);
        let first = records.first_line_of(&record, 3).unwrap();
        assert_eq!((first.cells, first.unclosed), (vec!["A".to_owned(), "02,x".to_owned()], true));
        assert_eq!(records.next().unwrap().cells, ["B", "03", "y\""]);
        let mut records = Records::of("A,\"a note\nof two lines\"\nC,04,z", b',');
        let record = records.next().unwrap();
        assert!(records.first_line_of(&record, 3).is_none());
        assert_eq!(records.next().unwrap().line, 3);
    }
}
