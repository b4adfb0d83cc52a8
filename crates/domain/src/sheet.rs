//! Entries as a table for a spreadsheet (RFC 4180), with the columns that an audience may see.

use std::collections::BTreeSet;

use crate::entry::Entry;
use crate::field::{Audience, Field};
use crate::kind::KINDS;

/// One line per entry. Columns are an allow-list: a field of a narrower circle than `audience` is not in it.
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
    for entry in entries {
        let mut line = vec![entry.id.to_string(), entry.kind_name.clone()];
        line.extend(fields.iter().map(|field| {
            let value = entry.field(field.name).filter(|value| value.field.audience <= audience);
            let values =
                value.map_or(&[][..], |value| if value.differs() { &value.values[..1] } else { &value.values });
            values.iter().map(|said| said.value.as_str()).collect::<Vec<_>>().join("; ")
        }));
        lines.push(line);
    }
    write(lines, raw)
}

pub(crate) fn write(lines: Vec<Vec<String>>, raw: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for line in lines {
        let cells = line.iter().map(|cell| if raw { cell.clone() } else { guarded(cell) });
        writer.write_record(cells).expect("writing into memory cannot fail");
    }
    writer.into_inner().expect("writing into memory cannot fail")
}

fn guarded(cell: &str) -> String {
    if could_be_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// OWASP's rule for CSV: these beginnings can start a formula. Behind apostrophes as well, so that taking one away is safe.
pub(crate) fn could_be_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}
