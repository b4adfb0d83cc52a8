//! Tables as people have them: any encoding and separator, headings in their own words.

use super::{FILE_BYTES, ImportError, Incoming, Register, Unusable, excerpt};
use crate::kind::{Field, Kind};
use crate::row::fold;

const LINE_BYTES: usize = 1 << 20;
const COLUMNS: usize = 200;

/// Reads a table. `file` is its name, `kind` what its rows are where no column says so; without it a column that names a council
/// or employer makes people of them, otherwise they are organisations.
pub fn read_csv(bytes: &[u8], file: &str, kind: Option<Kind>) -> Result<Register, ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.len() > FILE_BYTES {
        return Err(ImportError::TooLarge { limit: FILE_BYTES });
    }
    let mut register = Register { file: file.into(), ..Register::default() };
    let text = decode(bytes, &mut register.remarks)?;
    let separator = separator(&text);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let headings: Vec<String> = match reader.headers() {
        Ok(headings) => headings.iter().map(str::to_owned).collect(),
        Err(_) => return Err(ImportError::Empty),
    };
    if headings.len() > COLUMNS {
        return Err(ImportError::TooManyColumns { columns: headings.len(), limit: COLUMNS });
    }
    let folded: Vec<String> = headings.iter().map(|heading| fold(&heading.replace('_', " "))).collect();
    let has = |name: &str| folded.iter().any(|heading| heading == name);
    let kind =
        kind.unwrap_or(if has("council") || has("role") || has("office") { Kind::Person } else { Kind::Organisation });
    let columns: Vec<Option<Column>> = columns(kind, &folded);
    if !columns.contains(&Some(Column::Field(kind.fields()[0]))) {
        return Err(ImportError::NoName { headings: excerpt(&headings.join(", ")) });
    }
    let unknown: Vec<&str> = headings
        .iter()
        .zip(&columns)
        .filter(|(_, column)| column.is_none())
        .map(|(heading, _)| heading.as_str())
        .collect();
    if !unknown.is_empty() {
        register.remarks.push(format!("columns that were not taken: {}", unknown.join(", ")));
    }
    let mut councils = std::collections::BTreeMap::new();
    for record in reader.records() {
        register.rows += 1;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                register.refused.push(Unusable { line, what: String::new(), reason: "it is not readable".into() });
                continue;
            }
        };
        let line = record.position().map(csv::Position::line);
        let what = excerpt(&record.iter().collect::<Vec<_>>().join(", "));
        if record.len() != headings.len() {
            let reason = format!("it has {} cells, the headings {}", record.len(), headings.len());
            register.refused.push(Unusable { line, what, reason });
            continue;
        }
        match incoming(kind, &columns, &record, line, file) {
            Ok((entry, council)) => {
                register.entries.push(entry);
                if let Some((id, name, website)) = council {
                    councils.entry(id).or_insert((name, website));
                }
            }
            Err(reason) => register.refused.push(Unusable { line, what, reason }),
        }
    }
    for (id, (name, website)) in councils {
        let mut fields = vec![("name".to_owned(), name), ("source".to_owned(), file.to_owned())];
        if let Some(website) = website {
            fields.push(("website".into(), website));
        }
        let council = Incoming { kind: Kind::Institution, source_id: Some(id), fields, line: None };
        if let Ok(council) = council.checked() {
            register.entries.push(council);
        }
    }
    Ok(register)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Field(&'static Field),
    Id,
    Kind,
    EndDate,
    StartDate,
    CouncilWebsite,
}

fn columns(kind: Kind, folded: &[String]) -> Vec<Option<Column>> {
    let mut taken: Vec<Column> = Vec::new();
    folded
        .iter()
        .map(|heading| {
            let column = match heading.as_str() {
                "id" | "source id" | "external id" | "allymap id" => Some(Column::Id),
                "kind" => Some(Column::Kind),
                "end date" => Some(Column::EndDate),
                "start date" => Some(Column::StartDate),
                "council website" => Some(Column::CouncilWebsite),
                _ => kind
                    .fields()
                    .iter()
                    .find(|field| field.name.replace('-', " ") == *heading || field.headers.contains(&heading.as_str()))
                    .map(|field| Column::Field(field)),
            };
            let column = column.filter(|column| !taken.contains(column));
            taken.extend(column);
            column
        })
        .collect()
}

type Council = (String, String, Option<String>);

fn incoming(
    kind: Kind,
    columns: &[Option<Column>],
    record: &csv::StringRecord,
    line: Option<u64>,
    file: &str,
) -> Result<(Incoming, Option<Council>), String> {
    let mut entry = Incoming { kind, source_id: None, fields: Vec::new(), line };
    let (mut ended, mut website) = (None, None);
    for (column, cell) in columns.iter().zip(record) {
        // Our own export puts an apostrophe before what a spreadsheet would take for a formula.
        let cell = match cell.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
            _ => cell,
        }
        .trim();
        match column {
            _ if cell.is_empty() => {}
            Some(Column::Field(field)) => entry.fields.push((field.name.to_owned(), cell.to_owned())),
            Some(Column::Id) => entry.source_id = Some(cell.to_owned()),
            Some(Column::Kind) => {
                entry.kind = Kind::from_slug(&fold(cell)).ok_or_else(|| format!("unknown kind {}", excerpt(cell)))?;
            }
            Some(Column::EndDate) => ended = Some(cell.to_owned()),
            Some(Column::CouncilWebsite) => website = Some(cell.to_owned()),
            Some(Column::StartDate) | None => {}
        }
    }
    if kind == Kind::Person && entry.field("role").is_none() && entry.field("part-of").is_some() {
        entry.fields.push(("role".into(), "councillor".into()));
    }
    finish_role(&mut entry, ended.as_deref());
    finish_affiliation(&mut entry, file);
    let council = entry.field("part-of").and_then(|name| {
        // The register's ids begin with the council's own name for itself.
        let (council, _) = entry.source_id.as_ref()?.split_once('/')?;
        Some((format!("legislature/{council}"), name.to_owned(), website))
    });
    if !entry.fields.iter().any(|(name, _)| name == "source") {
        entry.fields.push(("source".into(), file.to_owned()));
    }
    Ok((entry.checked()?, council))
}

/// An office that has ended is told as what it was.
pub(super) fn finish_role(entry: &mut Incoming, ended: Option<&str>) {
    if let Some(ended) = ended
        && let Some((_, role)) = entry.fields.iter_mut().find(|(name, _)| name == "role")
    {
        *role = format!("{role} until {ended}");
    }
}

/// A party is an affiliation with its source, not an entry.
pub(super) fn finish_affiliation(entry: &mut Incoming, file: &str) {
    if entry.field("affiliation").is_some() && entry.field("affiliation-source").is_none() {
        entry.fields.push(("affiliation-source".into(), file.to_owned()));
    }
    if entry.kind == Kind::Person && entry.field("role").is_some() && entry.field("basis").is_none() {
        entry.fields.push(("basis".into(), "public-role".into()));
    }
}

/// UTF-8 with or without its mark, UTF-16, and otherwise a guess that is told.
fn decode(bytes: &[u8], remarks: &mut Vec<String>) -> Result<String, ImportError> {
    let (text, encoding, damaged) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes),
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8.decode(bytes),
        None => {
            remarks.push("the file is not UTF-8; it was read as Windows-1252, so look at names with accents".into());
            encoding_rs::WINDOWS_1252.decode(bytes)
        }
    };
    if damaged {
        remarks.push(format!("some letters of this {} file are damaged", encoding.name()));
    }
    for (at, line) in text.split('\n').enumerate() {
        let number = at as u64 + 1;
        if line.len() > LINE_BYTES {
            return Err(ImportError::LongLine { line: number, limit: LINE_BYTES });
        }
        if line.contains('\0') {
            return Err(ImportError::Binary { line: number });
        }
    }
    Ok(text.into_owned())
}

/// Comma, semicolon or tab: which stands most often in the first line.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.chars().filter(|letter| *letter == separator).count();
    [(count(','), b','), (count(';'), b';'), (count('\t'), b'\t')]
        .into_iter()
        .max_by_key(|(count, _)| *count)
        .map_or(b',', |(_, separator)| separator)
}
