//! Entries as a table for a spreadsheet (RFC 4180), with the columns that an audience may see.

use std::collections::BTreeSet;

use allymap_domain::entry::Entry;
use allymap_domain::kind::KINDS;
use allymap_domain::kind::affiliation::unquoted;
use allymap_domain::kind::field::{Audience, Field, Merges};

use crate::paper::report::circle_of;

/// One line per entry that is not archived. Columns are an allow-list: a field of a narrower circle than `audience` is not
/// in it, nor is a person in no public role for those who are not of our groups.
///
/// A cell that a spreadsheet could take for a formula gets an apostrophe before it, unless `raw`; importing takes it away.
pub fn partners_csv<'a>(entries: impl IntoIterator<Item = &'a Entry>, audience: Audience, raw: bool) -> Vec<u8> {
    let mut seen = BTreeSet::new();
    let fields: Vec<&Field> = KINDS
        .iter()
        .flat_map(|kind| kind.fields)
        .filter(|field| field.audience <= audience && seen.insert(field.name))
        .collect();
    let mut lines = vec![
        ["allymap_id", "kind"]
            .into_iter()
            .chain(fields.iter().map(|field| field.name))
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    ];
    for entry in entries.into_iter().filter(|entry| !entry.archived.hides() && circle_of(entry) <= audience) {
        let mut line = vec![entry.id.to_string(), entry.kind_name.clone()];
        line.extend(fields.iter().map(|field| {
            let value = entry.field(field).filter(|value| value.field.audience <= audience);
            let values =
                value.map_or(&[][..], |value| if value.differs() { &value.values[..1] } else { &value.values });
            match field.merges {
                Merges::Set => members(values.iter().map(|said| said.value.as_str())),
                Merges::Register | Merges::Text => values.first().map_or("", |said| &said.value).to_owned(),
            }
        }));
        lines.push(line);
    }
    write(lines, raw)
}

/// Several values in one cell: `youth; disability`. One that could be read as two stands in quotation marks.
fn members<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let member = |value: &str| {
        let clear = !value.starts_with('"') && !value.contains("; ");
        if clear { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
    };
    values.map(member).collect::<Vec<_>>().join("; ")
}

/// The values in one cell.
pub(crate) fn split_members(cell: &str) -> Vec<String> {
    let mut members = Vec::new();
    let mut rest = cell;
    loop {
        rest = rest.trim_start();
        let quoted = unquoted(rest).and_then(|(member, rest)| {
            let rest = if rest.is_empty() { None } else { Some(rest.strip_prefix("; ")?) };
            Some((member, rest))
        });
        let (member, after) = quoted.unwrap_or_else(|| match rest.split_once("; ") {
            Some((member, rest)) => (member.to_owned(), Some(rest)),
            None => (rest.to_owned(), None),
        });
        members.push(member);
        match after {
            Some(after) => rest = after,
            None => return members,
        }
    }
}

/// The cells of lines as a table.
pub fn write(lines: Vec<Vec<String>>, raw: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for line in lines {
        let cells = line.iter().map(|cell| if raw { cell.clone() } else { guarded(cell) });
        writer.write_record(cells).expect("writing into memory cannot fail");
    }
    writer.into_inner().expect("writing into memory cannot fail")
}

/// With an apostrophe wherever a spreadsheet could see a formula begin: which letter divides its cells is a setting of the
/// computer that opens the file, and not ours.
fn guarded(cell: &str) -> String {
    let (mut guarded, mut begins) = (String::with_capacity(cell.len()), true);
    for (at, letter) in cell.char_indices() {
        if begins && could_be_formula(&cell[at..]) {
            guarded.push('\'');
        }
        guarded.push(letter);
        begins = next_begins(begins, letter);
    }
    guarded
}

/// The text that was guarded: at each such place one apostrophe less.
pub(crate) fn unguarded(cell: &str) -> String {
    let (mut text, mut begins, mut taken) = (String::with_capacity(cell.len()), true, false);
    for (at, letter) in cell.char_indices() {
        if begins && !taken && letter == '\'' && could_be_formula(&cell[at + 1..]) {
            taken = true;
            continue;
        }
        text.push(letter);
        (begins, taken) = (next_begins(begins, letter), false);
    }
    text
}

/// Whether the letter after this one may begin a cell: behind what divides cells or lines, and whatever blanks and quotation
/// marks follow there.
fn next_begins(begins: bool, letter: char) -> bool {
    matches!(letter, ';' | ',' | '\t' | '|' | '\n' | '\r') || begins && matches!(letter, ' ' | '"')
}

/// OWASP's rule for CSV: these beginnings can start a formula, and the wide forms of the same signs where they are typed.
/// Behind apostrophes as well, so that taking one away is safe.
fn could_be_formula(text: &str) -> bool {
    let sign = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r'];
    text.trim_start_matches('\'').starts_with(sign)
}
