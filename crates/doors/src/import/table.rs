//! Tables as people keep them: CSV of any delimiter and of the usual encodings.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use allymap_domain::date::typed::full_date;
use allymap_domain::entry::NewEntry;
use allymap_domain::files::refused::{ImportError, MAX_FILE_BYTES, MAX_FILE_ROWS, NotText, RefusedReason, Spot};
use allymap_domain::ids::EntryId;
use allymap_domain::kind::affiliation::Affiliation;
use allymap_domain::kind::field::Merges;
use allymap_domain::kind::institution;
use allymap_domain::kind::organisation;
use allymap_domain::kind::person;
use allymap_domain::kind::{KINDS, Kind};
use allymap_domain::words;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::import::records::Records;
use crate::import::{Column, MAX_COLUMNS, MAX_LINE_BYTES, Register, RegisterRow, end_with_seat, in_notes};
use crate::sheet;

/// Read a table. Its first line with a column of names is the header. Rows are of `kind` where no column says what they are.
pub fn read_csv(bytes: &[u8], file_name: &str, kind: Option<&'static Kind>) -> Result<Register, ImportError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { bytes: bytes.len(), limit: MAX_FILE_BYTES });
    }
    if let Some(what) = not_text(bytes) {
        return Err(ImportError::NotText(what));
    }
    let mut register = Register::new(file_name);
    let (text, encoding) = decode(bytes, &mut register.warnings);
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    let beginning = || text.chars().take(2_000);
    let controls = beginning().filter(|letter| letter.is_control() && !letter.is_whitespace()).count();
    if controls * 10 > beginning().count() {
        return Err(ImportError::NotText(NotText::Unknown));
    }
    let (delimiter, delimiter_name) = delimiter(&text);
    register.form = format!("{delimiter_name}, {encoding}");
    let mut records = Records::of(&text, delimiter);

    let mut means: Option<Meanings> = None;
    let mut first_line: Option<String> = None;
    let mut seen = 0;
    let mut councils = BTreeMap::new();
    while let Some(mut record) = records.next() {
        seen += 1;
        if seen > MAX_FILE_ROWS {
            return Err(ImportError::TooManyRows { limit: MAX_FILE_ROWS });
        }
        let line = record.line;
        let Some(means) = &means else {
            if record.columns > MAX_COLUMNS {
                return Err(ImportError::TooManyColumns { line, columns: record.columns, limit: MAX_COLUMNS });
            }
            if record.too_long {
                return Err(ImportError::LineTooLong { line, limit: MAX_LINE_BYTES });
            }
            let headers: Vec<String> =
                record.cells.iter().map(|cell| words::shown_line(cell).trim().to_owned()).collect();
            let found = Meanings::of(&headers, kind);
            first_line.get_or_insert_with(|| headers.join(", ").chars().take(200).collect());
            if found.has_names() {
                if record.unclosed {
                    return Err(ImportError::UnclosedHeader { line });
                }
                if seen > 1 {
                    register.warnings.push(format!("{} lines above the header were left out", seen - 1));
                }
                register.columns = found.columns(&headers);
                register.header = headers;
                means = Some(found);
            } else if seen >= HEADER_WITHIN {
                break;
            }
            continue;
        };
        let expected = means.0.len();
        if record.columns != expected
            && let Some(first) = records.first_line_of(&record, expected)
        {
            record = first;
        }
        let spot = Spot::Line(line);
        let cells: Vec<String> = record.cells.iter().map(|cell| sheet::unguarded(cell)).collect();
        let surplus = record.columns > MAX_COLUMNS || cells.iter().skip(expected).any(|cell| !cell.trim().is_empty());
        let reason = if record.too_long {
            Some(RefusedReason::TooLong { limit: MAX_LINE_BYTES })
        } else if record.unclosed {
            Some(RefusedReason::Unclosed)
        } else if record.columns < expected || surplus {
            Some(RefusedReason::Cells { found: record.columns, expected })
        } else {
            None
        };
        match reason {
            _ if !record.too_long
                && record.columns <= MAX_COLUMNS
                && cells.iter().all(|cell| cell.trim().is_empty()) =>
            {
                register.blank += 1
            }
            Some(reason) => {
                let name = means.first(&cells, Meaning::Field("name")).unwrap_or_default().to_owned();
                register.refuse(spot, &name, reason, cells);
            }
            None => means.read(spot, cells, &mut register, &mut councils),
        }
    }
    if means.is_none() {
        return Err(ImportError::NoNameColumn { found: first_line.unwrap_or_default() });
    }
    // After the people, in the order of their ids: the file speaks of councils only through them.
    for council in councils.into_values() {
        register.take(council);
    }
    register.refuse_repeated();
    register.refused.sort_by_key(|refused| refused.spot);
    Ok(register)
}

/// How far down the header may be, below titles and empty lines.
const HEADER_WITHIN: usize = 10;

/// What a column is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Field(&'static str),
    Kind,
    AllymapId,
    FirstName,
    LastName,
    /// Where a person belongs.
    Organisation,
    Council,
    CouncilWebsite,
    Party,
    Since,
    Until,
    Unused,
}

/// The columns, and what rows are where none of them says so.
struct Meanings(Vec<Meaning>, Option<&'static Kind>);

impl Meanings {
    fn of(headers: &[String], kind: Option<&'static Kind>) -> Meanings {
        let fields: BTreeMap<String, &'static str> = KINDS
            .iter()
            .flat_map(|kind| kind.fields)
            .flat_map(|field| {
                let names = [field.name, field.label].into_iter().chain(field.headers.iter().copied());
                names.map(|name| (words::folded(name), field.name))
            })
            .collect();
        let folded: Vec<String> = headers.iter().map(|header| words::folded(header)).collect();
        let has = |names: &[&str]| folded.iter().any(|header| names.contains(&header.as_str()));
        let person_named = has(&["name", "full name"]) || has(&FIRST_NAME);
        let mut taken = BTreeSet::new();
        let meanings = folded
            .iter()
            .map(|header| {
                let header = header.as_str();
                let one_of = |names: &[&str]| names.contains(&header);
                let meaning = if one_of(&["allymap id"]) {
                    Meaning::AllymapId
                } else if one_of(&["kind", "entry kind", "kind of entry"]) {
                    Meaning::Kind
                } else if one_of(&FIRST_NAME) {
                    Meaning::FirstName
                } else if one_of(&["last name", "surname", "family name"]) {
                    Meaning::LastName
                } else if one_of(&["council", "shire", "local government area", "lga"]) {
                    Meaning::Council
                } else if one_of(&["council website", "council web site", "council url"]) {
                    Meaning::CouncilWebsite
                } else if one_of(&["party", "political party"]) {
                    Meaning::Party
                } else if one_of(&["start date", "start", "since", "from"]) {
                    Meaning::Since
                } else if one_of(&["end date", "end", "until", "to"]) {
                    Meaning::Until
                } else if person_named
                    && one_of(&["organisation", "organization", "org", "org name", "organisation name", "group name"])
                {
                    Meaning::Organisation
                } else {
                    fields.get(header).map_or(Meaning::Unused, |name| Meaning::Field(name))
                };
                // The second column for one value would silently replace the first.
                if taken.insert(format!("{meaning:?}")) { meaning } else { Meaning::Unused }
            })
            .collect();
        Meanings(meanings, kind)
    }

    fn has_names(&self) -> bool {
        self.has(Meaning::Field("name")) || self.has(Meaning::FirstName)
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.0.contains(&meaning)
    }

    fn columns(&self, headers: &[String]) -> Vec<Column> {
        let means = |meaning: &Meaning| match meaning {
            Meaning::Field(name) => Some(*name),
            Meaning::Kind => Some("kind"),
            Meaning::AllymapId => Some("allymap_id"),
            Meaning::FirstName | Meaning::LastName => Some("name"),
            Meaning::Organisation | Meaning::Council | Meaning::Party => Some("affiliation"),
            Meaning::CouncilWebsite => Some("website of the council"),
            Meaning::Since => Some("since"),
            Meaning::Until => Some("until"),
            Meaning::Unused => None,
        };
        headers
            .iter()
            .zip(&self.0)
            .map(|(header, meaning)| Column { header: header.clone(), means: means(meaning) })
            .collect()
    }

    fn first<'a>(&self, cells: &'a [String], wanted: Meaning) -> Option<&'a str> {
        let index = self.0.iter().position(|meaning| *meaning == wanted)?;
        cells.get(index).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn read(
        &self,
        spot: Spot,
        cells: Vec<String>,
        register: &mut Register,
        councils: &mut BTreeMap<String, RegisterRow>,
    ) {
        let cell = |meaning| self.first(&cells, meaning);
        let allymap_id: Option<EntryId> = cell(Meaning::AllymapId).and_then(|id| id.parse().ok());
        let in_office = self.has(Meaning::Council) || self.has(Meaning::Party);
        let of_people = in_office || self.has(Meaning::Organisation) || self.has(Meaning::FirstName);
        let usual: &'static Kind = if of_people { &person::KIND } else { &organisation::KIND };
        let mut kind = self.1.unwrap_or(usual);
        let mut choice = None;
        if let Some(typed) = cell(Meaning::Kind) {
            match Kind::typed(typed) {
                Ok(found) => (kind, choice) = found,
                Err(refusal) => {
                    let name = cell(Meaning::Field("name")).unwrap_or_default().to_owned();
                    return register.refuse(spot, &name, refusal.into(), cells);
                }
            }
        } else if self.1.is_none()
            && let Some(Ok((found, Some(named)))) = cell(Meaning::Field("type")).map(Kind::typed)
        {
            (kind, choice) = (found, Some(named));
        }

        let mut entry = NewEntry { kind, fields: Vec::new(), affiliations: Vec::new() };
        let full_name =
            [Meaning::FirstName, Meaning::LastName].into_iter().filter_map(cell).collect::<Vec<_>>().join(" ");
        let name = cell(Meaning::Field("name")).unwrap_or(&full_name).to_owned();
        entry.fields.push(("name".to_owned(), name.clone()));
        if let Some(choice) = choice {
            entry.fields.push(("type".to_owned(), choice.to_owned()));
        }
        let mut asides = Vec::new();
        for (meaning, typed) in self.0.iter().zip(&cells).filter(|(_, typed)| !typed.trim().is_empty()) {
            let Meaning::Field(field) = meaning else { continue };
            match kind.field(field) {
                _ if *field == "name" || (*field == "type" && choice.is_some()) => {}
                // Made from the seats below, so that both forms of a register say the same.
                Some(_) if *field == "role" && in_office => {}
                Some(field) if field.name == "source-id" => {
                    for id in sheet::split_members(typed).iter().filter(|id| !id.trim().is_empty()) {
                        let id = if allymap_id.is_some() { id.clone() } else { register.source_id(id) };
                        entry.fields.push((field.name.to_owned(), id));
                    }
                }
                Some(field) if field.merges == Merges::Set => {
                    for value in sheet::split_members(typed) {
                        entry.fields.push((field.name.to_owned(), value));
                    }
                }
                Some(field) => entry.fields.push((field.name.to_owned(), typed.clone())),
                None => asides.push(format!("{field}: {}", typed.trim())),
            }
        }
        // Affiliations come as text in our own export. What is no affiliation is refused with the row.
        for (_, typed) in entry.fields.extract_if(.., |(field, _)| field == "affiliation") {
            match Affiliation::typed(&typed) {
                Ok(affiliation) => entry.affiliations.push(affiliation),
                Err(refusal) => return register.refuse(spot, &name, refusal.into(), cells),
            }
        }
        if !asides.is_empty() {
            entry.fields.push(("notes".to_owned(), asides.join("\n")));
        }
        let mut remarks = Vec::new();
        let mut date = |meaning, label| {
            let typed = cell(meaning)?;
            full_date(typed).map_err(|_| remarks.push(in_notes(label, typed))).ok()
        };
        let dates = (date(Meaning::Since, "since"), date(Meaning::Until, "until"));
        if let Some(organisation) = cell(Meaning::Organisation) {
            let role = cell(Meaning::Field("role")).map(str::to_owned);
            let (since, until) = dates;
            entry.affiliations.push(Affiliation { role, since, until, ..Affiliation::member_of(organisation) });
        }
        if let Some(council) = cell(Meaning::Council).filter(|_| *kind == person::KIND) {
            let id = council_id(cell(Meaning::Field("source-id")), council);
            let key = id.clone().unwrap_or_else(|| words::folded(council));
            let website = cell(Meaning::CouncilWebsite);
            councils.entry(key).or_insert_with(|| council_row(spot, council, id.as_deref(), website));
            let (since, until) = dates;
            let seat = Affiliation { organisation_id: id, ..Affiliation::member_of(council) };
            entry.affiliations.push(Affiliation { role: Some("councillor".to_owned()), since, until, ..seat.clone() });
            if let Some(role) = cell(Meaning::Field("role")).filter(|role| words::folded(role) != "councillor") {
                entry.affiliations.push(Affiliation { role: Some(role.to_owned()), ..seat });
            }
        }
        register.memberships += entry.affiliations.len();
        if let Some(party) = cell(Meaning::Party).filter(|party| words::folded(party) != "unknown") {
            entry.affiliations.push(Affiliation::party(party));
        }
        if in_office && *kind == person::KIND && entry.value(&person::BASIS).is_none() {
            entry.fields.push(("basis".to_owned(), "public-role".to_owned()));
        }
        // What we wrote ourselves is complete.
        if allymap_id.is_none() {
            end_with_seat(&mut entry.affiliations);
        }
        let memberships = register.memberships;
        let before = register.rows.len();
        register.take(RegisterRow { spot, entry, allymap_id, remarks, cells });
        if register.rows.len() == before {
            register.memberships = memberships;
        }
    }
}

/// In this family of registers a person's id begins with the council's, and Popolo calls the council `legislature/` and that
/// beginning. Only a beginning that spells the council's name is taken for it.
fn council_id(person_id: Option<&str>, council: &str) -> Option<String> {
    let (beginning, rest) = person_id?.split_once('/')?;
    let spelled = beginning.replace(['_', '-'], " ");
    (!rest.contains('/') && words::folded(&spelled) == words::folded(council))
        .then(|| format!("legislature/{beginning}"))
}

fn council_row(spot: Spot, name: &str, id: Option<&str>, website: Option<&str>) -> RegisterRow {
    let mut entry = NewEntry::new(&institution::KIND, name).with("type", "council");
    if let Some(id) = id {
        entry = entry.with("source-id", id);
    }
    if let Some(website) = website {
        entry = entry.with("website", website);
    }
    RegisterRow { spot, entry, allymap_id: None, remarks: Vec::new(), cells: Vec::new() }
}

/// What a file is that begins like this, if it holds no text.
fn not_text(bytes: &[u8]) -> Option<NotText> {
    let known: [(&[u8], NotText); 3] =
        [(b"PK\x03\x04", NotText::Packed), (b"\xd0\xcf\x11\xe0", NotText::OldOffice), (b"%PDF-", NotText::Pdf)];
    known.into_iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, what)| what)
}

/// The text of a file, and the name of its encoding.
fn decode<'a>(bytes: &'a [u8], warnings: &mut Vec<String>) -> (Cow<'a, str>, String) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if broken {
            warnings.push(format!("some letters could not be read as {}", encoding.name()));
        }
        return (text, encoding.name().to_owned());
    }
    let beginning = &bytes[..bytes.len().min(1_000)];
    let zeros = |offset: usize| {
        beginning.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count() * 5 > beginning.len()
    };
    for (encoding, offset) in [(UTF_16LE, 1), (UTF_16BE, 0)] {
        if zeros(offset) && !zeros(1 - offset) {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            if broken {
                warnings.push(format!("some letters could not be read as {}", encoding.name()));
            }
            return (text, encoding.name().to_owned());
        }
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), "UTF-8".to_owned()),
        Err(_) => {
            let encoding = likely(bytes);
            let name = label(encoding);
            warnings.push(format!("the file is not UTF-8; it was read as {name}, so look at a name with an accent"));
            (encoding.decode_without_bom_handling(bytes).0, name)
        }
    }
}

/// The encoding in which the letters most look like words, as browsers guess it; of too few to tell, Western European.
fn likely(bytes: &[u8]) -> &'static Encoding {
    // No table in letters has one; what this is, is told by what else nobody could write.
    if bytes.contains(&0) {
        return WINDOWS_1252;
    }
    // A pound sign before a sum would be taken for the Polish Ł, which is the same byte.
    let mut letters = bytes.to_vec();
    for at in 1..letters.len() {
        if letters[at - 1] == b'\xa3' && letters[at].is_ascii_digit() {
            letters[at - 1] = b' ';
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&letters, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// As people know it: `Windows-1252`.
fn label(encoding: &'static Encoding) -> String {
    encoding.name().replace("windows", "Windows")
}

/// The delimiter that the first lines have most evenly, outside quotation marks.
fn delimiter(text: &str) -> (u8, &'static str) {
    let candidates = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab")];
    let mut counts = [0usize; 3];
    let mut quoted = false;
    for byte in text.bytes().take(16 << 10) {
        quoted ^= byte == b'"';
        if !quoted && let Some(index) = candidates.iter().position(|(candidate, _)| *candidate == byte) {
            counts[index] += 1;
        }
    }
    // The first line decides when it has one at all: addresses further down are full of commas.
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let in_first = |byte: u8| first.bytes().filter(|own| *own == byte).count();
    let best = (0..3).max_by_key(|index| (in_first(candidates[*index].0), counts[*index], 3 - index)).unwrap_or(0);
    candidates[best]
}

const FIRST_NAME: [&str; 4] = ["first name", "given name", "given names", "first names"];
