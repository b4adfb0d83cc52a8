//! A whole map from its own export, one line an entry: into an empty map it makes the same map again.
//!
//! Entries, assertions, log lines, links and campaigns keep their ids, so what names them still finds them. Who wrote
//! something follows from whose device signs it, and that cannot be brought along: it is said in each entry's source.

use std::collections::{BTreeMap, BTreeSet};

use allymap_document::{Document, Edit, MAX_KEY_BYTES, Value, WriteError};
use serde::Deserialize;

use crate::entry::Entry;
use crate::entry::content::{Content, Scalar, content, is_row, is_text};
use crate::files::export::entry_line;
use crate::files::refused::{ImportError, MAX_FILE_BYTES, MAX_FILE_ROWS, Refused, RefusedReason, Spot};
use crate::ids::EntryId;
use crate::map;
use crate::rejection::Rejection;
use crate::words;

/// Bytes of one line. An entry with two full notes and a thousand lines of the log is about half of it.
const MAX_ENTRY_BYTES: usize = 4 << 20;
/// Letters, and bytes, of one edit: a document takes twice of both.
const EDIT_LETTERS: usize = 8_000;
const EDIT_BYTES: usize = 64 << 10;

/// A file of our own, read.
#[derive(Clone, PartialEq, Eq)]
pub struct WholeMap {
    /// The file's name, without folders.
    pub file: String,
    /// What the map was called.
    pub name: String,
    pub entries: Vec<WholeEntry>,
    pub refused: Vec<Refused>,
    /// Lines that a newer version wrote. What only it understands is carried along.
    pub newer: usize,
    map: Option<WholeEntry>,
}

/// One line: an entry, or the map itself.
#[derive(Clone, PartialEq, Eq)]
pub struct WholeEntry {
    pub spot: Spot,
    pub id: EntryId,
    pub name: String,
    content: Content,
    /// `Ana (Harbour)`: who wrote in it, as the file has it.
    authors: BTreeSet<String>,
    /// By key of a row, the ids that it replaces: they come first.
    supersedes: BTreeMap<String, Vec<String>>,
    line: serde_json::Value,
}

/// What an entry of a file is on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    New,
    /// The map has all of it.
    Same,
    /// It is on the map and says something else there. Nothing is written over it.
    Differs,
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Put(String, Value),
    /// Made in the first edit.
    Text(String, String),
    Longer(String, String),
    Card(String, Vec<u8>),
}

/// True for a file that `export --format jsonl` wrote, as its first line tells.
pub fn is_whole_map(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.len() <= MAX_ENTRY_BYTES && serde_json::from_slice::<Line>(first).is_ok()
}

/// Read an export. A line that cannot be read is refused, and costs no other.
pub fn read_whole_map(bytes: &[u8], file_name: &str) -> Result<WholeMap, ImportError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { bytes: bytes.len(), limit: MAX_FILE_BYTES });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let mut whole = WholeMap {
        file: words::shown_line(file).chars().take(100).collect(),
        name: String::new(),
        entries: Vec::new(),
        refused: Vec::new(),
        newer: 0,
        map: None,
    };
    let mut seen = BTreeMap::new();
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if seen.len() > MAX_FILE_ROWS {
            return Err(ImportError::TooManyRows { limit: MAX_FILE_ROWS });
        }
        let spot = Spot::Line(number);
        match WholeEntry::read(line, spot) {
            Err(reason) => whole.refused.push(Refused::new(spot, "", reason, Vec::new())),
            Ok((entry, _)) if seen.contains_key(&entry.id) => {
                let reason = RefusedReason::SameIdAs { spot: seen[&entry.id] };
                whole.refused.push(Refused::new(spot, &entry.name, reason, Vec::new()));
            }
            Ok((entry, schema)) => {
                seen.insert(entry.id, spot);
                whole.newer += usize::from(schema > crate::files::export::SCHEMA);
                if entry.content.get("kind") == Some(&vec![Scalar::Text(map::KIND.to_owned())]) {
                    whole.name.clone_from(&entry.name);
                    whole.map = Some(entry);
                } else {
                    whole.entries.push(entry);
                }
            }
        }
    }
    Ok(whole)
}

impl WholeMap {
    /// Write what the file says about the map itself and ours does not: campaigns, answers. Our name stays.
    pub fn complete_map(&self, edit: &mut Edit<'_>) -> Result<(), Rejection> {
        let Some(whole) = &self.map else { return Ok(()) };
        for piece in whole.pieces() {
            match piece {
                Piece::Put(key, value) if key != "kind" && edit.value(&key).is_none() => edit.put(&key, value)?,
                Piece::Card(key, bytes) if edit.value(&key).is_none() => edit.append(&key, bytes)?,
                Piece::Text(key, text) | Piece::Longer(key, text) => {
                    // Longer pieces begin with the shorter ones.
                    let own = edit.text(&key);
                    if own.is_some_and(|own| text.starts_with(&own)) {
                        edit.update_text(&key, &text)?;
                    }
                }
                Piece::Put(..) | Piece::Card(..) => {}
            }
        }
        Ok(())
    }
}

impl WholeEntry {
    fn read(line: &[u8], spot: Spot) -> Result<(WholeEntry, u32), RefusedReason> {
        if line.len() > MAX_ENTRY_BYTES {
            return Err(RefusedReason::TooLong { limit: MAX_ENTRY_BYTES });
        }
        let mut value: serde_json::Value = serde_json::from_slice(line).map_err(|_| RefusedReason::NotALine)?;
        let read = Line::deserialize(&value).map_err(|_| RefusedReason::NotALine)?;
        let id: EntryId = read.id.parse().map_err(|_| RefusedReason::Missing { field: "id" })?;
        if !matches!(read.content.get("kind").map(Vec::as_slice), Some([Scalar::Text(_), ..])) {
            return Err(RefusedReason::Missing { field: "kind" });
        }
        let fits =
            |key: &String| key.len() <= MAX_KEY_BYTES && (key == "kind" || key.split_once('/').is_some_and(known));
        fn known((prefix, rest): (&str, &str)) -> bool {
            matches!(prefix, "f" | "t" | "s" | "a" | "l" | "x") && !rest.is_empty()
        }
        if !read.content.keys().all(fits) {
            return Err(RefusedReason::NotALine);
        }
        let mut authors = BTreeSet::new();
        collect_authors(&value, &mut authors);
        let rows = read.assertions.iter().map(|row| ("a/", row)).chain(read.links.iter().map(|row| ("x/", row)));
        let supersedes = rows.map(|(prefix, row)| (format!("{prefix}{}", row.id), row.supersedes.clone())).collect();
        if let Some(object) = value.as_object_mut() {
            object.remove("content");
        }
        let name = words::shown_line(&read.name);
        Ok((WholeEntry { spot, id, name, content: read.content, authors, supersedes, line: value }, read.schema))
    }

    /// What this entry is on a map that has this document under its id, or none.
    pub fn on(&self, document: Option<&Document>) -> Whole {
        let Some(document) = document else { return Whole::New };
        let own = content(document);
        let has = |(key, values): (&String, &Vec<Scalar>)| {
            let own = own.get(key).map_or(&[][..], Vec::as_slice);
            if is_row(key) { values.iter().all(|row| own.contains(row)) } else { own.first() == values.first() }
        };
        if self.content.iter().all(has) { Whole::Same } else { Whole::Differs }
    }

    /// A remark about this line, for the report.
    pub fn remark(&self, reason: RefusedReason) -> Refused {
        Refused::new(self.spot, &self.name, reason, Vec::new())
    }

    /// How many edits make it, each of which a document takes at once. The first begins the document.
    pub fn edits(&self) -> usize {
        self.parts().len()
    }

    /// Write one of its edits. `source` names the file and its date; the last edit adds it, with who wrote in it first.
    pub fn write(&self, number: usize, source: &str, edit: &mut Edit<'_>) -> Result<(), Rejection> {
        let parts = self.parts();
        for piece in parts.get(number).into_iter().flatten() {
            match piece {
                Piece::Put(key, value) => edit.put(key, value.clone())?,
                Piece::Text(key, text) => edit.make_text(key, text)?,
                Piece::Longer(key, text) => edit.update_text(key, text)?,
                Piece::Card(key, bytes) => match edit.append(key, bytes.clone()) {
                    // Somebody wrote two under one id. The check afterwards names it.
                    Ok(()) | Err(WriteError::Taken) => {}
                    Err(error) => return Err(error.into()),
                },
            }
        }
        if number + 1 == parts.len() {
            match Entry::add(edit, "source", &self.source(source)) {
                Ok(()) | Err(Rejection::NewerKind | Rejection::NoSuchField { .. }) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }

    /// What reads differently now than in the file, apart from who wrote it: what was written apart and never settled, and
    /// what somebody else's program had put there. Words of the export's keys.
    pub fn differences(&self, now: &Entry) -> Vec<String> {
        let now: serde_json::Value = serde_json::from_slice(&entry_line(now)).unwrap_or_default();
        let (was, now) = (comparable(&self.line), comparable(&now));
        let keys: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
        keys.into_iter().filter(|key| was.get(*key) != now.get(*key)).cloned().collect()
    }

    /// `map.jsonl (2026-11-23), first written by Ana (Harbour), Ben (Hills)`
    fn source(&self, file: &str) -> String {
        if self.authors.is_empty() {
            return file.to_owned();
        }
        let named: Vec<&str> = self.authors.iter().take(8).map(String::as_str).collect();
        let others = match self.authors.len() - named.len() {
            0 => String::new(),
            count => format!(" and {count} others"),
        };
        format!("{file}, first written by {}{others}", named.join(", "))
    }

    fn parts(&self) -> Vec<Vec<Piece>> {
        let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
        let (mut letters, mut bytes) = (0, 0);
        for piece in self.pieces() {
            let (more_letters, more_bytes) = piece.size();
            let full = letters + more_letters > EDIT_LETTERS || bytes + more_bytes > EDIT_BYTES;
            // Texts are made in the first edit, the rest goes where there is room.
            if full && !matches!(piece, Piece::Text(..)) && parts.last().is_some_and(|part| !part.is_empty()) {
                parts.push(Vec::new());
                (letters, bytes) = (0, 0);
            }
            (letters, bytes) = (letters + more_letters, bytes + more_bytes);
            parts.last_mut().expect("there is always a last part").push(piece);
        }
        parts
    }

    /// Everything to write, in order: a row comes after those that it replaces, since what nobody had seen cannot be replaced.
    fn pieces(&self) -> Vec<Piece> {
        let shown = |key: &String| self.content.get(key).and_then(|values| values.first()).and_then(Scalar::value);
        let (mut first, mut texts, mut longer, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut room = EDIT_LETTERS / 2;
        for key in self.content.keys() {
            match shown(key) {
                _ if is_row(key) => {}
                Some(Value::Text(text)) if is_text(key) => {
                    let letters: Vec<char> = text.chars().collect();
                    let begun = if letters.len() <= room { letters.len() } else { 0 };
                    room -= begun;
                    texts.push(Piece::Text(key.clone(), letters[..begun].iter().collect()));
                    let mut through = begun;
                    while through < letters.len() {
                        through = (through + EDIT_LETTERS / 2).min(letters.len());
                        longer.push(Piece::Longer(key.clone(), letters[..through].iter().collect()));
                    }
                }
                Some(value) if !is_text(key) => first.push(Piece::Put(key.clone(), value)),
                _ => {}
            }
        }
        // `kind` begins the document.
        first.sort_by_key(|piece| !matches!(piece, Piece::Put(key, _) if key == "kind"));
        for key in self.rows_in_order() {
            for bytes in self.content.get(&key).into_iter().flatten().filter_map(Scalar::value) {
                if let Value::Bytes(bytes) = bytes {
                    rows.push(Piece::Card(key.clone(), bytes));
                }
            }
        }
        let begun = first.drain(..1.min(first.len())).collect::<Vec<_>>();
        [begun, texts, first, longer, rows].concat()
    }

    fn rows_in_order(&self) -> Vec<String> {
        let mut order: Vec<String> = Vec::new();
        let mut met: BTreeSet<String> = BTreeSet::new();
        for key in self.content.keys().filter(|key| is_row(key)) {
            // Depth first, without recursion: a file may chain as many as it likes.
            let mut ahead = vec![(key.clone(), false)];
            while let Some((key, done)) = ahead.pop() {
                if done {
                    order.push(key);
                } else if self.content.contains_key(&key) && met.insert(key.clone()) {
                    let prefix = key[..2].to_owned();
                    ahead.push((key.clone(), true));
                    let earlier = self.supersedes.get(&key).into_iter().flatten();
                    ahead.extend(earlier.map(|id| (format!("{prefix}{id}"), false)));
                }
            }
        }
        order
    }
}

impl Piece {
    /// Letters that are operations, and bytes.
    fn size(&self) -> (usize, usize) {
        match self {
            Piece::Put(key, Value::Text(text)) => (1, key.len() + text.len()),
            Piece::Put(key, Value::Bytes(bytes)) | Piece::Card(key, bytes) => (1, key.len() + bytes.len()),
            Piece::Put(key, _) => (1, key.len() + 8),
            Piece::Text(_, text) => (text.chars().count(), text.len()),
            Piece::Longer(..) => (EDIT_LETTERS / 2, EDIT_BYTES / 2),
        }
    }
}

/// An export's line without what follows from who wrote it.
fn comparable(line: &serde_json::Value) -> BTreeMap<String, serde_json::Value> {
    let mut line = line.clone();
    strip(&mut line, 0);
    let mut parts: BTreeMap<String, serde_json::Value> =
        line.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    for derived in ["content", "double_approaches", "oddities"] {
        parts.remove(derived);
    }
    if let Some(fields) = parts.get_mut("fields").and_then(serde_json::Value::as_object_mut) {
        fields.remove("source");
    }
    parts
}

fn strip(value: &mut serde_json::Value, depth: usize) {
    match value {
        serde_json::Value::Object(object) if depth < 16 => {
            object.remove("by");
            object.values_mut().for_each(|value| strip(value, depth + 1));
        }
        serde_json::Value::Array(list) if depth < 16 => list.iter_mut().for_each(|value| strip(value, depth + 1)),
        _ => {}
    }
}

fn collect_authors(value: &serde_json::Value, authors: &mut BTreeSet<String>) {
    let mut ahead = vec![value];
    while let Some(value) = ahead.pop() {
        match value {
            serde_json::Value::Object(object) => {
                if let Some(by) = object.get("by") {
                    let part = |key: &str| by.get(key).and_then(|part| part.as_str()).map(words::shown_line);
                    let name: Option<String> = part("name").filter(|name| !name.is_empty());
                    if let Some(name) = name {
                        let group = part("group").filter(|group| !group.is_empty());
                        let said = group.map_or_else(|| name.clone(), |group| format!("{name} ({group})"));
                        authors.insert(said.chars().take(80).collect());
                    }
                }
                ahead.extend(object.values());
            }
            serde_json::Value::Array(list) => ahead.extend(list),
            _ => {}
        }
    }
}

/// What is read of a line. The rest of it is for people and scripts.
#[derive(Deserialize)]
struct Line {
    schema: u32,
    id: String,
    #[serde(default)]
    name: String,
    content: Content,
    #[serde(default)]
    assertions: Vec<RowLine>,
    #[serde(default)]
    links: Vec<RowLine>,
}

#[derive(Deserialize)]
struct RowLine {
    id: String,
    #[serde(default)]
    supersedes: Vec<String>,
}

/// Says how much, never what.
impl std::fmt::Debug for WholeMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WholeMap").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WholeEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WholeEntry").field("spot", &self.spot).field("id", &self.id).finish_non_exhaustive()
    }
}
